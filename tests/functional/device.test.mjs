// The native device link against a real daemon and a real Redis: who may come in and how, what is acknowledged and when,
// each step told back, and what hostile bytes get.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'

import { alarm, cancel, heartbeat, hello, Home, KIND, message, REFUSE, STEP, varint } from '../harness/device.mjs'
import { Cell, program, until } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'

const run = promisify(execFile)
// Covers the sub-district of the first unit's home: sees its calls whoever is ready.
const OPERATOR = 'op03'
const PLAIN = { config: { listen: { devices: { tls: false } } } }

/** A cell with twenty homes; their devices with key (hex), token (Buffer) and household in `units`. */
async function start(t, options = PLAIN) {
	const cell = await Cell.start(t, { ...options, demo: { homes: 20 } })
	const tokens = new Map(cell.tokens.map(({ device, token }) => [device, Buffer.from(token, 'hex')]))

	cell.units = cell.homes.map((home) => ({ ...home, token: tokens.get(home.device) }))
	cell.csv = (name) => path.join(cell.dir, `${name}.csv`)
	return cell
}

const link = (t, cell, unit, more = {}) => Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unit.token, ...more })
const psk = (unit, key = unit.key) => ({
	tls: { ciphers: 'TLS_AES_128_GCM_SHA256', checkServerIdentity: () => undefined, pskCallback: () => ({ psk: Buffer.from(key, 'hex'), identity: unit.device }) },
})

test('greeted, told the time, and beaten with', async (t) => {
	const cell = await start(t)
	await cell.daemon.control('set 1795336201000')
	const home = await Home.connect(t, cell.daemon.ports.devices)
	const [unit] = cell.units

	home.send(hello({ device: unit.device, token: unit.token }))
	const welcome = await home.next('welcome')
	assert.ok(welcome.heartbeatS >= 10 && welcome.heartbeatS <= 86400)
	assert.ok(welcome.serverMs >= 1795336201000 && welcome.serverMs < 1795336201000 + 60000)
	home.send(heartbeat(), heartbeat({ seq: 2 }))
	assert.ok((await home.next('beat')).serverMs >= welcome.serverMs)
	await home.next('beat')
})

test('a press is acknowledged when it is stored, once, with its incident', async (t) => {
	const cell = await start(t)
	const home = await link(t, cell, cell.units[0])
	const press = alarm({ id: 0x1122334455667788n, kind: KIND.SOS, zone: 3, raised: 1795336200000 })

	cell.redis.freeze()
	home.send(press, press)
	await home.sync()
	assert.deepEqual(home.of('ack'), [], 'nothing is acknowledged while the store is away')
	home.send(press)
	await home.sync()
	cell.redis.thaw()
	const ack = await home.next('ack')
	assert.equal(ack.alarm, 0x1122334455667788n)
	assert.notEqual(ack.incident, 0n)
	assert.equal(ack.silent, false)
	await home.sync()
	assert.equal(home.of('ack').length, 1)
	// A copy is acknowledged again, with the same incident, and rings nobody twice.
	home.send(press)
	assert.equal((await home.next('ack')).incident, ack.incident)
	assert.equal(await cell.daemon.metric('pingan_alarms_stored_total'), 1)
})

test('frames in pieces and many in one segment', async (t) => {
	const cell = await start(t)
	const home = await Home.connect(t, cell.daemon.ports.devices)
	const [unit] = cell.units
	const held = [1n, 2n, 3n].map((id) => ({ id, kind: KIND.TEST }))
	const bytes = Buffer.concat([hello({ device: unit.device, token: unit.token, held }), heartbeat(), alarm({ id: 4n, kind: KIND.TEST }), alarm({ id: 5n, kind: KIND.POWER })])

	for (const byte of bytes) {
		home.send([byte])
		await new Promise((done) => setImmediate(done))
	}
	const acked = new Set()
	for (let n = 0; n < 5; n++) acked.add((await home.next('ack')).alarm)
	assert.deepEqual([...acked].sort(), [1n, 2n, 3n, 4n, 5n])
	assert.equal(home.of('ack').find((a) => a.alarm === 1n).incident, 0n, 'a test opens no incident')
	assert.notEqual(home.of('ack').find((a) => a.alarm === 5n).incident, 0n)
})

