// What a native unit is told beside its alarms, with real daemons, a real Redis and real sockets: its next key, how to
// behave, how often to beat, what to speak; TLS sessions that go on; and what the unit itself says of attempts that were lost.
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import test from 'node:test'
import { promisify } from 'node:util'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { alarm, heartbeat, hello, Home, KIND, REFUSE, SAY, STEP } from '../harness/device.mjs'
import { Cell, program, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'

const { JobResult, JobState, Outcome } = common
const { Result } = proto
const run = promisify(execFile)
const PLAIN = { listen: { devices: { tls: false } } }

const psk = (key, identity) => ({
	tls: { ciphers: 'TLS_AES_128_GCM_SHA256', checkServerIdentity: () => undefined, pskCallback: () => ({ psk: Buffer.from(key, 'hex'), identity }) },
})
/** Linked with a key; `identity` is the device's id but for keys that were given. */
const keyed = (t, daemon, unit, { key = unit.key, identity = unit.device, ...more } = {}) => Home.linked(t, daemon.ports.devices, unit.device, { ...psk(key, identity), ...more })
/** True if the key opens a link. */
const opens = (t, daemon, unit, how) =>
	keyed(t, daemon, unit, how).then(
		(home) => (home.end(), true),
		() => false,
	)
const shown = async (cell, unit) => JSON.parse(await ok(cell, 'device', 'list', '--json', '--household', unit.household))
const unitOf = (cell, household) => {
	const home = cell.homes.find((h) => h.household === household)
	return { ...home, token: Buffer.from(cell.tokens.find((x) => x.device === home.device).token, 'hex') }
}

/** pingan-sim homes, all linked; `said` is what it printed. */
async function homes(t, cell, ...more) {
	const sim = { said: '', code: null }
	const args = ['homes', '--port', cell.daemon.ports.devices, '--devices', path.join(cell.dir, 'devices.csv'), '--spread', '0', '--json', ...more]
	const child = spawn(program('pingan-sim'), args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] })
	child.stdout.on('data', (text) => (sim.said += text))
	child.on('close', (code) => (sim.code = code))
	t.after(() => child.kill())
	await until(() => sim.said.includes('"all linked"'), { what: 'all homes are linked' })
	sim.end = async () => {
		child.kill('SIGTERM')
		await until(() => sim.code !== null, { what: 'the homes end' })
		assert.equal(sim.code, 0)
		return JSON.parse(sim.said.trim().split('\n').at(-1))
	}
	return sim
}

// ------------------------------------------------------------------------------------------------------------ keys

test('a key is changed without a visit: given over the link, used, and the old one opens nothing any more', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const unit = unitOf(cell, 'h0009')
	const home = await keyed(t, cell.daemon, unit)

	assert.match(await ok(cell, 'device', 'key', unit.device, '--over-link'), /is given a new key over its link/)
	const given = await home.next('newKey')
	assert.equal(given.key.length, 32)
	assert.match(given.identity, new RegExp(`^${unit.device}\\+[0-9a-f]{8}$`))
	assert.equal((await shown(cell, unit)).key_changing, true)
	// Until the unit has shown that it has it, both open.
	assert.ok(await opens(t, cell.daemon, unit))
	const anew = await keyed(t, cell.daemon, unit, { key: given.key.toString('hex'), identity: given.identity })
	await until(async () => (await shown(cell, unit)).key_changing === false, { what: 'the new key is in force' })
	await until(async () => !(await opens(t, cell.daemon, unit)), { what: 'the old key opens nothing' })
	// It goes by the name that came with it, and by the device's own.
	assert.ok(await opens(t, cell.daemon, unit, { key: given.key.toString('hex'), identity: given.identity }))
	assert.ok(await opens(t, cell.daemon, unit, { key: given.key.toString('hex') }))
	assert.ok(!(await opens(t, cell.daemon, unit, { key: given.key.toString('hex'), identity: `${unit.device}+00000001` })))
	assert.equal(await cell.daemon.metric('pingan_device_keys_taken_total'), 1)
	await cell.daemon.child.logged(/ev=DEVICE_KEY_TAKEN .*device=/)
	assert.equal(cell.daemon.child.said(/ev=DEVICE_KEY_TAKEN/).length, 1)
	assert.ok(!cell.daemon.child.lines.some((line) => line.includes(given.key.toString('hex').slice(0, 16))), 'no key in the log')
	anew.end()
})

