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
	assert.equal(await sheet.getByText('无人处理').count(), 2)
	assert.equal(await sheet.evaluate(() => getComputedStyle(document.querySelector('.secret')).fontWeight), '700', 'the style is let through')
	await sheet.emulateMedia({ media: 'print' })
	await sheet.screenshot({ path: path.join(SHOTS, 'paper/sheet.png'), fullPage: true })
	await sheet.close()
	await desk.look('button')
})
