// The screens alone, in a real browser: the built pages with the security headers of the product, against a stand-in
// daemon. What can be done by key and by name, no accessibility fault on any screen, and a picture of each for a
// person to look at (build/screens).
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

import { openRow } from '../harness/press.mjs'
import { common as C } from '../harness/proto.mjs'
import { shift } from './support/scene.mjs'
import { seats } from './support/seats.mjs'

const { desk, phone, login, startShift, startDuty, look, chineseLeft, row, theme, now } = seats('screens')
let daemon
beforeEach(() => (daemon = now()))

test('a call from press to closure, by keys', async () => {
	const at = await desk()
	await look(at, 'desk-login')
	await login(at, 'op07')
	await at.getByRole('button', { name: '接班' }).waitFor()
	await look(at, 'desk-shift')
	await at.getByRole('button', { name: '接班' }).click()
	shift(daemon)
	await at.getByRole('region', { name: '待接报警' }).getByText('陈秀英').waitFor()
	assert.equal(await at.evaluate(() => document.documentElement.dataset.sound), 'P1')
	await look(at, 'desk-queue')
	await at.setViewportSize({ width: 1280, height: 800 })
	await look(at, 'desk-queue-1280')
	const header = await at.getByRole('banner').boundingBox()
	assert.ok(header.height < 60, 'the header does not wrap at 1280')
	await at.setViewportSize({ width: 1920, height: 1080 })

	await at.keyboard.press('a')
	await at.getByRole('region', { name: '进门' }).getByText('2351#').waitFor()
	await row(at, '陈秀英').getByText('处理中').waitFor()
	await look(at, 'desk-detail')

	await at.keyboard.press('n')
	await at.keyboard.type('胸口痛,能说话')
	await at.keyboard.press('Enter')
	await at.getByRole('region', { name: '时间线' }).getByText('胸口痛,能说话').waitFor()
	await at.keyboard.press('Escape')
	await at.keyboard.press('v')
	await at.getByRole('region', { name: '时间线' }).getByText('已与长者通话').waitFor()

	await at.keyboard.press('1')
	await at.keyboard.press('Enter')
	await at.getByRole('region', { name: '时间线' }).getByText('陈美玲：接通').waitFor()

	const hand = await phone()
	await startDuty(hand, 'cg01')
	await look(hand, 'phone-idle')
	await at.keyboard.press('d')
	await at.getByRole('region', { name: '派单', exact: true }).getByText('梁淑珍').waitFor()
	await look(at, 'desk-dispatch')
	await at.keyboard.press('1')
	await at.keyboard.press('Enter')
	await at.getByRole('group', { name: '任务 1' }).getByText('派单中').waitFor()
	await hand.getByRole('button', { name: '接单 出发' }).waitFor()
	assert.equal(await hand.getByText('陈秀英').count(), 0, 'no name before accepting')
	await look(hand, 'phone-offer')
	await theme(hand, 'dark')
	await look(hand, 'phone-offer-dark')
	await theme(hand, 'light')
	await at.getByRole('group', { name: '任务 1' }).getByText('已读').waitFor()
	await look(at, 'desk-offered')

	await hand.getByRole('button', { name: '接单 出发' }).tap()
	await hand.getByText('2351#').waitFor()
	await look(hand, 'phone-accepted')
	await theme(hand, 'dark')
	await look(hand, 'phone-accepted-dark')
	await theme(hand, 'light')
	await row(at, '陈秀英').getByText('已接单').waitFor()
	await hand.getByRole('button', { name: '我出发了' }).tap()
	await row(at, '陈秀英').getByText('在途').waitFor()
	await hand.getByRole('button', { name: '我到了' }).tap()
	await row(at, '陈秀英').getByText('已到达').waitFor()
	await look(hand, 'phone-arrived')
	await look(at, 'desk-arrived')
	await hand.getByRole('button', { name: '完成…' }).tap()
	await look(hand, 'phone-done-sheet')
	await hand.getByRole('radio', { name: '已帮助长者' }).check()
	await hand.getByRole('button', { name: '提交完成' }).tap()
	await hand.getByRole('heading', { name: '任务完成' }).waitFor()
	await look(hand, 'phone-done')
	assert.equal(await hand.evaluate(() => JSON.stringify(localStorage).includes('2351')), false)
	await hand.getByRole('button', { name: '知道了' }).tap()
	await hand.getByRole('heading', { name: '在岗' }).waitFor()

	await row(at, '陈秀英').getByText('已完成').waitFor()
	await at.keyboard.press('x')
	await at.getByRole('radio', { name: '误报' }).waitFor()
	await look(at, 'desk-close')
	await at.keyboard.press('1')
	await at.keyboard.press('Enter')
	await at.getByRole('region', { name: '呼援详情' }).getByText('已结案：上门已处理').waitFor()
	await row(at, '陈秀英').waitFor({ state: 'detached' })
	await theme(at, 'dark')
	await look(at, 'desk-closed-dark')
})

