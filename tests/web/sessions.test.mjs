// Who is logged in, at a supervisor's real console: seen, and ended, and the other screen is out at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'

test('a supervisor ends a log-in by keyboard; that screen asks for the password, the own one is marked', async (t) => {
	const stage = await Stage.open(t, 'sessions')
	const desk = await stage.desk('op01')
	const sup = await stage.desk('sup01')
	await sup.page.keyboard.press('g')
	const panel = sup.region('账号与登录')
	const one = panel.getByRole('listitem').filter({ hasText: 'op01' })
	await one.waitFor()
	const own = panel.getByRole('listitem').filter({ hasText: 'sup01' })
	await own.getByText('当前登录').waitFor()
	assert.equal(await own.getByRole('button').count(), 0, 'nobody acts at their own account, or ends this log-in from within')
	await sup.look('listed')

	// Typed, chosen, asked once more, not done; then done.
	await sup.page.keyboard.type('op01')
	await panel.getByRole('listitem').nth(1).waitFor({ state: 'detached' })
	const end = one.getByRole('button', { name: /^结束… / })
	await end.focus()
	await sup.page.keyboard.press('Enter')
	await panel.getByText(/结束 .+ 的这一处登录？/).waitFor()
	await sup.look('asked')
	// The focus is on what changes nothing.
	await sup.page.keyboard.press('Enter')
	await panel.getByText(/结束 .+ 的这一处登录？/).waitFor({ state: 'detached' })
	await end.focus()
	await sup.page.keyboard.press('Enter')
	await panel.getByRole('button', { name: '结束登录' }).focus()
	await sup.page.keyboard.press('Enter')
	await panel.getByText(/已结束 .+ 的登录/).waitFor()
	await end.waitFor({ state: 'detached' })
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
	assert.equal(await desk.region('账号与登录').count(), 0)
	assert.equal(await desk.page.getByRole('button', { name: '登录', exact: true }).count(), 0)
})
