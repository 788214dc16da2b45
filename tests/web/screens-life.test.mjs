// The screens of the whole life of a call, alone in a real browser against a stand-in daemon: each panel by key, axe on
// each, pictures in build/screens-life.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

import { openRow } from '../harness/press.mjs'
import { until } from '../harness/until.mjs'
import { common as C } from '../harness/proto.mjs'
import { shift } from './support/scene.mjs'
import { seats } from './support/seats.mjs'

const { desk, phone, startShift, startDuty, look, chineseLeft, row, theme, now } = seats('screens-life')
let daemon
beforeEach(() => (daemon = now()))

test('the whole life of a call at the desk: hold, hand-over till confirmed, escalate, transfer, answers', async () => {
	const [at, other] = [await desk(), await desk()]
	await startShift(at, 'op07')
	await startShift(other, 'op03')
	const chen = shift(daemon)
	await row(at, '陈秀英').waitFor()
	await at.keyboard.press('a')
	await at.getByRole('region', { name: '进门' }).getByText('2351#').waitFor()
	await at.keyboard.press('h')
	await row(at, '陈秀英').getByText('挂起').waitFor()
	await look(at, 'life-held')
	await at.keyboard.press('h')
	await row(at, '陈秀英').getByText('挂起').waitFor({ state: 'detached' })

	// E: 120 comes first; each line is said and ticked; a half-written confirmation survives.
	await at.keyboard.press('e')
	const card = at.getByRole('region', { name: '移交卡' })
	await card.getByText('建议').waitFor()
	await look(at, 'life-handover-pick')
	await at.keyboard.press('1')
	await card.getByText('等待对方确认').last().waitFor()
	for (const n of [1, 2, 3]) await at.keyboard.press(String(n))
	await card.getByRole('checkbox', { checked: true }).nth(2).waitFor()
	assert.equal(await card.getByRole('checkbox', { checked: true }).count(), 3)
	await card.getByRole('button', { name: '电话：占线' }).click()
	await card.getByText('已试 1 次').waitFor()
	assert.ok(await card.getByRole('button', { name: /^对方已确认/ }).isDisabled(), 'nobody there has confirmed yet')
	await look(at, 'life-handover')
	await theme(at, 'dark')
	await look(at, 'life-handover-dark')
	await theme(at, 'light')
	await card.getByRole('textbox').fill('王医生，案件')
	await at.keyboard.press('Escape')
	await at.keyboard.press('Escape')
	await row(at, '陈秀英').getByText('待 120 确认').waitFor()
	await at.keyboard.press('e')
	assert.equal(await card.getByRole('textbox').inputValue(), '王医生，案件', 'what was half written is there')
	await card.getByRole('textbox').fill('王医生，案件 3371')
	await at.keyboard.press('Enter')
	await card.getByText('对方已确认').first().waitFor()
	await at.keyboard.press('Escape')

	// What the family answers, on its own contact.
	await at.getByRole('button', { name: '陈美玲：正在赶去' }).click()
	await at.getByRole('region', { name: '时间线' }).getByText('陈美玲答复：正在赶去').waitFor()
	assert.equal(await at.getByRole('button', { name: '陈美玲：正在赶去' }).getAttribute('aria-pressed'), 'true')
	daemon.change(chen.id, { recall: true, scoreS: 120, scoreWhy: [2, 3] })
	await at.getByText(/请回拨长者，看情况/).waitFor()
	await look(at, 'life-answered-recall')

	await at.keyboard.press('u')
	await at.keyboard.type('家属要求班长来电')
	await look(at, 'life-escalate')
	await at.keyboard.press('Enter')
	await row(at, '陈秀英').getByText('已升级').waitFor()

	// T: to a colleague who is ready, never without a word.
	await at.keyboard.press('t')
	const transfer = at.getByRole('region', { name: '转交', exact: true })
	await at.keyboard.press('1')
	assert.ok(await transfer.getByRole('button', { name: /^转交/ }).isDisabled())
	await at.keyboard.type('她在呻吟，门禁 2351#')
	await look(at, 'life-transfer')
	await at.keyboard.press('Enter')
	await row(other, '陈秀英').getByText('我', { exact: true }).waitFor()
	await row(at, '陈秀英').getByText('坐席03').waitFor()
	assert.equal(await at.getByRole('button', { name: /^挂起/ }).count(), 0, 'it is no longer mine')
})