test('whoever dies while a key is changed, the unit gets in', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, daemons: 2 })
	const [one, two] = cell.daemons
	const unit = unitOf(cell, 'h0009')

	// The unit loses its power before it has written the key: the old one opens, and it is given the same again.
	const first = await keyed(t, one, unit)
	await ok(cell, 'device', 'key', unit.device, '--over-link')
	const given = await first.next('newKey')
	first.end()
	const second = await keyed(t, two, unit)
	assert.deepEqual(await second.next('newKey'), given)
	const key = { key: given.key.toString('hex'), identity: given.identity }

	// The daemon dies between the giving and the taking: both keys open at the other one, and there it is taken.
	await two.kill()
	await one.kill()
	await one.start()
	assert.ok(await opens(t, one, unit))
	assert.ok(await opens(t, one, unit, key))
	await until(async () => (await shown(cell, unit)).key_changing === false, { what: 'the new key is in force' })
	await two.start()
	assert.ok(await opens(t, two, unit, key))
	assert.ok(!(await opens(t, two, unit)))

	// Redis dies right after: what was taken is kept.
	await cell.redis.kill()
	await cell.redis.start()
	await one.ready()
	assert.ok(await opens(t, one, unit, key))
	assert.ok(!(await opens(t, one, unit)))
})

test('a key is given while the store is there, or not at all; a replaced one never', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const unit = unitOf(cell, 'h0009')

	await ok(cell, 'device', 'key', unit.device, '--over-link')
	cell.redis.freeze()
	await until(() => cell.daemon.child.said(/ev=STORE_TIMEOUT/).length > 0, { what: 'the daemon misses its store' })
	const home = await keyed(t, cell.daemon, unit)
	await home.sync()
	assert.deepEqual(home.of('newKey'), [])
	cell.redis.thaw()
	const given = await home.next('newKey')
	// Somebody else knows the key, perhaps: a new one at once, and the one that waits opens nothing either.
	const key = (await ok(cell, 'device', 'key', unit.device)).split('\n')[1].split(',')[1]
	await until(() => opens(t, cell.daemon, unit, { key }), { what: 'the new key opens' })
	assert.ok(!(await opens(t, cell.daemon, unit, { key: given.key.toString('hex'), identity: given.identity })))
	assert.equal((await shown(cell, unit)).key_changing, false)
	// What has no key of its own, or another protocol, is not given one; nor is a key that somebody has seen.
	await refused(cell, /only a native device/, 'device', 'key', 'watch.8800000006', '--over-link')
	await refused(cell, /no --key/, 'device', 'key', unit.device, '--over-link', '--key', '00'.repeat(32))
	assert.equal((await ctl(cell, 'device', 'key', '--over-link')).code, 2)
})

test('no key leaves on a link that no key has opened', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: PLAIN })
	const unit = unitOf(cell, 'h0009')
	const home = await Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unit.token })

	await ok(cell, 'device', 'key', unit.device, '--over-link')
	const entry = Number((await cell.redis.cli('xrevrange', 'pa:log', '+', '-', 'count', '1')).split('-')[0])
	await until(async () => (await cell.daemon.metric('pingan_log_newest')) >= entry, { what: 'the daemon knows of the key' })
	await home.sync()
	assert.deepEqual(home.of('newKey'), [])
})

test('simulated homes take new keys by themselves, and have them after their power was gone', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const kept = path.join(cell.dir, 'devices.csv.keys')
	const sim = await homes(t, cell)
	const units = [cell.homes[0].household, 'h0009'].map((h) => unitOf(cell, h))

	for (const unit of units) await ok(cell, 'device', 'key', unit.device, '--over-link')
	await until(() => cell.daemon.metric('pingan_device_keys_taken_total').then((n) => n === 2), { what: 'both keys are taken' })
	await sim.end()
	for (const unit of units) await until(async () => !(await opens(t, cell.daemon, unit)), { what: 'the key of the list opens nothing' })
	assert.ok(existsSync(kept))
	for (const unit of units) assert.match(readFileSync(kept, 'utf8'), new RegExp(`^${unit.device},[0-9a-f]{64},${unit.device}\\+[0-9a-f]{8}$`, 'm'))
	// A key that was written and that the server never heard of: the one before it opens.
	appendFileSync(kept, `${units[0].device},${'ab'.repeat(32)},${units[0].device}+abababab\n`)
	const again = await homes(t, cell)
	assert.equal((await again.end()).linked, cell.homes.length)
})

