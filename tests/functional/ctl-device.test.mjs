// pinganctl device and alarms against a real cell: a device entered by hand is served at once, its key is printed once, and
// what it sent can be read back.
import assert from 'node:assert/strict'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { dc09, hello, Home, Panel, watch, Watch } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { caughtUp } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'

const keyOf = (out) => out.split('\n')[1].split(',')[1]

test('devices of every protocol are entered, served, given another key, and retired', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })

	const key = keyOf(await ok(cell, 'device', 'add', 'new1', '--household', 'h0010', '--protocol', 'native', '--model', 'home-2'))
	assert.match(key, /^[0-9a-f]{64}$/)
	const unit = await Unit.connect(t, cell.daemon, { device: 'new1', key, household: 'h0010' })
	await unit.ack(unit.press({ kind: common.Kind.SOS }))

	await ok(cell, 'device', 'add', 'dc09.7E57', '--household', 'h0011', '--protocol', 'dc09')
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	panel.send(dc09('"ADM-CID"0001L0#7E57[#7E57|1110 01 003]'))
	assert.match(await panel.reply(), /^"ACK"0001/)

	await ok(cell, 'device', 'add', 'watch.8812345678', '--household', 'h0012', '--protocol', 'watch')
	const w = await Watch.connect(t, cell.daemon.ports.watch)
	w.send(watch('8812345678', 'LK'))
	assert.match(await w.reply(), /LK\]$/)

	const list = (await ok(cell, 'device', 'list', '--household', 'h0010', '--json')).trim().split('\n').map((line) => JSON.parse(line))
	assert.deepEqual(list.map((d) => [d.device, d.protocol, d.state, d.has_key]), [['d0010', 'native', 'in_service', true], ['new1', 'native', 'commissioning', true]])
	const shown = await ok(cell, 'device', 'show', 'new1')
	assert.match(shown, /new1 +h0010 +native +home-2 +commissioning +yes/)
	assert.ok(!shown.includes(key) && !(await ok(cell, 'device', 'list')).includes(key), 'a key is printed once')

	// Another key: the old one opens nothing any more.
	const next = keyOf(await ok(cell, 'device', 'key', 'new1'))
	assert.notEqual(next, key)
	await until(async () => (await Unit.connect(t, cell.daemon, { device: 'new1', key: next, household: 'h0010' }).catch(() => null)) !== null, { what: 'the new key opens' })
	await assert.rejects(Unit.connect(t, cell.daemon, { device: 'new1', key, household: 'h0010' }))

	// A panel that gets a key is not served in plain any more.
	await ok(cell, 'device', 'key', 'dc09.7E57', '--key', '00112233445566778899aabbccddeeff')
	panel.send(dc09('"NULL"0000L0#7E57[]'))
	assert.deepEqual(await panel.sync('2468'), [])

	assert.match(await ok(cell, 'device', 'retire', 'new1'), /out of service/)
	assert.match(await ok(cell, 'device', 'show', 'new1'), /retired/)
})

test('one device is shown with its health and its history; on test its button rings nobody', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const home = cell.homes.find((h) => h.household === 'h0009')
	const show = async () => JSON.parse(await ok(cell, 'device', 'show', home.device, '--json'))
	const unit = await Unit.connect(t, cell.daemon, home)

	await unit.beat({ batteryPct: 41 })
	await until(async () => (await show()).battery_pct === 41, { what: 'what it says of itself' })
	const shown = await show()
	assert.ok(shown.last_heard_ms > Date.now() - 600_000 && !shown.silent)
	assert.equal(shown.firmware, '1')
	assert.equal(shown.state, 'in_service')

	await ok(cell, 'device', 'test', home.device, '--minutes', '10')
	await caughtUp(cell)
	assert.equal((await unit.ack(unit.press({ kind: common.Kind.SOS }))).incident, 0n, 'a press is a trial')
	await ok(cell, 'device', 'test', home.device, '--minutes', '0')
	await caughtUp(cell)
	assert.notEqual((await unit.ack(unit.press({ kind: common.Kind.SOS }))).incident, 0n, 'and then a call')
	await ok(cell, 'device', 'retire', home.device)
	const { history, state } = await show()
	assert.equal(state, 'retired')
	assert.deepEqual([history[0].what, history[0].number], ['state', 4])
	assert.ok(history.some((h) => h.what === 'set' && h.number === 10) && history.some((h) => h.what === 'sos' && h.record.startsWith('incident:')))
	assert.ok(history.every((h, i) => i === 0 || h.at_ms <= history[i - 1].at_ms), `newest first: ${JSON.stringify(history)}`)
	assert.match(await ok(cell, 'device', 'show', home.device), /battery +\d+ %[^]*history[^]*sos/)

	await ok(cell, 'device', 'add', 'new2', '--household', 'h0010', '--protocol', 'native')
	assert.deepEqual(JSON.parse(await ok(cell, 'device', 'show', 'new2', '--json')).history.map((h) => h.what), ['bound', 'entered'])
	await refused(cell, /no such device/, 'device', 'test', 'nothing')
})