test('what is set aside: counted, one key away, and never a call for help', async () => {
	const at = await desk()
	await startShift(at, 'op07')
	shift(daemon)
	await openRow(row(at, '陈秀英'))
	await at.keyboard.press('s')
	assert.equal(await at.getByRole('region', { name: '搁置', exact: true }).count(), 0, 'a call for help has no such panel')
	await openRow(row(at, '蔡国栋'))
	await at.getByRole('button', { name: /^搁置/ }).waitFor()
	await at.keyboard.press('s')
	await at.keyboard.press('2')
	await at.keyboard.type('明天上午换电池')
	await look(at, 'life-shelve')
	await at.keyboard.press('Enter')
	await row(at, '蔡国栋').waitFor({ state: 'detached' })
	await at.getByRole('button', { name: /^已搁置 1/ }).waitFor()
	await at.keyboard.press('l')
	await at.getByText('筛选：已搁置与暂缓（1）').waitFor()
	await row(at, '蔡国栋').getByText('已搁置').waitFor()
	await look(at, 'life-aside')
	await at.getByRole('button', { name: '放回队列' }).click()
	await at.getByText('没有搁置或暂缓的呼援').waitFor()
	await at.keyboard.press('l')
	await row(at, '蔡国栋').waitFor()
})

test('whoever is faster than the line: the panel is there with its key, and what is typed is in it', async () => {
	const at = await desk()
	await startShift(at, 'op07')
	const chen = shift(daemon)
	daemon.slow = true
	await openRow(row(at, '蔡国栋'))
	// No waiting between the keys, as fingers do it; the call's detail comes later.
	await at.keyboard.press('s')
	await at.keyboard.press('2')
	await at.keyboard.type('明天上午换电池')
	assert.equal(await at.getByRole('region', { name: '搁置', exact: true }).getByRole('textbox').inputValue(), '明天上午换电池')
	await at.getByRole('region', { name: '呼援详情' }).getByText('正在打开…').waitFor()
	await at.keyboard.press('Enter')
	await row(at, '蔡国栋').waitFor({ state: 'detached' })

	// Made of the detail: it says what it waits for, and has the keys as soon as it is there.
	await openRow(row(at, '陈秀英'))
	await at.keyboard.press('x')
	await at.getByRole('region', { name: '正在打开…', exact: true }).waitFor()
	await look(at, 'life-panel-opening')
	daemon.slow = false
	daemon.change(chen.id, { noVoice: true })
	const closing = at.getByRole('region', { name: '结案', exact: true })
	await closing.waitFor()
	assert.ok(await closing.evaluate((panel) => panel === document.activeElement), 'its keys work')
	await at.keyboard.press('Escape')
	await closing.waitFor({ state: 'detached' })
	assert.equal(await row(at, '陈秀英').getAttribute('aria-current'), 'true', 'the call stays open')
})

test('panels that are fetched: on the line all of them, so that none is missing without it; one that is says so', async () => {
	const at = await desk()
	const got = []
	at.on('requestfinished', (request) => got.push(request.url()))
	await startShift(at, 'sup1')
	const panels = ['BindPanel', 'UnitPanel', 'RosterPanel', 'SessionsPanel', 'HomePanel']
	await until(() => panels.every((name) => got.some((url) => url.includes(`/${name}-`) && url.endsWith('.js'))), { what: 'all panels are fetched' })
	await at.context().setOffline(true)
	daemon.cut()
	await at.keyboard.press('g')
	await at.getByRole('region', { name: '账号与登录', exact: true }).waitFor()

	// Another one, for whom the server has them no more: never a blank, and a way on.
	const other = await desk()
	await other.route(/SessionsPanel/, (route) => route.abort())
	daemon.back()
	await startShift(other, 'sup1')
	await other.keyboard.press('g')
	const missing = other.getByRole('region', { name: '未能加载', exact: true })
	await missing.getByRole('alert').waitFor()
	await missing.getByRole('button', { name: '刷新页面' }).waitFor()
	await look(other, 'life-panel-missing')
	await other.unroute(/SessionsPanel/)
	await missing.getByRole('button', { name: '重试' }).click()
	await other.getByRole('region', { name: '账号与登录', exact: true }).waitFor()
})

