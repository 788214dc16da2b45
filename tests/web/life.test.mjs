// The whole life of a call at real screens, with the real daemon: held, transferred, escalated, taken over with a reason;
// handed over to 120 line by line until a human there has confirmed; what the family answers; what is set aside.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { openRow } from '../harness/press.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { household, person } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind, Step } = common
const { Result } = proto
const HOME = 'h0009'
/** Nothing of the plan may come in between. */
const PATIENT = {
	no_voice_s: 3600,
	owner_gone_s: 600,
	life: { ring_wider_s: 3600, dispatch_s: 7200, contacts_s: 10800, duty_phones_s: 14400, offer_s: 600 },
}

const homeOf = (cell, id) => cell.homes.find((h) => h.household === id)

/** A call of this kind from that home. */
async function called(t, cell, id, kind) {
	const unit = await Unit.connect(t, cell.daemon, homeOf(cell, id))
	const alarm = unit.press({ kind })
	await unit.ack(alarm)
	return { unit, alarm, truth: await household(cell, id) }
}

test('hold, escalate, transfer: who has it, and what was heard, is on every screen', async (t) => {
	const stage = await Stage.open(t, 'life-desk', { policy: PATIENT })
	const { cell } = stage
	const [one, two, boss] = [await stage.desk('op01'), await stage.desk('op02'), await stage.desk('sup01')]
	const [me, other] = [await person(cell, 'op01'), await person(cell, 'op02')]
	const { truth } = await called(t, cell, HOME, Kind.SOS)
	const elder = truth.residents[0].name
	const { page } = one
	await one.row(elder).waitFor()
	await page.keyboard.press('a')
	await one.region('长者').getByText('由我处理').waitFor()

	// H lays it aside, with its clock; H again takes it up.
	await page.keyboard.press('h')
	await one.row(elder).getByText(/^挂起/).waitFor()
	await two.row(elder).getByText(/^挂起/).waitFor()
	await one.look('held')
	await page.keyboard.press('h')
	await one.line(`${me.name} 取消挂起`).waitFor()
	await one.row(elder).getByText(/^挂起/).waitFor({ state: 'detached' })

	// U: nothing goes without a line of why; then the supervisor is rung.
	await page.keyboard.press('u')
	const escalate = one.region('升级给班长')
	await escalate.waitFor()
	assert.ok(await escalate.getByRole('button', { name: /^升级/ }).isDisabled())
	await page.keyboard.type('家属情绪激动')
	await one.look('escalate')
	await page.keyboard.press('Enter')
	await escalate.waitFor({ state: 'detached' })
	await boss.row(elder).getByText('已升级').waitFor()

	// T: half-written words survive the panel's going, and the reload of the page.
	await page.keyboard.press('t')
	await one.region('转交').getByText(other.name).waitFor()
	await page.keyboard.press('1')
	await page.keyboard.type('她在呻吟')
	await page.keyboard.press('Escape')
	await page.keyboard.press('Escape')
	await one.region('转交').waitFor({ state: 'detached' })
	await page.keyboard.press('t')
	assert.equal(await one.region('转交').getByRole('textbox').inputValue(), '她在呻吟')
	await one.region('转交').getByRole('radio', { name: other.name }).check()
	await one.look('transfer')
	await one.region('转交').getByRole('button', { name: /^转交/ }).click()
	await two.row(elder).getByText('我', { exact: true }).waitFor()
	await one.row(elder).getByText(other.name).waitFor()

	// It rings at him who has not asked for it, and he reads what was heard.
	await two.region('待接报警').getByText('再次呼叫').first().waitFor()
	await two.page.keyboard.press('a')
	await two.line(`${me.name} 转交给 ${other.name}：她在呻吟`).waitFor()
	await two.line('家属情绪激动').waitFor()
	await two.look('transferred')
})

test('taking over from a colleague: at once in the first seconds, later a supervisor with a reason', async (t) => {
	const stage = await Stage.open(t, 'life-take-over', { policy: PATIENT })
	const { cell } = stage
	const [one, two, boss] = [await stage.desk('op01'), await stage.desk('op02'), await stage.desk('sup01')]
	const { truth } = await called(t, cell, HOME, Kind.SOS)
	const elder = truth.residents[0].name
	await one.row(elder).waitFor()
	await one.page.keyboard.press('a')
	await one.region('长者').getByText('由我处理').waitFor()
	await openRow(two.row(elder))
	await two.button(/^接手/).click()
	await two.region('长者').getByText('由我处理').waitFor()

	await cell.daemon.control('advance 30000')
	await openRow(one.row(elder))
	await one.button(/^接手/).click()
	const { name } = await person(cell, 'op02')
	await one.region('呼援详情').getByText(new RegExp(`^${name} 已认领`)).waitFor()
	await openRow(boss.row(elder))
	await boss.button(/^接手/).click()
	const over = boss.region('接手')
	await over.getByText(new RegExp(`由 ${name} 处理`)).waitFor()
	await boss.page.keyboard.type('她要换班')
	await boss.look('take-over')
	await boss.page.keyboard.press('Enter')
	await boss.region('长者').getByText('由我处理').waitFor()
	await two.line('她要换班').waitFor()
})

