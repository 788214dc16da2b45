// Hostile peers, with real sockets: one address that opens thousands of connections, senders that never finish, garbage, huge
// lengths, units that connect or press without end. Each time a neighbour's press is acknowledged meanwhile, what happened is
// counted, memory stays bounded, and no line of the log holds anything about a person.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import test from 'node:test'

import { Crowd, logIsClean, memoryKb } from '../harness/crowd.mjs'
import { alarm, dc09, heartbeat, hello, Home, KIND, Panel, REFUSE, watch, Watch } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { randomId } from '../harness/proto.mjs'
import { Unit } from '../harness/unit.mjs'

// Of a test build, whose sanitizers keep what was freed for a while: far from what the daemon itself needs.
const GROWTH_MAX_KB = 400 * 1024
const PORTS = ['devices', 'dc09', 'watch']
const LIMITS = { devices: 1200, dc09: 600, watch: 600, strangers: 400, devices_per_address: 5000 }
const PLAIN = { listen: { devices: { tls: false } } }
const MARK = 'NOTE-MARK'

const metric = (cell, name) => cell.daemon.metric(`pingan_${name}`)

/** A panel that the registry has, and that said so. */
async function knownPanel(t, cell, account = '2468') {
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	panel.send(dc09(`"NULL"0000L0#${account}[]`))
	assert.match(await panel.reply(), /^"ACK"0000/)
	return panel
}

/** A new neighbour comes, presses, and is told; so is one that was there. */
async function served(t, cell, neighbour) {
	const other = await Unit.connect(t, cell.daemon, cell.homes[1])
	await other.ack(other.press())
	other.end()
	await neighbour.ack(neighbour.press())
}

test('one address opens thousands of connections to each port, and its neighbours are served', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits: LIMITS } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const panel = await knownPanel(t, cell)
	const before = memoryKb(cell)

	for (const port of PORTS) {
		const crowd = new Crowd(t, cell.daemon.ports[port], '127.7.7.7')
		await crowd.open(2000)
		await until(() => crowd.closed >= 1500, { what: `most of them are sent away from ${port}` })
		// Who is known stays, though it says nothing; who comes new from elsewhere comes in.
		await served(t, cell, unit)
		;(await knownPanel(t, cell, '1001')).end()
		assert.ok(!panel.closed)
		assert.ok((await metric(cell, 'device_strangers')) <= PORTS.length * LIMITS.strangers + 64)
		// And so does an honest one behind the very address, once the others have had their time.
		await cell.daemon.control('advance 2100')
		const honest = new Crowd(t, cell.daemon.ports.dc09, '127.7.7.7')
		await honest.open(1, dc09('"NULL"0000L0#1001[]'))
		await until(() => honest.sockets[0].bytesRead > 0, { what: 'an answer to a panel behind the same address' })
	}
	assert.ok((await metric(cell, 'device_connections_refused_total')) + (await metric(cell, 'device_shed_total')) >= 4500)
	assert.ok(memoryKb(cell) - before < GROWTH_MAX_KB, `grew by ${memoryKb(cell) - before} KiB`)
	panel.send(dc09('"ADM-CID"0001L0#2468[#2468|1101 01 001]'))
	assert.match(await panel.reply(), /^"ACK"0001/)
	logIsClean(cell)
})

test('an address at its bound gives up its strangers, never a unit that is known', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits: { ...LIMITS, devices_per_address: 20 } } })
	const panel = await knownPanel(t, cell)
	const crowd = new Crowd(t, cell.daemon.ports.dc09)

	await crowd.open(30)
	await until(() => crowd.closed === 11, { what: 'those over the bound are refused' })
	await cell.daemon.control('advance 2100')
	const late = await knownPanel(t, cell, '1001')
	assert.equal(await metric(cell, 'device_shed_total'), 1)
	assert.ok(!panel.closed && !late.closed)
})