test('two operators, one call: the loser is told who has it', async () => {
	const [one, two] = [await desk(), await desk()]
	await startShift(one, 'op07')
	await startShift(two, 'op03')
	shift(daemon)
	const claim = { name: '认领 陈秀英' }
	await two.getByRole('button', claim).waitFor()
	// The second console still shows the call as waiting while its own claim is already on the way.
	daemon.rows.get(0xa100237n).owner = 'op07'
	daemon.rows.get(0xa100237n).ownerName = '坐席07'
	await two.keyboard.press('a')
	await two
		.getByRole('status')
		.filter({ hasText: /坐席07 已认领（\d\d:\d\d:\d\d）/ })
		.waitFor()
	await look(two, 'desk-lost-race')
	await one.keyboard.press('?')
	await one.getByRole('region', { name: '快捷键' }).waitFor()
	await look(one, 'desk-keys')
})

/** The page's time stands still: as close to now as the page can be told, for a moment that is over is refused. */
async function standStill(page) {
	for (;;) {
		const soon = (await page.evaluate(() => Date.now())) + 500
		try {
			return await page.clock.pauseAt(soon)
		} catch (fault) {
			if ((await page.evaluate(() => Date.now())) < soon) throw fault
		}
	}
}

/** Its time goes on, a step at a time, until it shows this. */
async function passUntil(page, locator) {
	for (let passed = 0; !(await locator.isVisible()); passed += 500) {
		assert.ok(passed < 30_000, `${locator}: not in half a minute of the page's own time`)
		await page.clock.runFor(500)
	}
}

test('a half-open line: late, then down, then everything again', async () => {
	const at = await desk({ clock: true })
	await startShift(at, 'op07')
	shift(daemon)
	await row(at, '陈秀英').waitFor()
	await at.keyboard.press('a')
	await at.getByRole('region', { name: '进门' }).getByText('2351#').waitFor()
	await at.keyboard.press('n')
	await at.keyboard.type('没写完的备注')
	// From here the page's time goes on by our hand alone: how long this machine takes between two looks is no part of it.
	await standStill(at)
	daemon.frozen = true
	await passUntil(at, at.getByText(/数据延迟 \d 秒/))
	await passUntil(at, at.getByText('与调度服务失去连接', { exact: true }).first())
	await at.clock.resume()
	await look(at, 'desk-down')
	assert.ok(await at.getByRole('button', { name: /^结案/ }).isDisabled())
	daemon.frozen = false
	daemon.raise({
		id: 0xa100500n,
		number: 'A100500',
		class: 1,
		kind: C.Kind.GAS,
		resident: '赵明',
		area: '六榕街',
	})
	await row(at, '赵明').waitFor()
	assert.equal(await at.getByRole('textbox', { name: '备注' }).inputValue(), '没写完的备注')
	at.on('dialog', (dialog) => dialog.accept())
	await at.reload()
	await at.getByText('声音未启用').first().waitFor()
	await row(at, '赵明').waitFor()
	assert.equal(await at.getByRole('textbox', { name: '备注' }).inputValue(), '没写完的备注')
	await look(at, 'desk-after-reload')
})

