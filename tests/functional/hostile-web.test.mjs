// Hostile peers at the web port, with and without TLS, and on the WebSocket: floods from one address, handshakes and requests
// that never end, garbage, huge lengths. A console that comes meanwhile is let in, a press rings on it, what happened is
// counted, memory is bounded, and the log says nothing of what they said.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Duplex } from 'node:stream'
import test from 'node:test'
import tls from 'node:tls'

import { Crowd, grownKb, logIsClean } from '../harness/crowd.mjs'
import { Cell, DEMO_PASSWORD, folder, until } from '../harness/index.mjs'
import { cookieOf, post, request } from '../harness/http.mjs'
import { common } from '../harness/proto.mjs'
import { frameOf, RawWs } from '../harness/rawws.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'
import { press, Vendors } from '../harness/vendor.mjs'

const MIB = 1024
const MARK = 'NOTE-MARK'
const PHONE = '13800138000'
const LIMITS = { web: 400, screens: 100 }

const metric = (cell, name) => cell.daemon.metric(`pingan_${name}`)

/** A console that comes now, and a press that rings on it. */
async function rings(t, cell, home = 0) {
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, cell.homes[home])
	await unit.ack(unit.press())
	await desk.row((r) => r.kind === common.Kind.SOS)
	unit.end()
	return desk
}

test('one address opens thousands of connections to the web port: consoles come in, presses ring, health is told', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20, onDuty: 2 }, config: { limits: LIMITS } })
	const grown = grownKb(cell)
	const crowd = new Crowd(t, cell.daemon.ports.web, '127.7.7.7')

	await crowd.open(4000)
	await until(() => crowd.closed >= 3500, { what: 'most of them are sent away' })
	assert.ok((await metric(cell, 'web_refused_connections_total')) >= 3500)
	assert.ok((await metric(cell, 'web_connections')) <= LIMITS.web)
	const desk = await rings(t, cell)
	assert.equal((await request(cell.daemon.ports.admin, '/readyz')).status, 200)
	assert.ok(desk.live)
	t.diagnostic(`grew by ${grown()} KiB`)
	assert.ok(grown() < 64 * MIB, `grew by ${grown()} KiB`)
	// Who says nothing is hung up on.
	await until(() => crowd.closed === 4000, { what: 'the silent ones are gone', limitMs: 60000 })
	logIsClean(cell)
})

test('garbage, huge lengths and other people\'s data at the web port', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20, onDuty: 2 } })
	const desk = await rings(t, cell)
	const grown = grownKb(cell)
	const head = `Host: 127.0.0.1:${cell.daemon.ports.web}\r\nOrigin: ${cell.daemon.origin}\r\nContent-Type: application/json\r\n`
	const words = [
		randomBytes(65536),
		Buffer.alloc(1 << 20, 'A'),
		`GET /${MARK}/${PHONE}?name=${MARK} HTTP/1.1\r\nHost: ${MARK}\r\nCookie: pingan_session=${MARK}\r\nReferer: ${PHONE}\r\n\r\n`,
		`GET /${'x'.repeat(60000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
		`GET / HTTP/1.1\r\n${`${MARK}: ${PHONE}\r\n`.repeat(3000)}\r\n`,
		`POST /api/v1/login HTTP/1.1\r\n${head}Content-Length: 99999999999999999999\r\n\r\n{"account":"${PHONE}"`,
		`POST /api/v1/login HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n{"account":"${PHONE}"}`,
		`POST /api/v1/login HTTP/1.1\r\n${head}Content-Length: 4000000\r\n\r\n${'{'.repeat(400000)}`,
		`POST /api/v1/login HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n${MARK}`,
		`POST /api/v1/${MARK} HTTP/1.1\r\n${head}Content-Length: 20\r\n\r\n{"phone":"${PHONE}"}`,
		`GET /ws HTTP/1.1\r\n${head}Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${MARK}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
	]

	for (const bytes of words) {
		const crowd = new Crowd(t, cell.daemon.ports.web)
		await crowd.open(20, bytes)
		crowd.end()
	}
	for (const body of [{ account: PHONE, password: MARK }, { account: MARK, password: PHONE }, { account: '陈', password: '张' }]) {
		assert.equal((await post(cell.daemon, '/api/v1/login', body)).status, 401)
	}
	await desk.ask('listIncidents', {}).catch(() => {})
	assert.ok(desk.live)
	await rings(t, cell, 3)
	t.diagnostic(`grew by ${grown()} KiB`)
	assert.ok(grown() < 64 * MIB, `grew by ${grown()} KiB`)
	logIsClean(cell, [MARK, PHONE])
})

