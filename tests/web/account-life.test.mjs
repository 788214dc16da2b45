// The life of an account as its people see it: the first log-in with a password that somebody else made, the key for codes, the page
// of those who look after accounts, a password forgotten, a log-in ended elsewhere. At a real cell.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { ok } from '../harness/ctl.mjs'
import { DEMO_PASSWORD, login } from '../harness/index.mjs'
import { caughtUp } from '../harness/registry.mjs'
import { codeAt } from '../harness/totp.mjs'

const OWN = 'one of my own 2026'
const WIDTHS = [[360, 800], [1280, 900], [1920, 1080]]

/** An administrator who has no key yet: made from an operator, as an office grows. */
async function newAdmin(cell) {
	await ok(cell, 'user', 'set', 'op03', '--role', 'administrator', '--area', '4401')
	const out = await ok(cell, 'user', 'password', 'op03')
	await caughtUp(cell)
	return out.split('\n')[1].split(',')[1]
}

async function looks(seat, what) {
	for (const [width, height] of WIDTHS) {
		await seat.page.setViewportSize({ width, height })
		const over = await seat.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
		assert.ok(over <= 0, `${what} at ${width}: ${over} px too wide`)
		await seat.look(`${what}-${width}`)
	}
	await seat.page.setViewportSize({ width: 1280, height: 900 })
}

