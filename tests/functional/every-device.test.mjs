// A panel, a watch, a vendor's cloud and a native home, each calling for help by its own protocol: the same console rings for
// all four, each is told when it is safe and not before, and the raw bytes of each can be read back.
import assert from 'node:assert/strict'
import test from 'node:test'

import { ok } from '../harness/ctl.mjs'
import { dc09, Panel, Watch, watch } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'
import { press, Vendors } from '../harness/vendor.mjs'

const { IncidentClass, Kind } = common
const WATCH = '8800000006'

test('a panel, a watch, a vendor cloud and a native home ring the same console, and their raw bytes can be read back', async (t) => {
	const vendors = Vendors.make(t)
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: vendors.config })
	const { daemon } = cell
	await ok(cell, 'device', 'add', 'dc09.7E57', '--household', 'h0011', '--protocol', 'dc09')
	await ok(cell, 'device', 'add', 'sample.A1', '--household', 'h0012', '--protocol', 'webhook')
	await until(async () => (await vendors.send(daemon, press('A1', { type: 'test' }))).json.events?.[0].known === true, { what: 'the daemon knows the device' })
	const desk = await Screen.open(t, daemon, await cell.login('sup01'))
	const panel = await Panel.connect(t, daemon.ports.dc09)
	const wrist = await Watch.connect(t, daemon.ports.watch)
	const home = cell.homes.find((h) => h.household === 'h0009')
	const unit = await Unit.connect(t, daemon, home)

	const frame = dc09('"ADM-CID"0042R1L0#7E57[#7E57|1101 01 001][X113E15.1]')
	const sos = watch(WATCH, 'AL,221126,052156,A,22.547108,N,113.949572,E,0,0,0,0,90,82,1200,0,00010000,0,0')
	const body = press('A1', { zone: 2 })

	// All four at once; the store has not said yes yet.
	await daemon.control('inject hold')
	const told = []
	panel.send(frame)
	panel.reply().then((reply) => told.push(['dc09', reply.replace(/_.*/, '')]))
	wrist.send(sos)
	wrist.reply().then((reply) => told.push(['watch', reply]))
	// A cloud waits for four seconds at most, and comes again.
	const cloud = until(async () => {
		const answer = await vendors.send(daemon, body, { key: 'one' })
		return answer.status !== 503 && answer
	}, { what: 'the cloud is told' })
	cloud.then((answer) => told.push(['webhook', answer.status]))
	const alarm = unit.press({ kind: Kind.FALL })
	unit.ack(alarm).then((ack) => told.push(['native', ack.alarm === alarm.id]))
	await until(() => [`dc09.7E57`, `watch.${WATCH}`, 'sample.A1', home.device].every((device) => [...desk.rows.values()].some((r) => r.device === device)), { what: 'all four are shown' })
	assert.ok([...desk.rows.values()].every((r) => r.notStored), 'and marked: not stored')
	assert.deepEqual(told, [], 'nobody is told what is not safe')
	await daemon.control('inject release')
	await until(() => told.length === 4, { what: 'all four are told' })
	assert.deepEqual(told.sort(), [['dc09', '"ACK"0042R1L0#7E57[]'], ['native', true], ['watch', `[3G*${WATCH}*0002*AL]`], ['webhook', 200]])

	const rows = await until(() => [...desk.rows.values()].every((r) => !r.notStored) && [...desk.rows.values()], { what: 'all four are stored' })
	assert.equal(rows.length, 4)
	const seen = new Map(rows.map((r) => [r.device, r]))
	for (const [device, kind] of [['dc09.7E57', Kind.SOS], [`watch.${WATCH}`, Kind.SOS], ['sample.A1', Kind.SOS], [home.device, Kind.FALL]]) {
		const row = seen.get(device)
		assert.ok(row, `${device} of ${JSON.stringify(rows, (_, v) => (typeof v === 'bigint' ? String(v) : v))}`)
		assert.deepEqual([row.kind, row.class, row.quarantine], [kind, IncidentClass.CLASS_LIFE, false], device)
		assert.ok(desk.ringing.includes(row.id), `${device} rings`)
	}

	const kept = (await ok(cell, 'alarms', '--json', '--since', '10m')).trim().split('\n').map((line) => JSON.parse(line)).filter((a) => a.kind !== 'test')
	assert.deepEqual(kept.map((a) => [a.protocol, a.device, a.kind]).sort(), [['dc09', 'dc09.7E57', 'sos'], ['native', home.device, 'fall'], ['watch', `watch.${WATCH}`, 'sos'], ['webhook', 'sample.A1', 'sos']])
	const of = (protocol) => kept.find((a) => a.protocol === protocol)
	assert.equal(of('dc09').raw_hex, frame.toString('hex'))
	assert.equal(of('watch').raw_hex, sos.toString('hex'))
	assert.equal(Buffer.from(of('webhook').raw_hex, 'hex').toString(), JSON.stringify(body))
	assert.ok(of('native').raw_hex.length > 20)
	assert.equal(BigInt(`0x${of('native').id}`), alarm.id)
	for (const a of kept) {
		assert.equal(a.record, `incident:${BigInt(seen.get(a.device).id).toString(16).padStart(16, '0')}`)
		assert.ok(/^[0-9a-f]{16}$/.test(a.id) && a.received_ms > 0 && Math.abs(a.stored_ms - a.received_ms) < 60_000, a.device)
	}
})
