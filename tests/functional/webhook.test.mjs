// Vendors' clouds against a real daemon and a real Redis: 2xx only when it is stored, nothing signed is lost, nothing unsigned is
// believed, and what is sent again is one press.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { Agent } from 'node:http'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import test from 'node:test'
import path from 'node:path'
import { promisify } from 'node:util'

import { ctl, ok } from '../harness/ctl.mjs'
import { Cell, program, request, root, until } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { event, press, SECRET, Vendors } from '../harness/vendor.mjs'

const { IncidentClass, Kind } = common
const run = promisify(execFile)
const PROBLEM = 'application/problem+json'

/** A cell with one vendor, whose device A1 is in the home h0007. */
async function start(t, { change, ...options } = {}) {
	const vendors = Vendors.make(t, change)
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: vendors.config, ...options })
	await ok(cell, 'device', 'add', 'sample.A1', '--household', 'h0007', '--protocol', 'webhook')
	await until(async () => (await vendors.send(cell.daemon, press('A1', { type: 'test' }))).status === 200, { what: 'the daemon knows the device' })
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	return { vendors, cell, desk, send: (value, how) => vendors.send(cell.daemon, value, how) }
}

test('a press rings, is answered when it is stored, and the same again is the same answer', async (t) => {
	const { cell, desk, send } = await start(t)

	const body = press('A1', { zone: 2, name: '陈婆婆' })
	const first = await send(body, { key: 'one' })
	assert.equal(first.status, 200)
	assert.match(first.headers['content-type'], /^application\/json/)
	const row = await desk.row((r) => r.device === 'sample.A1', 'it rings')
	assert.equal(row.kind, Kind.SOS)
	assert.equal(row.class, IncidentClass.CLASS_LIFE)
	assert.equal(row.quarantine, false)
	assert.deepEqual(first.json.events.map((e) => [e.device, e.kind, e.known, e.incident]), [['sample.A1', 'sos', true, BigInt(row.id).toString(16).padStart(16, '0')]])

	// By the path, by the very same request, and by the same key with the content in another order: one press.
	const at = Math.floor(Date.now() / 1000)
	const again = await send(body, { key: 'one', at, vendor: null, path: '/api/v1/alarms/sample' })
	assert.deepEqual([again.status, again.json], [200, first.json])
	const replays = await cell.daemon.metric('pingan_vendor_replays_total')
	const replayed = await send(body, { key: 'one', at, vendor: null, path: '/api/v1/alarms/sample' })
	assert.deepEqual([replayed.status, replayed.body], [200, again.body])
	assert.equal(await cell.daemon.metric('pingan_vendor_replays_total'), replays + 1)
	const turned = { events: body.events.map((e) => Object.fromEntries(Object.entries(e).reverse())) }
	assert.deepEqual((await send({ ...turned }, { key: 'one' })).json, first.json)

	// The same key with other content, and another key, are presses; the vendor is told that its key is none.
	const reused = await send(press('A1', { name: '王大爷' }), { key: 'one' })
	assert.equal(reused.status, 422)
	assert.equal(reused.json.type, 'urn:pingan:alarms:key-reused')
	assert.deepEqual(reused.json.events, first.json.events)
	await cell.daemon.child.logged(/ev=VENDOR_KEY_REUSED vendor=sample$/)
	const more = await desk.row((r) => r.repeats === 1, 'a second press joins')
	assert.equal(more.id, row.id)
	assert.equal((await send(body, { key: 'two' })).status, 200)
	await desk.row((r) => r.repeats === 2, 'a third')
	assert.equal(desk.rows.size, 1)

	const kept = (await ok(cell, 'alarms', '--json')).trim().split('\n').map((line) => JSON.parse(line))
	const mine = kept.filter((a) => a.protocol === 'webhook' && a.kind === 'sos')
	assert.equal(mine.length, 3)
	assert.equal(Buffer.from(mine[0].raw_hex, 'hex').toString(), JSON.stringify(body))
})

