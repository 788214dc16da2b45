// The roster on real pages: the test offer on the phone, gaps and swaps on the supervisor's console.
import assert from 'node:assert/strict'
import test from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { ok } from '../harness/ctl.mjs'
import { until } from '../harness/until.mjs'

const AREA = '440190001'
const week = async (cell) => {
	await ok(cell, 'roster', 'template', 'add', AREA, '--on', 'daily', '--from', '00:00', '--to', '12:00', '--people', 'cg01')
	await ok(cell, 'roster', 'template', 'add', AREA, '--on', 'daily', '--from', '12:00', '--to', '24:00', '--people', 'cg02', '--need', '2')
}

test('where there is no roster, nobody is told that nobody is missing', async (t) => {
	const stage = await Stage.open(t, 'roster-none')
	const sup = await stage.desk('sup01')
	await sup.page.keyboard.press('o')
	const panel = sup.region('排班')
	await panel.getByText('还没有排班').waitFor()
	assert.equal(await panel.getByText('没有缺人').count(), 0)
})

test('a supervisor sees where people are missing, fills the gap, approves a swap, enters an absence', async (t) => {
	const stage = await Stage.open(t, 'roster')
	await week(stage.cell)
	const sup = await stage.desk('sup01')
	const phone = await stage.phone('cg01', { upTo: 'check' })
	const notice = sup.region('通知')
	await notice.getByText(/个时段缺人/).waitFor()
	await notice.getByRole('button', { name: /排班/ }).last().click()
	const panel = sup.region('排班')
	await panel.getByText('需 2 人，只有 1 人').first().waitFor()
	await sup.shot('panel')

	// Tomorrow's second shift gets one more.
	await panel.getByRole('button', { name: '后一天' }).click()
	const second = panel.getByRole('listitem').filter({ hasText: '12:00–00:00' }).filter({ hasText: '加人' })
	await second.getByText('需 2，有 1').waitFor()
	await second.getByRole('button', { name: '加人…' }).click()
	await panel.getByLabel('换成').selectOption({ label: '郑小仪' })
	await panel.getByRole('button', { name: '保存' }).first().click()
	await second.getByText('需 2，有 2').waitFor()
	await second.getByText('替班').waitFor()
	await sup.shot('filled')

	// The phone asks for a swap; the other one agrees; the supervisor approves.
	await phone.button('我的排班').tap()
	await phone.page.getByRole('heading', { name: '我的排班' }).waitFor()
	await phone.shot('mine')
	await phone.button('请人换班…').first().tap()
	await phone.button('何永康').tap()
	await phone.page.getByText('您请 何永康 替班').waitFor()
	const other = await stage.phone('cg02', { upTo: 'check' })
	await other.button('有同事请您替班').tap()
	await other.shot('asked')
	await other.button('同意').first().tap()
	await other.page.getByText('双方同意，等待班长批准').waitFor()
	await panel.getByRole('button', { name: '批准', exact: true }).click()
	await phone.page.getByText('已批准').waitFor()

	// Who cannot come says so; the supervisor sees the gap at once.
	// Gaps follow a change by half a second or so: until the console counts what the plan says.
	const planned = async () => (await ok(stage.cell, 'roster', 'gaps', '--days', '7', '--json')).split('\n').filter((line) => line !== '').length
	const counted = async () => Number(await panel.locator('h3 .bad').first().textContent())
	const before = await until(async () => (await counted()) === (await planned()) && counted(), { what: 'the gaps are counted' })
	await phone.button('这一班来不了…').first().tap()
	await phone.button('病假').tap()
	await phone.page.getByRole('heading', { name: '我的请假' }).waitFor()
	await panel.getByText(`${before + 1}`, { exact: true }).first().waitFor()
	// Whatever day her next shift is on at this hour: its gap leads there.
	await panel.getByRole('button').filter({ hasText: '需 1 人，只有 0 人' }).first().click()
	await panel.getByRole('listitem').filter({ hasText: '梁淑珍' }).filter({ hasText: '请假' }).first().waitFor()
	await sup.shot('absent')
	await phone.button('我能来了').first().tap()
	await panel.getByText(`${before}`, { exact: true }).first().waitFor()
})

test('a duty begins with a test offer that rings; the desk sees whose phone did not', async (t) => {
	const stage = await Stage.open(t, 'roster-duty', { clocks: true })
	const desk = await stage.desk('op01')
	const phone = await stage.phone('cg01', { upTo: 'check' })
	await phone.button('开始在岗').tap()
	await phone.page.getByRole('heading', { name: '测试派单' }).waitFor()
	await phone.shot('ring')
	await stage.pass(62_000)
	await phone.page.getByRole('heading', { name: '在岗' }).waitFor()
	await phone.page.getByText('测试派单无人应答').waitFor()
	await desk.page.getByText('来电测试无人应答').waitFor()
	await phone.shot('failed-test')
	await phone.button('再测一次').tap()
	await phone.button('听到了').tap()
	await phone.page.getByText(/来电测试通过/).waitFor()
	await phone.shot('proved')
	await assert.doesNotReject(desk.page.getByText('来电测试无人应答').waitFor({ state: 'detached' }))
	// Off duty as before.
	await phone.button('下岗').tap()
	await phone.button('确认下岗').tap()
	await phone.button('开始在岗').waitFor()
})
