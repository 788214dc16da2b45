// A home is erased: nothing personal of it is left in Redis, in Redis' file on disk, or in the daemons' local copies; the calls
// keep their numbers and times; and the whole of it proves itself.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { Cell, program, until } from '../harness/index.mjs'
import { common, console_ as proto, record, toBinary } from '../harness/proto.mjs'
import { Lie } from '../harness/redis_lie.mjs'
import { caughtUp, household, putBody, recordOf } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind, Outcome, Step } = common
const { Result } = proto
const NOTE = 'NOTE-OF-THE-NINTH-HOME 左腿疼'

/** Everything that Redis has on disk, as bytes. */
const onDisk = (cell) => {
	const all = (dir) => readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? all(path.join(dir, e.name)) : [readFileSync(path.join(dir, e.name))]))
	return Buffer.concat(all(path.join(cell.dir, 'redis')))
}

async function story(cell, home) {
	const desk = await Screen.open(cell.t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(cell.t, cell.daemon, home)
	const press = unit.press({ kind: Kind.SOS })
	const { incident } = await unit.ack(press)

	await desk.row((r) => r.id === incident)
	for (const [what, value] of [['claim', {}], ['spoke', {}], ['note', { text: NOTE }]])
		assert.equal((await desk.ask(what, { incident, ...value })).result, Result.OK, what)
	return { desk, unit, press, incident, key: `incident:${incident.toString(16).padStart(16, '0')}` }
}

test('a home is erased, and everything that knew it has forgotten it', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, daemons: 2 })
	for (const daemon of cell.daemons) {
		await daemon.stop()
		daemon.config.snapshot = { path: path.join(cell.dir, `${daemon.name}.snapshot`), key_file: path.join(cell.dir, `${daemon.name}.key`), every_s: 3600 }
		await daemon.start()
	}
	const home = cell.homes.find((h) => h.household === 'h0009')
	const before = await household(cell, 'h0009')
	const other = await household(cell, 'h0010')
	const cookie = await cell.login('sup01', { daemon: cell.daemons[1] })
	const marks = [before.address, before.access, before.phone, before.contacts[0].phone].filter((s) => s.length > 5).map((s) => Buffer.from(s))
	const { desk, unit, press, incident, key } = await story(cell, home)

	assert.ok(marks.length >= 3)
	for (const mark of [...marks, before.key]) assert.ok(onDisk(cell).includes(mark), 'it is there before')
	assert.ok(!onDisk(cell).includes(Buffer.from(NOTE)), 'notes never stand in the clear')

	// Not while somebody calls for help, not for no reason, not with a unit in service, not what is not there.
	await refused(cell, /a call of this home is open/, 'home', 'erase', 'h0009', '--reason', 'asked', '--retire')
	assert.equal((await desk.ask('close', { incident, outcome: Outcome.FALSE_ALARM })).result, Result.OK)
	await unit.step(press, Step.CLOSED)
	await refused(cell, /--reason is asked, left, died or never_meant/, 'home', 'erase', 'h0009')
	await refused(cell, /still in service there[^]*nothing was erased/, 'home', 'erase', 'h0009', '--reason', 'asked')
	await refused(cell, /no such household/, 'home', 'erase', 'h9999', '--reason', 'asked')
	await refused(cell, /has not been erased/, 'erase', 'verify', 'h0009')
	assert.deepEqual((await household(cell, 'h0009')).key, before.key, 'nothing was touched')

	const lines = (await recordOf(cell, key, record.IncidentSchema)).lines
	const out = await ok(cell, 'home', 'erase', 'h0009', '--reason', 'asked', '--retire', '--json')
	const said = JSON.parse(out) // nothing else: of its devices standard error tells
	assert.deepEqual([said.household, said.reason, said.found, said.file_rewritten, said.snapshots_behind, said.good], ['h0009', 'asked', 0, true, 0, true])
	assert.ok(said.daemons >= 2)
	assert.ok(said.by.startsWith('ctl:') && said.words >= 6 && said.log_entries_and_values > 20)
	for (const word of [before.address, before.phone, before.residents[0].name]) assert.ok(!out.includes(word), 'a certificate names nobody')

	// The record, the log, and the file on disk.
	const after = await household(cell, 'h0009')
	assert.deepEqual([after.id, after.area, after.key.length, after.residents.length, after.contacts.length, after.address], ['h0009', before.area, 0, 0, 0, ''])
	for (const mark of [...marks, before.key]) assert.ok(!onDisk(cell).includes(mark), 'it is on disk no more')
	// The call keeps what happened and when; what was written about it is there and opens to nobody.
	assert.deepEqual((await recordOf(cell, key, record.IncidentSchema)).lines, lines)
	await caughtUp(cell)
	assert.equal((await desk.ask('find', { text: before.phone })).found.list.length, 0, 'it is found no more')
	assert.match(await ok(cell, 'erase', 'verify', 'h0009'), /Erased\./)
	assert.ok((await cell.redis.cli('xrange', 'pa:audit', '-', '+')).includes('asked'), 'the reason is on record')
	// Asked for again it looks at all that comes behind the commit once more.
	const twice = await ctl(cell, 'home', 'erase', 'h0009', '--reason', 'left', '--retire', '--json')
	assert.match(twice.err, /was erased before/)
	assert.deepEqual([twice.code, JSON.parse(twice.out).reason, JSON.parse(twice.out).left], [0, 'asked', []])

	// Another one, long after the daemons have begun: they write at once, as of what the certificate asks for; that other homes have
	// the same long sentences is nothing that was left.
	const next = JSON.parse(await ok(cell, 'home', 'erase', 'h0011', '--reason', 'left', '--retire', '--json'))
	assert.deepEqual([next.found, next.places, next.snapshots_behind, next.left], [0, [], 0, []])

	// A unit that was left behind and presses all the same: a call from an unknown home, never nothing.
	unit.press({ kind: Kind.SOS })
	await desk.row((r) => r.quarantine || r.household === '')

	// A daemon that starts without Redis knows it no more either, and all others still.
	await cell.daemons[1].kill()
	await cell.redis.kill()
	await cell.daemons[1].start({ ready: false })
	const late = await Screen.open(t, cell.daemons[1], cookie)
	assert.equal((await late.ask('find', { text: other.phone })).found.list.length, 1)
	assert.equal((await late.ask('find', { text: before.phone })).found.list.length, 0)
})

