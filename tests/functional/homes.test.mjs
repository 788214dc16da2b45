// pingan-sim homes --scenario: some hundred homes over two processes against a real daemon and a real Redis. Whatever the
// scenario, its numbers add up, and they are the daemon's own.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import test from 'node:test'

import { Cell, program } from '../harness/index.mjs'
import { create, device as proto, fromBinary, toBinary } from '../harness/proto.mjs'

const HOMES = 300
const PLAIN = { config: { listen: { devices: { tls: false } }, limits: { devices_per_address: 4 } } }

async function start(t, options = PLAIN) {
	const cell = await Cell.start(t, { ...options, demo: { homes: HOMES + 4 } }) // the first are panels
	cell.csv = (name) => path.join(cell.dir, `${name}.csv`)
	return cell
}

/** Plays it; {code, result, err}. The result is one line of JSON and nothing else. */
function play(t, cell, scenario, ...more) {
	const args = ['homes', '--scenario', scenario, '--devices', cell.csv('devices'), '--tokens', cell.csv('tokens'), '--count', HOMES, '--port', cell.daemon.ports.devices, '--processes', 2, '--spread', 0, '--seconds', 1]
	const child = spawn(program('pingan-sim'), [...args, ...(more.includes('--psk') ? [] : ['--plain']), ...more].map(String))
	let out = '', err = ''
	t.after(() => child.kill('SIGKILL'))
	child.stdout.on('data', (bytes) => (out += bytes))
	child.stderr.on('data', (bytes) => (err += bytes))
	return new Promise((resolve) => child.on('close', (code) => {
		const lines = out.split('\n').filter((line) => line !== '')
		assert.ok(lines.length <= 1, `one result, not ${out}`)
		resolve({ code, err, child, result: lines.length === 1 ? JSON.parse(lines[0]) : undefined })
	}))
}

function addsUp({ code, result: r, err }, homes = HOMES) {
	assert.equal(code, 0, err)
	assert.equal(r.ok, true, JSON.stringify(r))
	assert.equal(r.homes, homes)
	assert.equal(r.linked, homes)
	assert.equal(r.connects, homes + r.dropped + r.lost + r.failures)
	const { raised, stored, unstored, first_try: first, repeats } = r.alarms
	assert.equal(raised, stored + unstored)
	assert.equal(unstored, 0)
	assert.ok(stored - first <= repeats)
	assert.equal(r.press.count + r.technical.count + r.test.count, stored)
	assert.equal(r.beat.count, r.beats.answered)
	for (const times of ['connect', 'back', 'press', 'technical', 'test', 'beat']) {
		assert.ok(r[times].p50_ms <= r[times].p99_ms && r[times].p99_ms <= r[times].max_ms, times)
		assert.equal(r[times].count === 0, r[times].max_ms === 0, times)
	}
	return r
}

test('three hundred homes press at once: every press is stored, and the daemon counts as many', async (t) => {
	const cell = await start(t)
	const before = await cell.daemon.metric('pingan_alarms_stored_total')
	const r = addsUp(await play(t, cell, 'press-all'))
	assert.equal(r.press.count, HOMES)
	assert.equal((await cell.daemon.metric('pingan_alarms_stored_total')) - before, HOMES)
	assert.equal(Number(await cell.redis.cli('scard', 'pa:set:incidents:open')), HOMES)
})

test('each home comes from an address of its own', async (t) => {
	const cell = await start(t) // four links an address at most
	addsUp(await play(t, cell, 'connect'))
})

test('a power cut: every home reports it, and the presses among them are heard', async (t) => {
	const cell = await start(t)
	const r = addsUp(await play(t, cell, 'power-cut', '--presses', 12))
	assert.equal(r.press.count, 12)
	assert.equal(r.technical.count, HOMES)
	// Two sub-districts, one incident each; and the calls.
	const part = addsUp(await play(t, cell, 'power-cut', '--presses', 0, '--area', '440190001', '--seed', 2))
	assert.equal(part.press.count, 0)
	assert.ok(part.technical.count > 100 && part.technical.count < 200, `${part.technical.count} homes of one sub-district`)
})