test('what is not certain says so; silence is kept', async () => {
	const at = await desk({ colorScheme: 'dark' })
	await startShift(at, 'op07')
	shift(daemon)
	daemon.change(0xa100237n, { notStored: true })
	daemon.change(0xa100238n, { notSafe: true, returnedFrom: '坐席03' })
	daemon.raise(
		{
			id: 0xa100600n,
			number: 'A100600',
			class: 1,
			kind: C.Kind.DURESS,
			resident: '方玉兰',
			age: 80,
			area: '六榕街',
			silent: true,
		},
		{
			residents: [{ name: '方玉兰', age: 80, sex: 2, language: 'cmn', risks: ['alone'] }],
			address: '广州市越秀区海珠中路 8 号 201 房',
		},
	)
	daemon.change(0xa100301n, { ownerGone: true })
	daemon.storeUp = false
	for (const screen of daemon.screens) screen.ws.close()
	await at
		.getByText(/存储不可用/)
		.first()
		.waitFor()
	await theme(at, 'dark')
	await openRow(row(at, '方玉兰'))
	await at.getByText(/静默报警：不要回拨/).waitFor()
	assert.equal(await at.getByText('回拨长者').count(), 0)
	await look(at, 'desk-marks-dark')
	await at.keyboard.press('a')
	await at
		.getByText(/坐席07 在联系/)
		.first()
		.waitFor()
	daemon.storeUp = true
	for (const screen of daemon.screens) screen.ws.close()
	await at
		.getByText(/存储不可用/)
		.first()
		.waitFor({ state: 'detached' })
	await openRow(row(at, 'DC09.7F21'))
	await at.getByText(/登记库中没有这台设备/).waitFor()
	await look(at, 'desk-quarantine-dark')
})

test('no answer is an emergency: closing without contact needs a second person', async () => {
	const [at, boss] = [await desk(), await desk()]
	await startShift(at, 'op07')
	await startShift(boss, 'sup1')
	shift(daemon)
	await row(at, '陈秀英').waitFor()
	await at.keyboard.press('a')
	await at.getByRole('region', { name: '进门' }).getByText('2351#').waitFor()
	await at.keyboard.press('x')
	assert.ok(await at.getByRole('radio', { name: '误报' }).isDisabled())
	await look(at, 'desk-close-no-contact')
	await at.getByRole('radio', { name: '未联系到长者' }).check()
	await at.keyboard.press('Enter')
	await at.getByText('需要第二人确认，已通知班长').waitFor()
	await openRow(row(boss, '陈秀英'))
	await boss.getByRole('button', { name: '确认结案' }).click()
	await boss.getByText('已结案：未联系到长者').waitFor()
})

test('an answer that does not come is unconfirmed, and retried under the same id', async () => {
	const at = await desk()
	await startShift(at, 'op07')
	shift(daemon)
	daemon.silentReplies.add('claim')
	await row(at, '陈秀英').waitFor()
	await at.keyboard.press('a')
	await at.getByText('未确认，重试？').waitFor()
	await look(at, 'desk-unconfirmed')
	daemon.silentReplies.clear()
	await at.getByRole('button', { name: '重试' }).click()
	await row(at, '陈秀英').getByText('处理中').waitFor()
})

test('an input method composing in a note fires no shortcut, and Enter only commits its text', async () => {
	const at = await desk()
	await startShift(at, 'op07')
	shift(daemon)
	await row(at, '陈秀英').waitFor()
	await at.keyboard.press('a')
	const note = at.getByRole('textbox', { name: '备注' })
	await note.waitFor()
	await note.focus()
	const cdp = await at.context().newCDPSession(at)
	await cdp.send('Input.imeSetComposition', { text: 'xiong', selectionStart: 5, selectionEnd: 5 })
	await note.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true })
	await note.dispatchEvent('keydown', { key: 'x', isComposing: true, bubbles: true })
	await cdp.send('Input.insertText', { text: '胸闷' })
	assert.equal(await note.inputValue(), '胸闷')
	assert.equal(daemon.requests.filter((r) => r.case === 'note').length, 0)
	assert.equal(await at.getByRole('region', { name: '结案', exact: true }).count(), 0)
})

