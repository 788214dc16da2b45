// Hostile peers, with real sockets: one address that opens thousands of connections, senders that never finish, garbage, huge
// lengths, wrong keys. Each time a neighbour's press is acknowledged meanwhile, what happened is counted, the daemon's memory
// stays bounded, and no line of its log holds anything about a person.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import test from 'node:test'
import tls from 'node:tls'

import { alarm, dc09, hello, Home, KIND, Panel, REFUSE, watch, Watch } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { Unit } from '../harness/unit.mjs'

// Memory of a test build: sanitizers keep what was freed for a while, so that this is far from the daemon's own need.
const GROWTH_MAX_KB = 400 * 1024

const memoryKb = (cell) => Number(readFileSync(`/proc/${cell.daemon.child.pid}/status`, 'latin1').match(/^VmRSS:\s+(\d+)/m)[1])
const metric = (cell, name) => cell.daemon.metric(`pingan_${name}`)

/** Plain sockets to a port, from one address; those that the daemon closes are counted. */
class Crowd {
	sockets = []
	closed = 0

	constructor(t, port, from = '127.0.0.1') {
		Object.assign(this, { port, from })
		t.after(() => this.end())
	}

	/** `n` more; resolves when each has connected or was refused. */
	async open(n, say = null) {
		for (let left = n; left > 0; left -= 200) await Promise.all(Array.from({ length: Math.min(left, 200) }, () => this.#one(say)))
	}

	#one(say) {
		return new Promise((resolve) => {
			const socket = connect({ host: '127.0.0.1', port: this.port, localAddress: this.from })
			this.sockets.push(socket)
			socket.on('error', () => {})
			socket.on('data', () => {})
			socket.on('connect', () => {
				if (say) socket.write(say)
				resolve()
			})
			socket.on('close', () => {
				this.closed++
				resolve()
			})
		})
	}

	end() {
		for (const socket of this.sockets) socket.destroy()
	}
}

/** Everything of the demo's people and homes that no log may hold. */
function planted(cell) {
	const texts = ['13800', '陈', '李', '张']
	const lines = cell.daemon.child.lines.join('\n')
	for (const text of texts) assert.ok(!lines.includes(text), `the log holds ${text}`)
}

const certificate = (dir) => {
	const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(dir, name))
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' })
	return { key, cert }
}

test('one address opens thousands of connections to each port, and its neighbours are served', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { limits: { devices: 1200, dc09: 600, watch: 600, strangers: 400, devices_per_address: 5000 } } })
	const before = memoryKb(cell)
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	panel.send(dc09('"NULL"0000L0#2468[]'))
	await panel.reply()

	for (const port of ['devices', 'dc09', 'watch']) {
		const crowd = new Crowd(t, cell.daemon.ports[port], '127.7.7.7')
		await crowd.open(2000)
		await until(() => crowd.closed >= 1500, { what: `most of them are sent away from ${port}` })
		// Who is known stays, also while it says nothing; who comes new from elsewhere comes in.
		assert.equal(unit.closed, false)
		assert.equal(panel.closed, false)
		const other = await Unit.connect(t, cell.daemon, cell.homes[1])
		await other.ack(other.press())
		other.end()
		await unit.ack(unit.press())
		const late = await Panel.connect(t, cell.daemon.ports.dc09)
		late.send(dc09('"NULL"0000L0#1001[]'))
		assert.match(await late.reply(), /^"ACK"/)
		late.end()
		// And so does an honest unit behind the very address, once the others have had their time.
		await cell.daemon.control('advance 2100')
		assert.ok((await metric(cell, 'device_strangers')) <= 3 * 400 + 64)
	}
	assert.ok((await metric(cell, 'device_connections_refused_total')) + (await metric(cell, 'device_shed_total')) >= 4500)
	assert.ok(memoryKb(cell) - before < GROWTH_MAX_KB, `grew by ${memoryKb(cell) - before} KiB`)
	panel.send(dc09('"ADM-CID"0001L0#2468[#2468|1101 01 001]'))
	assert.match(await panel.reply(), /^"ACK"0001/)
	assert.ok(cell.daemon.child.said(/ev=(DEVICE_SHED|DEVICE_REFUSED)/).length < 200, 'the log is bounded')
	planted(cell)
})
