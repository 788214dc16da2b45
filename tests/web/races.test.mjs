// Two people at the same instant, at real screens: one of them has it, the other is told who. Both act before either could
// know, because their lines hold back what they say until both have said it.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { common } from '../harness/proto.mjs'
import { household, person } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'
import { until } from '../harness/until.mjs'

const { Kind } = common
const HOME = 'h0009'

test('two operators press A: one has the call, the other sees who', async (t) => {
	const stage = await Stage.open(t, 'races-desks')
	const { cell } = stage
	const [elder] = (await household(cell, HOME)).residents
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === HOME))
	const desks = [await stage.desk('op01'), await stage.desk('op02')]
	await unit.ack(unit.press({ kind: Kind.SOS }))
	for (const desk of desks) await desk.region('待接报警').getByText(elder.name).waitFor()

	for (const desk of desks) desk.wire.hold('up')
	for (const desk of desks) await desk.page.keyboard.press('a')
	for (const desk of desks) await desk.region('待接报警').getByText('发送中').waitFor()
	for (const desk of desks) desk.wire.release()

	const owned = (desk) => desk.row(elder.name).getByText('我', { exact: true }).isVisible()
	await until(async () => (await owned(desks[0])) || (await owned(desks[1])), { what: 'one has it' })
	const [winner, loser] = (await owned(desks[0])) ? desks : desks.toReversed()
	const { name } = await person(cell, winner.who)
	await loser.page.getByText(new RegExp(`^${name} 已认领（\\d\\d:\\d\\d:\\d\\d）$`)).waitFor()
	await loser.row(elder.name).getByText(name).waitFor()
	await winner.region('长者').getByText('由我处理').waitFor()
	assert.equal(await owned(loser), false)
	// It rings at neither.
	for (const desk of desks) await desk.page.locator('html:not([data-sound="P1"])').waitFor({ state: 'attached' })
	await loser.look('lost')
	await winner.look('won')
})

test('two caregivers accept: one goes, the other is told on the whole screen', async (t) => {
	const stage = await Stage.open(t, 'races-phones')
	const { cell } = stage
	const [elder] = (await household(cell, HOME)).residents
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === HOME))
	const desk = await stage.desk('op01')
	const phones = [await stage.phone('cg01'), await stage.phone('cg02')]
	await unit.ack(unit.press({ kind: Kind.FALL }))
	await desk.row(elder.name).waitFor()
	await desk.page.keyboard.press('a')
	await desk.region('进门').waitFor()
	await desk.page.keyboard.press('d')
	await until(async () => (await desk.region('派单').getByRole('checkbox', { checked: true }).count()) === 2, { what: 'both are picked' })
	await desk.page.keyboard.press('Enter')
	for (const phone of phones) await phone.button('接单 出发').waitFor()

	for (const phone of phones) phone.wire.hold('up')
	for (const phone of phones) await phone.button('接单 出发').tap()
	for (const phone of phones) await phone.page.getByText('发送中').waitFor()
	for (const phone of phones) phone.wire.release()

	const goes = (phone) => phone.button('我出发了').isVisible()
	await until(async () => (await goes(phones[0])) || (await goes(phones[1])), { what: 'one goes' })
	const [winner, loser] = (await goes(phones[0])) ? phones : phones.toReversed()
	await loser.page.getByRole('heading', { name: '已由他人接单' }).waitFor()
	await loser.page.getByRole('alert').getByText('您不用去了').waitFor()
	const text = await loser.page.evaluate(() => document.body.innerText)
	assert.ok(!text.includes(elder.name), 'and nothing of the home')
	await loser.look('taken')
	// Said once.
	await loser.button('知道了').tap()
	await loser.page.getByRole('heading', { name: '在岗' }).waitFor()
	await winner.page.getByText(elder.name, { exact: true }).waitFor()
	const { name } = await person(cell, winner.who)
	await desk.row(elder.name).getByText('已接单').waitFor()
	await desk.line(`${name} 已接单`).waitFor()
	await desk.look('accepted')
})
