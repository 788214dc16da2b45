// The whole story at real screens: an elder presses, an operator answers, calls and sends a caregiver, who goes, helps and
// reports; the operator closes. Names and times are the same on every screen and in the registry, and the device hears
// each step. PINGAN_PICTURE=1 makes the picture of the README from it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { clockTime, isBetween, launch, Stage } from '../harness/browser.mjs'
import { root } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { household, person } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'
import { until } from '../harness/until.mjs'

const { Kind, Step } = common
const HOME = 'h0009'
const PICTURE = process.env.PINGAN_PICTURE === '1'

/** Looking takes its time on a slow machine: nothing of the plan may come in between. */
const PATIENT = {
	no_voice_s: 3600,
	owner_gone_s: 600,
	life: { ring_wider_s: 3600, dispatch_s: 7200, contacts_s: 10800, duty_phones_s: 14400, offer_s: 600 },
}

/** What else goes on in the sub-district: nothing of it may come before a call for help. */
const BUSY = [
	['h0010', Kind.BATTERY],
	['h0017', Kind.SERVICE],
	['h0018', Kind.INACTIVITY],
	['h0011', Kind.POWER],
	['h0012', Kind.WATER],
]

/** Does something, and returns the time of day between whose limits it happened. */
async function timed(act) {
	const from = Date.now()
	await act()
	return { from, to: Date.now() }
}

/** What an element says, in one line. */
const said = async (element) => (await element.innerText()).replace(/\s+/g, ' ').trim()

