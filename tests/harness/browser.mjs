// browser.mjs - real people at real screens: one Chromium, a desk or a phone each in a context of its own, in front of a
// whole cell.
//
//   const stage = await Stage.open(t, 'story', { demo: { homes: 20 } })   // Chromium and a Cell that serves the pages
//   const desk = await stage.desk('op01')                                 // logged in, shift started; { upTo: 'login' }
//   const wall = await stage.wall('wall01')                               // logged in, and live
//   const phone = await stage.phone('cg01')                               // logged in, on duty
//   await desk.page.keyboard.press('a')
//   await desk.look('claimed')                                            // a picture in build/test-shots, and axe
//   desk.wire.hold()                                                      // each has a Proxy between it and the daemon
//   await stage.pass(9000)                                                // time goes on, for the daemon and every page
//
// What a page may never do fails its test: an error in its console, a breach of its Content-Security-Policy, a request to
// another host, a hole in its stream of rows, an accessibility fault in a state that was looked at.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after } from 'node:test'

import { Cell, DEMO_PASSWORD, folder, Proxy, root, webDir } from './index.mjs'
import { npm } from './npm.mjs'
import { console_ as proto, fromBinary } from './proto.mjs'

const { chromium } = npm('playwright-core')
const axeSource = readFileSync(npm.resolve('axe-core/axe.min.js'), 'utf8')

export const SHOTS = path.join(root, 'build/test-shots')
export const DESK = { viewport: { width: 1920, height: 1080 } }
export const PHONE = {
	viewport: { width: 390, height: 844 },
	isMobile: true,
	hasTouch: true,
	deviceScaleFactor: 2,
	permissions: ['geolocation', 'notifications', 'screen-wake-lock'],
	geolocation: { latitude: 23.1287, longitude: 113.2592 },
}
const PATIENCE_MS = Number(process.env.PINGAN_TEST_PATIENCE_MS ?? 30000)
/** The longest time that is passed at once: well below the 9 s after which a silent console counts as gone. */
const PASS_MS = 2000

let chrome = null
const chromes = []

/** Chromium of this test file, started when it is first needed; with `args`, one of its own. */
export async function launch(args = []) {
	if (chrome !== null && args.length === 0) return chrome
	const made = await chromium.launch({
		executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...args],
	})
	chromes.push(made)
	if (args.length === 0) chrome = made
	return made
}
after(async () => {
	for (const made of chromes) await made.close()
})

/** Hour, minute and second of Guangzhou, as screens show them. */
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', timeStyle: 'medium' })
export const clockTime = (ms) => CLOCK.format(Number(ms))

/** True when `shown` (14:07:33 or 14:07) is a time between two instants of this machine. */
export function isBetween(shown, from, to) {
	for (let ms = Math.floor(from / 1000) * 1000; ms <= to; ms += 1000) if (clockTime(ms).startsWith(shown)) return true
	return false
}

export class Stage {
	/**
	 * @param name     of the test: where its pictures go
	 * @param options  of Cell.start; and clocks: the pages' clocks are ours (see pass); browser: a Chromium of its own;
	 *                 context: for every context; policy: another escalation policy
	 */
	static async open(t, name, { clocks = false, browser, context = {}, policy, ...options } = {}) {
		const stage = new Stage(t, name)
		stage.clocks = clocks
		stage.context = context
		// First what was opened last: no page may see its daemon go.
		t.after(() => stage.end())
		stage.browser = browser ?? (await launch())
		const config = { desk_phone: '02000001234', ...options.config, web: { root: webDir, ...options.config?.web } }
		if (policy !== undefined) {
			config.policy_file = path.join(folder(t, 'policy'), 'policy.yaml')
			writeFileSync(config.policy_file, JSON.stringify(policy))
		}
		stage.cell = await Cell.start(t, { demo: { homes: 20 }, ...options, config })
		return stage
	}

	constructor(t, name) {
		Object.assign(this, { t, name, seats: [], shots: 0 })
		mkdirSync(SHOTS, { recursive: true })
	}

	/** Somebody sits down: a context of their own, a page, a wire. */
	async seat(who, where, options) {
		const { ports } = this.cell.daemon
		const wire = await Proxy.start(this.t, { to: { host: '127.0.0.1', port: ports.web } })
		const context = await this.browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', ...options, ...this.context })
		const seat = new Seat(this, who, context, wire)
		this.seats.push(seat)
		await seat.open(where)
		return seat
	}

	/** @param upTo 'login', 'shift' or 'work' */
	async desk(account, { upTo = 'work', ...options } = {}) {
		const seat = await this.seat(account, '/console/', { ...DESK, ...options })
		if (upTo === 'login') return seat
		await seat.login(account)
		await seat.page.getByRole('button', { name: '接班' }).waitFor()
		if (upTo === 'shift') return seat
		await seat.startShift()
		return seat
	}

	/** @param upTo 'login', 'check' or 'duty' */
	async phone(account, { upTo = 'duty', ...options } = {}) {
		const seat = await this.seat(account, '/caregiver/', { ...PHONE, ...options })
		if (upTo === 'login') return seat
		await seat.login(account)
		await seat.page.getByRole('button', { name: '开始在岗' }).waitFor()
		if (upTo === 'check') return seat
		await seat.startDuty()
		return seat
	}

	/** A wall of the hall, at an address that says the rest; logged in unless `upTo` is 'login'. */
	async wall(account, { upTo = 'work', address = '', ...options } = {}) {
		const seat = await this.seat(account, `/wallboard/${address}`, { ...DESK, ...options })
		await seat.page.locator('#login-account').waitFor()
		if (upTo === 'login') return seat
		await seat.login(account)
		await seat.page.locator('main.wall[data-grey=false]').waitFor()
		return seat
	}

