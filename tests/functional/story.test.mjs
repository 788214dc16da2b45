// The main job without a browser: an elder presses, an operator answers and sends a caregiver, who goes and comes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind, Step, Outcome, JobState, JobResult, IncidentState } = common
const { Result } = proto

test('press, answer, dispatch, accept, en route, arrived, done, closed: the device hears each step', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const phone = await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver')
	const home = cell.homes.find((h) => h.household === 'h0009')
	const unit = await Unit.connect(t, cell.daemon, home)

	assert.equal((await phone.ask('duty', { on: true })).result, Result.OK)
	const press = unit.press({ kind: Kind.SOS })
	const ack = await unit.ack(press)
	const row = await desk.row((r) => r.kind === Kind.SOS)
	assert.equal(row.id, ack.incident)
	assert.equal(row.state, IncidentState.INCIDENT_WAITING)
	assert.ok(desk.ringing.includes(row.id), 'it rings')

	assert.equal((await desk.ask('claim', { incident: row.id })).result, Result.OK)
	await unit.step(press, Step.ANSWERED)
	assert.equal((await desk.ask('open', { incident: row.id })).result, Result.OK)
	await until(() => desk.detail?.address, { what: 'the detail' })
	assert.ok(desk.detail.access && desk.detail.healthNotes && desk.detail.contacts.length === 2)
	assert.equal((await desk.ask('spoke', { incident: row.id })).result, Result.OK)
	assert.equal((await desk.ask('note', { incident: row.id, text: '跌倒,左腿疼' })).result, Result.OK)

	const { candidates } = await desk.ask('candidates', { incident: row.id })
	assert.equal(candidates.list[0].caregiver, 'cg01')
	assert.equal((await desk.ask('dispatch', { incident: row.id, caregivers: ['cg01'] })).result, Result.OK)
	const { offers } = await phone.phoneShows((p) => p.offers.length === 1, 'the offer')
	const offer = offers[0]
	assert.ok(offer.street && offer.distanceM > 0)
	const where = { incident: offer.incident, job: offer.job }
	await phone.ask('receipt', { ...where, seen: true })
	assert.equal((await phone.ask('answer', { ...where, accept: true })).result, Result.OK)
	const { job } = await phone.phoneShows((p) => p.job, 'the job')
	assert.ok(job.address && job.access && job.residents[0].name)
	await desk.row((r) => r.progress === JobState.JOB_ACCEPTED, 'accepted')
	assert.equal((await phone.ask('progress', { ...where, to: JobState.JOB_EN_ROUTE })).result, Result.OK)
	await unit.step(press, Step.HELP_ON_THE_WAY)
	assert.equal((await phone.ask('progress', { ...where, to: JobState.JOB_ARRIVED, sawResident: true })).result, Result.OK)
	await unit.step(press, Step.ARRIVED)
	const done = { ...where, to: JobState.JOB_DONE, result: JobResult.HELPED, sawResident: true }
	assert.equal((await phone.ask('progress', done)).result, Result.OK)
	await phone.phoneShows((p) => !p.job, 'the card goes with completion')

	assert.equal((await desk.ask('close', { incident: row.id, outcome: Outcome.HELPED_AT_HOME })).result, Result.OK)
	await unit.step(press, Step.CLOSED)
	await until(() => !desk.rows.has(row.id), { what: 'the row goes' })
	assert.equal(desk.gaps + phone.gaps, 0)
})
