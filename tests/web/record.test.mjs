// A home's record at real desks, with the real daemon: opened, corrected, and corrected by two people at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Stage } from '../harness/browser.mjs'
import { ok } from '../harness/ctl.mjs'
import { common } from '../harness/proto.mjs'
import { household } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind } = common

/** The panel with the home in it. */
async function opened(desk, words) {
	await desk.page.keyboard.press('p')
	await desk.page.locator('#home-search').fill(words)
	await desk.page.getByRole('radio').first().waitFor()
	await desk.page.getByRole('button', { name: '打开档案' }).click()
	const panel = desk.region('住户档案')
	await panel.getByLabel('地址').waitFor()
	return panel
}

test('a home is corrected at a desk; a wrong field is named; two at once are shown both versions', async (t) => {
	const stage = await Stage.open(t, 'record')
	const { cell } = stage
	const desk = await stage.desk('op01')
	const panel = await opened(desk, 'h0009')
	const truth = await household(cell, 'h0009')
	assert.equal(await panel.getByLabel('地址').inputValue(), truth.address)
	assert.equal(await panel.getByText('健康', { exact: true }).count(), 0)
	await desk.look('opened')

	const save = panel.getByRole('button', { name: '保存', exact: true })
	assert.equal(await save.isDisabled(), true)
	await panel.getByLabel('电话', { exact: true }).first().fill('没有')
	await save.click()
	await panel.getByText('不是电话号码').waitFor()
	await desk.look('fault')
	await panel.getByLabel('电话', { exact: true }).first().fill('02000008888')
	await save.click()
	await panel.getByText('已保存', { exact: true }).waitFor()
	assert.equal((await household(cell, 'h0009')).phone, '02000008888')

	// Another desk and the command line write at the same time.
	await panel.getByLabel('电话', { exact: true }).first().fill('02000007777')
	await panel.getByLabel('备注', { exact: true }).first().fill('我写的备注')
	await ok(cell, 'home', 'set', 'h0009', 'phone=02000006666', 'street=新街道名')
	await save.click()
	await panel.getByText('别人刚刚改过', { exact: false }).first().waitFor()
	await desk.look('conflict')
	assert.equal((await household(cell, 'h0009')).phone, '02000006666')
	assert.equal(await panel.getByLabel('街道').inputValue(), '新街道名')
	assert.equal(await save.isDisabled(), true)
	await panel.getByRole('button', { name: /我填的/ }).click()
	await save.click()
	await panel.getByText('已保存', { exact: true }).waitFor()
	await desk.look('saved')
	const home = await household(cell, 'h0009')
	assert.deepEqual([home.phone, home.street, home.note], ['02000007777', '新街道名', '我写的备注'])
	assert.equal(home.key.length, 32)
	assert.equal(home.health.notes, truth.health.notes)
})

test('a supervisor sees health when it is asked for, and adds a resident and a contact', async (t) => {
	const stage = await Stage.open(t, 'record-health')
	const { cell } = stage
	const desk = await stage.desk('sup01')
	const panel = await opened(desk, 'h0010')
	const truth = await household(cell, 'h0010')
	await panel.getByRole('button', { name: /查看健康说明/ }).click()
	const notes = panel.getByRole('region', { name: '健康', exact: true }).getByLabel('健康说明')
	await notes.waitFor()
	assert.equal(await notes.inputValue(), truth.health.notes)
	await panel.getByRole('region', { name: /本人的健康说明/ }).getByLabel('过敏').fill('海鲜')
	await panel.getByRole('button', { name: '添加联系人' }).click()
	// The region is called by the name in it, as soon as it has one.
	const contact = panel.getByRole('region', { name: /^联系人/ }).last()
	await contact.getByLabel('姓名').fill('区𠮷祥')
	await contact.getByLabel('关系').fill('邻居')
	await contact.getByLabel('可致电时间').fill('晚上')
	await panel.getByLabel('电话', { exact: true }).last().fill('13800000003')
	await panel.getByLabel('类别').selectOption({ label: '家庭养老床位' })
	const plan = panel.getByRole('region', { name: '照护计划' })
	await plan.getByLabel('能力等级').selectOption({ label: '中度失能' })
	await plan.getByLabel('每周上门').fill('5')
	await plan.getByLabel('助浴').check()
	await panel.getByRole('button', { name: '保存', exact: true }).click()
	await panel.getByText('时间写成 08:00-20:00').waitFor()
	await desk.look('hours')
	await contact.getByLabel('可致电时间').fill('1-5 18:00-22:00')
	await panel.getByRole('button', { name: '保存', exact: true }).click()
	await panel.getByText('已保存', { exact: true }).waitFor()
	await desk.look('health')
	const home = await household(cell, 'h0010')
	assert.deepEqual(home.contacts.map((c) => c.order), [1, 2, 3])
	assert.equal(home.contacts[2].name, '区𠮷祥')
	assert.equal(home.contacts[2].relation, 'neighbour')
	assert.deepEqual(home.contacts[2].hours.map((h) => [h.days, h.fromMin, h.untilMin]), [[31, 1080, 1320]])
	assert.equal(home.residents[0].health.allergies, '海鲜')
	assert.deepEqual([home.kind, home.carePlan.ability, home.carePlan.visitsWeek, home.carePlan.services], [1, 3, 5, ['bath']])
	assert.equal(home.health.notes, truth.health.notes)
})