test('a screen that has logged in and turns bad: half frames, lies about lengths, floods; the others go on', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20, onDuty: 2 }, config: { limits: LIMITS } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const headers = { Origin: cell.daemon.origin, Cookie: await cell.login('op02'), 'Sec-WebSocket-Protocol': 'pingan.v1' }
	const grown = grownKb(cell)
	const open = () => RawWs.open(cell.daemon.ports.web, '/ws', { headers })
	const bad = []

	for (const bytes of [
		frameOf({ opcode: 2, payload: randomBytes(64) }),
		frameOf({ opcode: 2, payload: 'x', length: 2 ** 40, wide: 64 }),
		Buffer.concat([frameOf({ opcode: 2, payload: randomBytes(8000), fin: false }), ...Array.from({ length: 20 }, () => frameOf({ opcode: 0, payload: randomBytes(8000), fin: false }))]),
		frameOf({ opcode: 2, payload: 'x', mask: false }),
		Buffer.concat(Array.from({ length: 3000 }, () => frameOf({ opcode: 9, payload: 'ping' }))),
		Buffer.concat(Array.from({ length: 3000 }, () => frameOf({ opcode: 2, payload: '' }))),
	]) {
		const ws = await open()
		ws.write(bytes)
		bad.push(ws)
	}
	// Begun and never ended, one byte now and then.
	const slow = await open()
	const whole = frameOf({ opcode: 2, payload: Buffer.alloc(200, MARK) })
	let at = 0
	const drip = setInterval(() => slow.write(whole.subarray(at, ++at)), 20)
	t.after(() => clearInterval(drip))

	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	await unit.ack(unit.press())
	await desk.row((r) => r.kind === common.Kind.SOS)
	await until(async () => at > 100, { what: 'a slow frame is on its way' })
	await until(async () => (await metric(cell, 'ws_screens')) <= 3, { what: 'who lied is out' })
	assert.ok(desk.live)
	assert.equal(desk.gaps, 0)
	clearInterval(drip)
	for (const ws of [...bad, slow]) ws.destroy()
	await until(async () => (await metric(cell, 'ws_screens')) === 1, { what: 'only the desk is left' })
	assert.ok(grown() < 64 * MIB, `grew by ${grown()} KiB`)
	logIsClean(cell, [MARK])
})

test('HTTPS: handshakes that never begin, stop half-way or are none; pages and screens are served', async (t) => {
	const dir = folder(t, 'tls')
	const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(dir, name))
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' })
	const cell = await Cell.start(t, { demo: { homes: 20, onDuty: 2 }, config: { limits: LIMITS, listen: { web: { address: '127.0.0.1:0', tls: true, cert, key } } } })
	const { web } = cell.daemon.ports
	const secure = { tls: { ca: readFileSync(cert) } }
	const grown = grownKb(cell)

	// The true first words of a browser, and then nothing.
	const hello = await new Promise((resolve) => {
		const end = new (class extends Duplex {
			_read() {}
			_write(bytes, _, done) {
				resolve(Buffer.from(bytes))
				done()
			}
		})()
		tls.connect({ socket: end, host: 'localhost' }).on('error', () => {})
	})
	const crowds = []
	for (const words of [null, Buffer.from([0x16]), hello, randomBytes(4096), `GET /${MARK} HTTP/1.1\r\nHost: ${PHONE}\r\n\r\n`, Buffer.from([0x16, 3, 1, 0xff, 0xff])]) {
		const crowd = new Crowd(t, web, '127.7.7.7')
		await crowd.open(500, words)
		crowds.push(crowd)
		assert.equal((await request(web, '/healthz', secure)).status, 200)
	}
	const answer = await post(cell.daemon, '/api/v1/login', { account: 'op01', password: DEMO_PASSWORD }, secure)
	assert.equal(answer.status, 200)
	assert.match(cookieOf(answer), /^__Host-pingan_session=/)
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	await unit.ack(unit.press())
	await until(() => crowds.every((c) => c.closed === 500), { what: 'all of them are gone', limitMs: 60000 })
	assert.ok((await metric(cell, 'web_refused_connections_total')) > 0)
	t.diagnostic(`grew by ${grown()} KiB`)
	assert.ok(grown() < 96 * MIB, `grew by ${grown()} KiB`)
	logIsClean(cell, [MARK, PHONE])
})

test('the vendors\' port full of peers that say nothing or nonsense: homes and screens are served, and then the vendor', async (t) => {
	const vendors = Vendors.make(t)
	const cell = await Cell.start(t, { demo: { homes: 20, onDuty: 2 }, config: vendors.config })
	const port = cell.daemon.ports.webhook
	const grown = grownKb(cell)
	const words = [null, randomBytes(65536), `POST /api/v1/alarms/sample HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n{"phone":"${PHONE}"}`, `POST /api/v1/alarms/${MARK} HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n{"name":"${MARK}"`]
	const crowds = []

	for (const say of words) {
		const crowd = new Crowd(t, port, '127.7.7.7')
		await crowd.open(500, say)
		crowds.push(crowd)
	}
	await rings(t, cell)
	assert.equal((await request(cell.daemon.ports.admin, '/readyz')).status, 200)
	await until(() => crowds.every((c) => c.closed === 500), { what: 'all of them are hung up on', limitMs: 60000 })
	// Nobody knows its device here: the press is stored, and waits in quarantine.
	assert.equal((await vendors.send(cell.daemon, press('A1'))).status, 202)
	t.diagnostic(`grew by ${grown()} KiB`)
	assert.ok(grown() < 64 * MIB, `grew by ${grown()} KiB`)
	logIsClean(cell, [MARK, PHONE])
})