test('nothing is acknowledged that is not stored: shown, 503, and once the store is back one press', async (t) => {
	const { cell, desk, send } = await start(t)

	// The store takes it and does not answer.
	await cell.daemon.control('inject hold')
	const body = press('A1')
	const waits = send(body, { key: 'held' })
	let answered = false
	waits.then(() => (answered = true))
	await until(async () => (await cell.daemon.metric('pingan_vendor_posts_total')) >= 2 && (await cell.daemon.metric('pingan_commits_in_flight')) >= 1, { what: 'it is on its way' })
	assert.equal(answered, false)
	await cell.daemon.control('inject release')
	assert.equal((await waits).status, 200)

	// The store is gone.
	await cell.redis.kill()
	await until(async () => (await cell.daemon.health()).store_up === false, { what: 'the store is known to be away' })
	const lost = press('A1', { type: 'fall' })
	const no = await send(lost, { key: 'away' })
	assert.equal(no.status, 503)
	assert.equal(no.headers['retry-after'], '2')
	assert.equal(no.headers['content-type'], PROBLEM)
	assert.equal(no.json.type, 'urn:pingan:alarms:not-stored')
	// Heartbeats neither.
	assert.equal((await send(press('A1', { type: 'heartbeat' }))).status, 503)
	await desk.row((r) => r.notStored, 'people see it all the same')
	await cell.redis.start()
	let yes
	await until(async () => (yes = await send(lost, { key: 'away' })).status === 200, { what: 'it is stored' })
	const stored = (await ok(cell, 'alarms', '--json')).trim().split('\n').map((line) => JSON.parse(line)).filter((a) => a.kind === 'fall')
	assert.equal(stored.length, 1)
	assert.equal((await send(press('A1', { type: 'heartbeat' }))).json.events[0].kind, 'nothing')
})

/** A cell whose vendors' listener speaks TLS, with the secret of the worked example. */
async function secure(t) {
	const vendors = Vendors.make(t)
	const file = (name) => path.join(vendors.dir, name)
	await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=pingan test',
		'-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')])
	const listen = { webhook: { address: '127.0.0.1:0', tls: true, cert: file('cert.pem'), key: file('key.pem') } }
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { vendor_file: vendors.file, listen } })
	await ok(cell, 'device', 'add', 'sample.A1023', '--household', 'h0007', '--protocol', 'webhook')
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	const tls = { ca: readFileSync(file('cert.pem')) }
	await until(async () => (await vendors.send(cell.daemon, press('A1023', { type: 'heartbeat' }), { tls })).json.events[0].known, { what: 'the daemon knows the device' })
	return { vendors, cell, desk, tls, ca: file('cert.pem'), port: cell.daemon.ports.webhook }
}

test('HTTPS: the worked example of docs/VENDOR-CLOUDS.md, as it stands there, rings once', async (t) => {
	const { cell, desk, ca, port } = await secure(t)
	const page = readFileSync(path.join(root, 'docs/VENDOR-CLOUDS.md'), 'utf8')
	const script = page.match(/<!-- webhook script -->\n```sh\n([^]*?)```/)[1]
	const play = async () => JSON.parse((await run('sh', ['-euc', script], { env: { ...process.env, SECRET, CA: ca, URL: `https://127.0.0.1:${port}` } })).stdout)

	const answer = await play()
	const row = await desk.row((r) => r.device === 'sample.A1023', 'it rings')
	assert.deepEqual(answer, { events: [{ device: 'sample.A1023', kind: 'sos', known: true, incident: BigInt(row.id).toString(16).padStart(16, '0') }] })
	assert.equal(row.kind, Kind.SOS)
	assert.deepEqual(await play(), answer)
	assert.equal(await cell.daemon.metric('pingan_vendor_refused_total'), 0)
	assert.equal((await desk.row((r) => r.id === row.id)).repeats, 0)
})