test('an administrator begins: key, codes for paper, a password of their own, and the page of accounts', { timeout: 180000 }, async (t) => {
	const stage = await Stage.open(t, 'account-life', { demo: { homes: 4 } })
	const { cell } = stage
	const made = await newAdmin(cell)
	const office = await stage.desk('op03', { upTo: 'login' })
	const { page } = office
	office.allowed.push(/status of (403|422)/)
	await looks(office, 'login')
	await office.login('op03', made)
	await page.getByRole('heading', { name: '设置动态码' }).waitFor()
	const key = page.getByRole('img', { name: '动态码密钥的二维码' })
	await key.waitFor()
	await looks(office, 'key')
	const text = (await page.locator('output.key').innerText()).replace(/\s/g, '')
	await page.getByLabel('验证器显示的 6 位数字').fill('000000')
	await page.keyboard.press('Enter')
	await page.getByText('数字不对').waitFor()
	await page.getByLabel('验证器显示的 6 位数字').fill(codeAt(text))
	await page.keyboard.press('Enter')
	await page.getByRole('heading', { name: '恢复码' }).waitFor()
	assert.equal(await page.locator('.codes li').count(), 8)
	await looks(office, 'codes')
	const paper = await page.locator('.codes li').allInnerTexts()
	await page.getByRole('button', { name: '我已抄好' }).click()
	await page.getByLabel('新密码', { exact: true }).fill(OWN)
	await page.getByLabel('再输一次新密码').fill(OWN)
	await looks(office, 'password')
	await page.keyboard.press('Enter')
	await page.getByRole('heading', { name: '账号与登录', level: 1 }).waitFor()

	// Somebody fails, somebody is logged in: it is seen without a hand on this page.
	await page.getByRole('listitem').filter({ hasText: 'cg01' }).first().waitFor()
	await assert.rejects(login(cell.daemon, 'cg02', 'wrong wrong wrong'))
	await page.getByRole('listitem').filter({ hasText: 'cg02' }).getByText('次登录失败').waitFor()
	const desk = await stage.desk('op01', { upTo: 'shift' })
	const one = page.getByRole('listitem').filter({ hasText: 'op01' })
	await one.getByRole('button', { name: /^结束… / }).waitFor()
	await looks(office, 'list')

	// Shut out, after being asked once more; by keyboard.
	await one.getByRole('button', { name: /^停用账号/ }).focus()
	await page.keyboard.press('Enter')
	await page.getByText(/^停用 .+？/).waitFor()
	assert.equal(await page.evaluate(() => document.activeElement?.textContent.trim()), '不变', 'a second Enter does nothing')
	await looks(office, 'asked')
	await page.getByRole('button', { name: '停用', exact: true }).click()
	await one.getByText('已停用').waitFor()
	await desk.page.locator('#login-password').waitFor()
	await one.getByRole('button', { name: /^恢复账号/ }).click()
	await page.getByRole('button', { name: '恢复', exact: true }).click()
	await one.getByText('已停用').waitFor({ state: 'detached' })

	// Forgotten: a password for once, told by telephone.
	await one.getByRole('button', { name: /^重置密码/ }).click()
	await page.getByRole('button', { name: '重置密码', exact: true }).click()
	const password = await page.locator('output.password').innerText()
	assert.match(password, /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
	await looks(office, 'made')
	await page.getByRole('button', { name: '已告诉本人，关闭' }).click()
	assert.equal(await page.locator('output.password').count(), 0)
	await desk.page.reload()
	await desk.login('op01', DEMO_PASSWORD)
	await desk.page.getByText('账号或密码不对').waitFor()
	await desk.login('op01', password)
	await desk.page.getByRole('heading', { name: '换成自己的密码' }).waitFor()
	await desk.page.getByLabel('新密码', { exact: true }).fill(OWN)
	await desk.page.getByLabel('再输一次新密码').fill(OWN)
	// Ended elsewhere while they typed: the log-in is there again, and the password made for them is still good for it.
	await ok(cell, 'user', 'logout', 'op01')
	await caughtUp(cell)
	await desk.page.keyboard.press('Enter')
	await desk.login('op01', password)
	await desk.page.getByLabel('新密码', { exact: true }).fill(OWN)
	await desk.page.getByLabel('再输一次新密码').fill(OWN)
	await desk.page.keyboard.press('Enter')
	await desk.page.getByRole('button', { name: '接班' }).waitFor()

	// In English as well, and dark.
	await page.getByRole('button', { name: 'English' }).click()
	await page.getByRole('heading', { name: 'Accounts and log-ins', level: 1 }).waitFor()
	await looks(office, 'english')
	await page.getByRole('button', { name: /^New password… / }).first().click()
	await looks(office, 'english-asked')
	await page.getByRole('button', { name: 'Leave it' }).click()
	await page.getByRole('button', { name: 'Log out' }).click()

	// A code from paper opens in place of the app.
	await page.locator('#login-account').waitFor()
	await office.login('op03', OWN)
	await page.locator('#login-code').fill(paper[0])
	await page.keyboard.press('Enter')
	await page.getByRole('heading', { name: 'Accounts and log-ins', level: 1 }).waitFor()

	// A password is on the screen, and the log-in ends: nothing of it stands behind the log-in for whoever comes next.
	await page.getByRole('button', { name: /^New password… / }).first().click()
	await page.getByRole('button', { name: 'Make a password', exact: true }).click()
	await page.locator('output.password').waitFor()
	await ok(cell, 'user', 'logout', 'op03')
	await page.locator('#login-password').waitFor()
	assert.equal(await page.locator('output.password').count(), 0)
	assert.equal(await page.getByRole('listitem').count(), 0)
	await office.login('op03', OWN)
	await page.locator('#login-code').fill(paper[1])
	await page.keyboard.press('Enter')
	await page.getByRole('listitem').filter({ hasText: 'cg01' }).first().waitFor()
})

test('a phone sees its own log-ins and ends the others', { timeout: 120000 }, async (t) => {
	const stage = await Stage.open(t, 'account-mine', { demo: { homes: 2 } })
	const other = await login(stage.cell.daemon, 'cg01', DEMO_PASSWORD)
	const phone = await stage.phone('cg01', { upTo: 'check' })
	await phone.page.getByRole('button', { name: '修改密码' }).tap()
	const mine = phone.page.getByRole('region', { name: '我的登录' })
	await mine.getByText('当前登录').waitFor()
	await phone.look('two')
	await mine.getByRole('button', { name: '结束其他 1 处登录' }).tap()
	await mine.getByText('其他登录已全部结束').waitFor()
	await mine.getByRole('button', { name: /^结束其他/ }).waitFor({ state: 'detached' })
	await phone.look('ended')
	const gone = await fetch(`${stage.cell.daemon.origin}/api/v1/me`, { headers: { cookie: other } })
	assert.equal(gone.status, 401)
	await mine.getByRole('button', { name: '设置动态码…' }).tap()
	await phone.page.getByRole('img', { name: '动态码密钥的二维码' }).waitFor()
	await phone.look('key')
	// The key is stored, and the answer is lost on its way: whoever types on is not told for ever that the digits are wrong.
	phone.allowed.push(/ERR_FAILED/)
	await phone.page.route('**/api/v1/me/second', async (route) => {
		await route.fetch()
		await route.abort()
	})
	const text = (await phone.page.locator('output.key').innerText()).replace(/\s/g, '')
	await phone.page.getByLabel('验证器显示的 6 位数字').fill(codeAt(text))
	await phone.page.locator('#key-password').fill(DEMO_PASSWORD)
	await phone.page.locator('#key-password').press('Enter')
	await phone.page.getByRole('heading', { name: '动态码已经生效' }).waitFor()
	await phone.look('lost')
	await phone.page.getByRole('button', { name: '继续' }).tap()
	await phone.page.getByText('下次登录时').waitFor()
	assert.equal(await mine.getByRole('button', { name: '设置动态码…' }).count(), 0)
})

test('who mistypes too often is told when to try again, and may then', { timeout: 120000 }, async (t) => {
	const stage = await Stage.open(t, 'account-slow', { demo: { homes: 2 }, clocks: true })
	const desk = await stage.desk('op01', { upTo: 'login' })
	const { page } = desk
	desk.allowed.push(/status of 429/)
	const submit = page.locator('button[type=submit]')
	for (let n = 0; n < 6 && !(await submit.isDisabled()); n++) {
		const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/login'))
		await desk.login('op01', `wrong ${n} wrong`)
		if ((await answered).status() === 429) break
		await page.getByText('账号或密码不对').waitFor()
	}
	await page.getByText(/尝试太多，请 \d+ 秒后再试/).waitFor()
	assert.ok(await submit.isDisabled())
	assert.match(await submit.innerText(), /^\d+ 秒后可再试$/)
	await desk.look('slow')
	await stage.pass(70_000)
	assert.ok(await submit.isEnabled())
	await desk.login('op01')
	await page.getByRole('button', { name: '接班' }).waitFor()
})
