// The wall alone, before a stand-in daemon: every size, both languages, light and dark. Nothing is smaller than it must be to be read
// from the farthest seat, nothing is cut that says how many, nothing needs a hand; and the page begins anew at night by itself.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'

import { common as C } from '../harness/proto.mjs'
import { until } from '../harness/until.mjs'
import { city } from './support/wall-scene.mjs'
import { seats } from './support/seats.mjs'

const { wall, login, look, now } = seats('wall-screens')
let daemon
beforeEach(() => (daemon = now()))

const SIZES = [
	['1080p', 1920, 1080, ''],
	['2160p', 3840, 2160, ''],
	['led-small', 640, 360, '?distance=6&pixel=2500'],
	['led-960', 960, 540, ''],
	['led-8m', 1280, 640, '?distance=8&pixel=1250'],
	['1080p-5m', 1920, 1080, '?distance=5&pixel=634'],
	['1080p-8m', 1920, 1080, '?distance=8&pixel=634'],
	['1080p-10m', 1920, 1080, '?distance=10&pixel=634'],
]

async function open(width, height, address, more) {
	const at = await wall(width, height, address, more)
	await at.locator('#login-account').fill('wall1')
	await at.locator('#login-password').fill('demo')
	await at.locator('button[type=submit]').click()
	await at.locator('main.wall[data-grey=false]').waitFor()
	return at
}

/** Text that is smaller than the root, and numbers that stick out of their card or the screen. */
const wrong = (at) =>
	at.evaluate(() => {
		const root = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
		const out = []
		const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
		for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
			const on = node.parentElement
			if (node.data.trim() === '' || on.closest('.sr') !== null) continue
			const size = Number.parseFloat(getComputedStyle(on).fontSize)
			if (size < root * 0.93) out.push(`${node.data.trim()}: ${size} of ${root} px`)
			if (on.closest('.num, td, time, .timer, dt, .warning') === null) continue
			const range = document.createRange()
			range.selectNodeContents(node)
			const box = range.getBoundingClientRect()
			const card = (on.closest('li') ?? on.closest('.card') ?? document.querySelector('main')).getBoundingClientRect()
			if (box.width === 0) continue
			// The box of a font is higher than its letters.
			const bottom = (box.top + box.bottom + size) / 2
			if (box.right > card.right + 1 || bottom > card.bottom + 1 || box.right > innerWidth || bottom > innerHeight)
				out.push(`${node.data.trim()} is cut`)
		}
		return out
	})

for (const [lang, theme] of [
	['zh-CN', 'dark'],
	['en', 'light'],
])
	test(`every size, ${lang}, ${theme}`, async () => {
		city(daemon)
		for (const [name, width, height, address] of SIZES) {
			const at = await open(width, height, `${address === '' ? '?' : `${address}&`}lang=${lang}&theme=${theme}`)
			await at.getByRole('row').filter({ hasText: lang === 'en' ? 'Life' : '特急' }).getByText('2', { exact: true }).waitFor()
			await look(at, `${name}-${lang}`)
			assert.deepEqual(await wrong(at), [], `${name} ${lang}`)
			assert.equal(await at.getByRole('button').count(), 0, 'nothing is there to press')
			assert.equal(await at.evaluate(() => document.scrollingElement.scrollHeight <= innerHeight), true, 'nothing to scroll')
			assert.deepEqual(
				await at.evaluate(() => [document.documentElement.lang, document.documentElement.dataset.theme]),
				[lang, theme],
			)
			await at.context().close()
		}
	})

test('pixels of the wall count, not CSS: 3840x2160 at a ratio of 2 is laid out as at 1', async () => {
	city(daemon)
	const address = '?distance=5&pixel=317'
	const one = await open(3840, 2160, address)
	const two = await open(1920, 1080, address, { deviceScaleFactor: 2 })
	const size = (at) => at.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize))
	assert.ok(Math.abs((await size(one)) - 2 * (await size(two))) < 0.1)
})

test('what the daemon does not know is not a zero', async () => {
	city(daemon)
	daemon.wall = { ...daemon.wall, daySinceMs: 0n, day: undefined, districts: daemon.wall.districts.map((d) => ({ ...d, day: undefined })) }
	const at = await open(1920, 1080, '')
	const people = at.getByRole('region', { name: '人员与今日' })
	await until(async () => (await people.getByText('—', { exact: true }).count()) === 3, { what: 'three numbers that nobody knows' })
	await look(at, 'unknown')
	const since = daemon.now() - 3_600_000n
	daemon.wall = { ...daemon.wall, daySinceMs: since, day: { opened: 0, answered: 0, answered10s: 0, answered60s: 0 } }
	daemon.tellWall()
	await people.getByText(/^\d\d:\d\d 起$/).waitFor()
	await until(async () => (await people.getByText('—', { exact: true }).count()) === 2, { what: 'no calls have no share' })
})

test('what does not fit is counted', async () => {
	city(daemon)
	for (let i = 0; i < 60; i++)
		daemon.raise({ id: BigInt(0xd00000 + i), class: 1, kind: C.Kind.SOS, district: '440104', area: '六榕街道', number: `D${i}` })
	const at = await open(1920, 1080, '')
	const calls = at.getByRole('region', { name: '当前重点' })
	// As many as there is room for: counted when they stand there.
	const counted = async () => {
		const shown = await calls.getByRole('listitem').count()
		return calls.getByText(`另有 ${60 + 15 - (shown - 1)} 条`).isVisible()
	}
	await until(counted, { what: 'what does not fit is counted' })
	await at.getByRole('region', { name: '最久未接特急' }).getByText('另有 61 个').waitFor()
	await look(at, 'flood')
	assert.deepEqual(await wrong(at), [])
})

test('grey when the store is away; one copy is said', async () => {
	city(daemon)
	const at = await open(1920, 1080, '')
	daemon.oneCopy = true
	daemon.tellStore()
	await at.getByText('仅一份存储').waitFor()
	assert.equal(await at.locator('main').getAttribute('data-grey'), 'false')
	await look(at, 'one-copy')
	daemon.storeUp = false
	daemon.tellStore()
	await at.locator('main.wall[data-grey=true]').waitFor()
	await at.getByText(/存储不可用，自 \d\d:\d\d:\d\d/).waitFor()
	await look(at, 'store-away')
	assert.deepEqual(await wrong(at), [])
})

test('it begins anew at night, by itself, and not while somebody waits', async () => {
	city(daemon)
	// By the server's clock it is eight in the evening, whatever the machine's says.
	const evening = Date.UTC(2031, 4, 4, 12) - Date.now()
	daemon.skewMs = evening
	const at = await open(1920, 1080, '', { clock: true })
	const mark = () => at.evaluate(() => (globalThis.notReloaded = true))
	const kept = () => at.evaluate(() => globalThis.notReloaded === true)
	await mark()
	await at.clock.runFor(21_000)
	daemon.skewMs = evening + (8 * 60 + 45) * 60_000
	await at.clock.runFor(10_000)
	await at.getByText(/04:4\d/).first().waitFor()
	await at.clock.runFor(21_000)
	assert.ok(await kept(), 'somebody waits')
	for (const row of daemon.rows.values()) if (row.class <= 2) daemon.change(row.id, { state: C.IncidentState.INCIDENT_ANSWERED })
	await until(
		async () => {
			await at.clock.runFor(5000).catch(() => {})
			return !(await kept().catch(() => true))
		},
		{ what: 'it has begun anew' },
	)
	await at.locator('main.wall[data-grey=false]').waitFor()
})