test('HTTPS: presses while Redis is killed under them: none is lost, each is one, and a yes is kept', async (t) => {
	const { vendors, cell, desk, tls } = await secure(t)
	const yes = []
	let stop = false

	// A vendor that keeps its promise: the same key until it is answered 2xx.
	async function deliver(n) {
		const body = press('A1023', { zone: n })

		for (;;) {
			const answer = await vendors.send(cell.daemon, body, { key: `press-${n}`, tls })
			if (answer.status === 200) return yes.push({ n, body: JSON.stringify(body), incident: answer.json.events[0].incident })
			assert.equal(answer.status, 503, answer.body)
			assert.equal(answer.headers['retry-after'], '2')
			await until(async () => (await cell.daemon.health()).store_up, { what: 'the store is back' })
		}
	}
	const lines = [0, 1, 2, 3].map(async (line) => {
		for (let n = line * 1000 + 1; !stop; n++) await deliver(n)
	})
	for (let round = 0; round < 2; round++) {
		const had = yes.length
		const unstored = await cell.daemon.metric('pingan_vendor_posts_unstored_total')
		await until(() => yes.length >= had + 20, { what: 'presses are answered' })
		await cell.redis.kill()
		await until(async () => (await cell.daemon.metric('pingan_vendor_posts_unstored_total')) > unstored, { what: 'some are told to come again' })
		await cell.redis.start()
	}
	const had = yes.length
	await until(() => yes.length >= had + 20, { what: 'presses are answered again' })
	stop = true
	await Promise.all(lines)

	const stored = (await ok(cell, 'alarms', '--json', '--count', '100000')).trim().split('\n').map((line) => JSON.parse(line)).filter((a) => a.device === 'sample.A1023')
	const raw = stored.map((a) => Buffer.from(a.raw_hex, 'hex').toString())
	for (const { body } of yes) assert.equal(raw.filter((r) => r === body).length, 1)
	assert.equal(raw.length, yes.length)
	assert.equal(new Set(yes.map((y) => y.incident)).size, 1)
	await desk.row((r) => r.device === 'sample.A1023' && r.repeats === yes.length - 1, 'every one is counted')
})

test('pingan-sim plays a vendor', async (t) => {
	const { vendors, desk, ca, port } = await secure(t)
	const sim = (...args) =>
		run(program('pingan-sim'), ['webhook', 'sample', '--vendors', vendors.file, '--port', String(port), '--ca', ca, '--json', ...args]).then(
			(done) => ({ code: 0, ...done }),
			(failed) => failed,
		)

	const two = await sim('A1023', '--kind', 'fall', '--zone', '3', '--count', '2')
	const answers = two.stdout.trim().split('\n').map((line) => JSON.parse(line))
	assert.deepEqual(answers.map((a) => [a.status, a.answer.events[0].kind]), [[200, 'fall'], [200, 'fall']])
	await desk.row((r) => r.device === 'sample.A1023' && r.kind === Kind.FALL && r.repeats === 1, 'both')
	assert.equal((await sim('A1023', '--code', 'heartbeat')).code, 0)
	assert.equal((await sim('--body', '{"events":')).code, 1)
	assert.equal((await sim('A1023', '--kind', 'co')).code, 2)
})

test('what a cloud says of a unit is when it was last heard; that it lost one, and old news, is not', async (t) => {
	const { cell, send } = await start(t)
	await ok(cell, 'device', 'add', 'sample.A2', '--household', 'h0008', '--protocol', 'webhook')
	const heard = async (device) => Number(await cell.redis.cli('zscore', 'pa:seen', device))
	const beat = (sn, more) => send(press(sn, { type: 'heartbeat', at: Date.now(), ...more }))

	await until(async () => (await beat('A2', { at: Date.now() - 3600000 })).json.events[0].known, { what: 'the daemon knows the device' })
	assert.equal((await send(press('A2', { type: 'offline', at: Date.now() }))).status, 200)
	// A beat of another unit goes the same way to the store, behind these.
	assert.equal((await beat('A1')).status, 200)
	await until(() => heard('sample.A1'), { what: 'A1 was heard' })
	assert.equal(await heard('sample.A2'), 0)
	assert.equal((await beat('A2', { device: { sn: 'A2', battery: 64, rssi: -71 } })).status, 200)
	await until(async () => Math.abs((await heard('sample.A2')) - Date.now()) < 60000, { what: 'A2 was heard' })
	assert.equal((await send(press('Z1', { type: 'heartbeat' }))).json.events[0].known, false)
})

