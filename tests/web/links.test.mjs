// Lines that break, at real screens: the daemon killed, Redis gone, a half-open line, a phone without signal. What is on the
// screen says so, everything comes back by itself, nothing is missing and nothing is there twice. Nobody reloads.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { clockTime, isBetween, Stage } from '../harness/browser.mjs'
import { common } from '../harness/proto.mjs'
import { household, person } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'
import { until } from '../harness/until.mjs'

const { Kind, Step } = common
const HOME = 'h0009'
/** Looking takes its time on a slow machine: nothing of the plan may come in between. */
const PATIENT = {
	no_voice_s: 3600,
	owner_gone_s: 600,
	life: { ring_wider_s: 3600, dispatch_s: 7200, contacts_s: 10800, duty_phones_s: 14400, offer_s: 600 },
}
const DOWN = '与调度服务失去连接'

const homeOf = (stage, id) => stage.cell.homes.find((h) => h.household === id)
const elderOf = async (stage, id) => (await household(stage.cell, id)).residents[0].name
const banner = (desk, name) => desk.page.getByRole('group', { name })

/** Every line of the timeline stands there once. Without who has looked: of that only the last time is kept. */
async function onceEach(desk) {
	const lines = await desk.region('时间线').getByRole('listitem').filter({ hasNotText: '打开详情' }).allInnerTexts()
	assert.deepEqual(lines, [...new Set(lines)], 'each line once')
	return lines
}

/** Looks for something while the clock of a page runs on: its next try may be seconds away. */
const meanwhile = (seat, condition, what) =>
	until(
		async () => {
			await seat.page.clock.runFor(500)
			return condition()
		},
		{ what },
	)

test('the daemon is killed and comes back: both screens say so, and go on where they were', async (t) => {
	const stage = await Stage.open(t, 'links-daemon', { policy: PATIENT })
	const { cell } = stage
	const elder = await elderOf(stage, HOME)
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const desk = await stage.desk('op01')
	const phone = await stage.phone('cg01')
	for (const seat of [desk, phone]) {
		seat.allowCuts()
		await seat.mark()
	}
	const press = unit.press({ kind: Kind.FALL })
	const { incident } = await unit.ack(press)
	await desk.row(elder).waitFor()
	await desk.page.keyboard.press('a')
	await desk.region('进门').waitFor()
	await desk.page.keyboard.press('n')
	await desk.page.keyboard.type('写了一半的备注')
	await desk.page.keyboard.press('Escape')
	await desk.page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await desk.page.keyboard.press('Enter')
	await phone.button('接单 出发').waitFor()
	await desk.region('步骤').getByText('已读').waitFor()
	const before = await onceEach(desk)

	await cell.daemon.kill()
	await banner(desk, DOWN).waitFor()
	await phone.page.getByText('与调度中心断开').waitFor()
	await phone.page.getByText('未送达，请打电话给坐席').waitFor()
	assert.ok(await phone.button('接单 出发').isDisabled(), 'a yes that cannot be told is not taken')
	assert.ok(await desk.button(/^结案/).isDisabled())
	assert.ok(await desk.row(elder).isVisible(), 'what was shown stays')
	await desk.look('down')
	await phone.look('down')

	// It listens before it has read who is logged in: nobody is asked to log in again for that.
	cell.redis.freeze()
	await cell.daemon.start({ ready: false })
	await until(async () => (await cell.daemon.metric('pingan_ws_refused_total')) >= 2, { what: 'both have tried' })
	for (const seat of [desk, phone]) assert.equal(await seat.page.getByRole('dialog', { name: '登录' }).count(), 0)
	cell.redis.thaw()
	await banner(desk, DOWN).waitFor({ state: 'detached' })
	await phone.page.getByText('在线', { exact: true }).waitFor()
	await unit.reopen({ held: [{ ...press, heard: Step.ANSWERED }] })
	assert.equal((await unit.ack(press)).incident, incident)
	await phone.button('接单 出发').tap()
	await desk.region('步骤').getByText('已接单').waitFor()
	assert.equal(await desk.row(elder).count(), 1, 'one row')
	const after = await onceEach(desk)
	assert.deepEqual(after.slice(-before.length), before, 'what was there is there')
	assert.equal(await desk.page.getByRole('textbox', { name: '备注' }).inputValue(), '写了一半的备注')
	for (const seat of [desk, phone]) await seat.keptMark()
	await desk.look('back')
})

test('Redis is gone: a press is shown as not stored, and is stored once when Redis is back', async (t) => {
	const stage = await Stage.open(t, 'links-redis', { policy: PATIENT })
	const { cell } = stage
	const elder = await elderOf(stage, HOME)
	const operator = await person(cell, 'op01')
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const desk = await stage.desk('op01')
	const second = await stage.desk('op02')
	const phone = await stage.phone('cg01')
	const seats = [desk, second, phone]
	for (const seat of seats) await seat.mark()

	await cell.redis.kill()
	for (const seat of [desk, second]) await seat.page.getByText(/^存储不可用/).first().waitFor()
	await phone.page.getByText('中心存储不可用').waitFor()
	const press = unit.press({ kind: Kind.SMOKE })
	for (const seat of [desk, second]) await seat.row(elder).getByText('未存储').waitFor()
	await desk.page.locator('html[data-sound="P1"]').waitFor({ state: 'attached' })
	unit.send('alarm', press)
	await unit.beat()
	assert.equal(unit.acks(press).length, 0, 'not acknowledged')
	assert.equal(await desk.row(elder).count(), 1, 'a copy is no second row')
	await desk.look('not-stored')
	await phone.look('no-store')

	// A says who is calling; it is no claim yet.
	await desk.page.keyboard.press('a')
	await second.region('待接报警').getByText(`${operator.name} 在联系`).waitFor()
	await desk.region('进门').waitFor()
	await desk.look('calling')
	await second.look('somebody-calls')

	await cell.redis.start()
	await unit.ack(press)
	for (const seat of [desk, second]) {
		await seat.page.getByText(/^存储不可用/).first().waitFor({ state: 'detached' })
		await seat.row(elder).getByText('未存储').waitFor({ state: 'detached' })
		assert.equal(await seat.row(elder).count(), 1)
	}
	// The mark becomes a claim.
	await second.row(elder).getByText(operator.name).waitFor()
	await desk.region('长者').getByText('由我处理').waitFor()
	await unit.beat()
	assert.equal(unit.acks(press).length, 1, 'acknowledged once')
	await onceEach(desk)
	for (const seat of seats) await seat.keptMark()
	await desk.look('stored')
})

