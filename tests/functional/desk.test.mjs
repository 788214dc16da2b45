// Whose call it is, on real Redis with two daemons: taking over, interruption, passing on, hand-over. The same decisions as
// in the simulator (tests/sim/test_desk_life.c).
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Channel, CallResult, HandoverState, IncidentState, Kind, Outcome, Service } = common
const { Result } = proto

/** Two operators, each on a daemon of its own, and the homes h0009 and the next of the same sub-district. */
async function desks(t) {
	const cell = await Cell.start(t, { demo: { homes: 20 }, daemons: 2 })
	const [one, two] = cell.daemons
	const a = await Screen.open(t, one, await cell.login('op01'))
	const b = await Screen.open(t, two, await cell.login('op02', { daemon: two }))
	const press = async (household, kind) => {
		const unit = await Unit.connect(t, two, cell.homes.find((h) => h.household === household))
		const { incident } = await unit.ack(unit.press({ kind }))
		for (const desk of [a, b]) await desk.row((r) => r.id === incident)
		return incident
	}
	return { cell, one, two, a, b, press }
}

/** Time passes on every daemon, no faster than the screens give signs of life. */
async function pass(daemons, screens, seconds) {
	for (let left = seconds; left > 0; left -= 6) {
		for (const daemon of daemons) await daemon.control(`advance ${Math.min(left, 6) * 1000}`)
		await Promise.all(screens.map((screen) => screen.ask('ready', { ready: true })))
	}
}

const ask = async (desk, what, value) => (await desk.ask(what, value)).result

test('in the first 20 s a colleague on another daemon takes over, later not', async (t) => {
	const { one, two, a, b, press } = await desks(t)
	const incident = await press('h0009', Kind.SOS)

	assert.equal(await ask(a, 'claim', { incident }), Result.OK)
	await b.row((r) => r.id === incident && r.owner === 'op01')
	assert.equal(await ask(b, 'claim', { incident, from: '' }), Result.LOST_RACE, 'it waited on this screen')
	assert.equal(await ask(b, 'claim', { incident, from: 'op01' }), Result.OK)
	await a.row((r) => r.id === incident && r.owner === 'op02', 'the loser sees who has it')
	await pass([one, two], [a, b], 21)
	assert.equal(await ask(a, 'claim', { incident, from: 'op02' }), Result.LOST_RACE)
})

test('a more urgent call lays the one in hand aside, and it comes back by itself', async (t) => {
	const { one, two, a, b, press } = await desks(t)
	const lesser = await press('h0009', Kind.INACTIVITY)

	assert.equal(await ask(a, 'claim', { incident: lesser }), Result.OK)
	assert.equal(await ask(a, 'spoke', { incident: lesser }), Result.OK)
	const urgent = await press('h0010', Kind.SOS)
	assert.equal(await ask(a, 'claim', { incident: urgent }), Result.OK)
	await b.row((r) => r.id === lesser && r.holdUntilMs > 0n && r.owner === 'op01', 'laid aside')
	assert.equal(b.rows.get(urgent).holdUntilMs, 0n)
	await pass([one, two], [a, b], 181)
	await a.row((r) => r.id === lesser && r.holdUntilMs === 0n && r.rerung, 'back')
	assert.ok(a.ringing.includes(lesser), 'and it rings at its owner')
})

test('a call is passed on to another daemon with what was heard', async (t) => {
	const { a, b, press } = await desks(t)
	const incident = await press('h0009', Kind.SOS)

	assert.equal(await ask(a, 'claim', { incident }), Result.OK)
	assert.equal(await ask(a, 'transfer', { incident, to: 'op02', text: '' }), Result.NEEDS_REASON)
	assert.equal(await ask(a, 'transfer', { incident, to: 'nobody', text: '在呻吟' }), Result.NOT_FOUND)
	assert.equal(await ask(a, 'transfer', { incident, to: 'op02', text: '在呻吟' }), Result.OK)
	await b.row((r) => r.id === incident && r.owner === 'op02' && r.state === IncidentState.INCIDENT_ANSWERED)
	await until(() => b.ringing.includes(incident), { what: 'it rings at its new owner' })
	assert.equal(await ask(a, 'spoke', { incident }), Result.NOT_OWNER)
	assert.equal(await ask(b, 'seenRepeat', { incident }), Result.OK)
	await until(() => !b.ringing.includes(incident), { what: 'seen' })
})

test('a hand-over is tracked over a kill -9 until a human there confirms', async (t) => {
	const { cell, one, two, a, b, press } = await desks(t)
	const incident = await press('h0009', Kind.SOS)

	assert.equal(await ask(a, 'claim', { incident }), Result.OK)
	assert.equal(await ask(a, 'spoke', { incident }), Result.OK)
	assert.equal(await ask(a, 'close', { incident, outcome: Outcome.HANDED_OVER }), Result.NEEDS_CONFIRMATION)
	assert.equal(await ask(a, 'handoverOpen', { incident, service: Service.SERVICE_120 }), Result.OK)
	assert.equal(await ask(a, 'handoverTry', { incident, handover: 1, channel: Channel.VOICE, result: CallResult.CALL_NO_ANSWER }), Result.OK)
	assert.equal(await ask(a, 'handoverTry', { incident, handover: 1, channel: Channel.MESSAGE }), Result.OK)
	assert.equal(Number(await cell.redis.cli('xlen', 'pa:outbox')) > 0, true, 'the message is on its way')
	await one.kill()
	await one.start()
	await until(() => a.live, { what: 'the console is back' })
	await pass([one, two], [a, b], 61)
	await a.row((r) => r.id === incident && r.handover === HandoverState.HANDOVER_OPEN, 'still open')
	assert.equal(await ask(a, 'open', { incident }), Result.OK)
	await until(() => a.detail?.lines.some((l) => l.code === common.LineCode.LINE_HANDOVER_OVERDUE), { what: 'overdue' })
	assert.equal(await ask(a, 'handoverConfirm', { incident, handover: 1, text: '' }), Result.NEEDS_REASON)
	assert.equal(await ask(a, 'handoverConfirm', { incident, handover: 1, text: '120 调度 3 号' }), Result.OK)
	assert.equal(await ask(a, 'close', { incident, outcome: Outcome.HANDED_OVER }), Result.OK)
	await until(() => !b.rows.has(incident), { what: 'the row goes' })
})