// ------------------------------------------------------------------------------------------------------------ tickets

test('a unit with a certificate behind it resumes its session, at any daemon of the cell', async (t) => {
	const cell = new Cell(t, {})
	const file = (name) => path.join(cell.dir, name)
	await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=pingan test',
		'-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', file('key.pem'), '-out', file('cert.pem')])
	const real = await Cell.start(t, { demo: { homes: 10 }, daemons: 2, config: { listen: { devices: { tls: true, cert: file('cert.pem'), key: file('key.pem') } } } })
	const [one, two] = real.daemons
	const unit = unitOf(real, 'h0009')
	const ca = readFileSync(file('cert.pem'))
	const linked = async (daemon, session, token = unit.token) => {
		const home = await Home.connect(t, daemon.ports.devices, { tls: { ca, session } })
		home.socket.on('session', (ticket) => (home.ticket = ticket))
		home.send(hello({ device: unit.device, token }))
		return home
	}

	const first = await linked(one)
	await first.next('welcome')
	assert.equal(first.socket.isSessionReused(), false)
	await until(() => first.ticket, { what: 'a ticket' })
	first.end()
	// At the other daemon, then at the first one after it was killed: nothing but the certificate is shared.
	const second = await linked(two, first.ticket)
	await second.next('welcome')
	assert.equal(second.socket.isSessionReused(), true)
	assert.equal(await two.metric('pingan_device_resumed_total'), 1)
	await until(() => second.ticket, { what: 'a new ticket' })
	second.end()
	await one.kill()
	await one.start()
	const third = await linked(one, second.ticket)
	await third.next('welcome')
	assert.equal(third.socket.isSessionReused(), true)
	third.send(alarm({ id: 7n, kind: KIND.TEST }))
	await third.next('ack')
	// A ticket says nothing of who it is.
	const liar = await linked(one, second.ticket, Buffer.alloc(32, 7))
	assert.equal((await liar.next('refuse')).reason, REFUSE.BAD_IDENTITY)
	// Nor does it outlive its keys: a whole handshake, and the unit is in all the same.
	await one.control(`set ${Date.now() + 15 * 86400000}`)
	const old = await linked(one, second.ticket)
	await old.next('welcome')
	assert.equal(old.socket.isSessionReused(), false)
	// Who is out of service is told so, ticket or not.
	await ok(real, 'device', 'retire', unit.device)
	const retired = async () => {
		const home = await linked(two, second.ticket)
		await until(() => home.heard.length > 0, { what: 'an answer to Hello' })
		home.end()
		return home.of('refuse')[0]?.reason === REFUSE.BAD_IDENTITY
	}
	await until(retired, { what: 'the retired unit is refused' })
	// pingan-sim keeps its tickets: all its homes resume after the daemon is back.
	await one.kill()
	await one.start()
	const control = path.join(real.dir, 'homes.sock')
	const sim = await homes(t, real, '--ca', file('cert.pem'), '--tokens', path.join(real.dir, 'tokens.csv'), '--count', 4, '--control', control)
	await one.kill()
	await one.start()
	await until(() => one.metric('pingan_device_resumed_total').then((n) => n === 4), { what: 'four sessions go on' })
	// The homes count it with the Welcome, which is a moment later.
	for (const { device } of real.homes.slice(0, 4)) await run(program('pingan-sim'), ['press', device, '--control', control, '--kind', 'test', '--until', 'stored', '--timeout', '30'])
	assert.equal((await sim.end()).resumed, 4)
})

// ------------------------------------------------------------------------------------------------------------ Configure

test('a unit is told how to behave once, and again when it changes', async (t) => {
	const units = { language: 'yue', prompts: ['heard', 'on_the_way'], numbers: ['+862012345678', '110'] }
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: { ...PLAIN, units } })
	const unit = unitOf(cell, 'h0009')
	const link = (config) => Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unit.token, config })

	await cell.daemon.control('set 1795336201000')
	const home = await link()
	const told = await home.next('configure')
	assert.deepEqual(told.numbers, units.numbers)
	assert.equal(told.prompts, (1 << SAY.HEARD) | (1 << SAY.ON_THE_WAY))
	assert.equal(told.heartbeatS, 60)
	assert.ok(['cmn', 'yue', 'en'].includes(told.language))
	assert.ok(told.revision !== 0 && told.serverMs >= 1795336201000 && told.serverMs < 1795336201000 + 60000)
	// Who lives by it is not told again; who lives by another is.
	const again = await link(told.revision)
	await again.sync()
	assert.deepEqual(again.of('configure'), [])
	const other = await link(told.revision ^ 1)
	assert.equal((await other.next('configure')).revision, told.revision)
	// Changed while it is linked: told at once, on every link, as a whole.
	cell.daemon.config.units = { ...units, numbers: ['120'] }
	cell.daemon.write()
	cell.daemon.child.signal('SIGHUP')
	const changed = await other.next('configure')
	assert.notEqual(changed.revision, told.revision)
	assert.deepEqual({ ...changed, revision: 0, serverMs: 0 }, { ...told, revision: 0, serverMs: 0, numbers: ['120'] })
	// A restart makes no other revision of it.
	await cell.daemon.kill()
	await cell.daemon.start()
	const after = await link(changed.revision)
	await after.sync()
	assert.deepEqual(after.of('configure'), [])
})

