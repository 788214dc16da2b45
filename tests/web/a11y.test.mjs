// Every screen and state that people meet, in Chinese on dark and in English on light (the story has Chinese on light):
// no accessibility fault, nothing over its edge, in English no Chinese but what is data, the phone at 200 %. And the call
// by keyboard alone, an input method at work, hostile text.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { once } from 'node:events'
import { test } from 'node:test'

import { PHONE, Stage } from '../harness/browser.mjs'
import { DEMO_PASSWORD } from '../harness/index.mjs'
import { openRow } from '../harness/press.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { household, person } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { dataOf, leftovers, overflows } from '../harness/sight.mjs'
import { Unit } from '../harness/unit.mjs'
import { until } from '../harness/until.mjs'
import { say, words } from '../harness/words.mjs'

const { JobResult, JobState, Kind, Step } = common
const HOME = 'h0009'
/** The walk takes a while, and nothing of the plan may come in between. */
const PATIENT = {
	no_voice_s: 3600,
	owner_gone_s: 600,
	life: { ring_wider_s: 3600, dispatch_s: 7200, contacts_s: 10800, duty_phones_s: 14400, offer_s: 600 },
}
const NOTE = '跌倒在浴室，左腿疼，神志清楚'

const homeOf = (stage, id) => stage.cell.homes.find((h) => h.household === id)

/** CRC-16/ARC, as panels have it. */
function crc16(bytes) {
	let crc = 0
	for (const byte of bytes) {
		crc ^= byte
		for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
	}
	return crc
}

/** A panel that nobody has registered. */
async function strangePanel(t, daemon) {
	const body = '"ADM-CID"0001L0#7F21[#7F21|1120 01 003]'
	const hex = (n) => n.toString(16).toUpperCase().padStart(4, '0')
	const socket = connect(daemon.ports.dc09, '127.0.0.1')
	t.after(() => socket.destroy())
	await once(socket, 'connect')
	socket.write(`\n${hex(crc16(Buffer.from(body)))}${hex(body.length)}${body}\r`)
}