test('a storm, from its beginning to its report; an area without power; a flood at one desk', async () => {
	const at = await desk()
	await startShift(at, 'sup1')
	shift(daemon)
	daemon.people.find((p) => p.id === 'op03').load = 12
	daemon.people.find((p) => p.id === 'op03').flood = true
	daemon.out = Array.from({ length: 60 }, (_, i) => ({
		device: `PA-7${String(i).padStart(3, '0')}`,
		household: `h${i}`,
		resident: ['陈伯', '李婆婆', '黄姨'][i % 3],
		street: `惠福西路 ${i + 1} 号`,
		sinceMs: daemon.now() - BigInt(i * 61_000),
		batteryUntilMs: daemon.now() + 8n * 3_600_000n,
	}))
	daemon.raise(
		{
			id: 0xa100700n,
			number: 'A100700',
			class: 4,
			kind: C.Kind.POWER,
			area: '六榕街',
			areaWide: true,
			outNow: 60,
			outTotal: 72,
			openedMs: daemon.now() - 3_600_000n,
		},
		{},
	)
	daemon.presence()
	await at.getByText(/坐席03 10 分钟内 12 条新报警/).waitFor()
	await row(at, '六榕街').getByText('60 户 / 共 72').click()
	const list = at.getByRole('region', { name: '未恢复的设备' })
	await list.getByRole('button', { name: '再显示 42 户' }).click()
	await list.getByText('惠福西路 50 号').waitFor()
	await list.getByRole('button', { name: '再显示 10 户' }).click()
	await list.getByText('惠福西路 60 号').waitFor()
	await look(at, 'life-area')
	await at.keyboard.press('w')
	const panel = at.getByRole('region', { name: '风暴模式', exact: true })
	assert.deepEqual(await panel.getByRole('checkbox').evaluateAll((boxes) => boxes.map((box) => box.parentElement.innerText.trim())), [
		'停电',
		'电量低',
		'防拆',
		'设备离线',
		'吊坠丢失',
		'设备维修',
		'设备开通',
		'服务请求',
		'随访',
		'按键测试逾期',
	])
	await panel.getByLabel('区域').selectOption({ label: '六榕街' })
	await panel.getByRole('textbox').fill('台风，片区停电')
	await look(at, 'life-storm-begin')
	await panel.getByRole('textbox').press('Enter')
	await at.getByText('风暴模式：六榕街，暂缓 12 条').waitFor()
	await look(at, 'life-storm')
	await panel.getByRole('button', { name: '结束', exact: true }).click()
	await panel.getByRole('button', { name: '确认结束' }).click()
	await panel.getByText(/暂缓 12 条，放回 12 条/).waitFor()
	await look(at, 'life-storm-report')
})

