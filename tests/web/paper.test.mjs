// The paper list from the console: one button, a page of its own that the browser prints, with what the screen shows.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'

import { SHOTS, Stage } from '../harness/browser.mjs'
import { Unit } from '../harness/unit.mjs'

test('one button prints the calls that the screen shows, whoever of the neighbours they are of', async (t) => {
	const stage = await Stage.open(t, 'paper', { demo: { homes: 20, onDuty: 3 } })
	const { cell } = stage
	const desk = await stage.desk('op01')
	// Nobody is there for the other sub-district: its calls ring here.
	for (const home of [cell.homes[1], cell.homes[14]]) {
		const unit = await Unit.connect(t, cell.daemon, home)
		await unit.ack(unit.press())
	}
	await desk.page.getByText('未结案（2）').waitFor()
	const opened = desk.page.context().waitForEvent('page')
	await desk.page.getByRole('button', { name: '打印呼援和值班表' }).click()
	const sheet = await opened
	await sheet.getByRole('heading', { name: '未结案的呼援 (2)' }).waitFor()
	await sheet.waitForLoadState()
	assert.equal(await sheet.getByText('无人处理').count(), 2)
	assert.equal(await sheet.evaluate(() => getComputedStyle(document.querySelector('.secret')).fontWeight), '700', 'the style is let through')
	await sheet.emulateMedia({ media: 'print' })
	await sheet.screenshot({ path: path.join(SHOTS, 'paper/sheet.png'), fullPage: true })
	await sheet.close()
	await desk.look('button')
})

test('with Redis away the line that says so has the button, and the sheet comes out of the daemon', async (t) => {
	const stage = await Stage.open(t, 'paper-away', { demo: { homes: 20 } })
	const { cell } = stage
	const desk = await stage.desk('op01', { viewport: { width: 1366, height: 768 } })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[1])
	await unit.ack(unit.press())
	await desk.page.getByText('未结案（1）').waitFor()
	await cell.redis.kill()
	const notice = desk.region('通知')
	const button = notice.getByRole('button', { name: '打印呼援和值班表' })
	await button.waitFor()
	await desk.look('away')
	const opened = desk.page.context().waitForEvent('page')
	await button.focus()
	await desk.page.keyboard.press('Enter')
	const sheet = await opened
	await sheet.getByRole('heading', { name: '未结案的呼援 (1)' }).waitFor()
	await sheet.screenshot({ path: path.join(SHOTS, 'paper/away.png'), fullPage: true })
	await sheet.close()
})
