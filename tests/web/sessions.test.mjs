// Who is logged in, at a supervisor's real console: seen, and ended, and the other screen is out at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'

test('a supervisor ends a log-in by keyboard; that screen asks for the password, the own one is marked', async (t) => {
	const stage = await Stage.open(t, 'sessions')
	const desk = await stage.desk('op01')
	const sup = await stage.desk('sup01')
	await sup.page.keyboard.press('g')
	const panel = sup.region('谁已登录')
	const one = panel.getByRole('listitem').filter({ hasText: 'op01' })
	await one.waitFor()
	const own = panel.getByRole('listitem').filter({ hasText: 'sup01' })
	await own.getByText('这台电脑').waitFor()
	assert.equal(await own.getByRole('button').count(), 0)
	await sup.look('listed')

	// Typed, chosen, asked once more, not done; then done.
	await sup.page.keyboard.type('op01')
	await panel.getByRole('listitem').nth(1).waitFor({ state: 'detached' })
	await one.getByRole('button').focus()
	await sup.page.keyboard.press('Enter')
	await panel.getByText(/结束 .+ 的 1 处登录？/).waitFor()
	await sup.look('asked')
	await panel.getByRole('button', { name: '不结束' }).click()
	await one.getByRole('button').focus()
	await sup.page.keyboard.press('Enter')
	await panel.getByRole('button', { name: '结束登录' }).waitFor()
	await sup.page.keyboard.press('Enter')
	await panel.getByText('已结束 1 处登录').waitFor()
	await panel.getByText('没有符合的登录').waitFor()
	await sup.look('ended')
	await desk.page.locator('#login-password').waitFor()
	await desk.shot('out')
	await sup.page.keyboard.press('Escape')
	await sup.page.keyboard.press('Escape')
	await panel.waitFor({ state: 'detached' })
})

test('an operator is not offered the list', async (t) => {
	const stage = await Stage.open(t, 'sessions-operator')
	const desk = await stage.desk('op01')
	await desk.page.keyboard.press('g')
	await desk.page.keyboard.press('?')
	await desk.region('快捷键').waitFor()
	assert.equal(await desk.region('谁已登录').count(), 0)
	assert.equal(await desk.page.getByRole('button', { name: '登录', exact: true }).count(), 0)
})