	/** Time goes on: the daemon's, and that of every page that is ours to move. */
	async pass(ms, { daemon = true } = {}) {
		for (let left = ms; left > 0; left -= PASS_MS) {
			const step = Math.min(left, PASS_MS)
			if (daemon) await this.cell.daemon.control(`advance ${step}`)
			for (const seat of this.seats) await seat.page.clock.runFor(step)
		}
	}

	async end() {
		// What a failed test last saw.
		if (!this.t.passed) for (const seat of this.seats) await seat.shot('failed').catch(() => {})
		for (const seat of this.seats) await seat.context.close()
		for (const seat of this.seats) {
			assert.deepEqual(seat.faults, [], `${seat.who}: what the page did`)
			assert.deepEqual(seat.gaps, [], `${seat.who}: holes in its stream of rows`)
		}
	}
}

/** A breach of the policy reports itself to us. */
function reportBreaches() {
	addEventListener('securitypolicyviolation', (e) =>
		console.error(`policy: ${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`),
	)
}

export class Seat {
	constructor(stage, who, context, wire) {
		Object.assign(this, { stage, who, context, wire })
		this.faults = []
		this.gaps = []
		this.messages = [] // of the daemon, oldest first: {case, value}
		this.sockets = []
		this.newest = 0n
		this.allowed = [/status of 401/]
	}

	get origin() {
		return `${this.stage.cell.daemon.origin.replace(/:\d+$/, '')}:${this.wire.port}`
	}

	async open(where) {
		await this.context.addInitScript(reportBreaches)
		const page = await this.context.newPage()
		this.page = page
		page.setDefaultTimeout(PATIENCE_MS)
		page.on('pageerror', (fault) => this.faults.push(String(fault.stack ?? fault)))
		page.on('console', (message) => {
			if (message.type() !== 'error' && message.type() !== 'warning') return
			if (!this.allowed.some((fine) => fine.test(message.text()))) this.faults.push(`${message.type()}: ${message.text()}`)
		})
		this.context.on('request', (request) => {
			const url = request.url()
			if (!url.startsWith(this.origin) && !/^(blob|data):/.test(url)) this.faults.push(`asked another host: ${url}`)
		})
		page.on('websocket', (socket) => {
			this.sockets.push(socket.url())
			socket.on('framereceived', ({ payload }) => this.#hear(payload))
		})
		if (this.stage.clocks) await page.clock.install()
		await page.goto(`${this.origin}${where}`)
	}

	/** Reads along: each Delta must go on where the page was, over every reconnect. */
	#hear(payload) {
		const { body } = fromBinary(proto.ToScreenSchema, payload)
		this.messages.push(body)
		if (body.case === 'delta' && body.value.prev !== this.newest) this.gaps.push(`${body.value.prev} after ${this.newest}`)
		if (body.case === 'delta' || (body.case === 'snapshot' && body.value.last)) this.newest = body.value.id
	}

	/** The line will be cut on purpose: what Chromium itself says about that is no fault. */
	allowCuts() {
		this.allowed.push(/WebSocket connection to|ERR_(CONNECTION|INTERNET|EMPTY|SOCKET|NETWORK|TIMED)|status of 503/)
	}

	async login(account, password = DEMO_PASSWORD) {
		await this.page.locator('#login-account').fill(account)
		await this.page.locator('#login-password').fill(password)
		await this.page.locator('button[type=submit]').click()
	}

	async startShift() {
		await this.page.getByRole('button', { name: '接班' }).click()
		await this.page.getByRole('grid', { name: '呼援队列' }).waitFor()
	}

	async startDuty() {
		await this.page.getByRole('button', { name: '开始在岗' }).tap()
		// The test offer rings, and is heard.
		await this.page.getByRole('heading', { name: '测试派单' }).waitFor()
		await this.page.getByRole('button', { name: '听到了' }).tap()
		await this.page.getByRole('heading', { name: '在岗' }).waitFor()
	}

	/** A part of the console by its name. */
	region(name) {
		return this.page.getByRole('region', { name, exact: true })
	}

	button(name) {
		return this.page.getByRole('button', { name })
	}

	row(text) {
		return this.page.getByRole('row').filter({ hasText: text })
	}

	/** The line of the timeline that says so. */
	line(text) {
		return this.region('时间线').getByRole('listitem').filter({ hasText: text })
	}

	/** What is typed is lost with a reload: whoever kept the mark has not reloaded. */
	async mark() {
		await this.page.evaluate(() => (globalThis.notReloaded = true))
	}

	async keptMark() {
		assert.equal(await this.page.evaluate(() => globalThis.notReloaded), true, `${this.who} did not reload`)
	}

	/** A picture for a person to look at. */
	async shot(name) {
		this.stage.shots++
		const file = path.join(SHOTS, `${this.stage.name}-${String(this.stage.shots).padStart(2, '0')}-${this.who}-${name}.png`)
		await this.page.screenshot({ path: file, animations: 'disabled' })
		return file
	}

	/** WCAG 2.2 AA and axe's own good practice. */
	async axe(name) {
		const here = await this.page.evaluate(() => typeof globalThis.axe === 'object')
		if (!here) await this.page.evaluate(axeSource)
		const run = this.page.evaluate(() => globalThis.axe.run(document, { rules: { 'target-size': { enabled: true } } }))
		// axe waits for the page's clock.
		if (this.stage.clocks) await this.page.clock.runFor(200)
		const { violations } = await run
		assert.deepEqual(
			violations.map((v) => `${v.id} (${v.help}): ${v.nodes.map((n) => n.target.join(' ')).join(' | ')}`),
			[],
			`${this.who}, ${name}: accessibility`,
		)
	}

	async look(name) {
		await this.shot(name)
		await this.axe(name)
	}
}
