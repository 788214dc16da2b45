// seats.mjs - people at the built pages, in a real browser with the security headers of the product, before a stand-in daemon.
//
//   const { desk, phone, startShift, look, ... } = seats('screens')   // registers the hooks of node's runner
//   beforeEach(() => (daemon = now()))                                // the stand-in of this test
//
// Pictures go to build/NAME.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, afterEach, before, beforeEach } from 'node:test'

import { npm, webRoot } from '../../harness/npm.mjs'
import { FakeDaemon } from './fake-daemon.mjs'
import { PEOPLE } from './scene.mjs'

const { chromium } = npm('playwright-core')
const root = path.join(webRoot, '../../build/web')
const axeSource = readFileSync(path.join(webRoot, 'node_modules/axe-core/axe.min.js'), 'utf8')

export function seats(name) {
	const out = path.join(webRoot, '../../build', name)
	let browser
	let daemon
	let pages = []

	before(async () => {
		rmSync(out, { recursive: true, force: true })
		mkdirSync(out, { recursive: true })
		browser = await chromium.launch({
			executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-quic',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
			],
		})
	})
	after(() => browser.close())
	beforeEach(async () => {
		daemon = await new FakeDaemon(root, PEOPLE).start()
	})
	afterEach(async () => {
		const done = pages
		pages = []
		for (const page of done) await page.context().close()
		await daemon.stop()
		for (const page of done) assert.deepEqual(page.faults, [], 'no error and no policy report in the console')
	})

	async function open(where, { clock = false, ...options }) {
		const context = await browser.newContext({ timezoneId: 'Asia/Shanghai', locale: 'zh-CN', ...options })
		const page = await context.newPage()
		// Time runs as always, and can be moved on.
		if (clock) await page.clock.install()
		page.faults = []
		page.on('pageerror', (fault) => page.faults.push(String(fault)))
		page.on('console', (message) => {
			// A refused socket and a 401 are reported by the browser itself; they are part of the play.
			if (message.type() === 'error' && !/WebSocket|Failed to load resource/.test(message.text()))
				page.faults.push(message.text())
		})
		page.setDefaultTimeout(Number(process.env.PINGAN_TEST_PATIENCE_MS ?? 30_000))
		pages.push(page)
		await page.goto(`${daemon.url}${where}`)
		return page
	}
	const desk = (more = {}) => open('/console/', { viewport: { width: 1920, height: 1080 }, ...more })
	const phone = (more = {}) =>
		open('/caregiver/', {
			viewport: { width: 390, height: 844 },
			isMobile: true,
			hasTouch: true,
			deviceScaleFactor: 2,
			permissions: ['geolocation', 'notifications', 'screen-wake-lock'],
			geolocation: { latitude: 23.129, longitude: 113.264 },
			...more,
		})

	/** A wall of so many pixels, at an address that says the rest. */
	const wall = (width, height, address = '', more = {}) =>
		open(`/wallboard/${address}`, { viewport: { width, height }, ...more })

	async function login(page, account) {
		await page.getByLabel('账号').fill(account)
		await page.getByLabel('密码').fill('demo')
		await page.getByRole('button', { name: '登录', exact: true }).click()
	}
	async function startShift(page, account) {
		await login(page, account)
		await page.getByRole('button', { name: '接班' }).click()
		await page.getByRole('grid', { name: '呼援队列' }).waitFor()
	}
	async function startDuty(page, account) {
		await login(page, account)
		await page.getByRole('button', { name: '开始在岗' }).tap()
		await page.getByRole('heading', { name: '在岗' }).waitFor()
	}

	async function look(page, name) {
		await page.screenshot({ path: path.join(out, `${name}.png`) })
		await page.evaluate(axeSource)
		const { violations } = await page.evaluate(() => globalThis.axe.run(document))
		assert.deepEqual(
			violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`),
			[],
			name,
		)
	}

	/** Chinese that is neither a name nor marked as such. */
	async function chineseLeft(page) {
		const left = await page.evaluate(() => {
			const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
			const out = []
			for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
				if (
					/[\u4e00-\u9fff]/.test(node.data) &&
					node.parentElement.closest('[lang]').lang !== 'zh-CN' &&
					node.parentElement.closest('[aria-live]') === null
				)
					out.push(node.data.trim())
			return out
		})
		const names = [...PEOPLE.map((p) => p.name), '六榕街']
		return left.filter((text) => !names.some((n) => text.includes(n)) && text !== '中文')
	}

	const row = (page, name) => page.getByRole('row').filter({ hasText: name })
	const theme = (page, name) => page.evaluate((to) => void (document.documentElement.dataset.theme = to), name)

	return { desk, phone, wall, login, startShift, startDuty, look, chineseLeft, row, theme, now: () => daemon }
}
