// The wall of the hall, at a real cell: a call runs over it without a person in it; lines that break turn it grey, and it comes back
// by itself; nobody at a keyboard keeps it logged in, and ending its log-in still ends it.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { ctl } from '../harness/ctl.mjs'
import { common } from '../harness/proto.mjs'
import { household, person } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'
import { until } from '../harness/until.mjs'

const { Kind } = common
const HOME = 'h0009'

const homeOf = (stage, id) => stage.cell.homes.find((h) => h.household === id)
/** The numbers in the line of this class: waiting, taken, on the way, there. */
const line = (wall, cls) => wall.page.getByRole('row').filter({ hasText: cls }).getByRole('cell').allInnerTexts()
const shows = (wall, cls, want) => until(async () => (await line(wall, cls)).join(' ') === want, { what: `${cls}: ${want}` })
const grey = (wall, yes) => wall.page.locator(`main.wall[data-grey=${yes}]`).waitFor()
const longest = (wall) => wall.region('最久未接特急')
/** Everything that the wall was ever sent, as text. */
const heard = (wall) => JSON.stringify(wall.messages, (_, value) => (typeof value === 'bigint' ? String(value) : value))

test('a call runs over the wall, and nobody is in it', async (t) => {
	const stage = await Stage.open(t, 'wall-story')
	const { cell } = stage
	const home = await household(cell, HOME)
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const wall = await stage.wall('wall01')
	await longest(wall).getByText('没有未接的特急').waitFor()
	await shows(wall, '特急', '0 0 0 0')
	const desk = await stage.desk('op01')
	const phone = await stage.phone('cg01')
	const people = wall.region('人员与今日')
	await people.getByText('在线 1').waitFor()
	await wall.look('calm')

	await unit.ack(unit.press({ kind: Kind.FALL }))
	await shows(wall, '特急', '1 0 0 0')
	await longest(wall).getByText(/^\d\d:\d\d$/).waitFor()
	await longest(wall).getByText('跌倒').waitFor()
	await wall.region('当前重点').getByText('街道').waitFor()
	await wall.region('各区').getByRole('listitem').filter({ hasText: '云影' }).locator('.p1').getByText('1').waitFor()
	await wall.look('pressed')

	await desk.page.keyboard.press('a')
	await desk.region('进门').waitFor()
	await shows(wall, '特急', '0 1 0 0')
	await longest(wall).getByText('没有未接的特急').waitFor()
	await people.getByText('100%').first().waitFor()
	await desk.page.keyboard.press('v')
	await desk.page.keyboard.press('n')
	await desk.page.keyboard.type('胸口痛')
	await desk.page.keyboard.press('Enter')
	await desk.page.keyboard.press('Escape')
	await desk.page.keyboard.press('d')
	await desk.region('派单').getByRole('checkbox').first().waitFor()
	await desk.page.keyboard.press('Enter')
	await phone.button('接单 出发').tap()
	await phone.button('我出发了').tap()
	await shows(wall, '特急', '0 0 1 0')
	await phone.button('我到了').tap()
	await shows(wall, '特急', '0 0 0 1')
	await wall.look('arrived')
	const second = await Unit.connect(t, cell.daemon, homeOf(stage, 'h0010'))
	await second.ack(second.press({ kind: Kind.SMOKE }))
	await shows(wall, '特急', '1 0 0 1')

	// A mouse is never needed, and nothing can be pressed.
	assert.equal(await wall.page.getByRole('button').count(), 0)
	const sent = heard(wall)
	const page = await wall.page.content()
	const staff = [await person(cell, 'op01'), await person(cell, 'cg01')].flatMap((p) => [p.name, p.phone, p.id])
	const secret = [...home.residents.map((r) => r.name), home.street, home.address, home.phone, home.access, home.doorCode, '胸口痛', homeOf(stage, HOME).device, HOME, ...staff]
	for (const mark of secret.filter((m) => m)) {
		assert.ok(!sent.includes(mark), `${mark} was sent to the wall`)
		assert.ok(!page.includes(mark), `${mark} is on the wall`)
	}
	const told = JSON.stringify(desk.messages, (_, value) => (typeof value === 'bigint' ? String(value) : value))
	assert.ok(told.includes(home.residents[0].name) && told.includes('胸口痛'), 'so would they be found if they were there')
})