test('a drill: marked on every screen, closed as a drill; a home on test; taking over needs a reason', async () => {
	const [at, hand] = [await desk(), await phone()]
	await startShift(at, 'sup1')
	await startDuty(hand, 'cg01')
	shift(daemon)
	await openRow(row(at, '陈秀英'))
	await at.getByRole('region', { name: '进门' }).getByText('2351#').waitFor()
	assert.equal(await at.getByRole('button', { name: /^设为测试/ }).count(), 0, 'not while somebody calls for help there')
	await openRow(row(at, '蔡国栋'))
	await at.getByRole('button', { name: /^设为测试/ }).click()
	const test_ = at.getByRole('region', { name: '设为测试', exact: true })
	await test_.getByRole('textbox').fill('换电池后试按')
	await look(at, 'life-test')
	await test_.getByRole('textbox').press('Enter')
	await at.getByText(/正在测试：按键只致谢/).waitFor()
	await at.getByRole('button', { name: '结束测试' }).click()
	await at.getByText(/正在测试：按键只致谢/).waitFor({ state: 'detached' })

	await openRow(row(at, '梁玉珍'))
	await at.getByRole('button', { name: /^接手/ }).click()
	const over = at.getByRole('region', { name: '接手', exact: true })
	await over.getByRole('textbox').waitFor()
	await at.keyboard.type('坐席03 离席')
	await look(at, 'life-take-over')
	await at.keyboard.press('Enter')
	await over.waitFor({ state: 'detached' })
	await row(at, '梁玉珍').getByText('我', { exact: true }).waitFor()

	await openRow(row(at, '陈秀英'))
	await at.getByRole('region', { name: '进门' }).getByText('2351#').waitFor()
	await at.keyboard.press('F2')
	const manual = at.getByRole('region', { name: '人工录入' })
	assert.ok(await manual.getByRole('radio', { name: /陈秀英/ }).isChecked(), 'the home of the open call')
	await manual.getByRole('searchbox').fill('梁')
	await manual.getByRole('radio', { name: /梁玉珍/ }).waitFor()
	await manual.getByRole('searchbox').fill('chenxy')
	await manual.getByRole('radio', { name: /陈秀英/ }).check()
	await manual.getByLabel('这是演练').check()
	await look(at, 'life-drill-begin')
	await manual.getByRole('button', { name: /^开始演练/ }).click()
	await at.getByText('演练：一切照真实流程').waitFor()
	await at.getByText('演练 1', { exact: true }).waitFor()
	await look(at, 'life-drill')
	daemon.offer('cg01', 0xa100900n + BigInt(daemon.rows.size - 1), { drill: true, skill: C.Skill.NURSE })
	await hand.getByText('演练', { exact: true }).waitFor()
	await look(hand, 'life-phone-drill-offer')
	await hand.getByRole('button', { name: '接单 出发' }).tap()
	await hand.getByText('这是演练').waitFor()
	await look(hand, 'life-phone-drill-job')
	await at.keyboard.press('x')
	await at.getByRole('radio', { name: '演练结束' }).waitFor()
	assert.equal(await at.getByRole('radio', { name: '误报' }).count(), 0)
	await look(at, 'life-drill-close')
})

test('English for a supervisor: storm, drill, what is set aside', async () => {
	const at = await desk()
	await at.evaluate(() => localStorage.setItem('pingan.lang', 'en'))
	await at.reload()
	await at.getByLabel('Account').fill('sup1')
	await at.getByLabel('Password').fill('demo')
	await at.getByRole('button', { name: 'Log in' }).click()
	await at.getByRole('button', { name: 'Take over' }).click()
	shift(daemon)
	daemon.people.find((p) => p.id === 'op03').load = 12
	daemon.people.find((p) => p.id === 'op03').flood = true
	daemon.presence()
	daemon.storms.push({
		area: '440104006',
		areaName: '六榕街',
		kinds: [1, 4],
		fromMs: daemon.now() - 600_000n,
		untilMs: daemon.now() + 3_000_000n,
		heldBack: 12,
	})
	daemon.tellStorms()
	daemon.change(0xa100300n + 8n, { aside: C.Aside.STORM, asideUntilMs: daemon.now() + 3_000_000n })
	daemon.change(0xa100237n, { drill: true, escalated: true, holdUntilMs: daemon.now() + 90_000n, repairOverdue: true })
	await openRow(row(at, '陈秀英'))
	await at.getByText('Drill: everything as if it were real').waitFor()
	await at.keyboard.press('w')
	await at.getByRole('region', { name: 'Storm mode', exact: true }).getByRole('textbox').waitFor()
	await look(at, 'life-english-storm')
	assert.deepEqual(await chineseLeft(at), [])
	await at.keyboard.press('Escape')
	await at.keyboard.press('l')
	await row(at, '蔡国栋').waitFor()
	await at.setViewportSize({ width: 1280, height: 800 })
	await look(at, 'life-english-aside-1280')
	assert.ok((await at.evaluate(() => document.documentElement.scrollWidth)) <= 1280)
})
