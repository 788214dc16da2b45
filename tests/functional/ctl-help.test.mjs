// What pinganctl says of itself: help, completions, manual page. All are made from one table; here it is tried out.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { program, root } from '../harness/index.mjs'

const run = (...args) => {
	const { status, stdout, stderr } = spawnSync(program('pinganctl'), args, { encoding: 'utf8' })
	return { code: status, out: stdout, err: stderr }
}

/** The words of every command, as `pinganctl help` lists them. */
const commands = () =>
	[...run('help').out.matchAll(/^ {2}([a-z][a-z-]*(?: [a-z][a-z-]*)*)(?: [A-Z[][^ ]*)* {2,}|^ {2}([a-z][a-z-]*(?: [a-z][a-z-]*)*) [A-Z].*\.\.\. /gm)].map(
		(m) => (m[1] ?? m[2]).trim(),
	)

/** As a shell parts it, up to where it is sent elsewhere. */
const parted = (line) => {
	const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2])
	const end = words.findIndex((word) => word === '>' || word === '|')
	return end === -1 ? words : words.slice(0, end)
}

test('every command has help with an example, and every example is understood', () => {
	const all = commands()
	assert.ok(all.length > 80, `${all.length} commands`)
	for (const words of ['device import', 'roster template add', 'resident set', 'paper', 'home erase', 'audit verify']) assert.ok(all.includes(words), words)
	for (const command of all) {
		const help = run('help', ...command.split(' '))
		assert.equal(help.code, 0, command)
		assert.equal(run(...command.split(' '), '--help').out, help.out)
		const examples = help.out.split('\nExamples:\n')[1].trim().split('\n')
		for (const line of examples) {
			const words = parted(line.trim())
			assert.equal(words.shift(), 'pinganctl')
			if (words[0] === '--config') words.splice(0, 2)
			assert.equal(words.slice(0, command.split(' ').length).join(' '), command)
			// No cell is there: whatever was understood fails, and does not say that it was not understood.
			const done = run('--config', '/nowhere/pingand.yaml', ...words)
			assert.notEqual(done.code, 2, `${line}: ${done.err}`)
		}
	}
})

test('what a command does not take is refused before anything is done', () => {
	const where = ['--redis', '/nowhere/redis.sock']
	let done = run(...where, 'home', 'set', 'h1', 'phone=1', '--dry-run')
	assert.equal(done.code, 2)
	assert.match(done.err, /home set takes no --dry-run/)
	done = run(...where, 'user', 'add')
	assert.equal(done.code, 2)
	assert.match(done.err, /usage: pinganctl user add ACCOUNT/)
	done = run(...where, 'user', 'invent', 'li.na')
	assert.equal(done.code, 2)
	assert.match(done.err, /user add ACCOUNT/)
	assert.equal(run(...where, 'device', 'test', 'd1', '--minutes', '61').code, 2)
	assert.equal(run('status').code, 2)
	assert.equal(run('help', 'nothing').code, 2)
	assert.equal(run('--nothing').code, 2)
})

const bash = run('completion', 'bash').out

/** What bash would offer for the last word. */
const offered = (...words) => {
	const script = `source /dev/stdin <<'EOF'\n${bash}\nEOF\nCOMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _pinganctl_words; printf '%s\\n' "\${COMPREPLY[@]}"`
	return execFileSync('bash', ['-c', script, 'bash', 'pinganctl', ...words], { encoding: 'utf8', cwd: root }).split('\n').filter(Boolean)
}

test('bash completes commands, their options and what these may be', () => {
	assert.deepEqual(offered('dev'), ['device'])
	assert.deepEqual(offered('--config', 'x.yaml', 'dev'), ['device'])
	assert.deepEqual(offered('roster', 'te'), ['template'])
	assert.deepEqual(offered('roster', 'template', ''), ['list', 'add', 'set', 'end'])
	assert.deepEqual(offered('device', 'te'), ['test'])
	assert.deepEqual(offered('device', 'test', 'd1', '--mi'), ['--minutes'])
	assert.deepEqual(offered('user', 'add', 'li.na', '--role', 'sup'), ['supervisor'])
	assert.deepEqual(offered('import', 'res'), ['residents'])
	assert.deepEqual(offered('import', 'residents', 'READ'), ['README.md'])
	assert.deepEqual(offered('--config', 'READ'), ['README.md'])
	assert.deepEqual(offered('home', 'set', 'h1', '--dry'), [])
	for (const command of commands()) {
		const words = command.split(' ')
		assert.ok(offered(...words).includes(words.at(-1)), command)
	}
})

test('zsh reads what is made for it', () => {
	const { status, stderr } = spawnSync('zsh', ['-n'], { input: run('completion', 'zsh').out, encoding: 'utf8' })
	assert.equal(status, 0, stderr)
	assert.match(run('completion', 'zsh').out, /^#compdef pinganctl\n/)
	assert.equal(run('completion', 'fish').code, 2)
})

test('the manual page in docs is what pinganctl prints', () => {
	assert.equal(readFileSync(path.join(root, 'docs/pinganctl.1'), 'utf8'), run('man').out, 'pinganctl man > docs/pinganctl.1')
	const page = run('man').out
	for (const command of commands()) assert.ok(page.includes(`\\fBpinganctl ${command.replaceAll('-', '\\-')}\\fR`), command)
})
