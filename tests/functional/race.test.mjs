// Promise 5, one owner: two who take at the same instant get one yes and one clear no, on one daemon and on two.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind, JobState } = common
const { Result } = proto
const near = (cell) => cell.homes.find((h) => h.household === 'h0009')

for (const daemons of [1, 2]) {
	test(`two operators take at the same instant, on ${daemons} daemon(s)`, async (t) => {
		const cell = await Cell.start(t, { demo: { homes: 10 }, daemons })
		const other = cell.daemons.at(-1)
		const a = await Screen.open(t, cell.daemon, await cell.login('op01'))
		const b = await Screen.open(t, other, await cell.login('op02', { daemon: other }))
		const unit = await Unit.connect(t, cell.daemon, near(cell))
		const press = unit.press()
		const { incident } = await unit.ack(press)
		await a.row((r) => r.id === incident)
		await b.row((r) => r.id === incident)

		const replies = await Promise.all([a.ask('claim', { incident }), b.ask('claim', { incident })])
		const yes = replies.findIndex((r) => r.result === Result.OK)
		const no = replies.find((r) => r.result !== Result.OK)
		assert.equal(replies.filter((r) => r.result === Result.OK).length, 1, 'one yes')
		assert.equal(no.result, Result.LOST_RACE)
		assert.equal(no.who, ['op01', 'op02'][yes])
		assert.ok(no.whoName.length > 0, 'by name')
		assert.ok(no.atMs > 0n, 'and since when')
		for (const desk of [a, b]) await desk.row((r) => r.id === incident && r.owner === ['op01', 'op02'][yes], 'the owner')
	})

	test(`two caregivers accept one offer at the same instant, on ${daemons} daemon(s)`, async (t) => {
		const cell = await Cell.start(t, { demo: { homes: 10 }, daemons })
		const other = cell.daemons.at(-1)
		const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
		const phones = [
			await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver'),
			await Screen.open(t, other, await cell.login('cg02', { daemon: other }), 'caregiver'),
		]
		for (const phone of phones) assert.equal((await phone.ask('duty', { on: true })).result, Result.OK)
		const unit = await Unit.connect(t, cell.daemon, near(cell))
		const { incident } = await unit.ack(unit.press({ kind: Kind.FALL }))
		await desk.row((r) => r.id === incident)
		assert.equal((await desk.ask('claim', { incident })).result, Result.OK)
		assert.equal((await desk.ask('dispatch', { incident, caregivers: ['cg01', 'cg02'] })).result, Result.OK)
		for (const phone of phones) await phone.phoneShows((p) => p.offers.length === 1, 'the offer')

		const where = { incident, job: phones[0].phone.offers[0].job }
		const replies = await Promise.all(phones.map((phone) => phone.ask('answer', { ...where, accept: true })))
		const yes = replies.findIndex((r) => r.result === Result.OK)
		const no = replies.findIndex((r) => r.result !== Result.OK)
		assert.equal(replies.filter((r) => r.result === Result.OK).length, 1, 'one yes')
		assert.equal(replies[no].result, Result.WITHDRAWN)
		assert.equal(replies[no].who, ['cg01', 'cg02'][yes])
		await phones[yes].phoneShows((p) => p.job?.incident === incident, 'the job')
		const told = await phones[no].phoneShows((p) => p.offers.length === 0 && p.ended.length === 1, 'taken by somebody else')
		assert.equal(told.ended[0].taken, true)
		assert.equal(told.job, undefined)
		await desk.row((r) => r.progress === JobState.JOB_ACCEPTED)
	})
}

test('the same request sent again gets the same answer and changes nothing twice', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, near(cell))
	const { incident } = await unit.ack(unit.press())
	await desk.row((r) => r.id === incident)
	await desk.ask('claim', { incident })
	await desk.ask('open', { incident })
	for (let i = 0; i < 3; i++) assert.equal((await desk.ask('note', { incident, text: 'one note' }, 77n)).result, Result.OK)
	await until(() => desk.detail?.lines.some((l) => l.text === 'one note'), { what: 'the note' })
	assert.equal(desk.detail.lines.filter((l) => l.text === 'one note').length, 1)
})