/** Every state a desk and a phone come to. `visit` looks at each. */
async function walk(t, stage, w, visit) {
	const { cell } = stage
	const { daemon } = cell
	const say_ = (key, params) => say(w, key, params)
	const desk = await stage.desk('op01', { upTo: 'login' })
	const { page } = desk
	const phone = await stage.phone('cg01', { upTo: 'login' })
	const hand = phone.page
	// Language and theme are kept per machine: as somebody left them yesterday.
	for (const seat of [desk, phone]) {
		await seat.page.evaluate(
			({ lang, theme }) => {
				localStorage.setItem('pingan.lang', lang)
				localStorage.setItem('pingan.theme', theme)
			},
			{ lang: w.lang, theme: w.theme },
		)
		await seat.page.reload()
		await seat.page.getByRole('heading', { level: 1 }).waitFor()
	}
	const heading = (seat, key, params) => seat.page.getByRole('heading', { name: say_(key, params), exact: true })
	const region = (key) => desk.region(say_(key))
	const button = (seat, key, params) => seat.page.getByRole('button', { name: say_(key, params) })

	// ---- before work
	await visit(desk, 'login')
	await desk.login('op01', 'not the password')
	await page.getByText(say_('login.wrong')).waitFor()
	await visit(desk, 'login-wrong')
	await desk.login('op01')
	await heading(desk, 'shift.title').waitFor()
	await button(desk, 'password.change').click()
	await page.getByRole('dialog').waitFor()
	await visit(desk, 'password')
	await page.keyboard.press('Escape')
	await button(desk, 'shift.sound.play').click()
	await button(desk, 'shift.sound.none').click()
	await visit(desk, 'shift-check')
	await button(desk, 'shift.start').click()
	await page.getByText(say_('queue.empty'), { exact: true }).waitFor()
	await page.keyboard.press('?')
	await region('keys.title').waitFor()
	await visit(desk, 'keys')
	await page.keyboard.press('Escape')
	const me = page.getByRole('banner').locator('button[aria-pressed]')
	await me.getByText(say_('head.ready'), { exact: true }).waitFor()
	await page.keyboard.press('F9')
	await me.getByText(say_('head.busy'), { exact: true }).waitFor()
	await visit(desk, 'busy')
	await page.keyboard.press('F9')
	await me.getByText(say_('head.ready'), { exact: true }).waitFor()
	await visit(phone, 'login')
	await phone.login('cg01')
	await heading(phone, 'cg.duty.title').waitFor()
	await button(phone, 'cg.check.sound.try').tap()
	await visit(phone, 'check')
	await button(phone, 'password.change').tap()
	await phone.page.getByRole('dialog').waitFor()
	await visit(phone, 'password')
	await button(phone, 'password.close').tap()
	await button(phone, 'cg.duty.on').tap()
	await heading(phone, 'cg.test.title').waitFor()
	await visit(phone, 'test-offer')
	await button(phone, 'cg.test.heard').tap()
	await heading(phone, 'cg.idle').waitFor()
	await visit(phone, 'idle')
	await button(phone, 'cg.shift.mine').tap()
	await heading(phone, 'roster.mine').waitFor()
	await visit(phone, 'shifts')
	await button(phone, 'roster.back').tap()
	await heading(phone, 'cg.idle').waitFor()
	await button(phone, 'cg.duty.off').tap()
	await visit(phone, 'leaving')
	await button(phone, 'common.cancel').tap()

	// ---- a full queue: each kind of mark that a call may carry
	const other = await Screen.open(t, daemon, await cell.login('cg02'), 'caregiver')
	assert.equal((await other.ask('duty', { on: true })).result, proto.Result.OK)
	const colleague = await Screen.open(t, daemon, await cell.login('op02'))
	const units = {}
	const press = async (id, fields) => {
		units[id] ??= await Unit.connect(t, daemon, homeOf(stage, id))
		const alarm = units[id].press(fields)
		return { id: (await units[id].ack(alarm)).incident, alarm }
	}
	const main = await press(HOME, { kind: Kind.SOS })
	const silent = await press('h0010', { kind: Kind.DURESS })
	await press('h0011', { kind: Kind.FALL })
	await press('h0011', { kind: Kind.FALL })
	await press('h0012', { kind: Kind.GAS })
	await press('h0017', { kind: Kind.INACTIVITY })
	await press('h0018', { kind: Kind.MISSED_OK })
	await press('h0019', { kind: Kind.SERVICE })
	await press('h0020', { kind: Kind.BATTERY })
	await press('h0025', { kind: Kind.LINK })
	await strangePanel(t, daemon)
	await until(async () => (await page.getByRole('row').count()) === 11, { what: 'ten calls' })
	const theirs = await press('h0026', { kind: Kind.WATER })
	assert.equal((await colleague.ask('claim', { incident: theirs.id })).result, proto.Result.OK)
	await visit(desk, 'ringing')
	await page.setViewportSize({ width: 1280, height: 800 })
	await visit(desk, 'ringing-1280')
	await page.setViewportSize({ width: 1920, height: 1080 })
	await page.keyboard.press('/')
	await page.keyboard.type('zzz')
	await page.getByText(say_('queue.empty.filtered')).waitFor()
	await visit(desk, 'nothing-found')
	await page.keyboard.press('Escape')
	await page.keyboard.press('Alt+0')

	// ---- a silent call, and one of a device that nobody knows
	const rowOf = async (id) => page.getByRole('row').filter({ hasText: (await household(cell, id)).residents[0].name })
	await openRow(await rowOf('h0010'))
	await page.getByText(say_('detail.silent')).waitFor()
	await visit(desk, 'silent')
	await page.keyboard.press('e')
	await region('handover.title').getByText(say_('handover.silent')).waitFor()
	await visit(desk, 'silent-card')
	await page.keyboard.press('Escape')
	await page.getByRole('row').filter({ hasText: '7F21' }).click()
	await page.getByText(say_('detail.no_card')).waitFor()
	await visit(desk, 'unknown-device')
	await openRow(await rowOf('h0026'))
	await button(desk, 'act.take_over').waitFor()
	await visit(desk, 'of-a-colleague')

	// ---- set aside for a while
	await openRow(await rowOf('h0019'))
	await button(desk, 'act.note').waitFor()
	await page.keyboard.press('s')
	await region('shelve.title').getByRole('textbox').fill(NOTE)
	await visit(desk, 'shelve')
	await region('shelve.title').getByRole('textbox').press('Enter')
	await page.getByText(say_('queue.aside', { n: 1, m: 0 })).waitFor()
	await page.keyboard.press('l')
	await (await rowOf('h0019')).waitFor()
	await visit(desk, 'aside')
	const [list, beside] = [await region('queue.title').boundingBox(), await region('detail.title').boundingBox()]
	assert.ok(list.x + list.width <= beside.x + 1, 'the list stays in its column')
	await button(desk, 'act.unshelve').click()
	await page.getByText(say_('queue.empty.aside')).waitFor()
	await page.keyboard.press('l')

	// ---- the call in hand
	await openRow(await rowOf(HOME))
	await desk.page.getByRole('group', { name: say_('detail.actions') }).getByRole('button', { name: say_('act.claim') }).click()
	await region('detail.who').getByText(say_('detail.owner.me')).waitFor()
	await page.keyboard.press('x')
	await region('close.title').waitFor()
	await page.keyboard.press('8')
	await visit(desk, 'close-without-contact')
	await page.keyboard.press('Escape')
	await page.keyboard.press('n')
	await page.keyboard.type('长'.repeat(170))
	await page.getByText(say_('note.long', { n: 30 })).waitFor()
	await visit(desk, 'note-too-long')
	await page.keyboard.press('Control+A')
	await page.keyboard.type(NOTE)
	await page.keyboard.press('Enter')
	await desk.region(say_('detail.timeline')).getByText(NOTE).waitFor()
	await page.keyboard.press('Escape')
	// ---- handed over to 120, and what else can be done with it
	await page.keyboard.press('e')
	await page.keyboard.press('1')
	await region('handover.title').getByText(say_('handover.1')).last().waitFor()
	await page.keyboard.press('1')
	await region('handover.title').getByText(say_('handover.told')).first().waitFor()
	await visit(desk, 'card')
	await page.setViewportSize({ width: 1280, height: 800 })
	await visit(desk, 'card-1280')
	await page.setViewportSize({ width: 1920, height: 1080 })
	await page.keyboard.press('Escape')
	await page.keyboard.press('t')
	await region('transfer.title').getByRole('radio').first().waitFor()
	await visit(desk, 'transfer')
	await page.keyboard.press('Escape')
	await page.keyboard.press('u')
	await region('escalate.title').waitFor()
	await visit(desk, 'escalate')
	await page.keyboard.press('Escape')
	await page.keyboard.press('Escape')
	await page.keyboard.press('h')
	await page.getByText(say_('detail.held')).waitFor()
	await visit(desk, 'held')
	await page.keyboard.press('h')
	await page.getByText(say_('detail.held')).waitFor({ state: 'detached' })
	await page.keyboard.press('F2')
	const { name } = (await household(cell, 'h0010')).residents[0]
	await region('act.manual').getByRole('searchbox').fill(name)
	await region('act.manual').getByRole('radio', { name }).waitFor()
	await visit(desk, 'manual')
	await page.keyboard.press('Escape')
	await page.keyboard.press('Escape')
	await page.keyboard.press('d')
	await region('dispatch.title').getByRole('checkbox').first().waitFor()
	await visit(desk, 'dispatch')
	await page.keyboard.press('Enter')
	await button(phone, 'cg.offer.accept').waitFor()
	await visit(phone, 'offer')
	await visit(desk, 'offered')
	await button(phone, 'cg.offer.decline').tap()
	await visit(phone, 'declining')
	await button(phone, 'decline.4').tap()
	await heading(phone, 'cg.idle').waitFor()

	// ---- taken back; another yes is faster; cancelled under way; and one that goes well
	const dispatch = async (people) => {
		await page.keyboard.press('d')
		const panel = region('dispatch.title')
		await panel.getByRole('checkbox').first().waitFor()
		const names = await panel.locator('.name').allInnerTexts()
		for (const id of people) await page.keyboard.press(String(1 + names.indexOf((await person(cell, id)).name)))
		await until(async () => (await panel.getByRole('checkbox', { checked: true }).count()) === people.length, { what: 'they are picked' })
		await page.keyboard.press('Enter')
		await button(phone, 'cg.offer.accept').waitFor()
	}
	const withdraw = () => region('detail.steps').getByRole('button', { name: say_('job.cancel'), exact: true }).click()
	await withdraw()
	await region('detail.steps').getByText(say_('job.7')).first().waitFor()
	await dispatch(['cg01', 'cg02'])
	const { offers } = await other.phoneShows((p) => p.offers.length === 1, 'the offer at the other phone')
	assert.equal((await other.ask('answer', { incident: main.id, job: offers[0].job, accept: true })).result, proto.Result.OK)
	await heading(phone, 'cg.ended.taken').waitFor()
	await visit(phone, 'taken')
	await button(phone, 'cg.ended.ok').tap()
	await withdraw()
	await visit(desk, 'really-cancel')
	await button(desk, 'job.cancel.sure').click()
	await other.phoneShows((p) => !p.job, 'cancelled')
	await dispatch(['cg01'])
	await button(phone, 'cg.offer.accept').tap()
	await button(phone, 'cg.job.depart').waitFor()
	await withdraw()
	await button(desk, 'job.cancel.sure').click()
	await heading(phone, 'cg.ended.cancelled').waitFor()
	await visit(phone, 'cancelled')
	await button(phone, 'cg.ended.ok').tap()
	await dispatch(['cg01'])
	await button(phone, 'cg.offer.accept').tap()
	await button(phone, 'cg.job.depart').waitFor()
	await visit(phone, 'accepted')
	await button(phone, 'cg.job.back').tap()
	await visit(phone, 'giving-back')
	await button(phone, 'cg.offer.back').tap()
	await button(phone, 'cg.job.note').tap()
	await visit(phone, 'noting')
	await hand.getByRole('textbox').fill(NOTE)
	await button(phone, 'cg.job.note.send').tap()
	await button(phone, 'cg.job.depart').tap()
	await button(phone, 'cg.job.arrive').waitFor()
	await visit(phone, 'on-the-way')
	await button(phone, 'cg.job.arrive').tap()
	await button(phone, 'cg.job.done').waitFor()
	await visit(phone, 'arrived')
	// To have arrived is not yet to have seen somebody.
	await page.keyboard.press('x')
	await region('close.title').getByText(say_('close.ev.arrived')).waitFor()
	await visit(desk, 'arrived')
	await page.keyboard.press('Escape')
	await button(phone, 'cg.job.done').tap()
	await visit(phone, 'done-sheet')
	await hand.getByRole('radio').first().check()
	await button(phone, 'cg.job.done.send').tap()
	await heading(phone, 'cg.done.title').waitFor()
	await visit(phone, 'done')
	await button(phone, 'cg.ended.ok').tap()
	await page.keyboard.press('x')
	await region('close.title').getByText(say_('close.ev.seen')).waitFor()
	await visit(desk, 'close')
	await page.keyboard.press('1')
	await page.keyboard.press('Enter')
	await region('detail.who').getByText(say_('detail.closed', { outcome: say_('outcome.1') })).waitFor()
	await visit(desk, 'closed')

	// ---- the same person at another desk
	const again = await stage.desk('op01', { upTo: 'shift' })
	await page.getByText(say_('replaced.title')).waitFor()
	await visit(desk, 'replaced')
	await again.context.close()
}