test('handed over to 120: each line ticked as told, another channel after no answer, closed only once confirmed', async (t) => {
	const stage = await Stage.open(t, 'life-handover', { policy: PATIENT })
	const { cell } = stage
	const desk = await stage.desk('op01')
	const { unit, alarm, truth } = await called(t, cell, HOME, Kind.FALL)
	const elder = truth.residents[0].name
	const { page } = desk
	await desk.row(elder).waitFor()
	await page.keyboard.press('a')
	await desk.region('进门').getByText(truth.access, { exact: true }).waitFor()
	await page.keyboard.press('n')
	await page.keyboard.type('摔在浴室，起不来')
	await page.keyboard.press('Enter')
	await desk.line('摔在浴室').waitFor()
	await page.keyboard.press('Escape')

	await page.keyboard.press('e')
	const card = desk.region('移交卡')
	await card.getByRole('button', { name: /120 急救/ }).getByText('建议').waitFor()
	await page.keyboard.press('1')
	// All that the other end must know, in one place.
	for (const text of [elder, truth.address, truth.access, truth.health.notes, truth.health.medicines, '摔在浴室，起不来', '020 0000 1234'])
		if (text !== '') await card.getByText(text).first().waitFor()
	await card.getByRole('button', { name: '电话：没人接' }).click()
	await card.getByText('已试 1 次').waitFor()
	await card.getByRole('listitem').filter({ hasText: '备用线路' }).getByText('下次用').waitFor()
	await page.locator('.panel[data-panel]').focus()
	for (let n = 1; n <= 8; n++) {
		await page.keyboard.press(String(n))
		await card.getByText('已告知').nth(n - 1).waitFor()
	}
	await desk.look('card')
	// "Handed over" is no way to close it yet.
	await page.keyboard.press('x')
	assert.ok(await page.getByRole('radio', { name: '已移交 120/119/110' }).isDisabled())
	await page.keyboard.press('e')
	await card.getByRole('textbox').fill('120 王医生，编号 3371')
	await card.getByRole('textbox').press('Enter')
	await card.getByText('对方已确认').last().waitFor()
	await desk.line('120 王医生，编号 3371').waitFor()
	await desk.look('confirmed')
	await page.keyboard.press('Escape')

	// What the family answers, where the family stands; it closes nothing.
	const [contact] = truth.contacts
	await desk.button(`${contact.name}：正在赶去`).click()
	await desk.line(`${contact.name}答复：正在赶去`).waitFor()
	await desk.row(elder).getByText('正在赶去').waitFor()

	await page.keyboard.press('v')
	await desk.line('已与长者通话').waitFor()
	await page.keyboard.press('x')
	await page.getByRole('radio', { name: '已移交 120/119/110' }).check()
	assert.ok(await page.getByRole('radio', { name: '120、119 或 110', exact: true }).isChecked(), 'who was reached follows from it')
	await desk.look('close')
	await page.keyboard.press('Enter')
	await unit.step(alarm, Step.CLOSED)
	await desk.region('长者').getByText('已结案：已移交 120/119/110').waitFor()
	await desk.line('联系到120、119 或 110').waitFor()
})

test('shelved: out of the list, counted, one key away, and back at any change', async (t) => {
	const stage = await Stage.open(t, 'life-shelved', { policy: PATIENT })
	const { cell } = stage
	const desk = await stage.desk('op01')
	const { page } = desk
	const { truth } = await called(t, cell, 'h0010', Kind.BATTERY)
	const { truth: call } = await called(t, cell, HOME, Kind.SOS)
	const [elder, other] = [truth.residents[0].name, call.residents[0].name]
	await openRow(desk.row(other))
	await desk.region('进门').waitFor()
	assert.equal(await desk.button(/^搁置…/).count(), 0, 'a call for help has no such button')
	await openRow(desk.row(elder))
	await desk.button(/^搁置…/).waitFor()
	await page.keyboard.press('s')
	await desk.region('搁置').waitFor()
	await page.keyboard.press('2')
	await page.keyboard.type('明早换电池')
	await desk.look('shelve')
	await page.keyboard.press('Enter')
	await desk.row(elder).waitFor({ state: 'detached' })
	await desk.button(/^已搁置 1/).waitFor()
	await page.keyboard.press('l')
	await desk.row(elder).getByText(/^已搁置/).waitFor()
	await desk.look('aside')
	await page.keyboard.press('l')
	await desk.row(other).waitFor()
	// A press from that home: it is back, as what it is.
	const unit = await Unit.connect(t, cell.daemon, homeOf(cell, 'h0010'))
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.region('待接报警').getByText(elder).waitFor()
	await desk.button(/^已搁置 0/).waitFor()
})

