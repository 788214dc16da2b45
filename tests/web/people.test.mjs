// What issue "people, homes and rights" put on screens, as those who use them meet it: on small and large phones, on the
// consoles that centres have, in both languages and both themes. No accessibility fault, nothing over its edge, in English no
// Chinese but what is data.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { ok } from '../harness/ctl.mjs'
import { common } from '../harness/proto.mjs'
import { DEMO_PASSWORD } from '../harness/index.mjs'
import { household } from '../harness/registry.mjs'
import { dataOf, leftovers, overflows } from '../harness/sight.mjs'
import { codeAt, secretOf } from '../harness/totp.mjs'
import { Unit } from '../harness/unit.mjs'
import { say, words } from '../harness/words.mjs'

const { Kind } = common
const HOME = 'h0009'
const AREA = '440190001'
const NOTE = '跌倒在浴室，左腿疼，神志清楚'
const LOOKS = [
	{ lang: 'zh-CN', file: 'zh', theme: 'light' },
	{ lang: 'en', file: 'en', theme: 'dark' },
]
/** The smallest phone that people still carry, the largest, and the larger half as large: 200 %. */
const PHONES = [
	{ width: 360, height: 640 },
	{ width: 414, height: 896 },
	{ width: 207, height: 448 },
]
const DESKS = [
	{ width: 1280, height: 720 },
	{ width: 1366, height: 768 },
	{ width: 1920, height: 1080 },
]

/** Looks at what is shown, at each size: a picture, axe once, and what is found goes into `found`. */
function looker(sizes, look, data, found) {
	return async (seat, name) => {
		for (const size of sizes) {
			await seat.page.setViewportSize(size)
			await seat.shot(`${look.file}-${size.width}-${name}`)
			const at = `${seat.who}, ${name}, ${look.lang}, ${size.width} px`
			for (const text of await overflows(seat)) found.push(`${at}: ${text}`)
		}
		await seat.page.setViewportSize(sizes[sizes.length > 1 ? 1 : 0])
		if (look.lang === 'en') for (const text of await leftovers(seat, data)) found.push(`${seat.who}, ${name}: not English: ${text}`)
		await seat.axe(name).catch((fault) => found.push(fault.message))
	}
}

async function speaking(seat, look) {
	await seat.page.evaluate(
		({ lang, theme }) => {
			localStorage.setItem('pingan.lang', lang)
			localStorage.setItem('pingan.theme', theme)
		},
		{ lang: look.lang, theme: look.theme },
	)
	await seat.page.reload()
	await seat.page.getByRole('heading', { level: 1 }).waitFor()
}

const week = async (cell) => {
	await ok(cell, 'roster', 'template', 'add', AREA, '--on', 'daily', '--from', '00:00', '--to', '12:00', '--people', 'cg01')
	await ok(cell, 'roster', 'template', 'add', AREA, '--on', 'daily', '--from', '12:00', '--to', '24:00', '--people', 'cg02', '--need', '2')
}

