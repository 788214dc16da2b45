// A unit comes into service: scanned, bound, pressed, seen to be received, confirmed; end to end, over two daemons.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { ok, refused } from '../harness/ctl.mjs'
import { dc09, Panel } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { commission, common, console_ as proto, record } from '../harness/proto.mjs'
import { caughtUp, recordOf } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { DeviceState, Kind, Step } = common
const { DeviceCard_Act: Act, DeviceCard_Proof: Proof } = commission
const { Result } = proto
const TECHNICIAN = 'cg06'

const keyOf = (out) => out.split('\n')[1].split(',')[1]
const deviceRecord = (cell, id) => recordOf(cell, `device:${id}`, record.DeviceSchema)

/** A unit entered by an administrator, in no home's service yet; its technician's page has it open, on the other daemon. */
async function scanned(t, { daemons = 2 } = {}) {
	const cell = await Cell.start(t, { demo: { homes: 20 }, daemons })
	const [one, two] = [cell.daemons[0], cell.daemons.at(-1)]
	const key = keyOf(await ok(cell, 'device', 'add', 'u1', '--household', 'h0010', '--protocol', 'native', '--model', 'home-2'))
	const tech = await Screen.open(t, two, await cell.login(TECHNICIAN, { daemon: two }), 'caregiver')
	const unit = await Unit.connect(t, one, { device: 'u1', key, household: 'h0010' })
	assert.ok(tech.phone.technician, 'the page knows that this is a technician')
	await until(async () => (await tech.ask('deviceScan', { device: 'u1' })).result === Result.OK, { what: 'the unit is known' })
	await tech.cardShows((c) => c.device === 'u1', 'the card')
	return { cell, one, two, key, tech, unit }
}

test('scan, bind, press, received in so many seconds, confirm: then and only then it is in service', async (t) => {
	const { cell, one, tech, unit } = await scanned(t)
	const desk = await Screen.open(t, one, await cell.login('op01', { daemon: one }))

	assert.equal(tech.card.state, DeviceState.DEVICE_COMMISSIONING)
	assert.ok(tech.card.address && tech.card.resident, 'the technician sees whose home it is')
	assert.ok(!tech.card.may.includes(Act.CONFIRM))
	assert.equal((await tech.ask('deviceBind', { device: 'u1', household: 'h0011' })).result, Result.OK)
	await tech.cardShows((c) => c.household === 'h0011', 'another home')
	const opened = await tech.ask('deviceProve', { device: 'u1' })
	assert.deepEqual([opened.result, opened.number], [Result.OK, 120])
	await tech.cardShows((c) => c.proof === Proof.OPEN && c.proofMine, 'press now')
	await caughtUp(cell, one)

	// A second ago by the unit's clock: with the daemon's a few milliseconds behind it, no press would be told from the future.
	const press = unit.press({ kind: Kind.SOS, raisedMs: BigInt(Date.now() - 1000) })
	assert.equal((await unit.ack(press)).incident, 0n, 'a trial is thanked, and no call')
	await unit.step(press, Step.CLOSED)
	const card = await tech.cardShows((c) => c.proof === Proof.RECEIVED, 'received')
	assert.ok(card.tookMs > 0 && card.tookMs < 60_000 && card.tookByUnit, `in ${card.tookMs} ms`)
	assert.equal(card.state, DeviceState.DEVICE_COMMISSIONING)
	assert.equal((await deviceRecord(cell, 'u1')).state, DeviceState.DEVICE_COMMISSIONING)

	assert.equal((await tech.ask('deviceConfirm', { device: 'u1' })).result, Result.OK)
	await tech.cardShows((c) => c.state === DeviceState.DEVICE_IN_SERVICE && c.proof === Proof.CONFIRMED, 'in service')
	const stored = await deviceRecord(cell, 'u1')
	assert.equal(stored.provedBy, TECHNICIAN)
	assert.equal(stored.proofTookMs, card.tookMs)
	assert.ok(stored.provedMs > 0n && stored.testedMs === stored.provedMs)
	assert.equal(desk.rows.size, 0, 'nobody was rung')

	// The next press is a call.
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.row((r) => r.device === 'u1')
	assert.equal(desk.gaps, 0)
})

test('a unit that is not in service yet calls for help like any other', async (t) => {
	const { cell, one, unit } = await scanned(t, { daemons: 1 })
	const desk = await Screen.open(t, one, await cell.login('op01', { daemon: one }))

	const ack = await unit.ack(unit.press({ kind: Kind.SOS }))
	assert.notEqual(ack.incident, 0n)
	const row = await desk.row((r) => r.device === 'u1')
	assert.ok(desk.ringing.includes(row.id), 'it rings')
	assert.equal((await deviceRecord(cell, 'u1')).state, DeviceState.DEVICE_COMMISSIONING)
})