test('a half-open line: late, then down, and live again when it lets through', async (t) => {
	const stage = await Stage.open(t, 'links-half-open', { clocks: true, policy: PATIENT })
	const { cell } = stage
	const elder = await elderOf(stage, HOME)
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const desk = await stage.desk('op01')
	const phone = await stage.phone('cg01')
	for (const seat of [desk, phone]) {
		seat.allowCuts()
		await seat.mark()
	}

	desk.wire.hold()
	phone.wire.hold()
	await stage.pass(6000, { daemon: false })
	await desk.page.getByText(/^数据延迟 \d 秒$/).waitFor()
	await phone.page.getByText(/^延迟 \d 秒$/).waitFor()
	assert.equal(await banner(desk, DOWN).count(), 0, 'late is not down')
	await desk.look('late')
	await phone.look('late')
	await stage.pass(4000, { daemon: false })
	await banner(desk, DOWN).waitFor()
	await phone.page.getByText('与调度中心断开').waitFor()
	await phone.page.getByText('离线', { exact: true }).waitFor()
	await phone.page.getByText('线路中断，此刻收不到派单').waitFor()
	await desk.look('down')
	await phone.look('down')

	// Pressed meanwhile: it rings at once when the line lets it through.
	await unit.ack(unit.press({ kind: Kind.SOS }))
	assert.equal(await desk.row(elder).count(), 0)
	desk.wire.release()
	phone.wire.release()
	await meanwhile(desk, async () => (await banner(desk, DOWN).count()) === 0, 'the console is live')
	await meanwhile(phone, () => phone.page.getByText('在线', { exact: true }).isVisible(), 'the phone is live')
	await desk.region('待接报警').getByText(elder).waitFor()
	assert.equal(await desk.row(elder).count(), 1)
	await desk.page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	for (const seat of [desk, phone]) await seat.keptMark()
	await desk.look('live')
})

test('a phone without signal at arrival: kept with its time, told later, shown as when it happened', async (t) => {
	const stage = await Stage.open(t, 'links-offline', { clocks: true, policy: PATIENT })
	const { cell } = stage
	const elder = await elderOf(stage, HOME)
	const caregiver = await person(cell, 'cg01')
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const desk = await stage.desk('op01')
	const phone = await stage.phone('cg01')
	phone.allowCuts()
	await phone.mark()
	const press = unit.press({ kind: Kind.SOS })
	await desk.row(elder).waitFor()
	await desk.page.keyboard.press('a')
	await desk.region('进门').waitFor()
	await desk.page.keyboard.press('v')
	await desk.page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await desk.page.keyboard.press('Enter')
	await phone.button('接单 出发').tap()
	await phone.button('我出发了').tap()
	await desk.row(elder).getByText('在途').waitFor()

	let passed = 0
	const pass = async (ms) => {
		await stage.pass(ms)
		passed += ms
	}
	await phone.context.setOffline(true)
	await pass(10000)
	await phone.page.getByText('离线', { exact: true }).waitFor()
	const from = Date.now() + passed
	await phone.button('我到了').tap()
	const to = Date.now() + passed
	await phone.page.getByText(/已到达\s+\d\d:\d\d 已存本机，待发/).waitFor()
	await phone.page.getByText('1 条待发').waitFor()
	await phone.button('完成…').waitFor()
	assert.ok(await desk.row(elder).getByText('在途').isVisible(), 'nobody knows yet')
	await phone.look('kept')

	await pass(64000)
	const back = Date.now() + passed
	await phone.context.setOffline(false)
	await meanwhile(phone, () => desk.row(elder).getByText('已到达').isVisible(), 'the console hears of the arrival')
	await unit.step(press, Step.ARRIVED)
	await phone.page.getByText('1 条待发').waitFor({ state: 'detached' })
	const line = desk.line(`${caregiver.name} 到达`)
	assert.equal(await line.count(), 1)
	const time = await line.locator('time').innerText()
	// Some seconds more on each side: the phone knows the daemon's time through a heartbeat.
	assert.ok(isBetween(time, from - 5000, to + 5000), `${time}: it happened between ${clockTime(from)} and ${clockTime(to)}`)
	const late = (await line.getByText(/补报/).innerText()).match(/\d\d:\d\d:\d\d/)[0]
	assert.ok(isBetween(late, back - 5000, back + 120_000), `told at ${late}, not before ${clockTime(back)}`)
	await phone.keptMark()
	await desk.look('told-late')
})