for (const look of LOOKS)
	test(`a caregiver's phone, ${look.lang}, ${look.theme}: code, password, check, shifts, and the health of the one who lives there`, async (t) => {
		const stage = await Stage.open(t, `people-phone-${look.file}`, { demo: { homes: 20 } })
		const { cell } = stage
		const w = await words(look.file)
		const t_ = (key, params) => say(w, key, params)
		const found = []
		await week(cell)
		await ok(cell, 'resident', 'set', HOME, `${HOME}-r1`, 'allergies=碘、海鲜', 'medicines=华法林，每晚一片', 'health_notes=心脏支架两个')
		const data = await dataOf(cell, NOTE)
		const visit = looker(PHONES, look, data, found)
		const secret = secretOf(await ok(cell, 'user', 'totp', 'cg01'))
		const phone = await stage.phone('cg01', { upTo: 'login' })
		phone.allowed.push(/status of (403|422)/)
		const { page } = phone
		const button = (key, params) => page.getByRole('button', { name: t_(key, params), exact: true })
		const heading = (key, params) => page.getByRole('heading', { name: t_(key, params), exact: true })
		await speaking(phone, look)
		await phone.login('cg01', 'wrong')
		await page.getByText(t_('login.wrong')).waitFor()
		await visit(phone, 'wrong')
		await phone.login('cg01')
		await page.locator('#login-code').waitFor()
		await visit(phone, 'code')
		await page.locator('#login-code').fill('000000')
		await page.keyboard.press('Enter')
		await page.getByText(t_('login.code.wrong')).waitFor()
		await visit(phone, 'code-wrong')
		await page.locator('#login-code').fill(codeAt(secret))
		await page.keyboard.press('Enter')
		await heading('cg.duty.title').waitFor()
		await visit(phone, 'check')

		await button('password.change').tap()
		const dialog = page.getByRole('dialog')
		await visit(phone, 'password')
		const fields = dialog.locator('input')
		for (const [old, next, why] of [
			['not the one', 'a new one 2026', 'password.wrong'],
			[DEMO_PASSWORD, 'short', 'password.weak'],
		]) {
			await fields.nth(0).fill(old)
			await fields.nth(1).fill(next)
			await fields.nth(2).fill(next)
			await page.keyboard.press('Enter')
			await dialog.getByText(t_(why)).waitFor()
			await visit(phone, why)
		}
		await button('password.close').tap()

		await button('cg.shift.mine').tap()
		await heading('roster.mine').waitFor()
		await visit(phone, 'shifts')
		await button('roster.mine.swap').first().tap()
		await visit(phone, 'swap')
		await button('roster.mine.cannot').last().tap()
		await visit(phone, 'cannot')
		await button('absence.1').tap()
		await heading('roster.mine.away').waitFor()
		// Said where it was pressed: the shift is theirs no more, until they can come after all.
		const out = page.getByRole('listitem').filter({ hasText: t_('roster.mine.out', { why: t_('absence.1') }) })
		await out.waitFor()
		assert.equal(await out.getByRole('button', { name: t_('roster.mine.cannot') }).count(), 0)
		await visit(phone, 'absent')
		await out.getByRole('button', { name: t_('roster.mine.back') }).tap()
		await out.waitFor({ state: 'detached' })
		await button('roster.back').tap()

		await button('cg.duty.on').tap()
		await heading('cg.test.title').waitFor()
		await visit(phone, 'test-offer')
		await button('cg.test.heard').tap()
		await heading('cg.idle').waitFor()
		await visit(phone, 'idle')

		const desk = await stage.desk('op01')
		const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === HOME))
		await unit.ack(unit.press({ kind: Kind.SOS }))
		await desk.region('待接报警').getByRole('listitem').first().waitFor()
		await desk.page.keyboard.press('a')
		await desk.region('进门').waitFor()
		await desk.page.keyboard.press('d')
		await desk.region('派单').getByRole('checkbox').first().waitFor()
		await desk.page.keyboard.press('Enter')
		await page.getByRole('button', { name: t_('cg.offer.accept') }).waitFor()
		await visit(phone, 'offer')
		// Before the yes nothing of the home is on the phone.
		for (const secret of ['碘、海鲜', '华法林', '心脏支架']) assert.equal(await page.getByText(secret).count(), 0)
		await page.getByRole('button', { name: t_('cg.offer.accept') }).tap()
		await page.getByText('碘、海鲜').waitFor()
		await page.getByText('华法林，每晚一片').waitFor()
		await visit(phone, 'accepted')
		await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
		await visit(phone, 'accepted-below')
		await button('cg.job.depart').tap()
		await page.getByRole('button', { name: t_('cg.job.arrive') }).tap()
		await page.getByRole('button', { name: t_('cg.job.done') }).tap()
		await visit(phone, 'done-sheet')
		assert.deepEqual(found, [])
	})