test('a device that nobody knows waits in quarantine, and what is signed and cannot be read is shown', async (t) => {
	const { cell, desk, send } = await start(t)

	const unknown = await send(press('Z9'))
	assert.equal(unknown.status, 202)
	assert.equal(unknown.json.events[0].known, false)
	assert.equal((await desk.row((r) => r.device === 'sample.Z9', 'in quarantine')).quarantine, true)

	// GBK in a name: no JSON, and a press all the same.
	const gbk = Buffer.concat([Buffer.from('{"events":[{"type":"sos","name":"'), Buffer.from([0xb3, 0xc2]), Buffer.from('"}]}')])
	const bad = await send(gbk)
	assert.equal(bad.status, 400)
	assert.equal(bad.headers['content-type'], PROBLEM)
	assert.equal(bad.json.detail, 'is not UTF-8')
	assert.ok(bad.json.offset > 30 && bad.json.offset < 40, bad.body)
	const row = await desk.row((r) => r.device === 'sample.?', 'somebody looks')
	assert.equal(row.kind, Kind.UNKNOWN)
	assert.equal(row.class, IncidentClass.CLASS_WELFARE)

	const wrong = await send({ events: [{ type: 'sos', at: 1 }, event('A1', { type: 'fall' })] })
	assert.equal(wrong.status, 422)
	assert.equal(wrong.json.pointer, '/events/0/device/sn')
	assert.deepEqual(wrong.json.events.map((e) => e.device), ['sample.?', 'sample.A1'])
	await desk.row((r) => r.device === 'sample.A1' && r.kind === Kind.FALL, 'the other of the list rings')
	assert.equal((await send(press('A1', { type: 'never heard' }))).status, 200)
	assert.equal((await send({ events: [] })).status, 200)

	// Nothing of what was sent stands in the log.
	assert.ok(!cell.daemon.child.lines.join('\n').includes('never heard'))
})

test('who has no secret learns nothing and rings nobody', async (t) => {
	const { cell, desk, send } = await start(t)
	const before = await cell.daemon.metric('pingan_alarms_received_total')
	const body = press('A1')
	const answers = [
		await send(body, { secret: 'another-secret-000000000' }),
		await send(body, { vendor: 'nobody' }),
		await send(body, { vendor: null }),
		await send(body, { headers: { 'x-sample-signature': null } }),
		await send(body, { headers: { 'x-sample-timestamp': null } }),
		await send(body, { headers: { 'x-sample-signature': `sha256=${'0'.repeat(64)}` } }),
		await send(body, { headers: { 'idempotency-key': 'another' } }),
	]

	for (const answer of answers) {
		assert.equal(answer.status, 401)
		assert.equal(answer.body, answers[0].body)
		assert.equal(answer.headers['www-authenticate'], 'HMAC-SHA256')
		assert.equal(answer.headers['content-type'], PROBLEM)
	}
	assert.equal(await cell.daemon.metric('pingan_vendor_bad_signature_total'), answers.length)
	assert.equal(await cell.daemon.metric('pingan_alarms_received_total'), before)
	assert.equal(desk.rows.size, 0)
})