test('an erasure that is refused takes nobody\'s button away; one that left something says so', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 8 } })
	const [first, second] = cell.homes.map((h) => h.household)
	const device = `device:${cell.homes[0].device}`
	const stood = (await recordOf(cell, device, record.DeviceSchema)).state

	await refused(cell, /is kept for units that nobody knows/, 'home', 'erase', 'quarantine', '--reason', 'asked')

	// What can't be written down as erased is refused, when everything before has been found good.
	const whole = await household(cell, first)
	await putBody(cell, `household:${first}`, toBinary(record.HouseholdSchema, { ...whole, area: '4'.repeat(1100) }))
	await refused(cell, /none of ours/, 'home', 'erase', first, '--reason', 'asked', '--retire')
	assert.equal((await recordOf(cell, device, record.DeviceSchema)).state, stood, 'its unit is in service still')

	// Who keeps the key is looked for as well.
	await ok(cell, 'home', 'set', second, 'key_holder=KEYHOLDER-OF-THE-SECOND')
	await cell.redis.cli('set', 'pa:forgotten', 'KEYHOLDER-OF-THE-SECOND')
	const left = await ctl(cell, 'home', 'erase', second, '--reason', 'asked', '--retire')
	assert.equal(left.code, 1)
	assert.match(left.out, /found in +forgotten[^]*NOT wholly erased/)
	await cell.redis.cli('del', 'pa:forgotten')
	await caughtUp(cell)
	await ok(cell, 'erase', 'verify', second)

	// And whatever stands in what is left of it.
	const stone = await household(cell, second)
	await putBody(cell, `household:${second}`, toBinary(record.HouseholdSchema, { ...stone, doorCode: '4711' }))
	assert.match((await ctl(cell, 'erase', 'verify', second)).out, /NOT wholly erased/)
})

test('what is committed right after an erasure leaves no copy behind: no snapshot is written for that', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 8 } })
	const [first, second] = cell.homes.map((h) => h.household)
	await cell.daemon.stop()
	cell.daemon.config.snapshot = { path: path.join(cell.dir, 'snapshot'), key_file: path.join(cell.dir, 'key'), every_s: 3600 }
	await cell.daemon.start()
	await until(() => existsSync(path.join(cell.dir, 'snapshot')), { what: 'the first one, after the start' })
	const socket = path.join(cell.dir, 'lie.sock')
	const lie = await Lie.start(t, cell.redis.socket, socket)
	let others = 0
	// Before pinganctl hears that its commit was stored somebody else has written something.
	lie.edit = (args, reply) => {
		if (args[0].toUpperCase() === 'FCALL' && args.includes(`pa:household:${first}`))
			execFileSync(program('pinganctl'), ['--redis', cell.redis.socket, 'home', 'set', second, `note=${++others}`])
		return reply
	}
	cell.daemon.config.redis.socket = socket
	cell.daemon.write()
	const said = JSON.parse(await ok(cell, 'home', 'erase', first, '--reason', 'asked', '--retire', '--json'))
	assert.ok(others > 0)
	assert.deepEqual([said.snapshots_behind, said.left, said.good], [0, [], true])
})