for (const look of LOOKS)
	test(`a supervisor's console, ${look.lang}, ${look.theme}: homes, rosters, log-ins at the sizes that centres have`, async (t) => {
		const stage = await Stage.open(t, `people-desk-${look.file}`, { demo: { homes: 20 } })
		const { cell } = stage
		const w = await words(look.file)
		const t_ = (key, params) => say(w, key, params)
		const found = []
		await week(cell)
		const data = await dataOf(cell, NOTE)
		const visit = looker(DESKS, look, data, found)
		const op = await stage.desk('op01')
		const sup = await stage.desk('sup01', { upTo: 'login' })
		const { page } = sup
		await speaking(sup, look)
		await sup.login('sup01')
		await page.getByRole('heading', { name: t_('shift.title'), exact: true }).waitFor()
		await page.getByRole('button', { name: t_('shift.start') }).click()
		await page.getByText(t_('queue.empty'), { exact: true }).waitFor()
		await visit(sup, 'quiet')

		await page.keyboard.press('o')
		const roster = sup.region(t_('roster.title'))
		await roster.getByRole('button', { name: t_('roster.after') }).click()
		await roster.getByRole('button', { name: t_('roster.add') }).first().click()
		await visit(sup, 'roster')
		await page.keyboard.press('Escape')
		await page.keyboard.press('g')
		const sessions = sup.region(t_('accounts.title'))
		await sessions.getByRole('listitem').filter({ hasText: 'op01' }).getByRole('button', { name: new RegExp(`^${t_('accounts.shut')}`) }).click()
		await visit(sup, 'sessions')
		await page.keyboard.press('Escape')
		await page.keyboard.press('Escape')

		await page.keyboard.press('p')
		const record = sup.region(t_('record.title'))
		await page.locator('#home-search').fill(HOME)
		await record.getByRole('radio').first().waitFor()
		await visit(sup, 'found')
		await page.locator('#home-search').press('Enter')
		await record.getByLabel(t_('record.f.doorCode')).waitFor()
		await record.getByRole('button', { name: t_('record.health') }).click()
		await record.getByLabel(t_('record.f.health.allergies')).first().waitFor()
		await record.getByLabel(t_('record.f.doorCode')).fill('9999#')
		await ok(cell, 'home', 'set', HOME, 'door_code=1111#')
		await record.getByRole('button', { name: t_('record.save'), exact: true }).click()
		await record.getByText(t_('record.conflict')).first().waitFor()
		// It stands above all lines; the button that brought it is far below them.
		await page.waitForFunction(() => document.activeElement?.classList.contains('conflict'))
		await visit(sup, 'conflict')

		// Somebody calls while a panel is open: at no size is the ring behind it.
		const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0010'))
		await unit.ack(unit.press({ kind: Kind.SOS }))
		const strip = sup.region(t_('strip.title'))
		await strip.getByRole('listitem').first().waitFor()
		for (const size of DESKS) {
			await page.setViewportSize(size)
			const box = await strip.getByRole('button', { name: new RegExp(t_('strip.claim')) }).boundingBox()
			assert.ok(box.y + box.height <= size.height && box.x + box.width <= size.width, `${size.width}: the ring is in sight`)
		}
		await visit(sup, 'rings-over-panel')
		await page.keyboard.press('Escape')
		await visit(sup, 'left')

		// A call comes back from a desk that is gone.
		await op.page.keyboard.press('a')
		await op.region('长者').getByText('由我处理').waitFor()
		await op.context.close()
		stage.seats.splice(stage.seats.indexOf(op), 1)
		await cell.daemon.control('advance 40000')
		await strip.getByText(t_('mark.returned', { who: '周晓晴' })).waitFor()
		await page.getByRole('row').getByText(t_('mark.returned.brief'), { exact: true }).waitFor()
		const cut = []
		for (const size of DESKS) {
			await page.setViewportSize(size)
			const mark = page.getByRole('row').getByText(t_('mark.returned.brief'), { exact: true })
			if (await mark.evaluate((e) => e.scrollWidth > e.clientWidth || e.getBoundingClientRect().right > e.parentElement.getBoundingClientRect().right + 1))
				cut.push(size.width)
		}
		await visit(sup, 'returned')
		assert.deepEqual(cut, [], 'where "returned" is cut')
		assert.deepEqual(found, [])
	})