test('a time stamp too far off is told ours; the third in a row people see', async (t) => {
	const { cell, desk, send } = await start(t)
	const late = (key) => send(press('A1'), { key, at: Math.floor(Date.now() / 1000) - 400 })
	const first = await late('l1')

	assert.equal(first.status, 401)
	assert.equal(first.json.type, 'urn:pingan:alarms:timestamp')
	assert.ok(Math.abs(first.json.now_ms - Date.now()) < 60000)
	assert.equal((await late('l2')).status, 401)
	assert.equal(desk.rows.size, 0)
	assert.equal((await late('l3')).status, 401)
	await desk.row((r) => r.device === 'sample.A1', 'somebody sees it')
	assert.equal((await send(press('A1'))).status, 200)
	const received = await cell.daemon.metric('pingan_alarms_received_total')
	assert.equal((await late('l4')).status, 401)
	assert.equal(await cell.daemon.metric('pingan_alarms_received_total'), received)
})

test('what is no request of a vendor is refused with a word for it', async (t) => {
	const { cell, send, vendors } = await start(t)
	const is = (answer, status, type) => {
		assert.equal(answer.status, status, answer.body)
		assert.equal(answer.headers['content-type'], PROBLEM)
		assert.equal(answer.json.type, `urn:pingan:alarms:${type}`)
		assert.equal(answer.json.status, status)
	}

	is(await send(press('A1'), { path: '/console/' }), 404, 'path')
	is(await send(press('A1'), { path: '/api/v1/login' }), 404, 'path')
	is(await send(press('A1'), { path: '/api/v1/alarmsx' }), 404, 'path')
	is(await send('', { method: 'GET', headers: { 'content-length': null } }), 405, 'method')
	is(await send(press('A1'), { headers: { 'content-type': 'text/plain' } }), 415, 'type')
	is(await send(press('A1'), { headers: { 'content-type': null } }), 415, 'type')
	is(await send(press('A1'), { headers: { 'content-encoding': 'gzip' } }), 415, 'type')
	is(await send(press('A1'), { headers: { 'content-length': null, 'transfer-encoding': 'chunked' } }), 411, 'length')
	is(await send(press('A1', { pad: 'x'.repeat(65536) })), 413, 'too-large')
	is(await send(''), 400, 'body')
	assert.equal((await send(press('A1', { pad: 'x'.repeat(65000) }))).status, 200)
	// It is no door into the rest: no cookie is taken, no page is served.
	const page = await request(cell.daemon.ports.webhook, '/api/v1/me', { headers: { cookie: await cell.login('sup01') } })
	assert.equal(page.status, 404)
	// And the web port takes no alarms.
	const body = JSON.stringify(press('A1'))
	assert.equal((await request(cell.daemon.ports.web, '/api/v1/alarms', { method: 'POST', body, headers: Vendors.headers(body) })).status, 404)
	assert.ok(vendors)
})

/** What comes back on one connection for these bytes, up to `enough`, or until it is closed. */
async function raw(t, port, bytes, enough) {
	const socket = connect(port, '127.0.0.1')
	let text = ''
	let closed = false
	socket.on('data', (part) => (text += part))
	socket.on('error', () => {})
	socket.on('close', () => (closed = true))
	t.after(() => socket.destroy())
	socket.write(bytes)
	await until(() => closed || enough?.test(text), { what: 'an answer' })
	socket.destroy()
	return text
}

function bytesOf(value, how) {
	const body = JSON.stringify(value)
	const headers = { host: 'x', ...Vendors.headers(body, how) }
	return `POST /api/v1/alarms HTTP/1.1\r\n${Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n${body}`
}