test('what was typed into a record is never dropped without a word: a call, Escape, a reload, another home, a log-out', async (t) => {
	const stage = await Stage.open(t, 'record-left')
	const { cell } = stage
	const desk = await stage.desk('op01')
	const { page } = desk
	page.on('dialog', (dialog) => dialog.accept())
	const panel = await opened(desk, 'h0009')
	const truth = await household(cell, 'h0009')
	const note = panel.getByLabel('备注', { exact: true }).first()
	const phone = panel.getByLabel('电话', { exact: true }).first()
	const left = desk.region('通知').getByText('住户 h0009 的档案改了，还没有保存。')
	await phone.fill('02000007777')
	await note.fill('我写的备注')
	await note.focus()

	// A call comes: out of the box by one Escape, and the call is taken.
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0010'))
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.region('待接报警').getByRole('listitem').first().waitFor()
	assert.equal(await left.count(), 0, 'not said of a panel that is open')
	await page.keyboard.press('Escape')
	await page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	await page.keyboard.press('Escape')
	await left.waitFor()
	await desk.look('left')
	assert.equal((await household(cell, 'h0009')).phone, truth.phone)

	// Somebody else writes meanwhile; the page is loaded anew.
	await ok(cell, 'home', 'set', 'h0009', 'phone=02000006666', 'street=新街道名')
	await page.reload()
	await left.waitFor()
	await page.keyboard.press('p')
	await panel.getByText('放回来了', { exact: false }).waitFor()
	await panel.getByText('别人刚刚改过', { exact: false }).first().waitFor()
	assert.equal(await note.inputValue(), '我写的备注')
	assert.equal(await panel.getByLabel('街道').inputValue(), '新街道名')
	await desk.look('back')
	// A conflict that was not settled is one still after another look elsewhere.
	await page.keyboard.press('Escape')
	await page.keyboard.press('p')
	const save = panel.getByRole('button', { name: '保存', exact: true })
	await panel.getByRole('button', { name: /我填的.*02000007777/ }).waitFor()
	assert.equal(await save.isDisabled(), true)
	await panel.getByRole('button', { name: /已保存的.*02000006666/ }).press('Enter')
	// What was decided goes; the keyboard does not fall out of the panel with it.
	await page.waitForFunction(() => document.activeElement?.classList.contains('conflict'))

	// Another home, or out of the door: asked first.
	await panel.getByRole('button', { name: '换一户' }).click()
	await panel.getByText('要丢掉吗', { exact: false }).waitFor()
	await page.keyboard.press('Enter')
	assert.equal(await note.inputValue(), '我写的备注')
	await page.getByRole('button', { name: '退出登录' }).click()
	const notices = desk.region('通知')
	await notices.getByText('还有 1 处写了没有保存', { exact: false }).waitFor()
	await desk.look('leaving')
	await page.keyboard.press('Enter')
	await notices.getByText('还有 1 处写了没有保存', { exact: false }).waitFor({ state: 'detached' })
	await save.click()
	await panel.getByText('已保存', { exact: true }).waitFor()
	const home = await household(cell, 'h0009')
	assert.deepEqual([home.phone, home.street, home.note], ['02000006666', '新街道名', '我写的备注'])

	// Nothing is kept of what was saved, or dropped by name.
	await note.fill('又改了')
	await panel.getByRole('button', { name: '放弃修改' }).click()
	await panel.getByRole('button', { name: '丢掉' }).click()
	assert.equal(await note.inputValue(), '我写的备注')
	await page.keyboard.press('Escape')
	await panel.waitFor({ state: 'detached' })
	assert.equal(await left.count(), 0)
	await page.keyboard.press('p')
	await page.locator('#home-search').waitFor()
})

test('words about one home never stand beside another; choices of a closed panel stand there again', async (t) => {
	const stage = await Stage.open(t, 'record-words')
	const { cell } = stage
	const desk = await stage.desk('op01')
	const { page } = desk
	const panel = desk.region('人工录入')
	await page.keyboard.press('F2')
	await page.locator('#home-search').fill('h0009')
	await panel.getByRole('radio').first().waitFor()
	await panel.getByLabel('类型').selectOption({ label: '烟感' })
	await page.locator('#reason-text').fill('厨房冒烟')
	await page.keyboard.press('Escape')
	await page.keyboard.press('Escape')
	await panel.waitFor({ state: 'detached' })
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0010'))
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.region('待接报警').getByRole('listitem').first().waitFor()
	await page.keyboard.press('a')
	await desk.region('长者').getByText('由我处理').waitFor()
	await page.keyboard.press('F2')
	assert.equal(await page.locator('#reason-text').inputValue(), '厨房冒烟')
	assert.match(await panel.getByRole('radio', { checked: true }).locator('..').innerText(), /h0009/)
	assert.equal(await panel.getByLabel('类型').locator('option:checked').innerText(), '烟感')
	await desk.look('manual-again')
})
