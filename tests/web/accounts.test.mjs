// At the page: the code beside the password, and a new password; seen on the desk's screen and on the phone's.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { ok } from '../harness/ctl.mjs'
import { DEMO_PASSWORD, login } from '../harness/index.mjs'
import { codeAt, secretOf } from '../harness/totp.mjs'

const NEXT = 'a new one 2026'

test('log-in asks for the code, and says when it is wrong', async (t) => {
	const stage = await Stage.open(t, 'code')
	const secret = secretOf(await ok(stage.cell, 'user', 'totp', 'op01'))
	const desk = await stage.desk('op01', { upTo: 'login' })
	const { page } = desk
	await desk.login('op01')
	const field = page.getByLabel('动态码')
	await field.waitFor()
	await page.waitForFunction(() => document.activeElement?.id === 'login-code')
	await desk.look('asked')
	await field.fill('000000')
	await page.keyboard.press('Enter')
	await page.getByText('动态码不对，或已经用过').waitFor()
	await desk.look('wrong')
	await field.fill(codeAt(secret))
	await page.keyboard.press('Enter')
	await page.getByRole('button', { name: '接班' }).waitFor()
	// Somebody else sits down: no code is asked for before the password is right.
	await page.getByRole('button', { name: '退出登录' }).click()
	await page.locator('#login-account').waitFor()
	assert.equal(await field.count(), 0)
})

test('an administrator without a key is told what is missing', async (t) => {
	const stage = await Stage.open(t, 'no-key')
	await ok(stage.cell, 'user', 'set', 'op02', '--role', 'administrator')
	const desk = await stage.desk('op02', { upTo: 'login' })
	desk.allowed.push(/status of 403/)
	await desk.login('op02')
	await desk.page.getByText('管理员须用动态码登录').waitFor()
	await desk.look('told')
})

test('a person changes the password, at the desk and on the phone', async (t) => {
	const stage = await Stage.open(t, 'password')
	for (const [seat, account, ready] of [
		[await stage.desk('op01', { upTo: 'shift' }), 'op01', '接班'],
		[await stage.phone('cg01', { upTo: 'check' }), 'cg01', '开始在岗'],
	]) {
		const { page } = seat
		const dialog = page.getByRole('dialog', { name: '修改密码' })
		const fill = async (old, next, again) => {
			await dialog.getByLabel('现在的密码').fill(old)
			await dialog.getByLabel('新密码', { exact: true }).fill(next)
			await dialog.getByLabel('再输一次新密码').fill(again)
			await dialog.getByRole('button', { name: '修改密码' }).click()
		}
		seat.allowed.push(/status of (403|422)/)
		await page.getByRole('button', { name: '修改密码' }).click()
		await dialog.waitFor()
		await seat.look('dialog')
		await fill(DEMO_PASSWORD, NEXT, `${NEXT}x`)
		await dialog.getByText('两次输入的新密码不一样').waitFor()
		await fill('not the one', NEXT, NEXT)
		await dialog.getByText('现在的密码不对').waitFor()
		await fill(DEMO_PASSWORD, 'short', 'short')
		await dialog.getByText('新密码太短').waitFor()
		await seat.look('refused')
		await fill(DEMO_PASSWORD, NEXT, NEXT)
		await dialog.getByText('密码已修改').waitFor()
		await seat.look('done')
		await page.keyboard.press('Escape')
		await dialog.waitFor({ state: 'detached' })
		// The session goes on.
		await page.getByRole('button', { name: ready }).waitFor()
		await login(stage.cell.daemon, account, NEXT)
	}
})