test('senders that never finish: handshake, first words, half a frame', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits: LIMITS } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const panel = await knownPanel(t, cell)
	const slow = await knownPanel(t, cell, '1001')

	// A handshake of which one byte came, and nobody ever says more.
	const shy = new Crowd(t, cell.daemon.ports.devices)
	await shy.open(200, Buffer.from([0x16]))
	// Strangers that say nothing, or something harmless now and then.
	const mute = new Crowd(t, cell.daemon.ports.dc09)
	await mute.open(100)
	const dull = new Crowd(t, cell.daemon.ports.watch)
	await dull.open(100, '\r\n')
	await served(t, cell, unit)
	slow.send(dc09('"ADM-CID"0001L0#1001[#1001|1101 01 001]').subarray(0, 25))

	const later = async (seconds) => {
		for (let s = 0; s < seconds; s += 3) {
			await cell.daemon.control('advance 3000')
			dull.say('\r\n')
			await unit.beat()
		}
	}
	await later(12)
	await until(() => shy.closed === 200, { what: 'whoever did not finish its handshake is gone' })
	await later(54)
	await until(() => mute.closed === 100 && dull.closed === 100, { what: 'whoever did not get on is gone' })
	await slow.gone()
	assert.ok(!panel.closed, 'a known panel may be silent')
	assert.ok((await metric(cell, 'device_timeouts_total')) >= 401)
	assert.equal(await metric(cell, 'device_kept_bytes'), 0)
	await served(t, cell, unit)
	for (const why of ['handshake', 'stranger', 'half_a_frame']) await cell.daemon.child.logged(new RegExp(`ev=DEVICE_SILENT .*reason=${why}`))
	logIsClean(cell)
})

test('half a frame on the plain native link ends it; whole ones sent byte by byte do not', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: PLAIN })
	const [slow, patient] = await Promise.all([0, 1].map((n) => Home.linked(t, cell.daemon.ports.devices, cell.tokens[n].device, { token: Buffer.from(cell.tokens[n].token, 'hex') })))

	slow.send(alarm({ id: 1n }).subarray(0, 5))
	for (const byte of alarm({ id: 2n })) {
		patient.send([byte])
		await cell.daemon.control('advance 1500')
	}
	await patient.next('ack')
	for (let s = 0; s < 60 && !slow.closed; s += 3) {
		await cell.daemon.control('advance 3000')
		await patient.sync()
	}
	await slow.gone()
	await patient.sync()
})

test('garbage and huge lengths on every port are counted and cut off', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits: LIMITS } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const before = memoryKb(cell)
	const noise = randomBytes(65536)
	const huge = {
		devices: [Buffer.from([0x16, 3, 1, 0xff, 0xff]), noise],
		dc09: [Buffer.from('\n00000FFF"ADM-CID"0001L0#2468['), Buffer.alloc(70000, 'A')],
		watch: [Buffer.from('[3G*1234567890*FFFF*AL,'), Buffer.alloc(70000, 'B')],
	}
	const crowds = []

	for (const port of PORTS) {
		for (const words of [noise, Buffer.concat(huge[port]), Buffer.from(`GET /${MARK} HTTP/1.1\r\nHost: ${MARK}\r\n\r\n`.repeat(200))]) {
			const crowd = new Crowd(t, cell.daemon.ports[port])
			await crowd.open(40, words)
			crowds.push(crowd)
		}
		await served(t, cell, unit)
	}
	// Too long for a watch is passed over; all else is no unit and goes.
	await until(() => crowds.filter((c) => c.port !== cell.daemon.ports.watch).every((c) => c.closed === 40), { what: 'they are cut off' })
	for (const name of ['device_handshakes_failed_total', 'dc09_bad_frame_total', 'watch_bad_frame_total']) assert.ok((await metric(cell, name)) > 0, name)
	assert.ok(memoryKb(cell) - before < GROWTH_MAX_KB, `grew by ${memoryKb(cell) - before} KiB`)
	await served(t, cell, unit)
	logIsClean(cell, [MARK])
})

