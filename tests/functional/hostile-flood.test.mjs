// Floods, with real sockets: 10,000 connections from one address, handshakes that stop half-way, datagrams from thousands of
// ports, bytes that come one a second. What the daemon needs for it is measured against a stated bound.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { connect, createServer } from 'node:net'
import test from 'node:test'
import tls from 'node:tls'

import { Crowd, grownKb, logIsClean } from '../harness/crowd.mjs'
import { dc09, Panel, watch, Watch } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { Unit } from '../harness/unit.mjs'

const MIB = 1024
const metric = (cell, name) => cell.daemon.metric(`pingan_${name}`)

/** The first words of a unit's handshake, as they go over the wire. */
async function clientHello(t, { device, key }) {
	const said = []
	const server = createServer((socket) => socket.on('data', (bytes) => said.push(bytes)).on('error', () => {})).listen(0, '127.0.0.1')
	t.after(() => server.close())
	await until(() => server.listening)
	const socket = tls.connect({
		host: '127.0.0.1',
		port: server.address().port,
		minVersion: 'TLSv1.3',
		ciphers: 'TLS_AES_128_GCM_SHA256',
		checkServerIdentity: () => undefined,
		pskCallback: () => ({ psk: Buffer.from(key, 'hex'), identity: device }),
	})
	socket.on('error', () => {})
	const whole = () => {
		const bytes = Buffer.concat(said)
		return bytes.length > 5 && bytes.length >= 5 + bytes.readUInt16BE(3) ? bytes : null
	}
	const bytes = await until(whole, { what: 'a ClientHello' })
	socket.destroy()
	return bytes
}

async function panelOf(t, cell, account = '2468') {
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	panel.send(dc09(`"NULL"0000L0#${account}[]`))
	assert.match(await panel.reply(), /^"ACK"0000/)
	return panel
}

/** Who is there presses and is told; so is who comes now. */
async function served(t, cell, unit) {
	const other = await Unit.connect(t, cell.daemon, cell.homes[1])
	await other.ack(other.press())
	other.end()
	await unit.ack(unit.press())
}

test('10,000 connections from one address: bounded, and the neighbours are served all the while', async (t) => {
	const limits = { devices: 12000, dc09: 1000, watch: 1000, devices_per_address: 5000, strangers: 4096 }
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const panel = await panelOf(t, cell)
	const grown = grownKb(cell)
	const crowd = new Crowd(t, cell.daemon.ports.devices, '127.7.7.7')
	let done = false
	let presses = 0

	const flood = crowd.open(10000).then(() => (done = true))
	while (!done) {
		await unit.ack(unit.press())
		presses++
	}
	await flood
	assert.ok(presses > 0)
	// No place of a known unit was taken, and no more strangers stay than may.
	await until(() => crowd.closed >= 10000 - limits.strangers - 64, { what: 'who is over the bound is sent away' })
	await served(t, cell, unit)
	assert.ok(!panel.closed)
	assert.ok((await metric(cell, 'device_strangers')) <= limits.strangers + 64)
	assert.ok((await metric(cell, 'device_connections_refused_total')) + (await metric(cell, 'device_shed_total')) >= 10000 - limits.strangers - 64)
	t.diagnostic(`grew by ${grown()} KiB`)
	assert.ok(grown() < 96 * MIB, `grew by ${grown()} KiB`)
	// And it lets go of them by itself.
	await cell.daemon.control('advance 11000')
	await until(() => crowd.closed === 10000, { what: 'handshakes that never began are ended' })
	logIsClean(cell)
})

test('handshakes that stop half-way, with the id of a real unit: its own link stays, memory is bounded', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits: { devices: 3000, strangers: 1500 } } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const hello = await clientHello(t, cell.homes[0])
	const grown = grownKb(cell)

	// The first words are true: somebody has listened in. The daemon answers, and waits for the proof.
	const half = new Crowd(t, cell.daemon.ports.devices, '127.7.7.8')
	await half.open(2000, hello)
	await until(() => half.sockets.some((s) => s.bytesRead > 0), { what: 'the daemon answers a ClientHello' })
	await served(t, cell, unit)
	assert.ok(!unit.closed, 'a handshake without its end replaces nobody')
	assert.equal(await metric(cell, 'devices_replaced_total'), 0)
	assert.ok((await metric(cell, 'device_strangers')) <= 1500 + 64)
	t.diagnostic(`grew by ${grown()} KiB`)
	assert.ok(grown() < 160 * MIB, `grew by ${grown()} KiB`)
	await cell.daemon.control('advance 11000')
	await until(() => half.closed === 2000, { what: 'nobody waits for ever for the end of a handshake' })
	assert.ok((await metric(cell, 'device_timeouts_total')) > 0)
	await served(t, cell, unit)
	logIsClean(cell)
})