test('the phone: check, decline, taken, cancelled, given back', async () => {
	const hand = await phone()
	await look(hand, 'phone-login')
	await login(hand, 'cg01')
	await hand.getByRole('button', { name: '开始在岗' }).waitFor()
	await look(hand, 'phone-check')
	await hand.getByRole('button', { name: '开始在岗' }).tap()
	await hand.getByRole('heading', { name: '在岗' }).waitFor()
	const chen = shift(daemon)
	daemon.offer('cg01', chen.id)
	await hand.getByRole('button', { name: '不能去…' }).tap()
	await look(hand, 'phone-decline')
	await hand.getByRole('button', { name: '太远' }).tap()
	await hand.getByRole('heading', { name: '在岗' }).waitFor()

	daemon.offer('cg01', 0xa100238n)
	await hand.getByRole('button', { name: '接单 出发' }).waitFor()
	daemon.end('cg01', 0xa100238n, C.OfferState.OFFER_WITHDRAWN, true)
	await hand.getByRole('heading', { name: '已由他人接单' }).waitFor()
	await look(hand, 'phone-taken')
	await hand.getByRole('button', { name: '知道了' }).tap()

	daemon.offer('cg01', chen.id)
	await hand.getByRole('button', { name: '接单 出发' }).tap()
	await hand.getByText('2351#').waitFor()
	daemon.end('cg01', chen.id, C.OfferState.OFFER_NONE, false)
	await hand.getByRole('heading', { name: '任务已取消' }).waitFor()
	await look(hand, 'phone-cancelled')
	await hand.getByRole('button', { name: '知道了' }).tap()

	daemon.offer('cg01', chen.id)
	await hand.getByRole('button', { name: '接单 出发' }).tap()
	await hand.getByRole('button', { name: '撤回接单…' }).tap()
	await look(hand, 'phone-give-back')
	await hand.getByRole('button', { name: '身体不适' }).tap()
	await hand.getByRole('heading', { name: '在岗' }).waitFor()
})

test('the phone without a network: what happened is kept with its time, an acceptance is not', async () => {
	const hand = await phone()
	await startDuty(hand, 'cg01')
	const chen = shift(daemon)
	daemon.offer('cg01', chen.id)
	await hand.getByRole('button', { name: '接单 出发' }).tap()
	await hand.getByRole('button', { name: '我出发了' }).tap()
	await hand.getByRole('button', { name: '我到了' }).waitFor()
	daemon.cut()
	await hand.getByText('离线').waitFor()
	const from = Date.now()
	await hand.getByRole('button', { name: '我到了' }).tap()
	await hand.getByText('1 条待发').waitFor()
	await hand.getByRole('button', { name: '完成…' }).waitFor()
	await look(hand, 'phone-offline')
	const to = Date.now()
	daemon.back()
	await hand.getByText('1 条待发').waitFor({ state: 'detached' })
	const told = daemon.requests.filter((r) => r.case === 'progress').at(-1)
	assert.equal(told.value.to, C.JobState.JOB_ARRIVED)
	assert.ok(
		Number(told.value.occurredMs) >= from - 2000 && Number(told.value.occurredMs) <= to,
		'the time it happened, not the time it was sent',
	)

	daemon.end('cg01', chen.id, C.OfferState.OFFER_NONE, false)
	await hand.getByRole('button', { name: '知道了' }).tap()
	daemon.offer('cg01', 0xa100238n)
	await hand.getByRole('button', { name: '接单 出发' }).waitFor()
	daemon.cut()
	await hand.getByText('未送达，请打电话给坐席').waitFor()
	assert.ok(await hand.getByRole('button', { name: '接单 出发' }).isDisabled())
	await look(hand, 'phone-offer-offline')
	daemon.back()
})

test('the phone opens without a server, and says that it has none', async () => {
	const hand = await phone()
	await startDuty(hand, 'cg01')
	const chen = shift(daemon)
	daemon.offer('cg01', chen.id)
	await hand.getByRole('button', { name: '接单 出发' }).tap()
	await hand.getByText('2351#').waitFor()
	await hand.evaluate(() => navigator.serviceWorker.ready.then(() => true))
	await hand.waitForFunction(() => navigator.serviceWorker.controller !== null)
	await daemon.stop()
	await hand.reload()
	await hand.getByText('2351#').waitFor()
	await hand.getByText('与调度中心断开').waitFor()
	await look(hand, 'phone-no-server')
	// English words too, although nobody has asked for them before.
	await hand.evaluate(() => localStorage.setItem('pingan.lang', 'en'))
	await hand.reload()
	await hand.getByText('No connection to the centre').waitFor()
	await hand.evaluate(() => localStorage.setItem('pingan.lang', 'zh-CN'))
	await hand.reload()
	await hand.getByText('与调度中心断开').waitFor()
	await daemon.start()
	await hand.getByText('在线', { exact: true }).waitFor()
})