test('garbage from a unit that has proved itself ends its link alone', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: PLAIN })
	const [good, bad] = await Promise.all([0, 1].map((n) => Home.linked(t, cell.daemon.ports.devices, cell.tokens[n].device, { token: Buffer.from(cell.tokens[n].token, 'hex') })))
	const known = await Watch.connect(t, cell.daemon.ports.watch)

	bad.send(Buffer.from([0xff, 0xff, 0xff]))
	assert.equal((await bad.next('refuse')).reason, REFUSE.BAD_FRAME)
	await bad.gone()
	// Text in every place that a panel or watch has for it.
	const panel = await knownPanel(t, cell)
	panel.send(dc09(`"SIA-DCS"0001L0#2468[#2468|Nri1/QA7^${MARK}^][I${MARK}][S${MARK}]`), dc09(`"${MARK}"0002L0#2468[${MARK}]`), Buffer.from(`\n00000010"${MARK}`))
	assert.match(await panel.reply(), /^"ACK"0001/)
	known.send(watch('9999999999', `AL,${MARK}`), watch('9999999999', `${MARK},${MARK}`))
	good.send(alarm({ id: 7n, kind: KIND.FALL }))
	await good.next('ack')
	logIsClean(cell, [MARK])
})

test('one unit connects without end: the others are served, and it is counted', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const again = []

	for (let n = 0; n < 60; n++) again.push(await Unit.connect(t, cell.daemon, cell.homes[2]))
	await served(t, cell, unit)
	assert.equal(await metric(cell, 'devices_replaced_total'), 59)
	await until(() => again.slice(0, -1).every((u) => u.closed), { what: 'only the newest link is left' })
	assert.ok(!again.at(-1).closed)
	assert.ok(again[0].heard.some((m) => m.case === 'refuse' && m.value.retryS === 30), 'the older is told to wait')
	logIsClean(cell)
})

test('a unit presses without end under new ids: one incident, read more slowly, the others served', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: PLAIN })
	const link = (n) => Home.linked(t, cell.daemon.ports.devices, cell.tokens[n].device, { token: Buffer.from(cell.tokens[n].token, 'hex') })
	const [wild, good] = [await link(0), await link(1)]
	const before = memoryKb(cell)

	for (let n = 0; n < 1500; n++) wild.send(alarm({ id: randomId() }))
	// Eight held ones in each of many heartbeats cost as much as eight presses.
	for (let n = 0; n < 100; n++) wild.send(heartbeat({ seq: n, held: Array.from({ length: 8 }, () => ({ id: randomId() })) }))
	good.send(alarm({ id: 1n }))
	await good.next('ack')
	await until(async () => (await metric(cell, 'devices_restless_total')) === 1, { what: 'it is held back' })
	const taken = await metric(cell, 'alarms_received_total')
	assert.ok(taken < 1500, `${taken} taken in at once`)
	assert.equal(await cell.redis.cli('scard', 'pa:set:incidents:open'), '2')
	assert.ok(memoryKb(cell) - before < GROWTH_MAX_KB)
	await cell.daemon.child.logged(/ev=DEVICE_RESTLESS/)
	assert.equal(cell.daemon.child.said(/ev=DEVICE_RESTLESS/).length, 1)
	wild.end()
	good.send(alarm({ id: 2n }))
	await good.next('ack')
	logIsClean(cell)
})

test('no descriptors for strangers are taken from the store: all ports full, Redis dies and comes back', async (t) => {
	const limits = { devices: 100, dc09: 20, watch: 20, screens: 20, web: 40, strangers: 200 }
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])

	// As many files as the limits need, and not one more.
	execFileSync('prlimit', ['--pid', String(cell.daemon.child.pid), `--nofile=${64 + 100 + 20 + 20 + 40}`])
	const crowds = await Promise.all(
		[...PORTS, 'web', 'admin'].map(async (port) => {
			const crowd = new Crowd(t, cell.daemon.ports[port], '127.7.7.7')
			await crowd.open(200)
			return crowd
		}),
	)
	await cell.redis.kill()
	await cell.redis.start()
	await unit.ack(unit.press())
	await served(t, cell, unit)
	for (const crowd of crowds) crowd.end()
	await until(async () => (await metric(cell, 'store_connects_total').catch(() => 0)) >= 2, { what: 'the daemon is with Redis again' })
	logIsClean(cell)
})
