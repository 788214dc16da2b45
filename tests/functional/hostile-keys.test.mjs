// Who is not who it says: wrong keys, wrong tokens, ids by the thousand, and true words said again by somebody who listened in.
// None of it opens a door, rings a second time, or moves the unit whose id it bears; each is counted; nothing of it is in the log.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connect, createServer } from 'node:net'
import test from 'node:test'

import { grownKb, logIsClean } from '../harness/crowd.mjs'
import { dc09, Home, hello, Panel, REFUSE, watch, Watch } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { Unit } from '../harness/unit.mjs'

const PLAIN = { listen: { devices: { tls: false } } }
const metric = (cell, name) => cell.daemon.metric(`pingan_${name}`)
const openCalls = async (cell) => Number(await cell.redis.cli('scard', 'pa:set:incidents:open'))

async function served(t, cell, unit) {
	const other = await Unit.connect(t, cell.daemon, cell.homes[1])
	await other.ack(other.press())
	other.end()
	await unit.ack(unit.press())
}

test('wrong keys: nobody comes in, the unit of that id stays, and it is counted', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const secret = randomBytes(32).toString('hex')
	const tries = 200

	for (let n = 0; n < tries; n += 20) {
		const round = Array.from({ length: 20 }, (_, i) => ({ device: i % 2 ? cell.homes[0].device : `nobody${n + i}`, key: secret }))
		const ends = await Promise.allSettled(round.map((home) => Unit.connect(t, cell.daemon, home)))
		for (const end of ends) assert.equal(end.status, 'rejected')
	}
	assert.equal(await metric(cell, 'device_handshakes_failed_total'), tries)
	assert.equal(await metric(cell, 'devices_replaced_total'), 0)
	assert.ok(!unit.closed)
	await served(t, cell, unit)
	logIsClean(cell, [secret, cell.homes[0].key])
})

test('wrong tokens and ids that nobody has fail alike', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: PLAIN })
	const { device, token } = cell.tokens[0]
	const unit = await Home.linked(t, cell.daemon.ports.devices, device, { token: Buffer.from(token, 'hex') })
	const guess = randomBytes(32)

	for (let n = 0; n < 100; n++) {
		const stranger = await Home.connect(t, cell.daemon.ports.devices)
		stranger.send(hello({ device: n % 2 ? device : `nobody${n}`, token: n % 3 ? guess : undefined }))
		const { reason } = await stranger.next('refuse')
		assert.equal(reason, REFUSE.BAD_IDENTITY)
		await stranger.gone()
	}
	assert.equal(await metric(cell, 'devices_refused_total'), 100)
	assert.equal(await metric(cell, 'devices_replaced_total'), 0)
	await unit.sync()
	logIsClean(cell, [token, guess.toString('hex'), guess.toString('latin1')])
})

test('panels and watches that nobody knows, by the thousand: shown up to a bound, and no known home waits', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const bracelet = await Watch.connect(t, cell.daemon.ports.watch)
	const grown = grownKb(cell)

	for (let n = 0; n < 2000; n++) panel.send(dc09(`"ADM-CID"0001L0#${(0xa0000 + n).toString(16)}[#${(0xa0000 + n).toString(16)}|1101 01 001]`))
	for (let n = 0; n < 500; n++) bracelet.send(watch(String(7000000000 + n), 'AL,220414,134652,A,22.5,N,113.9,E,5,0,0,6,100,60,0,50,00010000'))
	await served(t, cell, unit)
	await until(async () => (await metric(cell, 'alarms_unknown_device_total')) >= 1000, { what: 'they have been looked at' })
	await served(t, cell, unit)
	// Nobody is answered whom nobody knows: its unit goes on trying, here and elsewhere.
	assert.equal(panel.frames.length, 0)
	assert.equal(bracelet.frames.length, 0)
	// Those that were on their way to the store together come on top of the bound: the more, the slower the disk is.
	assert.ok((await openCalls(cell)) <= 1000, 'quarantine is bounded')
	assert.ok(grown() < 128 * 1024, `grew by ${grown()} KiB`)
	logIsClean(cell)
})

/** Between a unit and the daemon, with open ears. */
async function listener(t, port) {
	const said = []
	const server = createServer((near) => {
		const far = connect(port, '127.0.0.1')
		for (const s of [near, far]) s.on('error', () => {}).on('close', () => (near.destroy(), far.destroy()))
		near.on('data', (bytes) => (said.push(Buffer.from(bytes)), far.write(bytes)))
		far.pipe(near)
	}).listen(0, '127.0.0.1')
	t.after(() => server.close())
	await until(() => server.listening)
	return { port: server.address().port, said }
}

test('a whole native call said again by who listened in opens nothing', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const ear = await listener(t, cell.daemon.ports.devices)
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0], { port: ear.port })

	await unit.ack(unit.press())
	const stored = await metric(cell, 'alarms_stored_total')
	const received = await metric(cell, 'alarms_received_total')
	for (let n = 0; n < 20; n++) {
		const again = connect(cell.daemon.ports.devices, '127.0.0.1').on('error', () => {})
		t.after(() => again.destroy())
		again.resume()
		for (const bytes of ear.said) again.write(bytes)
		await until(() => again.destroyed || again.readableEnded, { what: 'it is hung up on' })
	}
	assert.equal(await metric(cell, 'device_handshakes_failed_total'), 20)
	assert.equal(await metric(cell, 'alarms_received_total'), received)
	assert.equal(await metric(cell, 'alarms_stored_total'), stored)
	assert.equal(await metric(cell, 'devices_replaced_total'), 0)
	assert.ok(!unit.closed)
	await served(t, cell, unit)
	logIsClean(cell)
})

test('a panel\'s words said again, a thousand times and from elsewhere: answered, and nobody rings twice', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const words = dc09('"ADM-CID"0001L0#2468[#2468|1101 01 001]_08:30:00,11-22-2026')

	panel.send(words)
	assert.match(await panel.reply(), /^"ACK"0001/)
	const stored = await metric(cell, 'alarms_stored_total')
	for (let n = 0; n < 10; n++) {
		const thief = await Panel.connect(t, cell.daemon.ports.dc09)
		for (let k = 0; k < 100; k++) thief.send(words)
		assert.match(await thief.reply(), /^"ACK"0001/)
		thief.end()
	}
	assert.equal(await metric(cell, 'alarms_stored_total'), stored)
	assert.equal(await openCalls(cell), 1)
	// A press of the panel's own raises the same call.
	panel.send(dc09('"ADM-CID"0002L0#2468[#2468|1101 01 001]'))
	assert.match(await panel.reply(), /^"ACK"0002/)
	assert.equal(await metric(cell, 'alarms_stored_total'), stored + 1)
	assert.equal(await openCalls(cell), 1)
	await served(t, cell, unit)
	logIsClean(cell)
})