test('numbers and prompts that can not be are refused before they are told to anybody', async (t) => {
	const cell = await Cell.start(t, { config: PLAIN })
	const good = cell.daemon.config

	for (const units of [{ numbers: ['12'] }, { numbers: ['110', '110', '110', '110', '110'] }, { numbers: ['call me'] }, { prompts: ['sing'] }, { language: 'xx9' }]) {
		cell.daemon.config = { ...good, units }
		cell.daemon.write()
		await assert.rejects(run(program('pingand'), ['--check-config', cell.daemon.file]), undefined, JSON.stringify(units))
	}
})

// ------------------------------------------------------------------------------------------------------------ beats

test('in a storm all units are told to beat more seldom, and as usual after it', async (t) => {
	const beats = { longest_s: 300, frames_a_s: 20, links_a_s: 0, lag_ms: 0, calm_s: 10 }
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: { ...PLAIN, beats } })
	const all = await Promise.all(cell.homes.slice(0, 3).map((h) => Home.linked(t, cell.daemon.ports.devices, h.device, { token: unitOf(cell, h.household).token })))
	const slowed = () => cell.daemon.metric('pingan_heartbeats_slowed')
	const beat = async (home) => {
		await home.sync()
		return home.of('beat').at(-1).heartbeatS
	}

	assert.ok(all.every((home) => home.of('welcome')[0].heartbeatS === 60))
	assert.equal(await beat(all[1]), 0, 'as before')
	for (let s = 0; s < 10 && (await slowed()) === 1; s++) {
		const before = all[0].of('beat').length
		all[0].send(...Array.from({ length: 60 }, () => heartbeat()))
		await until(() => all[0].of('beat').length === before + 60, { what: 'every beat is answered' })
		await cell.daemon.control('advance 1000')
	}
	assert.equal(await slowed(), 2)
	await cell.daemon.child.logged(/ev=BEATS_SLOWED times=2 /)
	// All of them, whoever made the storm: with the answer to the next beat, or with Welcome.
	for (const home of all) {
		const s = await beat(home)
		assert.ok(s > 60 && s <= 90, `${s} s`)
	}
	const late = await Home.linked(t, cell.daemon.ports.devices, cell.homes[3].device, { token: unitOf(cell, cell.homes[3].household).token })
	assert.ok(late.of('welcome')[0].heartbeatS > 60)
	// A press is served as ever meanwhile.
	late.send(alarm({ id: 5n, kind: KIND.SOS }))
	await late.next('ack')
	// Whoever beats as seldom as it was told is not cut off for it.
	for (let s = 0; s < 40 && (await slowed()) > 1; s++) await cell.daemon.control('advance 1000')
	assert.equal(await slowed(), 1)
	for (const home of [...all, late]) {
		assert.equal(await beat(home), 60)
		assert.equal(await beat(home), 0)
	}
	await cell.daemon.child.logged(/ev=BEATS_NORMAL/)
})

// ------------------------------------------------------------------------------------------------------------ what is spoken