test('a press that its technician does not confirm becomes a call, even when the daemon that saw it is killed', async (t) => {
	const { cell, one, two, tech, unit } = await scanned(t)
	const desk = await Screen.open(t, one, await cell.login('op01', { daemon: one }))

	assert.equal((await tech.ask('deviceProve', { device: 'u1' })).result, Result.OK)
	await caughtUp(cell, one) // a press that comes before the other daemon knows is a call
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await tech.cardShows((c) => c.proof === Proof.RECEIVED, 'received')
	assert.equal(desk.rows.size, 0)
	tech.end()
	await two.kill()
	// A minute passes; the desk is there all the while.
	for (let passed = 0; passed < 66_000; passed += 1500) {
		await one.control('advance 1500')
		const before = desk.history.filter((m) => m.case === 'heartbeat').length
		desk.send({ case: 'heartbeat', value: { screenMs: 1n, visible: true } })
		await until(() => desk.history.filter((m) => m.case === 'heartbeat').length > before, { what: 'a heartbeat' })
	}
	const row = await desk.row((r) => r.device === 'u1', 'the press that nobody confirmed')
	assert.ok(desk.ringing.includes(row.id), 'it rings')
	const stored = await deviceRecord(cell, 'u1')
	await until(async () => (await deviceRecord(cell, 'u1')).proofRang === row.id, { what: 'the record says what became of it' })
	assert.equal(stored.state, DeviceState.DEVICE_COMMISSIONING)
})

test('an unknown device is seen with what it sent, and one click gives call and unit their home', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, daemons: 2 })
	const [one, two] = cell.daemons
	const desk = await Screen.open(t, one, await cell.login('op01', { daemon: one }))
	const panel = await Panel.connect(t, two.ports.dc09)
	const frame = '"ADM-CID"0001L0#7E57[#7E57|1110 01 003]'

	panel.send(dc09(frame))
	const row = await desk.row((r) => r.quarantine, 'the unknown device')
	assert.ok(desk.ringing.includes(row.id), 'it rings')
	assert.equal((await desk.ask('open', { incident: row.id })).result, Result.OK)
	await until(() => Buffer.from(desk.detail?.raw ?? []).includes('7E57'), { what: 'what it sent' })
	assert.equal((await desk.ask('claim', { incident: row.id })).result, Result.OK)
	const bound = await desk.ask('bindDevice', { incident: row.id, household: 'h0011' })
	assert.deepEqual([bound.result, bound.incident], [Result.OK, row.id])
	await desk.row((r) => r.id === row.id && !r.quarantine && r.class === 1, 'the same call, of its home')
	const unit = await deviceRecord(cell, 'dc09.7E57')
	assert.deepEqual([unit.household, unit.state], ['h0011', DeviceState.DEVICE_COMMISSIONING])
	// The panel goes on trying until it is answered; it is the same call.
	panel.send(dc09(frame))
	assert.match(await panel.reply(), /^"ACK"0001/)
	assert.equal(desk.rows.size, 1)

	// Another unknown one of the same home joins that call.
	panel.send(dc09('"ADM-CID"0001L0#ABCD[#ABCD|1110 01 003]'))
	const other = await desk.row((r) => r.quarantine, 'another one')
	const joined = await desk.ask('bindDevice', { incident: other.id, household: 'h0011' })
	assert.deepEqual([joined.result, joined.incident], [Result.OK, row.id])
	await desk.row((r) => r.id === row.id && r.repeats > row.repeats, 'it is counted there')
	await until(() => !desk.rows.has(other.id), { what: 'one call is left' })
})

test('homes are counted by how they stand, against the target, the same by the API and by pinganctl', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const cookie = await cell.login('sup01')
	const api = async (as = cookie) => {
		const answer = await fetch(`${cell.daemon.origin}/api/v1/homes/installed`, { headers: as === null ? {} : { cookie: as } })
		return answer.status === 200 ? (await answer.json()).homes : answer.status
	}
	const byHand = async () => (await ok(cell, 'homes', 'installed', '--json')).trim().split('\n').map((line) => JSON.parse(line))
	const bare = (rows) => rows.map(({ name, level, ...row }) => row)

	const before = await api()
	assert.deepEqual([before[0].level, before[0].in_service, before[0].installed], ['city', 20, 20])
	assert.deepEqual(await byHand(), bare(before))
	assert.ok(before.some((r) => r.level === 'subdistrict' && r.name !== ''), 'sub-districts have their names')
	const inService = (level) => before.filter((r) => r.level === level).reduce((sum, r) => sum + r.in_service, 0)
	assert.deepEqual([inService('district'), inService('subdistrict')], [20, 20])

	const part = before.find((r) => r.level === 'subdistrict')
	await ok(cell, 'homes', 'target', part.area, '--target', '500')
	await ok(cell, 'device', 'retire', 'd0010')
	await ok(cell, 'device', 'add', 'n1', '--household', 'h0010', '--protocol', 'native')
	await until(async () => (await api())[0].commissioning === 1, { what: 'the figures follow' })
	const after = await api()
	assert.deepEqual([after[0].in_service, after[0].installed, after[0].retired, after[0].target], [19, 20, 0, 500])
	assert.deepEqual(await byHand(), bare(after))
	assert.match(await ok(cell, 'homes', 'installed'), new RegExp(`${part.area} .* 500 +\\d+\\.\\d%`))

	assert.equal(await api(null), 401)
	assert.equal(await api(await cell.login(TECHNICIAN)), 403)
	await refused(cell, /no such area/, 'homes', 'target', '999999', '--target', '5')
})