test('every state in Chinese, dark', async (t) => {
	const stage = await Stage.open(t, 'a11y-dark', { demo: { homes: 40 }, policy: PATIENT })
	const w = { ...(await words('zh')), lang: 'zh-CN', theme: 'dark' }
	await walk(t, stage, w, async (seat, name) => {
		await seat.look(name)
		assert.deepEqual(await overflows(seat), [], `${seat.who}, ${name}`)
	})
})

test('every state in English, light: no Chinese but data, nothing over its edge, the phone at 200 %', async (t) => {
	const stage = await Stage.open(t, 'a11y-english', { demo: { homes: 40 }, policy: PATIENT })
	const w = { ...(await words('en')), lang: 'en', theme: 'light' }
	const data = await dataOf(stage.cell, NOTE)
	const found = []
	// Codes in the registry are shown as words: each must have one.
	const [zh, en] = [await words('zh'), w]
	for (const { household: id } of stage.cell.homes) {
		const { residents, contacts } = await household(stage.cell, id)
		const codes = [
			...residents.flatMap((r) => [...r.risks.map((risk) => `risk.${risk}`), `lang.${r.language}`, `sex.${r.sex}`]),
			...contacts.map((c) => `relation.${c.relation}`),
		]
		for (const code of codes) if (!(code in zh && code in en)) found.push(`no word for ${code}`)
	}
	await walk(t, stage, w, async (seat, name) => {
		await seat.shot(name)
		for (const text of await leftovers(seat, data)) found.push(`${seat.who}, ${name}: not English: ${text}`)
		for (const text of await overflows(seat)) found.push(`${seat.who}, ${name}: ${text}`)
		if (seat.who !== 'cg01') return
		const { width, height } = PHONE.viewport
		await seat.page.setViewportSize({ width: width / 2, height: height / 2 })
		for (const text of await overflows(seat)) found.push(`${seat.who}, ${name}, 200 %: ${text}`)
		await seat.shot(`${name}-200`)
		await seat.page.setViewportSize(PHONE.viewport)
	})
	assert.deepEqual(found, [])
})