test('while help is on its way the resident is called back, and the next time is kept', async (t) => {
	const stage = await Stage.open(t, 'life-recall', { policy: PATIENT })
	const { cell } = stage
	const phone = await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver')
	assert.equal((await phone.ask('duty', { on: true })).result, Result.OK)
	const desk = await stage.desk('op01')
	const { page } = desk
	const { truth } = await called(t, cell, HOME, Kind.SOS)
	const elder = truth.residents[0].name
	await desk.row(elder).waitFor()
	await page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	await page.keyboard.press('v')
	await desk.line('已与长者通话').waitFor()
	await page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await page.keyboard.press('Enter')
	const { offers } = await phone.phoneShows((p) => p.offers.length === 1 && p, 'the offer')
	const where = { incident: offers[0].incident, job: offers[0].job }
	assert.equal((await phone.ask('answer', { ...where, accept: true })).result, Result.OK)
	await desk.region('呼援详情').getByText('下次回拨').waitFor()
	await cell.daemon.control('advance 301000')
	await desk.row(elder).getByText('请回拨长者').waitFor()
	await desk.region('呼援详情').getByText('帮助还在路上，请回拨长者，看情况有没有变化。').waitFor()
	await desk.look('recall')
	await page.keyboard.press('v')
	await desk.row(elder).getByText('请回拨长者').waitFor({ state: 'detached' })
	await desk.region('呼援详情').getByText('下次回拨').waitFor()
})

test('a storm is begun by a supervisor, holds back devices and no call for help, and ends with a report', async (t) => {
	const stage = await Stage.open(t, 'life-storm', { policy: PATIENT })
	const { cell } = stage
	const [desk, boss] = [await stage.desk('op01'), await stage.desk('sup01')]
	const { unit, truth } = await called(t, cell, 'h0010', Kind.BATTERY)
	const elder = truth.residents[0].name
	await desk.row(elder).waitFor()
	await boss.page.keyboard.press('w')
	const panel = boss.region('风暴模式')
	await panel.getByText('没有进行中的风暴模式').waitFor()
	await panel.getByRole('textbox').fill('台风，片区停电')
	await boss.look('storm-begin')
	await panel.getByRole('textbox').press('Enter')
	for (const seat of [desk, boss]) await seat.page.getByText(/^风暴模式：/).waitFor()
	await desk.row(elder).waitFor({ state: 'detached' })
	await desk.button(/^已搁置 0 · 暂缓 1/).waitFor()
	await desk.look('storm')
	// Held back are devices; a call for help from the same home rings.
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.region('待接报警').getByText(elder).waitFor()
	const { truth: other } = await called(t, cell, 'h0011', Kind.BATTERY)
	await desk.button(/^已搁置 0 · 暂缓 1/).waitFor()
	await desk.page.keyboard.press('l')
	await desk.row(other.residents[0].name).getByText(/^风暴暂缓/).waitFor()
	await desk.page.keyboard.press('l')

	await panel.getByRole('button', { name: '结束', exact: true }).click()
	await panel.getByRole('button', { name: '确认结束' }).click()
	await panel.getByText(/放回 \d+ 条/).waitFor()
	await panel.getByText('林若梅 结束').waitFor()
	await boss.look('storm-report')
	await desk.row(other.residents[0].name).waitFor()
	await desk.page.getByText(/^风暴模式：/).waitFor({ state: 'detached' })
})