test('a flood of frames is held back, not lost', async (t) => {
	const cell = await start(t)
	const home = await link(t, cell, cell.units[0])

	home.send(...Array.from({ length: 400 }, (_, seq) => heartbeat({ seq })))
	await until(() => home.of('beat').length === 400, { what: 'every heartbeat is answered' })
})

test('each step is told: answered, closed; and again to who asks later', async (t) => {
	const cell = await start(t)
	const [unit] = cell.units
	const home = await link(t, cell, unit)
	const desk = await Screen.open(t, cell.daemon, await cell.login(OPERATOR))

	home.send(alarm({ id: 9n, kind: KIND.FALL }))
	const { incident } = await home.next('ack')
	await desk.row((row) => row.id === incident, 'the fall')
	assert.equal((await desk.ask('claim', { incident })).result, 1)
	assert.equal((await home.next('status')).step, STEP.ANSWERED)
	// A new link that has not heard it yet is told; one that has is not told again.
	const other = await link(t, cell, unit, { held: [{ id: 9n, kind: KIND.FALL, heard: STEP.STORED }] })
	assert.equal((await other.next('status')).step, STEP.ANSWERED)
	const third = await link(t, cell, unit, { held: [{ id: 9n, kind: KIND.FALL, heard: STEP.ANSWERED }] })
	await third.next('ack')
	await third.sync()
	assert.deepEqual(third.of('status'), [])
	assert.equal((await desk.ask('spoke', { incident })).result, 1)
	assert.equal((await desk.ask('close', { incident, outcome: common.Outcome.ADVICE })).result, 1)
	assert.equal((await third.next('status')).step, STEP.CLOSED)
	// A device that missed the end learns it when it next says what it holds.
	const late = await link(t, cell, unit, { held: [{ id: 9n, kind: KIND.FALL, heard: STEP.ANSWERED }] })
	assert.equal((await late.next('status', (s) => s.alarm === 9n)).step, STEP.CLOSED)
})

test('duress is told stored, silently, and then nothing but the end', async (t) => {
	const cell = await start(t)
	const home = await link(t, cell, cell.units[0])
	const desk = await Screen.open(t, cell.daemon, await cell.login(OPERATOR))

	home.send(alarm({ id: 9n, kind: KIND.DURESS }))
	const ack = await home.next('ack')
	assert.equal(ack.silent, true)
	await desk.row((row) => row.id === ack.incident && row.silent, 'the duress')
	assert.equal((await desk.ask('claim', { incident: ack.incident })).result, 1)
	// Another press in the same home must not give it away either.
	home.send(alarm({ id: 10n, kind: KIND.SOS }))
	assert.equal((await home.next('ack', (a) => a.alarm === 10n)).silent, true)
	await home.sync()
	assert.deepEqual(home.of('status'), [])
	assert.equal((await desk.ask('spoke', { incident: ack.incident })).result, 1)
	assert.equal((await desk.ask('close', { incident: ack.incident, outcome: common.Outcome.HELPED_AT_HOME })).result, 1)
	await until(() => home.of('status').length === 2, { what: 'both alarms are over' })
	assert.deepEqual(new Set(home.of('status').map((s) => s.step)), new Set([STEP.CLOSED]))
})

test('a kind of the future and a cancel are shown to a person', async (t) => {
	const cell = await start(t)
	const home = await link(t, cell, cell.units[0])
	const desk = await Screen.open(t, cell.daemon, await cell.login(OPERATOR))

	home.send(alarm({ id: 9n, kind: 77 }))
	const { incident } = await home.next('ack')
	await desk.row((row) => row.id === incident && row.kind === common.Kind.UNKNOWN, 'the unknown kind')
	home.send(cancel(9n))
	await desk.row((row) => row.id === incident && row.residentCancelled, 'the cancel')
})