test('one connection serves many requests, sent slowly or with Expect; what stands behind a request is never half read', async (t) => {
	const { cell, desk } = await start(t)
	const port = cell.daemon.ports.webhook
	const agent = new Agent({ keepAlive: true, maxSockets: 1 })
	t.after(() => agent.destroy())

	for (let n = 0; n < 3; n++) {
		const body = JSON.stringify(press('A1'))
		const answer = await request(port, '/api/v1/alarms', { method: 'POST', body, headers: Vendors.headers(body), agent })
		assert.equal(answer.status, 200)
	}
	await until(async () => (await cell.daemon.metric('pingan_vendor_connections')) === 1, { what: 'one connection, for all three' })
	await desk.row((r) => r.repeats === 2, 'all three')
	// The first is answered, and the connection ends: the others must be sent again. Nothing of them is taken for a body.
	const three = await raw(t, port, [1, 2, 3].map((n) => bytesOf(press('A1'), { key: `p${n}` })).join(''))
	assert.deepEqual(three.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200'])
	assert.match(three, /\r\nconnection: close\r\n/i)
	// Behind a request without a body it is the same.
	const web = cell.daemon.ports.web
	const login = JSON.stringify({ account: 'op01', password: 'wrong' })
	const post = `POST /api/v1/login HTTP/1.1\r\nhost: x\r\norigin: http://x\r\ncontent-type: application/json\r\ncontent-length: ${login.length}\r\n\r\n${login}`
	const get = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'
	assert.deepEqual((await raw(t, web, post.repeat(3))).match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 401'])
	assert.deepEqual((await raw(t, web, get + post.repeat(2))).match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 200'])
	assert.equal((await raw(t, web, get.repeat(3), /(200 OK[^]*){3}}\s*$/)).match(/HTTP\/1\.1 200/g).length, 3)
	const expects = await raw(t, port, bytesOf(press('A1'), { headers: { expect: '100-continue' } }), /200 OK[^]*}$/)
	assert.match(expects, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/)

	// Byte by byte.
	const socket = connect(port, '127.0.0.1')
	let text = ''
	socket.setNoDelay(true)
	socket.on('data', (part) => (text += part))
	for (const byte of Buffer.from(bytesOf(press('A1')))) socket.write(Buffer.of(byte))
	await until(() => text.includes('HTTP/1.1 200'), { what: 'the slow one is answered' })
	socket.destroy()

	// One that hangs up before its answer has pressed all the same.
	await cell.daemon.control('inject hold')
	const posts = await cell.daemon.metric('pingan_vendor_posts_total')
	const gone = connect(port, '127.0.0.1')
	gone.write(bytesOf(press('A1')))
	await until(async () => (await cell.daemon.metric('pingan_vendor_posts_total')) > posts, { what: 'it was read' })
	gone.destroy()
	await cell.daemon.control('inject release')
	await desk.row((r) => r.repeats === 6, 'it is counted')
})

test('connections that say nothing have a bound, are cut off, and cost the screens nothing', async (t) => {
	const vendors = Vendors.make(t)
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { ...vendors.config, limits: { webhook: 8, webhook_per_address: 4 } } })
	const open = () =>
		new Promise((resolve) => {
			const socket = connect(cell.daemon.ports.webhook, '127.0.0.1')
			t.after(() => socket.destroy())
			socket.on('error', () => {})
			socket.on('connect', () => resolve(socket))
		})
	const silent = await Promise.all(Array.from({ length: 8 }, open))
	// Half a head, half a body: neither holds its place for longer than it may.
	silent[0].write('POST /api/v1/alarms HTTP/1.1\r\nhost: x\r\n')
	silent[1].write(bytesOf(press('A1')).slice(0, -20))
	await until(async () => (await cell.daemon.metric('pingan_vendor_connections')) === 8, { what: 'all are there' })
	await assert.rejects(vendors.send(cell.daemon, press('A1')))
	assert.ok((await cell.daemon.metric('pingan_web_refused_connections_total')) > 0)
	await Screen.open(t, cell.daemon, await cell.login('sup01'))
	// They are closed by the daemon, one and all.
	await until(async () => (await cell.daemon.metric('pingan_vendor_connections')) === 0, { what: 'they are cut off', limitMs: 60000 })
	assert.equal((await vendors.send(cell.daemon, press('A1'))).status, 202)
})