test('an area without power is one row, with the list of its homes', async (t) => {
	const stage = await Stage.open(t, 'life-area', { policy: PATIENT })
	const { cell } = stage
	const desk = await stage.desk('op01')
	const out = []
	for (const id of ['h0010', 'h0011', 'h0012']) out.push(await called(t, cell, id, Kind.POWER))
	const row = desk.page.getByRole('row').filter({ hasText: '停电' })
	await row.getByText('3 户 / 共 3').waitFor()
	assert.equal(await row.count(), 1)
	await row.click()
	const list = desk.region('未恢复的设备')
	for (const { truth } of out) await list.getByText(truth.residents[0].name).waitFor()
	assert.equal(await desk.region('联系人').count(), 0, 'nobody in particular to call')
	await desk.look('area')
	// One is back: its own line is closed, the others stay.
	const [{ unit, truth }] = out
	await unit.ack(unit.press({ kind: Kind.POWER, restore: true }))
	await row.getByText('2 户 / 共 3').waitFor()
	await list.getByText(truth.residents[0].name).waitFor({ state: 'detached' })
	await list.getByText(out[1].truth.residents[0].name).waitFor()
})

test('a drill takes the whole path, marked on every screen, and a real alarm ends it', async (t) => {
	const stage = await Stage.open(t, 'life-drill', { policy: PATIENT })
	const { cell } = stage
	const [desk, boss, phone] = [await stage.desk('op01'), await stage.desk('sup01'), await stage.phone('cg01')]
	const truth = await household(cell, HOME)
	const elder = truth.residents[0].name
	const unit = await Unit.connect(t, cell.daemon, homeOf(cell, HOME))

	// An operator may enter a call by hand, and no drill.
	await desk.page.keyboard.press('F2')
	await desk.region('人工录入').waitFor()
	assert.equal(await desk.page.getByLabel('这是演练').count(), 0)
	await desk.page.keyboard.press('Escape')
	await desk.page.keyboard.press('Escape')
	await boss.page.keyboard.press('F2')
	const panel = boss.region('人工录入')
	await panel.getByRole('searchbox').fill(elder)
	await panel.getByRole('radio', { name: new RegExp(elder) }).check()
	await panel.getByLabel('这是演练').check()
	await boss.look('begin')
	await panel.getByRole('button', { name: /^开始演练/ }).click()
	await boss.region('呼援详情').getByText('演练：一切照真实流程').waitFor()

	await desk.region('待接报警').getByText('演练').waitFor()
	await desk.page.getByText('演练 1', { exact: true }).waitFor()
	await desk.look('rings')
	await desk.page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	await desk.page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await desk.page.keyboard.press('Enter')
	await phone.page.getByText('演练', { exact: true }).waitFor()
	await phone.look('offer')
	await phone.button('接单 出发').tap()
	await phone.page.getByText('这是演练，请照真实任务完成').waitFor()
	await phone.look('job')
	await desk.page.keyboard.press('x')
	await desk.page.getByRole('radio', { name: '演练结束' }).waitFor()
	assert.equal(await desk.page.getByRole('radio', { name: '误报' }).count(), 0)
	await desk.look('close')
	await desk.page.keyboard.press('Escape')

	// She really presses: it is no drill any more, on any screen.
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.line('演练结束').waitFor()
	await desk.row(elder).getByText('演练', { exact: true }).waitFor({ state: 'detached' })
	await desk.page.getByText('演练 1', { exact: true }).waitFor({ state: 'detached' })
	await phone.page.getByText('这是演练，请照真实任务完成').waitFor({ state: 'detached' })
	await desk.look('real')
})

test('a home on test: its presses are thanked and ring nowhere, until the test ends', async (t) => {
	const stage = await Stage.open(t, 'life-test', { policy: PATIENT })
	const { cell } = stage
	const desk = await stage.desk('op01')
	const { unit, truth } = await called(t, cell, 'h0010', Kind.BATTERY)
	const elder = truth.residents[0].name
	await openRow(desk.row(elder))
	// A trial is one only while the home calls for nothing else.
	await desk.button(/^认领/).first().click()
	await desk.page.keyboard.press('x')
	await desk.page.getByRole('radio', { name: '设备故障已排除' }).check()
	await desk.page.keyboard.press('Enter')
	await desk.region('长者').getByText('已结案：设备故障已排除').waitFor()
	await desk.button(/^设为测试/).click()
	await desk.region('设为测试').getByRole('radio', { name: /整户/ }).check()
	await desk.region('设为测试').getByRole('textbox').fill('换电池后试按')
	await desk.look('test')
	await desk.region('设为测试').getByRole('textbox').press('Enter')
	await desk.region('呼援详情').getByText(/^这户或设备正在测试/).waitFor()
	await unit.ack(unit.press({ kind: Kind.SOS }))
	assert.equal(await desk.region('待接报警').getByRole('listitem').count(), 0, 'it rings nowhere')
	// Smoke is smoke, on test or not.
	await unit.ack(unit.press({ kind: Kind.SMOKE }))
	await desk.region('待接报警').getByText('烟感').waitFor()
})