test('an account whose page is another one, or none, is told so at once, and where to go', async (t) => {
	const stage = await Stage.open(t, 'people-elsewhere', { demo: { homes: 20 } })
	const { cell } = stage
	const secret = secretOf(await ok(cell, 'user', 'totp', 'sup01'))
	await ok(cell, 'user', 'set', 'sup01', '--role', 'administrator')
	await ok(cell, 'user', 'set', 'op02', '--role', 'auditor')
	await ok(cell, 'user', 'set', 'op03', '--role', 'wallboard')
	const small = { width: 360, height: 640 }
	for (const [account, where, told, go] of [
		['op03', '/caregiver/', '大屏账号只看大屏', '打开大屏'],
		['sup01', '/caregiver/', '管理员不接呼援', '打开账号与登录'],
		['cg06', '/console/', '护理员和技术员请用手机上的护理员页面', '打开护理员页面'],
		['op01', '/caregiver/', '坐席和班长请用坐席台', '打开坐席台'],
		['op02', '/caregiver/', '审计员不接呼援', '打开账号与登录'],
	]) {
		const seat = await stage.seat(account, where, { viewport: where === '/console/' ? { width: 1280, height: 720 } : small })
		const { page } = seat
		await seat.login(account)
		if (account === 'sup01') {
			await page.locator('#login-code').fill(codeAt(secret))
			await page.keyboard.press('Enter')
		}
		await page.getByRole('heading', { name: '这个账号不能使用本页面' }).waitFor()
		await page.getByText(told).waitFor()
		assert.equal(await page.getByRole('button', { name: /接班|开始在岗/ }).count(), 0, 'nothing to press that does nothing')
		assert.deepEqual(await overflows(seat), [], account)
		await seat.look(where.slice(1, -1))
		if (go === null) await page.getByRole('button', { name: '退出登录' }).click()
		else await page.getByRole('link', { name: go }).click()
		// Whoever belongs to that page is there at once, with the same log-in.
		if (go === null) await page.locator('#login-account').waitFor()
		else if (go === '打开账号与登录') {
			await page.getByRole('heading', { name: '账号与登录', level: 1 }).waitFor()
			await page.getByRole('listitem').filter({ hasText: account }).getByText('当前登录').waitFor()
			const acts = await page.getByRole('button', { name: /^(停用账号|重置密码)/ }).count()
			assert.equal(acts > 0, account === 'sup01', 'an auditor looks, and changes nothing')
		} else if (go === '打开大屏') await page.waitForURL(/\/wallboard\/$/)
		else await page.getByRole('button', { name: /接班|开始在岗/ }).waitFor()
	}
})

test('who is calling is found by the number on the telephone while an alarm rings; the ring goes on in sight', async (t) => {
	const stage = await Stage.open(t, 'people-caller', { demo: { homes: 20 } })
	const { cell } = stage
	const truth = await household(cell, HOME)
	const desk = await stage.desk('op01', { viewport: { width: 1280, height: 720 } })
	const { page } = desk
	const sound = () => page.evaluate(() => document.documentElement.dataset.sound)
	await page.keyboard.press('F2')
	const panel = desk.region('人工录入')
	const box = page.locator('#home-search')
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0010'))
	await unit.ack(unit.press({ kind: Kind.SOS }))
	const strip = desk.region('待接报警')
	await strip.getByRole('listitem').first().waitFor()
	await page.waitForFunction(() => document.documentElement.dataset.sound === 'P1')
	const { phone } = truth
	for (const shown of [phone, `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}`, `${phone.slice(0, 3)}-${phone.slice(3)}`, `+86${phone.slice(1)}`, truth.contacts[0].phone]) {
		await box.fill(shown)
		await panel.getByRole('radio', { name: new RegExp(truth.residents[0].name) }).waitFor()
		assert.equal(await strip.getByRole('button', { name: /认领/ }).isVisible(), true)
		assert.equal(await sound(), 'P1', 'and in the ear')
		await box.fill('')
		await panel.getByRole('radio', { name: new RegExp(truth.residents[0].name) }).waitFor({ state: 'detached' })
	}
	await desk.look('rings')
	// Out of the box, and the ring is answered; what was typed into the box claimed nothing.
	await box.fill('a')
	assert.equal(await strip.getByRole('listitem').count(), 1)
	await page.keyboard.press('Escape')
	await page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	await page.waitForFunction(() => document.documentElement.dataset.sound === 'none')
	// The console at 200 %: a screen of 1920 is 960 wide then.
	await page.keyboard.press('Escape')
	await page.setViewportSize({ width: 960, height: 540 })
	await desk.shot('at-200')
	assert.deepEqual(await overflows(desk), [])
	await page.keyboard.press('d')
	await desk.region('派单').waitFor()
	await desk.shot('at-200-panel')
	assert.deepEqual(await overflows(desk), [])
})