test('by keyboard alone: log in, start the shift, claim, dispatch, close', async (t) => {
	const stage = await Stage.open(t, 'a11y-keyboard')
	const { cell } = stage
	const truth = await household(cell, HOME)
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const phone = await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver')
	assert.equal((await phone.ask('duty', { on: true })).result, proto.Result.OK)
	const desk = await stage.desk('op01', { upTo: 'login' })
	const { page } = desk
	await page.mouse.move(0, 0)

	/** Tab until the focus is there; it can be seen all the way. */
	const tabTo = async (locator) => {
		await locator.waitFor()
		for (let i = 0; i < 60; i++) {
			await page.keyboard.press('Tab')
			const outline = await page.evaluate(() => {
				const style = getComputedStyle(document.activeElement)
				return document.activeElement === document.body ? 99 : style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth)
			})
			assert.ok(outline >= 2, `the focus shows at ${await page.evaluate(() => document.activeElement.outerHTML.slice(0, 120))}`)
			if (await locator.evaluate((element) => element === document.activeElement)) return
		}
		assert.fail(`no way to ${locator} by Tab`)
	}
	await page.getByLabel('账号').waitFor()
	assert.equal(await page.evaluate(() => document.activeElement.id), 'login-account', 'the first field has the focus')
	await page.keyboard.type('op01')
	await tabTo(page.getByLabel('密码'))
	await page.keyboard.type(DEMO_PASSWORD)
	await page.keyboard.press('Enter')
	await tabTo(desk.button('接班'))
	await page.keyboard.press('Enter')
	await page.getByRole('grid', { name: '呼援队列' }).waitFor()

	const alarm = unit.press({ kind: Kind.SOS })
	await desk.row(truth.residents[0].name).waitFor()
	await page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	await page.keyboard.press('v')
	await desk.line('已与长者通话').waitFor()
	await page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await page.keyboard.press('1')
	await page.keyboard.press('Enter')
	const { offers } = await phone.phoneShows((p) => p.offers.length === 1 && p, 'the offer')
	// What is offered is taken back by Tab and Enter, then offered anew.
	await tabTo(desk.button('撤回'))
	await page.keyboard.press('Enter')
	await phone.phoneShows((p) => p.offers.length === 0, 'taken back')
	await page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await page.keyboard.press('Escape')
	await desk.region('派单').waitFor({ state: 'detached' })
	await page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await page.keyboard.press('1')
	// She was asked already, so that she is not picked by herself; the digit picks her.
	await desk.region('派单').getByRole('checkbox', { checked: true }).waitFor()
	await page.keyboard.press('Enter')
	const second = await phone.phoneShows((p) => p.offers.length === 1 && p, 'the offer')
	assert.notEqual(second.offers[0].job, offers[0].job)
	const where = { incident: offers[0].incident, job: second.offers[0].job }
	assert.equal((await phone.ask('answer', { ...where, accept: true })).result, proto.Result.OK)
	for (const to of [JobState.JOB_EN_ROUTE, JobState.JOB_ARRIVED]) assert.equal((await phone.ask('progress', { ...where, to })).result, proto.Result.OK)
	const done = { ...where, to: JobState.JOB_DONE, result: JobResult.HELPED, sawResident: true }
	assert.equal((await phone.ask('progress', done)).result, proto.Result.OK)
	await desk.row(truth.residents[0].name).getByText('已完成').waitFor()
	await page.keyboard.press('x')
	await desk.region('结案').waitFor()
	await page.keyboard.press('1')
	await page.keyboard.press('Enter')
	await unit.step(alarm, Step.CLOSED)
	await desk.row(truth.residents[0].name).waitFor({ state: 'detached' })

	// The grid by arrows; Enter opens, Escape goes back.
	await (await Unit.connect(t, cell.daemon, homeOf(stage, 'h0010'))).press({ kind: Kind.SERVICE })
	const next = desk.row((await household(cell, 'h0010')).residents[0].name)
	await next.waitFor()
	await page.keyboard.press('Escape')
	await page.keyboard.press('ArrowDown')
	await page.keyboard.press('Enter')
	await desk.region('长者').getByText((await household(cell, 'h0010')).residents[0].name).waitFor()
	assert.equal(await next.getAttribute('aria-selected'), 'true')
	await desk.look('next')
})

