// Promise 1, acknowledged is durable, and promise 2, pressed is shown: with Redis slow, killed, and away.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind, IncidentState } = common
const { Result } = proto

/** A home of op01's sub-district. */
const near = (cell) => cell.homes.find((h) => h.household === 'h0009')

test('while Redis holds its answers back the device gets no acknowledgement, and one when they come', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, wire: true, config: { redis: { timeout_ms: 20000 } } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, near(cell))

	cell.wire.hold('down')
	const press = unit.press()
	// It is shown from memory, so the daemon has had all the time it wants; Redis has stored it, and nobody knows yet.
	const row = await desk.row((r) => r.notStored, 'the press from memory')
	await until(async () => (await cell.redis.cli('scard', 'pa:set:incidents:open')) === '1', { what: 'Redis has it' })
	await unit.beat()
	assert.equal(unit.acks(press).length, 0, 'no acknowledgement before the answer')

	cell.wire.release()
	const ack = await unit.ack(press)
	assert.equal(ack.incident, row.id, 'the row from memory and the incident are one')
	await desk.row((r) => r.id === row.id && !r.notStored, 'the stored row')
	assert.equal(desk.rows.size, 1)
	await unit.beat()
	assert.equal(unit.acks(press).length, 1)
})

test('Redis killed right after the acknowledgement: the alarm is there when it is back', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const presses = []

	for (const home of cell.homes.slice(0, 12)) {
		const unit = await Unit.connect(t, cell.daemon, home)
		presses.push({ unit, press: unit.press() })
	}
	const acks = await Promise.all(presses.map(({ unit, press }) => unit.ack(press)))
	await cell.redis.kill()
	await cell.redis.start()
	const open = (await cell.redis.cli('smembers', 'pa:set:incidents:open')).split('\n').sort()
	assert.deepEqual(open, acks.map((a) => `incident:${a.incident.toString(16).padStart(16, '0')}`).sort())
	// And the daemon goes on by itself: a repeated press is answered from the same incident.
	const { unit, press } = presses[0]
	const before = unit.acks(press).length
	await cell.daemon.ready()
	unit.send('alarm', press)
	await until(() => unit.acks(press).length > before, { what: 'the repeat is acknowledged' })
	assert.equal(unit.acks(press).at(-1).incident, acks[0].incident)
})

test('Redis gone: the press is shown as not stored, unacknowledged; when it is back it is stored and acknowledged once', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const second = await Screen.open(t, cell.daemon, await cell.login('op02'))
	const unit = await Unit.connect(t, cell.daemon, near(cell))

	await cell.redis.kill()
	await until(() => desk.store?.up === false && second.store?.up === false, { what: 'consoles hear: no store' })
	const press = unit.press({ kind: Kind.FALL })
	const row = await desk.row((r) => r.notStored)
	await second.row((r) => r.notStored)
	assert.equal(row.kind, Kind.FALL)
	assert.ok(row.resident.length > 0, 'with the card from memory')
	assert.ok(desk.ringing.includes(row.id), 'it rings')
	// The unit repeats, as it must; a copy is no second row.
	unit.send('alarm', press)
	unit.send('alarm', press)
	await unit.beat()
	assert.equal(unit.acks(press).length, 0)
	assert.equal((await desk.ask('claim', { incident: row.id })).result, Result.NO_STORE)
	assert.equal((await desk.ask('calling', { incident: row.id })).result, Result.OK)
	await second.row((r) => r.noteOwner !== '', 'who says that she is calling')

	await cell.redis.start()
	const ack = await unit.ack(press)
	assert.equal(ack.incident, row.id)
	const stored = await second.row((r) => r.id === row.id && !r.notStored, 'the stored row')
	assert.equal(stored.repeats, 0)
	await until(() => desk.store?.up === true, { what: 'store is back' })
	await unit.beat()
	assert.equal(unit.acks(press).length, 1, 'acknowledged once')
	for (const screen of [desk, second]) {
		assert.equal(screen.rows.size, 1)
		assert.equal(screen.gaps, 0)
		assert.equal(screen.snapshots >= 1, true)
	}
	assert.equal(stored.state === IncidentState.INCIDENT_WAITING || stored.state === IncidentState.INCIDENT_ANSWERED, true)
})

test('a daemon started without Redis serves from its snapshot: it receives and shows, and does not acknowledge', async (t) => {
	const snapshot = { snapshot: { path: '', key_file: '', every_s: 10 } }
	const cell = await Cell.start(t, { demo: { homes: 10 }, ready: false, config: {}, args: [] })
	cell.daemon.config.snapshot = { ...snapshot.snapshot, path: `${cell.dir}/snapshot`, key_file: `${cell.dir}/snapshot.key` }
	await cell.daemon.stop()
	await cell.daemon.start()
	const cookie = await cell.login('op01')
	await cell.daemon.stop() // a clean stop writes it
	await cell.redis.kill()
	await cell.daemon.start({ ready: false })
	const desk = await Screen.open(t, cell.daemon, cookie, 'console', { ready: false })
	const unit = await Unit.connect(t, cell.daemon, near(cell))
	const press = unit.press()
	const row = await desk.row((r) => r.notStored)
	assert.ok(row.resident.length > 0, 'the card comes from the snapshot')
	await unit.beat()
	assert.equal(unit.acks(press).length, 0)
	await cell.redis.start()
	assert.equal((await unit.ack(press)).incident, row.id)
})