test('each step comes with words that a unit may speak, with the minutes until help is there', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: PLAIN })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const phone = await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver')
	const unit = unitOf(cell, 'h0009')
	const home = await Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unit.token })
	const said = async (screen) => {
		const before = screen.history.filter((m) => m.case === 'heartbeat').length
		screen.send({ case: 'heartbeat', value: { screenMs: 1n, visible: true } })
		await until(() => screen.history.filter((m) => m.case === 'heartbeat').length > before, { what: 'a heartbeat comes back' })
	}
	const good = async (screen, what, value) => assert.equal((await screen.ask(what, value)).result, Result.OK, what)

	await good(phone, 'duty', { on: true })
	home.send(alarm({ id: 9n }))
	const { incident, say } = await home.next('ack')
	assert.equal(say, SAY.HEARD)
	await desk.row((r) => r.id === incident)
	await good(desk, 'claim', { incident })
	assert.deepEqual(await home.next('status'), { type: 'status', alarm: 9n, step: STEP.ANSWERED, etaMin: 0, say: SAY.TALKING })
	await good(desk, 'dispatch', { incident, caregivers: ['cg01'] })
	const { offers } = await phone.phoneShows((p) => p.offers.length === 1, 'the offer')
	const where = { incident, job: offers[0].job }
	await good(phone, 'answer', { ...where, accept: true })
	await good(phone, 'progress', { ...where, to: JobState.JOB_EN_ROUTE })
	const going = await home.next('status')
	assert.deepEqual([going.step, going.say], [STEP.HELP_ON_THE_WAY, SAY.ON_THE_WAY])
	assert.ok(going.etaMin >= 1 && going.etaMin <= 60, `${going.etaMin} min`)
	// A minute later, a unit that was away is told how long it is from then on.
	for (let s = 0; s < 60; s += 1.5) {
		await cell.daemon.control('advance 1500')
		await Promise.all([home.sync(), ...[desk, phone].map(said)])
	}
	const back = await Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unit.token, held: [{ id: 9n, heard: STEP.ANSWERED }] })
	assert.ok((await back.next('status', (s) => s.step === STEP.HELP_ON_THE_WAY)).etaMin < going.etaMin)
	await good(phone, 'progress', { ...where, to: JobState.JOB_ARRIVED, sawResident: true })
	assert.equal((await back.next('status', (s) => s.step === STEP.ARRIVED)).say, SAY.ARRIVED)
	await good(phone, 'progress', { ...where, to: JobState.JOB_DONE, result: JobResult.HELPED, sawResident: true })
	await good(desk, 'close', { incident, outcome: Outcome.HELPED_AT_HOME })
	assert.equal((await back.next('status', (s) => s.step === STEP.CLOSED)).say, SAY.CLOSED)
	// The trial of a button says that it works; of mains and batteries nobody wants to hear.
	back.send(alarm({ id: 10n, kind: KIND.TEST }), alarm({ id: 11n, kind: KIND.POWER }), alarm({ id: 12n, kind: KIND.DURESS }))
	await until(() => back.of('ack').filter((a) => a.alarm >= 10n).length === 3, { what: 'three acknowledgements' })
	const says = (id) => back.of('ack').find((a) => a.alarm === id)
	assert.equal(says(10n).say, SAY.TRIAL)
	assert.equal(says(11n).say, SAY.NOTHING)
	assert.deepEqual([says(12n).say, says(12n).silent], [SAY.NOTHING, true])
})

test('while the store is away a unit may say that we go on trying; it promises nothing', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: PLAIN })
	const unit = unitOf(cell, 'h0009')
	const home = await Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unit.token })

	cell.redis.freeze()
	home.send(alarm({ id: 9n }))
	assert.deepEqual(await home.next('status'), { type: 'status', alarm: 9n, step: 0, etaMin: 0, say: SAY.NOT_STORED })
	home.send(alarm({ id: 9n, tries: 1 }))
	await home.sync()
	assert.equal(home.of('status').length, 1, 'once a link')
	assert.deepEqual(home.of('ack'), [])
	cell.redis.thaw()
	assert.equal((await home.next('ack')).say, SAY.HEARD)
})

test('pingan-sim speaks what it is told, in the language of the home', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const unit = unitOf(cell, 'h0009')
	const { stdout } = await run(program('pingan-sim'), ['press', unit.device, '--port', cell.daemon.ports.devices, '--devices', path.join(cell.dir, 'devices.csv'),
		'--until', 'stored', '--json', '--timeout', '20'].map(String))
	const stored = stdout.trim().split('\n').map((line) => JSON.parse(line)).find((line) => line.event === 'stored')

	assert.match(stored.said ?? '', /我们收到您的呼叫了|我哋收到你嘅呼叫喇|We have heard you/)
})

// ------------------------------------------------------------------------------------------------------------ hold, and what was lost

