// kill -9 of the daemon in every state of incident, job and offer: all of it is there afterwards, deadlines fire, screens
// resume by themselves without a gap or a double, and a device that repeats is answered from the same incident.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { IncidentState, JobResult, JobState, Kind, OfferState, Outcome } = common
const { Result } = proto

/** What the main story does, one step after another. `holds` is checked after the restart. */
const STEPS = [
	{
		name: 'incident waiting',
		go: async (s) => {
			s.press = s.unit.press({ kind: Kind.SOS })
			s.incident = (await s.unit.ack(s.press)).incident
			await s.desk.row((r) => r.id === s.incident)
		},
		holds: (s) => s.row.state === IncidentState.INCIDENT_WAITING && s.desk.ringing.includes(s.incident),
	},
	{
		name: 'incident answered',
		go: (s) => s.ok(s.desk, 'claim', { incident: s.incident }),
		holds: (s) => s.row.state === IncidentState.INCIDENT_ANSWERED && s.row.owner === 'op01' && !s.row.ownerGone,
	},
	{
		name: 'job offering, offer made (to a phone that is away)',
		go: async (s) => {
			s.phone.end()
			await s.ok(s.desk, 'dispatch', { incident: s.incident, caregivers: ['cg01', 'cg02'] })
		},
		holds: (s) => s.row.progress === JobState.JOB_OFFERING && s.offer('cg01') === OfferState.OFFER_MADE,
	},
	{
		name: 'offer delivered',
		go: async (s) => {
			s.phone = await Screen.open(s.t, s.cell.daemon, s.cookies.cg01, 'caregiver')
			const { offers } = await s.phone.phoneShows((p) => p.offers.length === 1, 'the offer')
			s.where = { incident: s.incident, job: offers[0].job }
			await s.ok(s.phone, 'receipt', { ...s.where, seen: false })
		},
		holds: (s) => s.offer('cg01') === OfferState.OFFER_DELIVERED && s.phone.phone.offers.length === 1,
	},
	{
		name: 'offer seen',
		go: (s) => s.ok(s.phone, 'receipt', { ...s.where, seen: true }),
		holds: (s) => s.offer('cg01') === OfferState.OFFER_SEEN,
	},
	{
		name: 'offer declined by one, still open to the other',
		go: (s) => s.ok(s.phone2, 'answer', { ...s.where, accept: false, reason: 1 }),
		holds: (s) => s.offer('cg02') === OfferState.OFFER_DECLINED && s.offer('cg01') === OfferState.OFFER_SEEN,
	},
	{
		name: 'job accepted',
		go: (s) => s.ok(s.phone, 'answer', { ...s.where, accept: true }),
		holds: (s) => s.row.progress === JobState.JOB_ACCEPTED && s.phone.phone.job?.incident === s.incident,
	},
	{
		name: 'job en route',
		go: (s) => s.ok(s.phone, 'progress', { ...s.where, to: JobState.JOB_EN_ROUTE }),
		holds: (s) => s.row.progress === JobState.JOB_EN_ROUTE && s.phone.phone.job?.state === JobState.JOB_EN_ROUTE,
	},
	{
		name: 'job arrived',
		go: (s) => s.ok(s.phone, 'progress', { ...s.where, to: JobState.JOB_ARRIVED, sawResident: true }),
		holds: (s) => s.row.progress === JobState.JOB_ARRIVED,
	},
	{
		name: 'job done',
		go: (s) => s.ok(s.phone, 'progress', { ...s.where, to: JobState.JOB_DONE, result: JobResult.HELPED, sawResident: true }),
		holds: (s) => s.job(1).state === JobState.JOB_DONE && !s.phone.phone.job,
	},
	{
		name: 'a second job offering, then cancelled: offers withdrawn',
		go: async (s) => {
			await s.ok(s.desk, 'dispatch', { incident: s.incident, caregivers: ['cg02'] })
			await s.phone2.phoneShows((p) => p.offers.length === 1, 'the second offer')
			await s.ok(s.desk, 'cancelJob', { incident: s.incident, job: 2 })
		},
		holds: (s) => s.job(2).state === JobState.JOB_CANCELLED && s.phone2.phone.offers.length === 0,
	},
	{
		name: 'incident closed',
		go: (s) => s.ok(s.desk, 'close', { incident: s.incident, outcome: Outcome.HELPED_AT_HOME }),
		holds: (s) => s.desk.rows.size === 0,
		closed: true,
	},
]

