// The main stories of the simulator on real parts: two daemons, one Redis, the device on the first and the consoles on the
// second. What was decided is the timeline of the incident's record: the same lines in the same order, by the same people,
// with the same numbers, as tests/sim/test_stories.c finds in the simulator. Both read tests/data/stories.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { PEOPLE, Stage } from '../harness/stage.mjs'

const { CallResult, IncidentState, JobResult, JobState, Kind, LineCode, Outcome, Step } = common
const { Result } = proto

test('press, claim, dispatch, arrival, close: device on one daemon, consoles on the other', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	await s.ok('op0', 'claim')
	await s.unit.step(s.alarm, Step.ANSWERED)
	await s.ok('op0', 'open')
	await s.ok('op0', 'spoke')
	await s.ok('op0', 'dispatch', { caregivers: ['cg01'] })
	await s.accept('cg0')
	await s.progress('cg0', JobState.JOB_EN_ROUTE)
	await s.unit.step(s.alarm, Step.HELP_ON_THE_WAY)
	await s.progress('cg0', JobState.JOB_ARRIVED, { sawResident: true })
	await s.unit.step(s.alarm, Step.ARRIVED)
	await s.progress('cg0', JobState.JOB_DONE, { result: JobResult.HELPED, sawResident: true })
	await s.ok('op0', 'close', { outcome: Outcome.HELPED_AT_HOME })
	await s.unit.step(s.alarm, Step.CLOSED)
	await s.tells('main')
})

test('the same with a daemon killed in the middle: nobody notices in what was decided', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	await s.ok('op0', 'claim')
	await s.ok('op0', 'open')
	await s.ok('op0', 'spoke')
	await s.ok('op0', 'dispatch', { caregivers: ['cg01'] })
	await s.people.cg0.phoneShows((p) => p.offers.length === 1, 'the offer')
	await s.one.kill()
	s.people.cg0.end()
	s.people.cg0 = await Screen.open(t, s.two, await s.cell.login(PEOPLE.cg0, { daemon: s.two }), 'caregiver')
	s.unit.daemon = s.two
	await s.unit.reopen({ held: [{ ...s.alarm, heard: Step.ANSWERED }] })
	await s.accept('cg0')
	await s.progress('cg0', JobState.JOB_EN_ROUTE)
	await s.unit.step(s.alarm, Step.HELP_ON_THE_WAY)
	await s.progress('cg0', JobState.JOB_ARRIVED, { sawResident: true })
	await s.progress('cg0', JobState.JOB_DONE, { result: JobResult.HELPED, sawResident: true })
	await s.ok('op0', 'close', { outcome: Outcome.HELPED_AT_HOME })
	await s.unit.step(s.alarm, Step.CLOSED)
	await s.tells('main')
	assert.equal(s.people.op0.gaps + s.people.op1.gaps, 0)
})

test('nobody reacts: the plan runs to its end by itself', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	await s.line(LineCode.LINE_DUTY_PHONES, { within: 100000 })
	await s.tells('nobody-reacts')
})

test('no voice after answering is an emergency by itself', async (t) => {
	const s = await Stage.set(t)
	await s.press({ kind: Kind.INACTIVITY })
	await s.ok('op0', 'claim')
	await s.line(LineCode.LINE_OFFERED, { within: 125000, count: 2 })
	await s.tells('no-voice')
})

test('the owner\'s console is gone: the call is returned, and another takes it', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	await s.ok('op0', 'claim')
	await s.ok('op0', 'spoke')
	s.people.op0.end()
	await s.people.op1.row((r) => r.ownerGone, 'the owner in amber')
	await s.line(LineCode.LINE_RETURNED, { within: 45000 })
	await s.people.op1.row((r) => r.state === IncidentState.INCIDENT_WAITING && r.returnedFrom !== '', 'returned')
	await s.ok('op1', 'claim')
	await s.tells('returned')
})

test('she presses again: it rings at its owner, and unseen it rings everybody', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	await s.ok('op0', 'claim')
	await s.ok('op0', 'spoke')
	await s.press()
	await s.line(LineCode.LINE_REPEAT)
	await s.line(LineCode.LINE_RUNG_OPERATORS, { within: 15000, count: 2 })
	await s.ok('op0', 'claim')
	await s.tells('repeat')
})

test('the resident cancels: a note, never an end', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	s.unit.send('cancel', { id: s.alarm.id })
	await s.line(LineCode.LINE_RESIDENT_CANCEL)
	assert.equal((await s.body()).state, IncidentState.INCIDENT_WAITING)
	await s.ok('op0', 'claim')
	await s.ok('op0', 'spoke')
	await s.ok('op0', 'close', { outcome: Outcome.FALSE_ALARM })
	await s.tells('cancelled')
})

test('nobody was spoken to: a second person closes', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	await s.ok('op0', 'claim')
	await s.ok('op0', 'call', { contact: 0, result: CallResult.CALL_NO_ANSWER })
	assert.equal(await s.ask('op0', 'close', { outcome: Outcome.FALSE_ALARM }), Result.NEEDS_CONTACT)
	assert.equal(await s.ask('op0', 'close', { outcome: Outcome.NO_CONTACT }), Result.NEEDS_SECOND)
	assert.equal(await s.ask('op0', 'close', { outcome: Outcome.NO_CONTACT }), Result.NEEDS_SECOND)
	await s.ok('op1', 'close', { outcome: Outcome.NO_CONTACT })
	await s.unit.step(s.alarm, Step.CLOSED)
	await s.tells('second-person')
})
