// The examples that pinganctl's help shows of homes, people, devices and tokens do what they say, in a new cell, as they stand there.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import test from 'node:test'

import { Cell, program } from '../harness/index.mjs'

// What makes things comes first, what takes them away last; between them the order of the help.
const FIRST = ['init', 'area add', 'station add', 'area set', 'home add', 'resident add', 'contact add', 'device add', 'user add', 'token add']
const LAST = ['contact erase', 'contact remove', 'resident remove', 'user enable', 'user disable', 'user erase', 'device retire', 'home erase', 'erase verify']
// In a new cell what these name is not there: who is asked for is made elsewhere, or a file, or nothing has been done yet.
const NOT_HERE = /^(import|device import|export|demo|audit|session end|token revoke|roster|area remove|station remove|person export|paper|completion|man|help|find|snapshot|doctor|device key|log redact|drain)\b/

const run = (cell, line) =>
	new Promise((done) => {
		const script = line.replace(/^pinganctl (--config \S+ )?/, '"$P" --config "$C" ')
		execFile('bash', ['-c', script], { cwd: cell.dir, env: { ...process.env, P: program('pinganctl'), C: cell.daemon.file } }, (error, out, err) => done({ code: error === null ? 0 : error.code, out, err }))
	})

test('examples of the help, one after the other', async (t) => {
	const help = (...words) => execFileSync(program('pinganctl'), ['help', ...words], { encoding: 'utf8' })
	const names = [...execFileSync(program('pinganctl'), ['man'], { encoding: 'utf8' }).matchAll(/^\\fBpinganctl ([a-z\\ -]+?)\\fR/gm)].map((m) => m[1].replaceAll('\\-', '-')).filter((name) => !NOT_HERE.test(name))
	const rank = (name) => (FIRST.includes(name) ? FIRST.indexOf(name) : LAST.includes(name) ? 1000 + LAST.indexOf(name) : 100)
	const cell = await Cell.start(t, { config: { demo: false } })

	assert.ok(names.length > 40, `${names.length}: ${names}`)
	const bad = []
	for (const name of names.toSorted((a, b) => rank(a) - rank(b)))
		for (const line of help(...name.split(' ')).split('\nExamples:\n')[1].trim().split('\n')) {
			const done = await run(cell, line.trim())
			if (done.code !== 0) bad.push(`${line.trim()}: ${done.err.trim()}`)
		}
	assert.deepEqual(bad, [])
})