test('all links drop and come back, with their own keys; who kept the link presses meanwhile', async (t) => {
	const cell = await start(t, { config: { limits: { devices_per_address: 4 } } })
	const r = addsUp(await play(t, cell, 'reconnect-storm', '--presses', 20, '--psk'))
	assert.equal(r.link, 'psk')
	assert.equal(r.dropped, HOMES - 20)
	assert.equal(r.back.count, HOMES - 20)
	assert.equal(r.press.count, 20)
})

test('an earthquake, a day of tests, heartbeats, and closed loops', async (t) => {
	const cell = await start(t)
	assert.equal(addsUp(await play(t, cell, 'earthquake', '--share', 10)).press.count, HOMES / 10)
	assert.equal(addsUp(await play(t, cell, 'daily-test')).test.count, HOMES)
	const beats = addsUp(await play(t, cell, 'beat', '--beats', 3))
	// Beats of the ordinary kind go on beside those that were asked for.
	assert.ok(beats.beats.sent >= 3 * HOMES && beats.beats.sent < 4 * HOMES, `${beats.beats.sent} beats`)
	assert.equal(beats.beats.answered, beats.beats.sent)
	assert.ok(addsUp(await play(t, cell, 'beat-loop', '--in-flight', 8, '--total', 400)).beats.answered >= 400)
	assert.equal(addsUp(await play(t, cell, 'press-loop', '--in-flight', 8, '--total', 100)).press.count, 100)
})

test('a server that says "not stored yet" of what it has acknowledged, and acknowledges it again, takes nothing back', async (t) => {
	const cell = await start(t)
	const framed = (what, value) => {
		const bytes = toBinary(proto.DownSchema, create(proto.DownSchema, { body: { case: what, value } }))
		assert.ok(bytes.length < 128)
		return Buffer.concat([Buffer.from([bytes.length]), bytes])
	}
	const heard = new Set()
	const server = net.createServer((socket) => {
		let input = Buffer.alloc(0)
		socket.on('error', () => {})
		socket.on('data', (bytes) => {
			input = Buffer.concat([input, bytes])
			while (input.length > 0 && input.length > input[0]) {
				const { body } = fromBinary(proto.UpSchema, input.subarray(1, 1 + input[0]))
				input = input.subarray(1 + input[0])
				if (body.case === 'hello') socket.write(framed('welcome', { version: 1, heartbeatS: 60 }))
				if (body.case !== 'alarm') continue
				const alarm = body.value.id
				const ack = framed('ack', { alarm, incident: 7n })
				// The first twice, the last never: a sim that counts the first twice would take them for all.
				heard.add(alarm)
				if (heard.size === 1) socket.write(Buffer.concat([ack, framed('status', { alarm, say: proto.Say.NOT_STORED }), ack]))
				else if (heard.size < HOMES) socket.write(ack)
			}
		})
	})
	await new Promise((listens) => server.listen(0, '127.0.0.1', listens))
	t.after(() => server.close())
	const { code, result: r } = await play(t, { ...cell, daemon: { ports: { devices: server.address().port } } }, 'press-all', '--processes', 1, '--timeout', 3)
	assert.deepEqual([code, r.ok, r.alarms.stored, r.alarms.unstored, r.press.count, r.bad], [1, false, HOMES - 1, 1, HOMES - 1, 0])
})

test('nobody listens: it says so, and ends by itself', async (t) => {
	const cell = await start(t)
	await cell.daemon.stop()
	const { code, result, err } = await play(t, cell, 'connect', '--timeout', 1)
	assert.equal(code, 1)
	assert.match(err, /linked: 0 of 300 homes/)
	assert.equal(result.ok, false)
	assert.equal(result.linked, 0)
	assert.ok(result.failures >= HOMES)
})

test('what cannot be is refused before anything starts', async (t) => {
	const cell = await start(t)
	assert.equal((await play(t, cell, 'flood')).code, 2)
	assert.equal((await play(t, cell, 'connect', '--processes', 65)).code, 2)
})