test('an input method at work fires no shortcut, and its Enter sends nothing', async (t) => {
	const stage = await Stage.open(t, 'a11y-ime')
	const { cell } = stage
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const desk = await stage.desk('op01')
	const { page } = desk
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.region('待接报警').getByRole('listitem').first().waitFor()
	const ime = await page.context().newCDPSession(page)
	/** A key while the input method composes: Chromium gives the page "Process", keyCode 229. */
	const compose = async (text) => {
		await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', windowsVirtualKeyCode: 229 })
		await ime.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
		await ime.send('Input.dispatchKeyEvent', { type: 'keyUp', key: text.at(-1) })
	}

	// Outside of any field: what is composed there claims nothing and opens nothing.
	for (const key of ['a', 'd', 'x', 'n', '/', '?']) {
		await ime.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code: 'KeyA', windowsVirtualKeyCode: 229 })
		await page.evaluate((key) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, isComposing: true, bubbles: true })), key)
	}
	assert.equal(await desk.region('快捷键').count(), 0)
	assert.equal(await page.evaluate(() => document.activeElement === document.body), true)
	const heard = desk.messages.length
	await until(() => desk.messages.slice(heard).some((m) => m.case === 'heartbeat'), { what: 'an answer to whatever was asked before' })
	assert.equal(await desk.region('待接报警').getByRole('listitem').count(), 1, 'still waiting')

	await page.keyboard.press('a')
	await desk.region('进门').waitFor()
	await page.keyboard.press('n')
	const note = page.getByRole('textbox', { name: '备注' })
	for (const text of ['x', 'xi', 'xio', 'xiong', 'xiong d', 'xiong da']) await compose(text)
	await note.dispatchEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true })
	assert.equal(await desk.region('结案').count() + (await desk.region('派单').count()), 0, 'no panel opened')
	await ime.send('Input.insertText', { text: '胸闷' })
	assert.equal(await note.inputValue(), '胸闷')
	await page.keyboard.press('Enter')
	await desk.line('胸闷').waitFor()
	assert.equal(await desk.line('胸闷').count(), 1, 'and nothing before that')
	assert.equal(await note.inputValue(), '')
})