test('a unit without a key of its own is entered with a token', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: { listen: { devices: { tls: false } } } })
	const household = cell.homes[0].household
	const greet = async (token) => {
		const home = await Home.connect(t, cell.daemon.ports.devices)
		home.send(hello({ device: 'new2', token: Buffer.from(token, 'hex') }))
		await until(() => home.heard.length > 0, { what: 'an answer to Hello' })
		home.end()
		return home.heard[0].type
	}

	await ok(cell, 'device', 'add', 'new2', '--household', household, '--protocol', 'native')
	const token = keyOf(await ok(cell, 'device', 'token', 'new2'))
	assert.match(token, /^[0-9a-f]{64}$/)
	await until(async () => (await greet(token)) === 'welcome', { what: 'the token opens' })
	assert.equal(await greet('00'.repeat(32)), 'refuse')
	// Another one, which the maker has given it: the first opens nothing any more.
	await ok(cell, 'device', 'token', 'new2', '--key', '00112233445566778899aabbccddeeff')
	await until(async () => (await greet('00112233445566778899aabbccddeeff')) === 'welcome', { what: 'the new token opens' })
	assert.equal(await greet(token), 'refuse')
	await refused(cell, /32 to 128 hex digits/, 'device', 'token', 'new2', '--key', '0011')
	await refused(cell, /only native/, 'device', 'token', 'watch.8800000006')
	await refused(cell, /no such device/, 'device', 'token', 'nobody')
})

test('what can not be entered is refused with the reason, and nothing changes', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const before = await ok(cell, 'device', 'list')

	await refused(cell, /there already/, 'device', 'add', 'd0010', '--household', 'h0010', '--protocol', 'native')
	await refused(cell, /no such household/, 'device', 'add', 'x1', '--household', 'h9999', '--protocol', 'native')
	await refused(cell, /a protocol is native, dc09, watch or webhook/, 'device', 'add', 'x1', '--household', 'h0010', '--protocol', 'manual')
	await refused(cell, /dc09\.ACCOUNT/, 'device', 'add', 'panel7', '--household', 'h0010', '--protocol', 'dc09')
	await refused(cell, /dc09\.ACCOUNT/, 'device', 'add', 'dc09.12ab', '--household', 'h0010', '--protocol', 'dc09')
	await refused(cell, /watch\.NUMBER/, 'device', 'add', 'watch.12x', '--household', 'h0010', '--protocol', 'watch')
	await refused(cell, /hex digits/, 'device', 'add', 'x1', '--household', 'h0010', '--protocol', 'native', '--key', 'abcd')
	await refused(cell, /hex digits/, 'device', 'add', 'dc09.1', '--household', 'h0010', '--protocol', 'dc09', '--key', 'zz'.repeat(16))
	await refused(cell, /no key/, 'device', 'key', 'watch.8800000005', '--key', '00'.repeat(32))
	await refused(cell, /no such device/, 'device', 'show', 'nobody')
	await refused(cell, /1 to 31/, 'device', 'show', 'two words')
	assert.equal((await ctl(cell, 'device', 'show')).code, 2)
	assert.equal((await ctl(cell, 'device', 'show', 'a', 'b')).code, 2)
	assert.equal(await ok(cell, 'device', 'list'), before)
})

test('every alarm that was received can be read back with its raw bytes', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const w = await Watch.connect(t, cell.daemon.ports.watch)
	const frame = dc09('"ADM-CID"0042L0#2468[#2468|1101 01 001]')
	const sos = watch('8800000006', 'AL,221126,052156,V,0.0,N,0.0,E,0,0,0,0,90,82,1200,0,00010000,0,0')
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0009'))

	panel.send(frame)
	await panel.reply()
	w.send(sos)
	await w.reply()
	await unit.ack(unit.press({ kind: common.Kind.FALL }))
	const alarms = (await ok(cell, 'alarms', '--json')).trim().split('\n').map((line) => JSON.parse(line))
	assert.deepEqual(alarms.map((a) => [a.device, a.protocol, a.kind]), [['dc09.2468', 'dc09', 'sos'], ['watch.8800000006', 'watch', 'sos'], ['d0009', 'native', 'fall']])
	assert.equal(alarms[0].raw_hex, frame.toString('hex'))
	assert.equal(alarms[1].raw, sos.toString())
	assert.ok(alarms[2].raw_hex.length > 20 && alarms.every((a) => a.record.startsWith('incident:') && !a.restore))
	assert.deepEqual(alarms.map((a) => [a.zone, a.code, a.raised_ms]).slice(0, 2), [[1, 'E101', 0], [16, 'AL:00010000', Date.UTC(2026, 10, 22, 5, 21, 56)]])
	assert.equal(new Set(alarms.map((a) => a.id)).size, 3)
	assert.ok(alarms.every((a) => /^[0-9a-f]{16}$/.test(a.id) && a.received_ms > 0 && Math.abs(a.stored_ms - a.received_ms) < 60_000))
	// From a time on, from an entry on, and no more than asked for.
	const lines = async (...args) => (await ok(cell, 'alarms', ...args)).split('\n').filter((line) => line !== '')
	assert.equal((await lines('--since', String(alarms[1].stored_ms))).length, alarms.filter((a) => a.stored_ms >= alarms[1].stored_ms).length)
	for (const [since, count] of [['1d', 3], ['30m', 3], ['2001-01-01', 3], ['2001-01-01 08:30', 3], ['2001-01-01T08:30:05Z', 3], ['2199-01-01', 0], [String(alarms[2].stored_ms + 1), 0]])
		assert.equal((await lines('--since', since, '--json')).length, count, since)
	for (const wrong of ['', '7', 'yesterday', '2026-13-01', '5x', '30 m']) await refused(cell, /--since takes a time/, 'alarms', '--since', wrong)
	assert.deepEqual(await lines('--from', String(alarms[1].entry), '--count', '1', '--json'), [JSON.stringify(alarms[1])])
	assert.equal((await lines('--from', String(alarms[1].entry))).length, 2)
	assert.match((await lines())[0], / dc09\.2468 dc09 sos [0-9a-f]{16} incident:[0-9a-f]{16} \\x0a/)
	await refused(cell, /number of a log entry/, 'log', '--since', '2h')
})
