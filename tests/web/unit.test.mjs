// Units of the homes at real screens, with the real daemon: a technician puts one into service by a press in the home;
// a call from a unit that nobody has entered gets its home with one choice.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { ok } from '../harness/ctl.mjs'
import { dc09, Panel } from '../harness/device.mjs'
import { openRow } from '../harness/press.mjs'
import { common } from '../harness/proto.mjs'
import { household } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind } = common
const TECHNICIAN = 'cg06'

/** A unit that an administrator has entered for a home, with its technician's page on it. */
async function entered(t, name, options) {
	const stage = await Stage.open(t, name, options)
	const { cell } = stage
	const out = await ok(cell, 'device', 'add', 'u1', '--household', 'h0010', '--protocol', 'native', '--model', 'home-2')
	const unit = await Unit.connect(t, cell.daemon, { device: 'u1', key: out.split('\n')[1].split(',')[1], household: 'h0010' })
	const truth = await household(cell, 'h0010')
	const tech = await stage.phone(TECHNICIAN)
	await tech.button('设备开通').tap()
	await tech.page.getByLabel('设备编号').fill('https://example.invalid/unit/u1')
	await tech.look('typed')
	await tech.button('查看设备').tap()
	await tech.page.getByText(truth.address).waitFor()
	return { stage, cell, unit, truth, tech }
}

test('scan, press, received in so many seconds, confirm: in service; and the console is quiet all the while', async (t) => {
	const { stage, unit, truth, tech } = await entered(t, 'unit-service')
	const desk = await stage.desk('op01')
	const { page } = tech

	await page.getByText('平安通终端').waitFor()
	await tech.look('commissioning')
	await tech.button('开始试按').tap()
	await page.getByRole('main').getByText('请按下设备的按键').waitFor()
	await tech.look('press-now')
	const press = unit.press({ kind: Kind.SOS })
	assert.equal((await unit.ack(press)).incident, 0n)
	await page.getByRole('main').getByText(/^\d+\.\d 秒收到$/).waitFor()
	await tech.look('received')
	await tech.button('是我按的，确认').tap()
	await page.getByRole('main').getByText('这台设备已投入使用。').waitFor()
	await tech.look('in-service')
	await desk.page.getByText('没有未结案的呼援').waitFor()

	// The next press is a call, and its unit's card says who has proved it.
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await openRow(desk.row(truth.residents[0].name))
	await desk.page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	await desk.page.keyboard.press('i')
	await desk.region('设备').getByText('在用').first().waitFor()
	await desk.look('card')
})

test('a trial that nobody confirms becomes a call on every console, and the technician is told so', async (t) => {
	const { stage, cell, unit, truth, tech } = await entered(t, 'unit-trial', { clocks: true })
	const desk = await stage.desk('op01')
	const { page } = tech

	await tech.button('开始试按').tap()
	await page.getByRole('main').getByText('请按下设备的按键').waitFor()
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await tech.button('是我按的，确认').waitFor()
	await stage.pass(66_000)
	await desk.row(truth.residents[0].name).waitFor()
	await desk.look('rings')
	await page.getByRole('main').getByText('这次按键没有人确认，已转为求助').waitFor()
	await tech.look('rang')
})

test('an unknown unit calls: it is answered like any other call, and bound to its home with one choice', async (t) => {
	const stage = await Stage.open(t, 'unit-unknown')
	const { cell } = stage
	const desk = await stage.desk('op01')
	const truth = await household(cell, 'h0012')
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)

	// It is not told that it was heard: nobody knows yet that it is a unit at all.
	panel.send(dc09('"ADM-CID"0001L0#7777[#7777|1101 01 001]'))
	await openRow(desk.row('未知设备'))
	await desk.page.keyboard.press('a')
	await desk.region('呼援详情').getByText('由我处理').first().waitFor()
	await desk.look('unknown')
	await desk.page.keyboard.press('b')
	const bind = desk.region('绑定到住户')
	await bind.getByRole('searchbox').fill(truth.residents[0].name)
	await bind.getByRole('radio').first().check()
	await desk.look('bind')
	await desk.page.keyboard.press('Enter')
	await bind.waitFor({ state: 'detached' })
	await desk.row(truth.residents[0].name).waitFor()
	await desk.region('进门').waitFor()
	await desk.look('bound')

	// From now on its panel is this home's.
	panel.send(dc09('"ADM-CID"0002L0#7777[#7777|1110 01 001]'))
	assert.match(await panel.reply(), /^"ACK"0002/)
	await desk.row('未知设备').waitFor({ state: 'detached' })
})
