// Duress, from the device to the console: nothing at the home speaks, nobody is called back, no contact is told by the machine;
// and help is sent as for any other call for a life.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { until } from '../harness/index.mjs'
import { common, console_ as proto, record } from '../harness/proto.mjs'
import { household } from '../harness/registry.mjs'
import { Stage } from '../harness/stage.mjs'

const { JobResult, JobState, Kind, LineCode, Outcome, Step } = common
const { Result } = proto
const { CONTACT_TOLD, CONTACT_ASKED } = record.Outbox_What

/** What entries of the outbox are about: their keys begin with incident and what. */
async function outbox(s) {
	const text = await s.cell.redis.cli('xrange', 'pa:outbox', '-', '+')
	return [...text.matchAll(/^([0-9a-f]{16}):(\d+):/gm)].filter(([, id]) => BigInt(`0x${id}`) === s.incident).map(([, , what]) => Number(what))
}

/** Steps of this alarm that the device was told, in order. */
const steps = (s) => s.unit.heard.filter((m) => m.case === 'status' && m.value.alarm === s.alarm.id).map((m) => m.value.step)

test('duress: the device hears stored and the end, the console says silent and has no number to call, help is sent', async (t) => {
	const s = await Stage.set(t)
	await s.press({ kind: Kind.DURESS })
	assert.equal(s.unit.acks(s.alarm)[0].silent, true, 'do not speak, do not light up')
	for (const desk of ['op0', 'op1']) assert.equal(s.people[desk].rows.get(s.incident).silent, true)
	assert.ok(s.people.op0.ringing.includes(s.incident), 'at the desk it rings like any call')

	const home = await household(s.cell, 'h0009')
	assert.ok(home.phone && home.contacts.some((c) => c.tell), 'this home has a number, and contacts who want to be told')
	await s.ok('op0', 'claim')
	await s.ok('op0', 'open')
	const detail = await until(() => s.people.op0.detail?.address && s.people.op0.detail, { what: 'the detail' })
	assert.equal(detail.row.silent, true)
	assert.equal(detail.homePhone, '')
	assert.deepEqual(detail.residents.map((r) => r.phone), detail.residents.map(() => ''), 'no number of anybody who lives there')
	assert.equal(detail.serviceHint, common.Service.SERVICE_110, 'the card for 110 lies on top')
	assert.equal(detail.voiceDueMs, 0n, 'nobody has to hear a voice')

	await s.ok('op0', 'dispatch', { caregivers: ['cg01'] })
	await s.people.cg0.phoneShows((p) => p.offers.length === 1, 'the offer goes out as ever')
	await s.accept('cg0')
	const { job } = s.people.cg0.phone
	assert.equal(job.silent, true)
	assert.equal(job.homePhone, '', 'nor does the caregiver have one')
	await s.progress('cg0', JobState.JOB_EN_ROUTE)
	await s.progress('cg0', JobState.JOB_ARRIVED, { sawResident: true })
	await s.progress('cg0', JobState.JOB_DONE, { result: JobResult.HELPED, sawResident: true })
	await s.unit.beat() // whatever there was to say has been said
	assert.deepEqual(steps(s), [], 'answered, on the way, arrived: the home hears nothing of it')

	await s.ok('op0', 'close', { outcome: Outcome.HELPED_AT_HOME })
	await s.unit.step(s.alarm, Step.CLOSED)
	assert.deepEqual(steps(s), [Step.CLOSED], 'only that it need not keep the alarm any more')
	for (const what of [CONTACT_TOLD, CONTACT_ASKED]) assert.ok(!(await outbox(s)).includes(what), 'a contact is told by a person or not at all')
})

test('duress that nobody answers: the plan sends caregivers and rings the duty phones, and still tells no contact', async (t) => {
	const s = await Stage.set(t)
	await s.press({ kind: Kind.DURESS })
	await s.line(LineCode.LINE_DUTY_PHONES, { within: 100000 })
	const codes = (await s.body()).lines.map((l) => l.code)
	assert.ok(codes.includes(LineCode.LINE_DISPATCHED_UNATTENDED) && codes.includes(LineCode.LINE_OFFERED))
	for (const code of [LineCode.LINE_CONTACT_TOLD, LineCode.LINE_CONTACTS_ASKED, LineCode.LINE_NO_VOICE]) assert.ok(!codes.includes(code), LineCode[code])
	for (const what of [CONTACT_TOLD, CONTACT_ASKED]) assert.ok(!(await outbox(s)).includes(what))
	assert.ok((await outbox(s)).length > 0, 'the supervisor and the centre are telephoned')
	assert.deepEqual(steps(s), [])
})

test('duress joins a call that spoke until then: from now on the home is silent', async (t) => {
	const s = await Stage.set(t)
	await s.press()
	const first = s.alarm
	await s.ok('op0', 'claim')
	await s.unit.step(first, Step.ANSWERED)
	const heard = steps(s).length
	await s.press({ kind: Kind.DURESS, zone: 2 })
	assert.equal(s.unit.acks(s.alarm)[0].silent, true)
	await s.people.op0.row((r) => r.id === s.incident && r.silent, 'the row says silent')
	await s.ok('op0', 'dispatch', { caregivers: ['cg01'] })
	await s.accept('cg0')
	await s.progress('cg0', JobState.JOB_EN_ROUTE)
	await s.unit.beat()
	assert.deepEqual(steps(s), [])
	s.alarm = first
	assert.equal(steps(s).length, heard, 'nor of the press before it')
	assert.equal(await s.ask('op0', 'close', { outcome: Outcome.FALSE_ALARM }), Result.NEEDS_CONTACT)
})