test('refused permissions: the duty can still begin and a job be done', async () => {
	const hand = await phone({ permissions: [] })
	await startDuty(hand, 'cg01')
	const chen = shift(daemon)
	daemon.offer('cg01', chen.id)
	await hand.getByRole('button', { name: '接单 出发' }).tap()
	await hand.getByRole('button', { name: '我出发了' }).tap()
	await hand.getByRole('button', { name: '我到了' }).tap()
	await hand.getByRole('button', { name: '完成…' }).waitFor()
})

test('English on both pages: nothing Chinese is left but names, nothing overflows', async () => {
	const at = await desk()
	await at.getByRole('button', { name: 'English' }).click()
	await at.getByLabel('Account').fill('op07')
	await at.getByLabel('Password').fill('demo')
	await at.getByRole('button', { name: 'Log in' }).click()
	await at.getByRole('button', { name: 'Take over' }).click()
	shift(daemon)
	await row(at, '陈秀英').waitFor()
	await at.keyboard.press('a')
	await at.getByRole('region', { name: 'Access' }).waitFor()
	await at.keyboard.press('d')
	await at.getByRole('region', { name: 'Dispatch', exact: true }).getByText('near').first().waitFor()
	await look(at, 'desk-english')
	await at.keyboard.press('Escape')
	await at.keyboard.press('e')
	await at.keyboard.press('1')
	await at.getByText('Waits for confirmation').last().waitFor()
	await look(at, 'desk-english-card')
	assert.deepEqual(await chineseLeft(at), [])
	await at.setViewportSize({ width: 1280, height: 800 })
	const header = await at.getByRole('banner').boundingBox()
	assert.ok(header.height < 60)
	await look(at, 'desk-english-1280')
	assert.ok((await at.evaluate(() => document.documentElement.scrollWidth)) <= 1280)
})

test('hostile text is text', async () => {
	const at = await desk()
	await startShift(at, 'op07')
	const nasty = '<img src=x onerror="document.title=1">'
	daemon.raise(
		{ id: 1n, number: 'A1', class: 1, kind: 1, resident: nasty, area: nasty },
		{ residents: [{ name: nasty }], address: nasty },
	)
	await row(at, 'onerror').waitFor()
	await at.keyboard.press('a')
	await at.getByRole('region', { name: '地址' }).getByText(nasty).waitFor()
	assert.equal(await at.locator('img').count(), 0)
})

test('two thousand calls: only the rows in sight exist, and the keyboard reaches the last', async () => {
	for (let i = 0; i < 2000; i++)
		daemon.raise({
			id: BigInt(i + 1),
			number: `A${i}`,
			class: 3,
			kind: C.Kind.SERVICE,
			resident: `住户${i}`,
			area: '六榕街',
			openedMs: BigInt(1_800_000_000_000 + i),
		})
	const at = await desk()
	await startShift(at, 'op07')
	await at.getByText('筛选：我的区域 · 未结案（2000）').waitFor()
	assert.ok((await at.getByRole('row').count()) < 60)
	await at.getByRole('row').nth(1).focus()
	await at.keyboard.press('End')
	await row(at, '住户1999').waitFor()
	assert.equal(await row(at, '住户1999').getAttribute('aria-selected'), 'true')
})

test('a session that has ended is renewed over the screen, which stays', async () => {
	const at = await desk()
	await startShift(at, 'op07')
	shift(daemon)
	await row(at, '陈秀英').waitFor()
	await at.context().clearCookies()
	for (const screen of daemon.screens) screen.ws.close()
	await at.getByRole('dialog', { name: '登录' }).waitFor()
	await look(at, 'desk-expired')
	assert.ok(await row(at, '陈秀英').isVisible())
	await login(at, 'op07')
	await at.getByText('已连接').waitFor()
})
