// What pinganctl tells programs: whatever takes --json prints one object a line and nothing else, over a cell in which something
// has happened. Every command that has the option is in one of the lists below; a new one has to be put there.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, test } from 'node:test'

import { ctl } from '../harness/ctl.mjs'
import { common } from '../harness/proto.mjs'
import { Unit } from '../harness/unit.mjs'
import { Cell, program } from '../harness/index.mjs'
import { caughtUp } from '../harness/registry.mjs'

// With what they are asked, and the least number of lines that come.
const TOLD = {
	'status': [[], 1],
	'incidents': [[], 1],
	'log': [['--count', '40'], 40],
	'alarms': [[], 1],
	'home list': [[], 20],
	'home show': [['h0001'], 1],
	'resident show': [['h0001'], 1],
	'contact show': [['h0001'], 1],
	'area list': [[], 3],
	'area show': [['440190001'], 1],
	'station list': [[], 1],
	'station show': [['json-st'], 1],
	'find': [['h0001'], 1],
	'device list': [[], 20],
	'device show': [[() => cell.homes[0].device], 1],
	'homes installed': [[], 1],
	'user list': [[], 10],
	'user show': [['op01'], 1],
	'user sessions': [['op01'], 1],
	'session list': [[], 1],
	'token list': [[], 1],
	'role list': [[], 5],
	'roster now': [[], 1],
	'roster next': [[], 0],
	'roster gaps': [[], 0],
	'roster show': [['440190001'], 1],
	'roster template list': [['440190001'], 1],
	'roster absence list': [[], 1],
	'roster swap list': [[], 0],
	'person export': [[() => resident], 1],
	'user export': [['op01'], 1],
	'contact export': [['h0001', '1'], 1],
	'retention show': [[], 0],
	'audit verify': [[], 1],
	'audit query': [['--since', '1h'], 1],
	'audit keep': [[], 1],
	'doctor': [[], 30],
	'drain': [[], 1],
}
// They change something; what they print to a program is in the tests of what they change.
const CHANGES = ['home add', 'home set', 'resident add', 'resident set', 'resident remove', 'contact add', 'contact set', 'contact remove', 'area add', 'area set', 'area remove', 'station add', 'station set', 'station remove', 'user totp', 'user totp-off', 'token add', 'home erase', 'user erase', 'contact erase', 'erase verify', 'log redact', 'audit export', 'audit trim', 'audit checkpoint', 'snapshot check', 'snapshot save']

const help = (...words) => execFileSync(program('pinganctl'), ['help', ...words], { encoding: 'utf8' })
const commands = () => [...execFileSync(program('pinganctl'), ['man'], { encoding: 'utf8' }).matchAll(/^\\fBpinganctl ([a-z\\ -]+?)\\fR/gm)].map((m) => m[1].replaceAll('\\-', '-'))

const ends = []
let cell
let resident

before(async () => {
	const file = { after: (end) => ends.push(end) }
	cell = await Cell.start(file, { demo: { homes: 20, onDuty: 2 } })
	const did = async (...words) => {
		const done = await ctl(cell, ...words)
		assert.equal(done.code, 0, `${words.join(' ')}: ${done.err}`)
	}
	await did('station', 'add', 'json-st', 'name=云影颐康中心', 'area=440190001', 'address=米铺街 1 号')
	await did('token', 'add', 'reader', '--scope', 'homes:read', '--area', '4401', '--days', '1')
	await did('roster', 'template', 'add', '440190001', '--on', 'daily', '--from', '00:00', '--to', '24:00', '--people', 'cg01')
	const day = (n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10)
	await did('roster', 'absence', 'add', 'cg02', '--from', day(30), '--to', day(32), '--reason', 'holiday')
	await cell.login('op01')
	const unit = await Unit.connect(file, cell.daemon, cell.homes[0])
	await unit.ack(unit.press({ kind: common.Kind.SOS }))
	await caughtUp(cell)
	const shown = (await ctl(cell, 'resident', 'show', 'h0001', '--json')).out
	resident = JSON.parse(shown.split('\n')[0]).resident ?? assert.fail(shown)
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

test('every command with --json is known here', () => {
	const all = commands()
	assert.ok(all.length > 80, `${all.length} commands`)
	const have = all.filter((name) => /^ {2}--json\b/m.test(help(...name.split(' '))))
	assert.deepEqual(have.toSorted(), [...Object.keys(TOLD), ...CHANGES].toSorted())
})

test('one object a line, and nothing else', async (t) => {
	for (const [name, [words, least]] of Object.entries(TOLD))
		await t.test(name, async () => {
			const done = await ctl(cell, ...name.split(' '), ...words.map((word) => (typeof word === 'function' ? word() : word)), '--json')
			// doctor says 1 of a cell that is for a test.
			if (name !== 'doctor') assert.equal(done.code, 0, done.err)
			const lines = done.out.split('\n')
			assert.equal(lines.pop(), '', 'the last line ends')
			for (const line of lines) assert.match(line, /^\{.*\}$/) ?? JSON.parse(line)
			assert.ok(lines.length >= least, `${lines.length} lines: ${done.out}`)
		})
})
