// A daemon leaves: by `pinganctl drain`, or because it was told to end. Two real daemons on one Redis: units and screens move,
// what is pressed meanwhile is acknowledged and rings, and nobody is left without a daemon.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { dc09, Panel } from '../harness/device.mjs'
import { Cell, request, until } from '../harness/index.mjs'
import { common, console_ as proto, device } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'
import { press as posted, Vendors } from '../harness/vendor.mjs'

const { Kind } = common
const { Result } = proto

/** What `pinganctl drain` lists, by process. */
const daemons = async (cell) => (await ok(cell, 'drain', '--json')).trim().split('\n').map((line) => JSON.parse(line))
const seen = async (cell, daemon) => (await daemons(cell)).find((d) => d.pid === daemon.child.pid)

/** As `daemon` is named to pinganctl. */
async function name(cell, daemon) {
	return (await until(() => seen(cell, daemon), { what: 'it proves that it lives' })).daemon
}

/** A cell of two, both heard of. */
async function two(t, options = {}) {
	const cell = await Cell.start(t, { demo: { homes: 40 }, daemons: 2, ...options })
	const [stays, goes] = cell.daemons
	await until(async () => (await daemons(cell)).filter((d) => d.state === 'serving').length === 2, { what: 'both serve' })
	return { cell, stays, goes, id: await name(cell, goes) }
}

/** As a page behind a balancer does: told to go away, it comes back at the other one. */
async function follows(screen, to) {
	await until(() => screen.goAway !== null, { what: 'the screen is sent elsewhere' })
	assert.equal(screen.goAway.why, proto.GoAway_Why.RESTART)
	screen.daemon = to
	await until(() => screen.live && screen.socket.url.includes(`:${to.ports.web}/`), { what: 'the screen is at the other daemon' })
}

const refuse = (unit) => unit.heard.find((m) => m.case === 'refuse')?.value

/** A press that is in its unit until somebody acknowledges it, wherever that is. */
async function pressed(unit, elsewhere) {
	let alarm = unit.press({ kind: Kind.SOS })

	return until(
		async () => {
			if (unit.acks(alarm).length !== 0) return { unit, alarm, at: unit.daemon.name }
			if (unit.closed) {
				unit.daemon = elsewhere
				await unit.reopen({ held: [alarm] })
			}
			return null
		},
		{ what: `the press of ${unit.home.device} is acknowledged` },
	)
}

test('units and screens move; what is pressed meanwhile is acknowledged and rings; then it is empty', async (t) => {
	const { cell, stays, goes, id } = await two(t)
	const cookies = Object.fromEntries(await Promise.all(['op01', 'cg01'].map(async (who) => [who, await cell.login(who)])))
	const desk = await Screen.open(t, goes, cookies.op01)
	const phone = await Screen.open(t, goes, cookies.cg01, 'caregiver')
	const units = await Promise.all(cell.homes.slice(0, 20).map((home) => Unit.connect(t, goes, home)))
	const before = await Promise.all(units.slice(0, 4).map((unit) => pressed(unit, stays)))

	assert.ok(before.every((p) => p.at === goes.name))
	assert.equal((await desk.ask('claim', { incident: before[0].unit.acks(before[0].alarm)[0].incident })).result, Result.OK)
	const moved = Promise.all([follows(desk, stays), follows(phone, stays)])
	const drained = ctl(cell, 'drain', id)
	const during = await Promise.all(units.slice(4).map((unit) => pressed(unit, stays)))
	const { code, out, err } = await drained
	await moved

	assert.equal(code, 0, err)
	assert.match(out, /draining; |empty; 0 units, 0 screens, 0 in hand/)
	assert.match(out, /It is empty: it may be stopped/)
	assert.equal(during.length, 16)
	await until(() => desk.rows.size === 20, { what: 'every press rings at the desk, wherever it was taken' })
	for (const unit of units.filter((u) => u.daemon === goes)) {
		await until(() => unit.closed, { what: 'no unit is left' })
		assert.equal(refuse(unit)?.reason, device.Refuse_Reason.GO_ELSEWHERE)
	}
	// The call that was answered is still theirs.
	await until(() => [...desk.rows.values()].filter((r) => r.owner === 'op01' && !r.ownerGone).length === 1, { what: 'the owner is there, at the other daemon' })
	assert.equal((await request(goes.ports.admin, '/readyz')).status, 503)
	assert.equal((await goes.health()).draining, true)
	assert.equal(await goes.metric('pingan_draining'), 1)
	assert.equal(await goes.metric('pingan_screens'), 0)
	assert.equal((await stays.health()).draining, false)
	await until(async () => (await seen(cell, goes)).state === 'empty', { what: 'it is empty' })
	assert.match(await ok(cell, 'drain'), new RegExp(`${id}.* empty`))
	assert.match((await ctl(cell, 'doctor')).out, /warning.*daemon.*drains/)

	// Who, what and when: in the log, and in the audit chain.
	assert.match(await ok(cell, 'log', '--count', '5000'), new RegExp(`drain:${id}`))
	assert.match(await ok(cell, 'audit', 'query', '--count', '500'), new RegExp(`ctl:.*drain:${id}`))

	// Stopped now, nobody notices.
	const snapshots = desk.snapshots
	await goes.stop()
	assert.equal(goes.child.exit.code, 0)
	assert.equal((await desk.ask('claim', { incident: during[0].unit.acks(during[0].alarm)[0].incident })).result, Result.OK)
	assert.equal(desk.snapshots, snapshots)

	// Its next start has another name: no order is left.
	await goes.start()
	await until(async () => (await seen(cell, goes))?.state === 'serving', { what: 'it serves again' })
	assert.notEqual(await name(cell, goes), id)
})