test('a vendor that sends too much is slowed down, its calls for help last', async (t) => {
	const { desk, send } = await start(t, { change: (text) => text.replace('rate_per_min: 600', 'rate_per_min: 1').replace('burst: 200', 'burst: 4') })
	let limited

	for (let i = 0; i < 8 && limited?.status !== 429; i++) limited = await send(press('A1', { type: 'low_battery' }))
	assert.equal(limited.status, 429)
	assert.equal(limited.headers['retry-after'], '60')
	assert.equal(limited.json.type, 'urn:pingan:alarms:rate')
	// What calls for help still comes through, and that has a bound too.
	assert.equal((await send(press('A1'))).status, 200)
	await desk.row((r) => r.kind === Kind.SOS, 'it rings')
	let help
	for (let i = 0; i < 8 && help?.status !== 429; i++) help = await send(press('A1'))
	assert.equal(help.status, 429)
})

test('secrets change without a gap, and a reload is taken whole or not at all', async (t) => {
	const { cell, send, vendors } = await start(t)
	const next = 'the-next-secret-00000002'
	const reload = async (code) => {
		const from = cell.daemon.child.lines.length
		cell.daemon.child.signal('SIGHUP')
		return (await cell.daemon.child.logged(new RegExp(`ev=${code} .*`), { from }))[0]
	}

	vendors.secret('next.secret', next)
	vendors.write((text) => text.replace('[sample.secret]', '[sample.secret, next.secret]'))
	await reload('CONFIG_TAKEN')
	assert.equal((await send(press('A1'))).status, 200)
	assert.equal((await send(press('A1'), { secret: next })).status, 200)
	// A mistake keeps what is.
	vendors.write((text) => text.replace('kind: fall', 'kind: fell'))
	assert.match(await reload('CONFIG_KEPT'), /vendors\.yaml: line \d+: vendors\.1\.codes\.2\.kind: no such kind/)
	assert.equal((await send(press('A1'), { secret: next })).status, 200)
	vendors.write((text) => text.replace('[sample.secret]', '[next.secret]'))
	await reload('CONFIG_TAKEN')
	assert.equal((await send(press('A1'), { secret: SECRET })).status, 401)
	assert.equal((await send(press('A1'), { secret: next })).status, 200)
})

test('a sample can be tried before anything is sent', async (t) => {
	const vendors = Vendors.make(t)
	const sample = `${vendors.dir}/sample.json`
	const tried = async (value, vendor = 'sample') => {
		writeFileSync(sample, typeof value === 'string' ? value : JSON.stringify(value))
		return run(program('pingand'), ['--vendors', vendors.file, '--try-vendor', vendor, sample]).then(
			(done) => ({ code: 0, ...done }),
			(failed) => ({ code: failed.code, stdout: failed.stdout, stderr: failed.stderr }),
		)
	}

	// What docs/VENDOR-CLOUDS.md shows is what comes.
	const page = readFileSync(path.join(root, 'docs/VENDOR-CLOUDS.md'), 'utf8')
	const shown = page.match(/--try-vendor sample press\.json\n([^]*?)\n\n/)[1].replaceAll(/^ {7}/gm, '')
	assert.equal((await tried(page.match(/^body='(.*)'$/m)[1])).stdout.trim(), shown)

	const good = await tried(press('A1', { zone: 2 }))
	assert.equal(good.code, 0)
	assert.match(good.stdout, /code +\/type +sos +-> sos\n/)
	assert.match(good.stdout, /zone +\/zone +2 +-> 2\n/)
	assert.match(good.stdout, /device=sample\.A1 kind=sos class="1 life"/)
	const bad = await tried({ events: [{ type: 'sos' }] })
	assert.equal(bad.code, 1)
	assert.match(bad.stdout, /answered 422: \/events\/0\/device\/sn names no device/)
	assert.match((await tried('{"a":')).stdout, /answered 400: the body ends too early, at byte 5/)
	assert.equal((await tried('{}', 'other')).code, 2)
	assert.ok(ctl)
})