test('press, ring, answer, call, note, dispatch, offer, accept, on the way, arrived, done, closed', async (t) => {
	const stage = await Stage.open(t, 'story', { demo: { homes: 40 }, policy: PATIENT })
	const { cell } = stage
	const home = cell.homes.find((h) => h.household === HOME)
	const truth = await household(cell, HOME)
	const [elder] = truth.residents
	const [contact] = truth.contacts
	const operator = await person(cell, 'op01')
	const caregiver = await person(cell, 'cg01')
	const unit = await Unit.connect(t, cell.daemon, home)
	// Two more on duty, by the protocol: somebody to choose from.
	for (const account of ['cg02', 'cg03', 'cg05']) {
		const other = await Screen.open(t, cell.daemon, await cell.login(account), 'caregiver')
		assert.equal((await other.ask('duty', { on: true })).result, proto.Result.OK)
	}

	const desk = await stage.desk('op01', { upTo: 'login' })
	const { page } = desk
	await desk.look('login')
	await desk.login('op01')
	await page.getByRole('heading', { name: '上岗检查' }).waitFor()
	await page.getByText(operator.name).waitFor()
	await desk.button('试听').click()
	await desk.button('听到了').click()
	await desk.look('shift-check')
	await desk.startShift()
	await page.getByText('没有未结案的呼援').waitFor()
	await desk.look('quiet')

	const phone = await stage.phone('cg01', { upTo: 'login' })
	const hand = phone.page
	await phone.look('login')
	await phone.login('cg01')
	await hand.getByRole('heading', { name: '上岗检查' }).waitFor()
	await hand.getByText(caregiver.name).waitFor()
	await phone.button('试一次').tap()
	await phone.button('听到了').tap()
	await phone.look('duty-check')
	await phone.startDuty()
	await hand.getByText('线路正常').waitFor()
	await phone.look('idle')
	await desk.region('派单与在途').getByRole('listitem').filter({ hasText: caregiver.name }).getByText('空闲').waitFor()

	for (const [id, kind] of BUSY) {
		const other = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === id))
		await other.ack(other.press({ kind }))
	}
	await until(async () => (await page.getByRole('row').count()) === 1 + BUSY.length, { what: 'what else goes on' })

	// The press.
	const pressed = await timed(async () => {
		unit.alarm = unit.press({ kind: Kind.SOS })
		await unit.ack(unit.alarm)
	})
	const strip = desk.region('待接报警')
	const ring = strip.getByRole('listitem').first()
	await ring.getByText(elder.name).waitFor()
	await ring.getByText('一键呼叫').waitFor()
	await ring.getByText(truth.street).waitFor()
	await page.locator('html[data-sound="P1"]').waitFor({ state: 'attached' })
	await desk.look('ringing')

	// A: the call for help, whatever came before it.
	const claimed = await timed(async () => {
		await page.keyboard.press('a')
		await unit.step(unit.alarm, Step.ANSWERED)
	})
	const who = desk.region('长者')
	await who.getByText(elder.name).waitFor()
	await who.getByText('由我处理').waitFor()
	assert.match(await said(who), new RegExp(`${elder.sex === 2 ? '女' : '男'} .*岁`))
	const dangers = desk.region('危险与健康')
	for (const text of [truth.health.notes, truth.health.medicines, truth.health.allergies, truth.health.hospital])
		if (text !== '') await dangers.getByText(text, { exact: true }).waitFor()
	await desk.region('进门').getByText(truth.access, { exact: true }).waitFor()
	await desk.region('地址').getByText(truth.address, { exact: true }).waitFor()
	for (const c of truth.contacts) await desk.region('联系人').getByText(c.name, { exact: true }).waitFor()
	await page.locator('html:not([data-sound="P1"])').waitFor({ state: 'attached' })
	await desk.look('claimed')

	// 1 and Enter: the first contact was spoken with. V: so was the elder. N: what was heard.
	await page.keyboard.press('1')
	await page.keyboard.press('Enter')
	await desk.line(`${contact.name}：接通`).waitFor()
	await page.keyboard.press('v')
	await desk.line('已与长者通话').waitFor()
	await page.keyboard.press('n')
	await page.keyboard.type('跌倒在浴室，左腿疼，神志清楚')
	const noted = await timed(async () => {
		await page.keyboard.press('Enter')
		await desk.line('跌倒在浴室').waitFor()
	})
	await page.keyboard.press('Escape')
	await desk.look('noted')

	// D: who could go, best first, with reasons.
	await page.keyboard.press('d')
	const panel = desk.region('派单')
	await panel.getByText(caregiver.name).waitFor()
	const names = await panel.locator('.name').allInnerTexts()
	const witness = await Screen.open(t, cell.daemon, await cell.login('op02'))
	const { candidates } = await witness.ask('candidates', { incident: (await witness.row((r) => r.kind === Kind.SOS)).id })
	assert.deepEqual(names, candidates.list.map((c) => c.name), 'in the order of the daemon')
	assert.ok(names.length >= 4)
	assert.ok((await panel.getByText(/公里|米/).count()) >= 4, 'each with a distance')
	await until(async () => (await panel.getByRole('checkbox', { checked: true }).count()) === 2, { what: 'the best two are picked' })
	await desk.look('dispatch')
	await page.keyboard.press(String(1 + names.indexOf(caregiver.name)))
	assert.deepEqual(
		await panel.getByRole('checkbox', { checked: true }).evaluateAll((boxes) => boxes.map((b) => b.getAttribute('aria-label'))),
		[`选择 ${caregiver.name}`],
	)
	const offered = await timed(async () => {
		await page.keyboard.press('Enter')
		await phone.button('接单 出发').waitFor()
	})

	// The offer: all of the screen, time runs, and nothing of the home's inside before a yes.
	assert.match(await said(hand.getByRole('heading', { level: 1 })), /特急派单 · 一键呼叫/)
	const left = await hand.getByRole('timer', { name: '剩余时间' }).innerText()
	assert.match(left, /^(10:00|0\d:\d\d)$/)
	await hand.getByText(truth.street).waitFor()
	const shown = await hand.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))
	const house = truth.address.slice(truth.address.indexOf(truth.street) + truth.street.length)
	const secrets = { name: elder.name, house, access: truth.access, notes: truth.health.notes, medicines: truth.health.medicines, phone: truth.phone }
	for (const [what, text] of Object.entries({ ...secrets, contact: contact.name, contactPhone: contact.phone }))
		assert.ok(text.length > 0 && !shown.includes(text), `no ${what} before accepting`)
	const button = await phone.button('接单 出发').boundingBox()
	assert.ok(button.height >= 84 && button.y > 844 / 2, 'a large button in reach of the thumb')
	await desk.region('步骤').getByText('已读').waitFor()
	await phone.look('offer')
	await desk.look('offered')
	await until(async () => (await hand.getByRole('timer', { name: '剩余时间' }).innerText()) !== left, { what: 'the time runs' })

	// Accepted: now the whole card.
	const accepted = await timed(async () => {
		await phone.button('接单 出发').tap()
		await desk.line(`${caregiver.name} 已接单`).waitFor()
	})
	for (const text of [elder.name, truth.address, truth.access, truth.health.medicines]) await hand.getByText(text, { exact: true }).waitFor()
	await hand.getByText('跌倒在浴室，左腿疼，神志清楚').waitFor()
	await desk.row(elder.name).getByText('已接单').waitFor()
	const due = await hand.getByText('限时').innerText()
	assert.match(due, /限时 1[0-5]:\d\d/, 'fifteen minutes in the city')
	await phone.look('accepted')
	await desk.look('accepted')

	const departed = await timed(async () => {
		await phone.button('我出发了').tap()
		await unit.step(unit.alarm, Step.HELP_ON_THE_WAY)
		await desk.line(`${caregiver.name} 出发`).waitFor()
	})
	await desk.row(elder.name).getByText('在途').waitFor()
	await phone.button('我到了').waitFor()
	await phone.look('on-the-way')
	await desk.look('on-the-way')
	// axe held the page up; the picture is of one at rest.
	if (PICTURE) await page.getByText(/^\d{1,2} 毫秒$/).waitFor()
	const picture = PICTURE && { console: await desk.shot('picture'), phone: await phone.shot('picture') }

	const arrived = await timed(async () => {
		await phone.button('我到了').tap()
		await unit.step(unit.alarm, Step.ARRIVED)
		await desk.line(`${caregiver.name} 到达`).waitFor()
	})
	await desk.row(elder.name).getByText('已到达').waitFor()
	await phone.look('arrived')
	await phone.button('完成…').tap()
	await phone.look('done-sheet')
	await hand.getByRole('radio', { name: '已帮助长者' }).check()
	assert.ok(await hand.getByRole('checkbox', { name: '亲眼见到长者' }).isChecked(), 'who has helped has seen')
	const done = await timed(async () => {
		await phone.button('提交完成').tap()
		await desk.line(`${caregiver.name} 完成`).waitFor()
	})
	await hand.getByRole('heading', { name: '任务完成' }).waitFor()
	await phone.look('done')
	await phone.button('知道了').tap()
	await hand.getByRole('heading', { name: '在岗' }).waitFor()
	const kept = await hand.evaluate(() => document.documentElement.outerHTML + JSON.stringify({ ...localStorage, ...sessionStorage }))
	for (const [what, text] of Object.entries(secrets)) assert.ok(!kept.includes(text), `no ${what} stays on the phone`)

	// X: closed with an outcome.
	await page.keyboard.press('x')
	await desk.region('结案').getByText('护理员已见到长者').waitFor()
	await desk.look('close')
	await page.keyboard.press('1')
	const closed = await timed(async () => {
		await page.keyboard.press('Enter')
		await unit.step(unit.alarm, Step.CLOSED)
		await desk.line('结案：上门已处理').waitFor()
	})
	await desk.row(elder.name).waitFor({ state: 'detached' })
	await who.getByText('已结案：上门已处理').waitFor()
	await desk.look('closed')

	// When it happened, as the operator reads it.
	const at = {
		一键呼叫报警: pressed,
		[`${operator.name} 认领`]: claimed,
		跌倒在浴室: noted,
		[`派单给 ${caregiver.name}`]: offered,
		[`${caregiver.name} 已接单`]: accepted,
		[`${caregiver.name} 出发`]: departed,
		[`${caregiver.name} 到达`]: arrived,
		[`${caregiver.name} 完成：已帮助长者`]: done,
		[`${operator.name} 结案`]: closed,
	}
	for (const [text, { from, to }] of Object.entries(at)) {
		const line = desk.line(text)
		assert.equal(await line.count(), 1, `one line: ${text}`)
		const time = await line.locator('time').innerText()
		assert.ok(isBetween(time, from, to), `${text}: ${time}, and it was between ${clockTime(from)} and ${clockTime(to)}`)
	}
	// Newest on top, each once.
	const times = await desk.region('时间线').locator('time').allInnerTexts()
	// By how long after the press: it may have been before midnight.
	const day = 86_400
	const seconds = (time) => time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
	const after = times.map((time) => (seconds(time) - seconds(clockTime(pressed.from)) + day) % day)
	assert.deepEqual(after, after.toSorted((a, b) => b - a))
	// The device heard each step, in order, and once.
	const steps = unit.heard.filter((m) => m.case === 'status' && m.value.alarm === unit.alarm.id).map((m) => m.value.step)
	assert.deepEqual([...new Set(steps)], steps.filter((s, i) => i === 0 || s > steps[i - 1]))
	for (const step of [Step.ANSWERED, Step.HELP_ON_THE_WAY, Step.ARRIVED, Step.CLOSED]) assert.ok(steps.includes(step), Step[step])

	if (PICTURE) await compose(picture, path.join(root, 'docs/console-and-phone.png'))
})

/** Both screens side by side, as the README shows them. */
async function compose(files, to) {
	const browser = await launch()
	const context = await browser.newContext({ viewport: { width: 1660, height: 800 } })
	const page = await context.newPage()
	const uri = (file) => `data:image/png;base64,${readFileSync(file).toString('base64')}`
	await page.setContent(`<style>
		body { margin: 0; display: flex; gap: 28px; align-items: center; justify-content: center; height: 800px; background: #dfe4ea }
		img { display: block; box-shadow: 0 6px 28px #0004 }
		.desk { width: 1264px; border-radius: 8px }
		.phone { width: 316px; border-radius: 26px; border: 8px solid #15181c }
	</style><img class=desk src="${uri(files.console)}"><img class=phone src="${uri(files.phone)}">`)
	await page.evaluate(() => Promise.all([...document.images].map((image) => image.decode())))
	await page.screenshot({ path: to })
	await context.close()
}