test('what a unit holds is said in Hello and with heartbeats, and is taken as if it had been sent', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: PLAIN })
	const unit = unitOf(cell, 'h0009')
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const home = await Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unit.token, held: [{ id: 21n, heard: 0 }] })

	const { incident } = await home.next('ack', (a) => a.alarm === 21n)
	await desk.row((r) => r.id === incident)
	home.send(heartbeat({ held: [{ id: 21n, heard: STEP.STORED }, { id: 22n, kind: KIND.FALL }] }))
	assert.equal((await home.next('ack', (a) => a.alarm === 22n)).incident, incident, 'one call a home')
	assert.equal((await desk.row((r) => r.id === incident && r.repeats > 0)).repeats, 1)
	// A store that knows less than the unit has heard puts the call back, marked.
	await cell.daemon.stop()
	await cell.redis.cli('flushall')
	await cell.loadDemo({ homes: 10 })
	await cell.daemon.start()
	const later = await Home.linked(t, cell.daemon.ports.devices, unit.device, { token: unitOf(cell, 'h0009').token, held: [{ id: 21n, heard: STEP.ANSWERED }] })
	await later.next('ack', (a) => a.alarm === 21n)
	const fresh = await Screen.open(t, cell.daemon, await cell.login('op01'))
	assert.equal((await fresh.row((r) => r.restored, 'the call, restored')).state, common.IncidentState.INCIDENT_WAITING)
})

test('attempts that were lost are counted from the unit\'s side', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: PLAIN })
	const unit = unitOf(cell, 'h0009')
	const home = await Home.connect(t, cell.daemon.ports.devices)
	const figures = async () => Promise.all(['frames_lost', 'connects_failed', 'acks_first_try', 'acks_later_try', 'tries_lost'].map((n) => cell.daemon.metric(`pingan_device_${n}_total`)))

	// Hello says what came to nothing before it: 3 frames that nobody answered, 2 attempts to connect.
	home.send(hello({ device: unit.device, token: unit.token, seq: 10, lost: 3, failed: 2 }))
	await home.next('welcome')
	assert.deepEqual(await figures(), [3, 2, 0, 0, 0])
	// 11 and 12 never came: a gap of two.
	home.send(heartbeat({ seq: 13 }))
	await home.next('beat')
	assert.deepEqual(await figures(), [5, 2, 0, 0, 0])
	// An alarm counts as a frame; this one came at once, the next at the fourth try.
	home.send(alarm({ id: 31n, kind: KIND.TEST }), heartbeat({ seq: 15 }))
	await home.next('ack')
	home.send(alarm({ id: 32n, kind: KIND.TEST, tries: 3 }), heartbeat({ seq: 17 }))
	await home.next('ack')
	await home.sync()
	assert.deepEqual(await figures(), [5, 2, 1, 1, 3])
	// By unit, for whoever has its card open.
	const tech = await Screen.open(t, cell.daemon, await cell.login('cg06'), 'caregiver')
	assert.equal((await tech.ask('deviceScan', { device: unit.device })).result, Result.OK)
	const card = await tech.cardShows((c) => c.device === unit.device, 'the card')
	assert.deepEqual([card.framesLost, card.connectsFailed, card.acksFirstTry, card.acksLaterTry], [5n, 2n, 1n, 1n])
})

// ------------------------------------------------------------------------------------------------------------ everybody at once

test('units that come back all at once are let in by the kernel while the daemon is busy: none has to knock twice', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: { ...PLAIN, limits: { devices: 2000, strangers: 2000, devices_per_address: 2000 } } })
	const unit = unitOf(cell, 'h0009')
	// What the kernel allows at most; a receiver with room for a hundred stands far below it.
	const count = Math.min(1500, Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')))
	let open = 0

	cell.daemon.child.signal('SIGSTOP')
	const sockets = Array.from({ length: count }, () => connect({ host: '127.0.0.1', port: cell.daemon.ports.devices }, () => open++))
	for (const socket of sockets) {
		socket.on('error', () => {})
		t.after(() => socket.destroy())
	}
	// The daemon takes none of them meanwhile: whoever finds no place waits for its second SYN, and its third, for ever.
	await until(() => open === count, { what: `${count} connections stand` })
	cell.daemon.child.signal('SIGCONT')
	sockets.at(-1).write(hello({ device: unit.device, token: unit.token }))
	let answered = false
	sockets.at(-1).on('data', () => (answered = true))
	await until(() => answered, { what: 'the last one is greeted' })
	await until(() => cell.daemon.metric('pingan_device_accepted_total').then((n) => n === count), { what: 'all are taken' })
})