test('hostile text in notes is text, on both screens', async (t) => {
	const HOSTILE = [
		'<img src=x onerror="document.title=\'taken\'">',
		'"><script>document.title="taken"</script>',
		'{@html "x"} ${1+1} {name} %s',
		'\u202Ekcab ot tnorf\u202C',
		'长'.repeat(120),
	]
	const stage = await Stage.open(t, 'a11y-hostile')
	const { cell } = stage
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const desk = await stage.desk('op01')
	const phone = await stage.phone('cg01')
	const { page } = desk
	for (const seat of [desk, phone]) seat.page.on('dialog', (dialog) => seat.faults.push(`dialog: ${dialog.message()}`) && dialog.dismiss())
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.region('待接报警').getByRole('listitem').first().waitFor()
	await page.keyboard.press('a')
	await desk.region('进门').waitFor()
	for (const text of HOSTILE) {
		await page.getByRole('textbox', { name: '备注' }).fill(text)
		await desk.button(/^保存/).click()
		await desk.region('时间线').getByText(text).waitFor()
	}
	await page.keyboard.press('Escape')
	await page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await page.keyboard.press('Enter')
	await phone.button('接单 出发').tap()
	for (const text of HOSTILE) await phone.page.getByText(text).first().waitFor()
	await phone.button('写备注').tap()
	await phone.page.getByRole('textbox').fill(HOSTILE[0])
	await phone.button('发送备注').tap()
	await until(async () => (await desk.region('时间线').getByText(HOSTILE[0]).count()) === 2, { what: 'the note from the phone' })
	for (const seat of [desk, phone]) {
		assert.equal(await seat.page.evaluate(() => document.querySelectorAll('main img, main script').length), 0)
		assert.notEqual(await seat.page.title(), 'taken')
		assert.deepEqual(await overflows(seat), [], seat.who)
		await seat.look('hostile')
	}
})