test('datagrams from thousands of ports: panels that are known keep their place', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits: { dc09: 300 } } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const heard = []
	const port = cell.daemon.ports.dc09
	const panel = createSocket('udp4').on('message', (bytes) => heard.push(bytes.subarray(9, -1).toString('latin1')))
	const say = (socket, bytes) => new Promise((done) => socket.send(bytes, port, '127.0.0.1', () => done()))
	const answered = async (seq) => {
		// Datagrams may be lost: a panel says it again.
		const yes = async () => {
			await say(panel, dc09(`"ADM-CID"${seq}L0#2468[#2468|1101 01 001]`))
			await until(() => heard.some((text) => text.startsWith(`"ACK"${seq}`)), { what: 'an answer', limitMs: 1000 }).catch(() => {})
			return heard.some((text) => text.startsWith(`"ACK"${seq}`))
		}
		await until(yes, { what: `an answer to ${seq}` })
	}
	t.after(() => panel.close())

	await answered('0001')
	const grown = grownKb(cell)
	const words = [Buffer.from('\n'), Buffer.alloc(1400, 'A'), dc09('"NULL"0000L0#FFFF[]'), Buffer.from('\n2F15003B"ADM-CID"0001L0#2468['), Buffer.alloc(0)]
	const flood = async () => {
		const crowd = Array.from({ length: 150 }, () => createSocket('udp4'))
		await Promise.all(crowd.map((socket, i) => say(socket, words[i % words.length])))
		for (const socket of crowd) socket.close()
		return (await metric(cell, 'dc09_datagrams_total')) >= 2000 && (await metric(cell, 'dc09_peers_shed_total')) >= 1000
	}
	// However many of them the kernel drops.
	await until(flood, { what: 'a flood has been read', limitMs: 120_000 })
	await answered('0002')
	await served(t, cell, unit)
	t.diagnostic(`grew by ${grown()} KiB`)
	assert.ok(grown() < 64 * MIB, `grew by ${grown()} KiB`)
	logIsClean(cell)
})

/** Says `bytes`, one each second of the daemon's clock or as often as is said, to each port at once. Resolves when all is said or nobody listens. */
async function dribble(cell, links, everyMs = 1000) {
	for (let second = 0; second < 90; second++) {
		for (const { socket, bytes } of links) if (second < bytes.length && socket.writable) socket.write(bytes.subarray(second, second + 1))
		await cell.daemon.control(`advance ${everyMs}`)
		// A turn of the second's tick and of the sockets.
		await cell.daemon.metric('pingan_device_strangers')
	}
}

test('one byte a second at every port of units: cut off in time, and nobody waits for it', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const hello = await clientHello(t, cell.homes[2])
	const open = (port) => {
		const socket = connect(cell.daemon.ports[port], '127.0.0.1').on('error', () => {})
		t.after(() => socket.destroy())
		return socket
	}
	const many = (port, bytes) => Array.from({ length: 20 }, () => ({ port, socket: open(port), bytes }))
	const links = [
		...many('devices', hello),
		...many('dc09', dc09(`"SIA-DCS"0001L0#2468[#2468|NQA1^${'x'.repeat(60)}^]`)),
		...many('watch', watch('1234567890', `AL,${'1,'.repeat(60)}`)),
	]
	const grown = grownKb(cell)
	let beats = 0

	const slow = dribble(cell, links).then(() => (beats = -1))
	while (beats >= 0) {
		await unit.beat()
		await unit.ack(unit.press())
		if (beats >= 0) beats++
	}
	await slow
	await until(() => links.every(({ socket }) => socket.destroyed || socket.readableEnded), { what: 'all of them are cut off' })
	assert.ok((await metric(cell, 'device_timeouts_total')) >= links.length)
	await served(t, cell, unit)
	assert.ok(grown() < 64 * MIB, `grew by ${grown()} KiB`)
	logIsClean(cell)
})

test('a whole frame is taken however slowly it comes within a minute', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const panel = await panelOf(t, cell)
	const known = await Watch.connect(t, cell.daemon.ports.watch)
	const links = [
		{ socket: panel.socket, bytes: dc09('"ADM-CID"0001L0#2468[#2468|1101 01 001]') },
		{ socket: known.socket, bytes: watch('1234567890', 'LK,1,2,90') },
	]

	// What this machine takes for it comes on top.
	await dribble(cell, links, 500)
	assert.match(await panel.reply(), /^"ACK"0001/)
	assert.equal(await metric(cell, 'watch_frames_total'), 1)
	assert.equal(await cell.redis.cli('scard', 'pa:set:incidents:open'), '1')
})