test('a newer link of the same device replaces the older', async (t) => {
	const cell = await start(t)
	const first = await link(t, cell, cell.units[0])
	const second = await link(t, cell, cell.units[0])

	assert.deepEqual(await first.next('refuse'), { type: 'refuse', reason: REFUSE.REPLACED, retryS: 30 })
	await first.gone()
	second.send(alarm({ id: 1n, kind: KIND.TEST }))
	await second.next('ack')
	assert.equal(await cell.daemon.metric('pingan_devices_replaced_total'), 1)
})

test('who can not prove who it is stays outside', async (t) => {
	const cell = await start(t)
	const [unit, other] = cell.units
	const cases = [
		[hello({ device: 'nobody', token: unit.token }), REFUSE.BAD_IDENTITY],
		[hello({ device: unit.device }), REFUSE.BAD_IDENTITY],
		[hello({ device: unit.device, token: other.token }), REFUSE.BAD_IDENTITY],
		[hello({ device: 'dc09.2468', token: unit.token }), REFUSE.BAD_IDENTITY],
		[hello({ device: unit.device, token: unit.token, version: 2 }), REFUSE.BAD_VERSION],
		[alarm({ id: 1n }), REFUSE.BAD_FRAME],
		[heartbeat(), REFUSE.BAD_FRAME],
	]

	for (const [bytes, reason] of cases) {
		const home = await Home.connect(t, cell.daemon.ports.devices)
		home.send(bytes, alarm({ id: 1n }))
		assert.equal((await home.next('refuse')).reason, reason)
		await home.gone()
		assert.deepEqual(home.heard.map((f) => f.type), ['refuse'])
	}
	assert.equal(await cell.daemon.metric('pingan_devices_refused_total'), cases.length)
	assert.equal(await cell.daemon.metric('pingan_alarms_received_total'), 0)
})

test('hostile frames are refused and counted, and hurt nobody else', async (t) => {
	const cell = await start(t)
	const [unit, other] = cell.units
	const neighbour = await link(t, cell, other)
	const framed = (body) => Buffer.concat([varint(body.length), body])
	const bad = [
		Buffer.from([0]), // empty
		Buffer.from([0x81, 0x20]), // 4,097 bytes
		Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]),
		Buffer.from([0x85, 0x00]), // longer than needed
		framed(Buffer.from([0xff, 0xff, 0xff])),
		framed(message([3, 'b', message([2, 'u', 1])])), // no id
		framed(message([3, 'b', message([1, 'f', 1])])), // no kind
		alarm({ zone: 65536 }),
		alarm({ battery: 101 }),
		alarm({ heard: 6 }),
		alarm({ raised: -5 }),
		heartbeat({ held: Array.from({ length: 9 }, (_, i) => ({ id: BigInt(i + 1) })) }),
		hello({ device: unit.device, token: unit.token }), // a second one
		cancel(0n),
		framed(Buffer.alloc(4096, 0x1a)),
		Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(10)),
		Buffer.alloc(1 << 20), // does not stop talking: it hears the reason all the same
	]

	for (const bytes of bad) {
		const home = await link(t, cell, unit)
		home.send(bytes)
		await home.gone()
		assert.equal(home.of('refuse').at(-1)?.reason, REFUSE.BAD_FRAME, bytes.toString('hex').slice(0, 40))
	}
	assert.ok((await cell.daemon.metric('pingan_device_frames_bad_total')) >= bad.length - 1)
	neighbour.send(alarm({ id: 1n, kind: KIND.TEST }))
	await neighbour.next('ack')
	assert.equal(neighbour.closed, false)
})