test('the daemon is killed: grey, with the time of the numbers; and back by itself', async (t) => {
	const stage = await Stage.open(t, 'wall-daemon')
	const { cell } = stage
	const unit = await Unit.connect(t, cell.daemon, homeOf(stage, HOME))
	const wall = await stage.wall('wall01')
	wall.allowCuts()
	await wall.mark()
	const press = unit.press({ kind: Kind.SOS })
	await unit.ack(press)
	await shows(wall, '特急', '1 0 0 0')

	await cell.daemon.kill()
	await grey(wall, true)
	await wall.page.getByRole('group', { name: /^与调度服务失去连接/ }).getByText(/数字停在 \d\d:\d\d:\d\d/).waitFor()
	assert.deepEqual(await line(wall, '特急'), ['1', '0', '0', '0'], 'what was shown stays')
	assert.match(await wall.page.locator('.fade').first().evaluate((e) => getComputedStyle(e).filter), /grayscale\(1\)/)
	await longest(wall).getByText(/^≈/).waitFor()
	await wall.look('down')
	// However long it takes: it goes on trying.
	const tries = wall.sockets.length
	await until(() => wall.sockets.length >= tries + 4, { what: 'it tries on' })
	await cell.daemon.start()
	await grey(wall, false)
	await unit.reopen()
	const second = await Unit.connect(t, cell.daemon, homeOf(stage, 'h0010'))
	await second.ack(second.press({ kind: Kind.FALL }))
	await shows(wall, '特急', '2 0 0 0')
	await wall.keptMark()
	await wall.look('back')

	await cell.redis.kill()
	await wall.page.getByRole('group', { name: /^存储不可用/ }).waitFor()
	await grey(wall, true)
	const third = homeOf(stage, 'h0011')
	const pressing = await Unit.connect(t, cell.daemon, third)
	pressing.press({ kind: Kind.GAS })
	await wall.region('当前重点').getByText('未存储').waitFor()
	await wall.look('no-store')
	await cell.redis.start()
	await grey(wall, false)
	await shows(wall, '特急', '3 0 0 0')
	await wall.region('当前重点').getByText('未存储').waitFor({ state: 'detached' })
	await wall.keptMark()
})

test('a half-open line: the time turns amber, then all is grey', async (t) => {
	const stage = await Stage.open(t, 'wall-half-open', { clocks: true })
	const wall = await stage.wall('wall01')
	wall.allowCuts()
	await wall.mark()
	wall.wire.hold()
	await stage.pass(6000, { daemon: false })
	await wall.page.locator('header .as-of.late').waitFor()
	assert.equal(await wall.page.locator('main').getAttribute('data-grey'), 'false', 'late is not down')
	await wall.look('late')
	await stage.pass(4000, { daemon: false })
	await grey(wall, true)
	await wall.page.getByRole('group', { name: /^与调度服务失去连接/ }).waitFor()
	wall.wire.release()
	await until(
		async () => {
			await wall.page.clock.runFor(500)
			return (await wall.page.locator('main').getAttribute('data-grey')) === 'false'
		},
		{ what: 'the wall is live' },
	)
	await wall.keptMark()
})

test('nobody at a keyboard keeps it logged in, and ending its log-in ends it', async (t) => {
	const stage = await Stage.open(t, 'wall-login')
	const { cell } = stage
	const wall = await stage.wall('wall01', { upTo: 'login' })
	await wall.look('login')
	await wall.login('wall01')
	await grey(wall, false)
	const days = async () => ((await wall.context.cookies()).find((c) => c.httpOnly).expires - Date.now() / 1000) / 86400
	assert.ok((await days()) > 300, 'a machine that is switched off and on is still logged in')
	await wall.page.reload()
	await grey(wall, false)

	// Whoever has another account is told so, and whoever has this one is led here.
	const desk = await stage.wall('op01', { upTo: 'login' })
	await desk.login('op01')
	await desk.page.getByText('这个账号不能用于大屏').waitFor()
	await desk.look('forbidden')
	const other = await stage.desk('wall01', { upTo: 'login' })
	await other.login('wall01')
	await other.page.locator('main.wall').waitFor()

	await ctl(cell, 'user', 'logout', 'wall01')
	await wall.page.getByRole('dialog', { name: '登录' }).waitFor()
	await grey(wall, true)
	await wall.page.getByText(/登录已结束，数字停在/).waitFor()
	await wall.look('ended')
	await wall.login('wall01')
	await grey(wall, false)
})