test('a certificate comes in any case, and says what is left; made again, the erasure goes on from there', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 8 } })
	const id = cell.homes[0].household
	const before = await household(cell, id)
	const again = (...more) => ctl(cell, 'home', 'erase', id, '--reason', 'asked', '--retire', '--json', ...more)

	// A daemon of before left the record in an entry of the log, and the log can't be written anew at this moment.
	await cell.daemon.stop()
	const [commit, at, n] = (await cell.redis.cli('--raw', 'get', 'pa:head')).split(' ')
	await cell.redis.cli('xadd', 'pa:log', `${Number(n) + 1}-0`, 'commit', commit, 'prev', commit, 'at', at, 'event', '', 'key', `household:${id}`, 'rev', '1', 'commits', commit, 'body', `old ${before.address}`)
	await cell.redis.cli('set', 'pa:head', `${commit} ${at} ${Number(n) + 1}`)
	await cell.redis.cli('xgroup', 'create', 'pa:log', 'somebody', '0')
	const first = await again()
	assert.equal(first.code, 1, first.err)
	assert.match(first.err, /the log was not rewritten/)
	const said = JSON.parse(first.out)
	assert.deepEqual([said.household, said.good, said.left, said.file_rewritten], [id, false, ['log'], true])
	assert.match(said.places[0], /^log /)
	assert.equal((await household(cell, id)).key.length, 0, 'its key is gone all the same')
	// Again: still not; then there is nothing in the way, and it is done to the end.
	assert.deepEqual(JSON.parse((await again()).out).left, ['log'])
	const text = (await ctl(cell, 'home', 'erase', id, '--reason', 'asked', '--retire')).out
	assert.match(text, /LEFT TO DO +entries of the log carry the record still: pinganctl log redact[^]*NOT wholly erased/)
	await cell.redis.cli('xgroup', 'destroy', 'pa:log', 'somebody')
	const last = await again()
	assert.deepEqual([last.code, JSON.parse(last.out).left, JSON.parse(last.out).good], [0, [], true])
	assert.ok(!onDisk(cell).includes(Buffer.from(before.address)))
	await ok(cell, 'erase', 'verify', id)
})

test('all that is held on one resident is handed out, what was written about them opened', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const home = cell.homes.find((h) => h.household === 'h0009')
	const held = await household(cell, 'h0009')
	const [resident] = held.residents
	const { incident } = await story(cell, home)
	const all = JSON.parse(await ok(cell, 'person', 'export', resident.id, '--json'))

	assert.deepEqual([all.resident.name, all.resident.birth_year, all.home.id, all.home.address, all.home.access], [resident.name, resident.birthYear, 'h0009', held.address, held.access])
	assert.equal(all.home.health.notes, held.health.notes)
	assert.deepEqual(all.home.contacts.map((c) => c.phone), held.contacts.map((c) => c.phone))
	assert.deepEqual(all.devices.map((d) => d.id), [home.device])
	assert.equal(all.calls.length, 1)
	assert.equal(all.calls[0].id, incident.toString(16).padStart(16, '0'))
	assert.ok(all.calls[0].lines.some((l) => l.text === NOTE), 'what was written about the call')
	assert.ok(all.log.some((e) => e.alarm_device === home.device && e.raw?.length > 0), 'the alarm as it came')
	assert.ok(all.log.some((e) => e.lines?.some((l) => l.text === NOTE)))
	assert.ok(all.looks.some((l) => l.who === 'op01' && l.at_ms > 0), 'who had to do with it')
	// Neither keys nor anybody else's home.
	const text = JSON.stringify(all)
	const other = await household(cell, 'h0010')
	for (const word of [Buffer.from(held.key).toString('hex'), home.key, other.address, other.phone]) assert.ok(!text.includes(word))
	assert.ok(!text.includes(held.residents[1].name), 'who lives with her is another person')
	await refused(cell, /several residents live there/, 'person', 'export', 'h0009')
	const readable = await ok(cell, 'person', 'export', resident.id)
	for (const word of ['个人信息副本', '姓名 (name): ' + resident.name, held.address, NOTE]) assert.ok(readable.includes(word), word)
	await refused(cell, /no such resident/, 'person', 'export', 'nobody')
	const again = JSON.parse(await ok(cell, 'person', 'export', resident.id, '--json'))
	assert.equal(again.looks.filter((l) => l.what === 'AUDIT_EXPORTED' && l.subject === resident.id && l.who.startsWith('ctl:')).length, 2, 'that it was handed out is on record')
})