test('a link that says nothing is closed', async (t) => {
	const cell = await start(t)
	const mute = await Home.connect(t, cell.daemon.ports.devices)
	const quiet = await link(t, cell, cell.units[0])

	await quiet.sync()
	await cell.daemon.control('advance 11000')
	await mute.gone()
	assert.equal(quiet.closed, false)
	await cell.daemon.control('advance 200000')
	await quiet.gone()
	await cell.daemon.child.logged(/ev=DEVICE_SILENT .*reason=no_hello/)
	await cell.daemon.child.logged(/ev=DEVICE_SILENT .*reason=no_heartbeat/)
})

test('connections over the limit are refused, the others go on', async (t) => {
	const cell = await start(t, { config: { listen: { devices: { tls: false } }, limits: { devices: 3 } } })
	const homes = await Promise.all(cell.units.slice(0, 3).map((unit) => link(t, cell, unit)))
	const over = await Home.connect(t, cell.daemon.ports.devices)

	await over.gone()
	homes[0].end()
	await until(async () => {
		const next = await Home.connect(t, cell.daemon.ports.devices)
		next.send(hello({ device: cell.units[3].device, token: cell.units[3].token }))
		return until(() => next.closed || next.of('welcome').length > 0).then(() => next.of('welcome').length > 0)
	}, { what: 'there is room again' })
	await homes[1].sync()
})

test('one address has so many connections and no more', async (t) => {
	const cell = await start(t, { config: { listen: { devices: { tls: false } }, limits: { devices_per_address: 2 } } })
	const homes = await Promise.all(cell.units.slice(0, 2).map((unit) => link(t, cell, unit)))

	await (await Home.connect(t, cell.daemon.ports.devices)).gone()
	await cell.daemon.child.logged(/ev=DEVICE_REFUSED peer=127.0.0.1 reason=address_limit/)
	assert.equal(cell.daemon.child.said(/ev=DEVICE_REFUSED/).length, 1)
	await homes[1].sync()
})

test('TLS 1.3 with the device\'s own key', async (t) => {
	const cell = await start(t, {})
	const [unit, other] = cell.units
	const home = await link(t, cell, unit, { ...psk(unit), token: undefined })

	assert.equal(home.socket.getProtocol(), 'TLSv1.3')
	home.send(alarm({ id: 1n, kind: KIND.TEST }))
	await home.next('ack')
	// A wrong key, an unknown device, another protocol, no key at all: no handshake.
	await assert.rejects(Home.connect(t, cell.daemon.ports.devices, psk(unit, other.key)))
	await assert.rejects(Home.connect(t, cell.daemon.ports.devices, psk({ device: 'nobody', key: unit.key })))
	await assert.rejects(Home.connect(t, cell.daemon.ports.devices, psk({ device: 'dc09.2468', key: unit.key })))
	await assert.rejects(Home.connect(t, cell.daemon.ports.devices, { tls: { rejectUnauthorized: false } }))
	// The key says who it is: Hello can't say otherwise.
	const liar = await Home.connect(t, cell.daemon.ports.devices, psk(unit))
	liar.send(hello({ device: other.device, token: other.token }))
	assert.equal((await liar.next('refuse')).reason, REFUSE.BAD_IDENTITY)
	// Plain bytes on a TLS port are no handshake either.
	const plain = await Home.connect(t, cell.daemon.ports.devices)
	plain.send(hello({ device: unit.device, token: unit.token }))
	await plain.gone()
	assert.ok((await cell.daemon.metric('pingan_device_handshakes_failed_total')) >= 5)
	assert.equal(home.closed, false)
})