test('every intake of a daemon that drains: refused at once, or answered to the last', async (t) => {
	const vendors = Vendors.make(t)
	const { cell, stays, goes, id } = await two(t, { config: vendors.config })
	const cookie = await cell.login('op01')
	const panel = await Panel.connect(t, goes.ports.dc09)
	const udp = createSocket('udp4')
	const heard = []

	t.after(() => udp.close())
	udp.on('message', (bytes) => heard.push(bytes.toString('latin1')))
	await ok(cell, 'device', 'add', 'sample.A1', '--household', 'h0007', '--protocol', 'webhook')
	panel.send(dc09('"NULL"0000L0#2468[]'))
	await panel.reply()
	await ok(cell, 'drain', id)

	// Devices over TCP: a closed port, which is the quickest no there is.
	for (const port of ['devices', 'dc09', 'watch']) {
		const socket = connect(goes.ports[port], '127.0.0.1')
		const why = await new Promise((done) => socket.on('error', (e) => done(e.code)).on('connect', () => done('connected')))
		socket.destroy()
		assert.equal(why, 'ECONNREFUSED', port)
	}
	await until(() => panel.closed, { what: "the panel's line is closed, with nothing unanswered" })

	// A panel that speaks UDP has no line that could go elsewhere.
	udp.send(dc09('"ADM-CID"0001L0#2468[#2468|1101 01 001]'), goes.ports.dc09, '127.0.0.1')
	await until(() => heard.length === 1, { what: 'it is answered' })
	assert.match(heard[0], /"ACK"0001L0#2468/)
	// It was in hand for a moment: what is proved once a second may say so.
	await until(async () => (await seen(cell, goes)).state === 'empty', { what: 'and nothing is in hand again' })

	// A vendor's alarm is never turned away; the next one finds another connection.
	const answer = await vendors.send(goes, posted('A1'))
	assert.equal(answer.status, 200)
	assert.equal(answer.headers.connection, 'close')

	// Screens hear why, and when to come again; pages and the API are served.
	const upgrade = await request(goes.ports.web, '/ws', {
		headers: { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-protocol': 'pingan.v1', origin: goes.origin, cookie },
	})
	assert.equal(upgrade.status, 503)
	assert.equal(upgrade.headers['retry-after'], '1')
	assert.deepEqual(JSON.parse(upgrade.body), { error: 'draining' })
	const me = await request(goes.ports.web, '/api/v1/me', { headers: { cookie } })
	assert.equal(me.status, 200)
	assert.equal(me.headers.connection, 'close')

	// Both calls ring at the other one.
	const desk = await Screen.open(t, stays, cookie)
	await until(() => desk.rows.size === 2, { what: 'both are shown' })

	// Taken back: all doors are open again, at the same ports.
	assert.match(await ok(cell, 'drain', id, '--off'), /takes everybody in again/)
	await Unit.connect(t, goes, cell.homes[3])
	assert.equal((await request(goes.ports.admin, '/readyz')).status, 200)
	await Screen.open(t, goes, await cell.login('op02'))
	await until(async () => (await seen(cell, goes)).state === 'serving', { what: 'it serves' })
	assert.equal((await ctl(cell, 'drain', id, '--off')).code, 0, 'twice is once')
})

test('the last daemon is refused unless it is forced; one whose peers die serves again by itself', async (t) => {
	const { cell, stays, goes, id } = await two(t)
	const other = await name(cell, stays)
	const unit = await Unit.connect(t, goes, cell.homes[0])

	await ok(cell, 'drain', id)
	await until(() => unit.closed, { what: 'the unit was sent elsewhere' })
	// Taken back and told again before it has heard of either: what it said of the first order answers nothing.
	goes.child.signal('SIGSTOP')
	await ok(cell, 'drain', id, '--off', '--no-wait')
	const early = await ctl(cell, 'drain', id, '--wait', '1')
	assert.equal(early.code, 1, early.out)
	assert.doesNotMatch(early.out, /It is empty/)
	goes.child.signal('SIGCONT')
	await until(async () => (await seen(cell, goes)).state === 'empty', { what: 'it has heard of the second one' })
	await refused(cell, /the last daemon of this cell that serves devices/, 'drain', other)
	assert.equal((await seen(cell, stays)).state, 'serving')

	// Killed: now nobody is there but the one that drains.
	await stays.kill()
	await until(async () => (await seen(cell, goes)).state === 'alone', { what: 'it takes everybody in again' })
	await unit.reopen()
	const alarm = unit.press()
	await unit.ack(alarm)
	assert.equal((await request(goes.ports.admin, '/readyz')).status, 200)
	assert.equal(await goes.metric('pingan_drain_alone'), 1)
	assert.match((await ctl(cell, 'doctor')).out, /told to drain and serves all the same/)
	assert.equal((await ctl(cell, 'drain', id)).code, 1)

	// Another one lives: it leaves after all.
	await stays.start()
	await until(() => unit.closed, { what: 'it drains as soon as somebody else serves' })
	await until(async () => (await seen(cell, goes)).state === 'empty', { what: 'it is empty again' })
	await stays.kill()
	await until(async () => (await seen(cell, goes)).state === 'alone', { what: 'alone again' })
	await ok(cell, 'drain', id, '--force')
	assert.equal((await request(goes.ports.admin, '/readyz')).status, 503)

	assert.equal((await ctl(cell, 'drain', 'nobody')).code, 1)
	assert.equal((await ctl(cell, 'drain', '--off')).code, 1)
	assert.equal((await ctl(cell, 'drain', id, '--wait', '0')).code, 2)
})

test('SIGTERM is the same leaving: told where to go, answered first, and the end', async (t) => {
	const { goes, stays, cell } = await two(t)
	const desk = await Screen.open(t, goes, await cell.login('op01'))
	const units = await Promise.all(cell.homes.slice(0, 8).map((home) => Unit.connect(t, goes, home)))
	const alarms = units.map((unit) => unit.press({ kind: Kind.SOS }))
	const moved = follows(desk, stays)
	await goes.stop()
	await moved
	assert.equal(goes.child.exit.code, 0)
	// Each was taken and acknowledged, or its unit still has it and says it to the other.
	for (const [i, unit] of units.entries()) {
		await until(() => unit.closed, { what: 'its last words have been read' })
		if (unit.acks(alarms[i]).length !== 0) {
			assert.equal(refuse(unit)?.reason, device.Refuse_Reason.GO_ELSEWHERE)
			continue
		}
		unit.daemon = stays
		await unit.reopen({ held: [alarms[i]] })
		await unit.ack(alarms[i])
	}
	await until(() => desk.rows.size === 8, { what: 'all of them ring' })
	for (const line of ['DRAIN_BEGUN', 'DRAIN_EMPTY', 'STOPPED']) assert.equal(goes.child.said(new RegExp(`ev=${line} `)).length, 1, line)
})