test('kill -9 in every state of incident, job and offer', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const cookies = { cg01: await cell.login('cg01'), cg02: await cell.login('cg02'), op01: await cell.login('op01') }
	const s = {
		t,
		cell,
		cookies,
		unit: await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0009')),
		desk: await Screen.open(t, cell.daemon, cookies.op01),
		phone: await Screen.open(t, cell.daemon, cookies.cg01, 'caregiver'),
		phone2: await Screen.open(t, cell.daemon, cookies.cg02, 'caregiver'),
		async ok(screen, what, value) {
			assert.equal((await screen.ask(what, value)).result, Result.OK, what)
		},
		/** Those that are not away on purpose. */
		get screens() {
			return [s.desk, s.phone, s.phone2].filter((x) => !x.ended)
		},
		get row() {
			return s.desk.rows.get(s.incident)
		},
		job: (number) => s.desk.detail.jobs.find((j) => j.number === number),
		offer: (who) => s.desk.detail.jobs.at(-1).offers.find((o) => o.caregiver === who)?.state,
	}
	for (const phone of [s.phone, s.phone2]) await s.ok(phone, 'duty', { on: true })

	for (const step of STEPS) {
		await t.test(step.name, async () => {
			await step.go(s)
			s.desk.detail = null
			await cell.daemon.kill()
			await until(() => s.screens.every((x) => !x.live), { what: 'screens notice' })
			await cell.daemon.start()
			await until(() => s.screens.every((x) => x.live), { what: 'screens are back by themselves' })
			if (!step.closed) {
				await s.desk.row((r) => r.id === s.incident)
				assert.equal((await s.desk.ask('open', { incident: s.incident })).result, Result.OK)
				await until(() => s.desk.detail?.incident === s.incident, { what: 'the detail' })
			}
			await until(() => step.holds(s), { what: `what was before the kill: ${step.name}` })
			// The unit still holds its alarm: told again, the same incident answers; nothing rings twice.
			const repeats = s.row?.repeats
			await s.unit.reopen({ held: [{ ...s.press, heard: common.Step.STORED }] })
			assert.equal((await s.unit.ack(s.press)).incident, s.incident)
			if (step.closed) await s.unit.step(s.press, common.Step.CLOSED)
			else assert.equal(s.row.repeats, repeats, 'a copy is no repeat press')
			assert.equal(await cell.redis.cli('scard', 'pa:set:incidents:open'), step.closed ? '0' : '1')
			for (const screen of s.screens) assert.equal(screen.gaps, 0)
		})
	}
})

test('deadlines fire after kill -9: the plan goes on where it was', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10, onDuty: 3 } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0009'))
	const { incident } = await unit.ack(unit.press())
	await desk.row((r) => r.id === incident && r.progress === JobState.JOB_NONE)

	await cell.daemon.kill()
	await cell.daemon.start()
	await until(() => desk.live, { what: 'the console is back' })
	await cell.daemon.control('advance 31000')
	const row = await desk.row((r) => r.id === incident && r.progress === JobState.JOB_OFFERING, 'dispatched without an operator')
	assert.equal(row.unattended, true)
})

test('an operator whose daemon dies and who does not come back: amber, then returned and rung again', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, daemons: 2 })
	const [one, two] = cell.daemons
	const lost = await Screen.open(t, one, await cell.login('op01'))
	const other = await Screen.open(t, two, await cell.login('op02', { daemon: two }))
	const unit = await Unit.connect(t, two, cell.homes.find((h) => h.household === 'h0009'))
	const press = unit.press()
	const { incident } = await unit.ack(press)
	await lost.row((r) => r.id === incident)
	assert.equal((await lost.ask('claim', { incident })).result, Result.OK)
	await other.row((r) => r.owner === 'op01' && !r.ownerGone)

	await one.kill()
	lost.end()
	await other.row((r) => r.id === incident && r.ownerGone, 'the owner in amber')
	await two.control('advance 31000')
	const row = await other.row((r) => r.id === incident && r.state === IncidentState.INCIDENT_WAITING, 'returned')
	assert.ok(row.returnedFrom.length > 0, 'with the former owner by name')
	assert.ok(other.ringing.includes(incident), 'and it rings')
	assert.equal((await other.ask('claim', { incident })).result, Result.OK)
})