test('a server certificate, and the device shows its token', async (t) => {
	const cell = new Cell(t, {})
	const file = (name) => path.join(cell.dir, name)

	await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=pingan test',
		'-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')])
	const tls = { config: { listen: { devices: { tls: true, cert: file('cert.pem'), key: file('key.pem') } } } }
	const real = await start(t, tls)
	const [unit, other] = real.units
	const ca = readFileSync(file('cert.pem'))
	const home = await link(t, real, unit, { tls: { ca } })

	assert.equal(home.socket.authorized, true)
	home.send(alarm({ id: 1n, kind: KIND.TEST }))
	await home.next('ack')
	const wrong = await Home.connect(t, real.daemon.ports.devices, { tls: { ca } })
	wrong.send(hello({ device: other.device, token: unit.token }))
	assert.equal((await wrong.next('refuse')).reason, REFUSE.BAD_IDENTITY)
	await assert.rejects(Home.connect(t, real.daemon.ports.devices, { tls: {} }), 'a stranger\'s certificate is not trusted')
	// Its own key still goes, on the same port.
	await link(t, real, other, { ...psk(other), token: undefined })
	// pingan-sim can do the same.
	const { stdout } = await run(program('pingan-sim'), ['press', unit.device, '--port', real.daemon.ports.devices, '--devices', real.csv('devices'), '--tokens', real.csv('tokens'),
		'--ca', file('cert.pem'), '--kind', 'test', '--until', 'stored', '--json', '--timeout', '20'])
	assert.match(stdout, /"event":"stored"/)
})

test('simulated homes press on their own link when asked', async (t) => {
	const cell = await start(t, {})
	const control = path.join(cell.dir, 'homes.sock')
	const homes = spawn(program('pingan-sim'), ['homes', '--port', cell.daemon.ports.devices, '--devices', cell.csv('devices'), '--control', control, '--spread', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] })
	let said = ''
	let ended = null
	homes.stdout.on('data', (text) => (said += text))
	homes.on('close', (code) => (ended = code))
	t.after(() => homes.kill())
	await until(() => said.includes('"all linked"'), { what: 'all homes are linked' })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01')) // covers the fifth unit's home
	const sim = (...args) => run(program('pingan-sim'), args).then((r) => ({ ...r, code: 0 }), (e) => e)

	const household = cell.units[4].household
	const pressed = sim('press', '--household', household, '--control', control, '--until', 'answered', '--json', '--timeout', '20')
	const row = await desk.row((r) => r.kind === common.Kind.SOS, 'the press')
	await desk.ask('claim', { incident: row.id })
	const { code, stdout } = await pressed
	assert.equal(code, 0)
	const lines = stdout.trim().split('\n').map((line) => JSON.parse(line))
	assert.deepEqual(lines.map((l) => l.event), ['pressed', 'stored', 'answered'])
	assert.equal(lines[1].incident, row.id.toString(16).padStart(16, '0'))
	assert.equal(await cell.daemon.metric('pingan_devices_replaced_total'), 0, 'on its own link')
	// In words, and exit codes that scripts can use.
	assert.match((await sim('press', cell.units[5].device, '--control', control, '--kind', 'test', '--until', 'stored', '--timeout', '20')).stdout, /stored/)
	assert.equal((await sim('press', 'nobody', '--control', control, '--timeout', '20')).code, 3)
	assert.equal((await sim('press', cell.units[6].device, '--control', control, '--kind', 'nonsense')).code, 2)
	assert.equal((await sim('press')).code, 2)
	assert.equal((await sim('press', cell.units[6].device, '--control', `${control}.none`)).code, 3)
	// Without homes it connects by itself, and the home's own link gives way.
	assert.equal((await sim('press', cell.units[7].device, '--port', cell.daemon.ports.devices, '--devices', cell.csv('devices'), '--kind', 'test', '--until', 'stored', '--timeout', '20')).code, 0)
	assert.equal(await cell.daemon.metric('pingan_devices_replaced_total'), 1)
	homes.kill('SIGTERM')
	await until(() => ended !== null, { what: 'the homes end' })
	assert.equal(ended, 0)
})

test('no personal data in the log, whatever a device says', async (t) => {
	const cell = await start(t)
	const home = await Home.connect(t, cell.daemon.ports.devices)

	home.send(hello({ device: 'x'.repeat(31), token: cell.units[0].token, model: 'MODEL-MARK' }))
	await home.gone()
	home.end()
	assert.doesNotMatch(cell.daemon.child.lines.join('\n'), /MODEL-MARK/)
	assert.ok(!cell.daemon.child.lines.some((line) => line.includes(cell.units[0].token.toString('hex').slice(0, 16))))
})
