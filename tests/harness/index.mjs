// index.mjs - a whole cell for a test: private Redis, pingan-authd, pingand, on free loopback ports in a temporary folder.
//
//   import { Cell, until } from '../harness/index.mjs'
//
//   test('...', async (t) => {
//     const cell = await Cell.start(t, { demo: true })
//     const cookie = await cell.login('op01')                      // of the demo people; harness/http.mjs
//     await cell.daemon.control('advance 10000')                   // moves every clock of that daemon
//     await cell.redis.kill()                                      // SIGKILL; cell.redis.start() brings it back
//   })
//
// Everything a test starts ends with it, by pid, and its folder goes. A daemon that died, or whose sanitizers had
// something to say, fails the test that started it. Nothing here sleeps: until() waits for a condition.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { connectControl } from './control.mjs'
import { login, request } from './http.mjs'
import { Proxy } from './proxy.mjs'
import { Child } from './process.mjs'
import { until } from './until.mjs'

export { until } from './until.mjs'
export { Proxy } from './proxy.mjs'
export { request, login } from './http.mjs'
export { Child } from './process.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))
/** Where the programs of the test build are; the daemons in daemon/, the tools in clients/. */
export const buildDir = path.resolve(process.env.PINGAN_BUILD_DIR ?? process.env.PINGAN_BUILD ?? path.join(root, 'build/test'))
export const webDir = path.resolve(process.env.PINGAN_WEB_DIR ?? path.join(root, 'build/web'))
export const program = (name) =>
	path.join(buildDir, { pinganctl: 'clients/ctl', 'pingan-sim': 'clients/sim' }[name] ?? 'daemon', name)

/** Password of every demo account. */
export const DEMO_PASSWORD = 'pingan-demo-2026'

const run = promisify(execFile)

/** A temporary folder that goes with the test. Short: a Unix socket's path has 107 bytes. */
export function folder(t, name = 'cell') {
	const dir = mkdtempSync(path.join(tmpdir(), `pingan-${name}-`))
	t.after(() => rmSync(dir, { recursive: true, force: true }))
	return dir
}

/** A private Redis that keeps what it is told, on a Unix socket. */
export class Redis {
	constructor(dir) {
		this.dir = dir
		this.socket = path.join(dir, 'redis.sock')
		mkdirSync(path.join(dir, 'redis'), { recursive: true })
		this.child = new Child('redis', 'redis-server', [
			path.join(root, 'config/redis.conf'),
			'--dir', path.join(dir, 'redis'), '--port', '0', '--unixsocket', this.socket, '--daemonize', 'no',
		])
	}

	async start() {
		this.child.start()
		await until(async () => (await this.cli('ping').catch(() => '')) === 'PONG', { what: 'Redis answers', child: this.child })
	}

	/** One command by redis-cli; its answer as text. */
	async cli(...args) {
		return (await run('redis-cli', ['-s', this.socket, ...args], { maxBuffer: 64 << 20 })).stdout.trim()
	}

	/** As a power cut would. */
	kill() {
		return this.child.end('SIGKILL')
	}

	stop() {
		return this.child.end('SIGTERM')
	}

	freeze() {
		this.child.signal('SIGSTOP')
	}

	thaw() {
		this.child.signal('SIGCONT')
	}
}

export class Authd {
	constructor(dir) {
		this.socket = path.join(dir, 'authd.sock')
		this.child = new Child('pingan-authd', program('pingan-authd'), ['--socket', this.socket])
	}

	async start() {
		const from = this.child.lines.length

		this.child.start()
		await this.child.logged(/ev=authd_ready/, { from })
	}

	freeze() {
		this.child.signal('SIGSTOP')
	}

	thaw() {
		this.child.signal('SIGCONT')
	}
}

/** Merges objects deeply; the right one wins. */
export function merge(a, b) {
	if (b === undefined) return a
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(b)) return b
	return Object.fromEntries([...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [key, key in a ? merge(a[key], b[key]) : b[key]]))
}

/** A port that no socket is given while its daemon is down: what the system chooses by itself begins at 32768. Each process
 * of tests looks in a place of its own. */
const PORTS = { from: 10000, to: 32000 }
let nextPort = PORTS.from + (process.pid % 220) * 100
async function freePort() {
	for (;;) {
		const port = nextPort
		nextPort = port + 1 < PORTS.to ? port + 1 : PORTS.from
		const probe = createServer()
		const free = await new Promise((resolve) => {
			probe.on('error', () => resolve(false))
			probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
		})
		if (free) return port
	}
}

/** One pingand. Its ports are chosen at the first start, and stay over restarts. */
export class Daemon {
	constructor(cell, name, config, args = []) {
		this.name = name
		this.config = config
		this.file = path.join(cell.dir, `${name}.yaml`)
		this.controlPath = path.join(cell.dir, `${name}.ctl`)
		this.ports = {}
		this.child = new Child(name, program('pingand'), ['--config', this.file, '--test-control', this.controlPath, ...args])
	}

	/** Writes the configuration; JSON is YAML. */
	write() {
		writeFileSync(this.file, JSON.stringify(this.config, null, 2))
	}

	/** Up to where its ports answer; `ready`: until it can do its whole job. */
	async start({ ready = true } = {}) {
		const from = this.child.lines.length
		const wanted = ['web', 'devices', 'dc09', 'watch', 'webhook', 'admin'].filter((what) => this.config.listen?.[what]?.address)

		for (const what of wanted) {
			const listen = this.config.listen[what]
			if (listen.address === '127.0.0.1:0') listen.address = `127.0.0.1:${await freePort()}`
		}
		this.write()
		this.child.start()
		for (const what of wanted) {
			if (this.config.listen[what].address.startsWith('unix:')) continue
			const line = await this.child.logged(new RegExp(`ev=LISTENING for=${what} .*port=(\\d+)`), { from })
			this.ports[what] = Number(line[1])
			this.config.listen[what].address = this.config.listen[what].address.replace(/:\d+$/, `:${line[1]}`)
		}
		this.write()
		if (ready) await this.ready()
	}

	get origin() {
		return `${this.config.listen.web.tls === true ? 'https' : 'http'}://127.0.0.1:${this.ports.web}`
	}

	async ready() {
		await until(async () => (await request(this.ports.admin, '/readyz').catch(() => ({}))).status === 200, {
			what: `${this.name} is ready`,
			child: this.child,
		})
	}

	/** One command of the test control: "advance 1000", "set 1735689600000", "inject hold", "health". Throws on an error. */
	async control(command) {
		const answer = await connectControl(this.controlPath, command)
		assert.match(answer, /^ok/, `test control: ${command}: ${answer}`)
		return Object.fromEntries([...answer.matchAll(/(\w+)=(\S+)/g)].map((m) => [m[1], Number(m[2])]))
	}

	async health() {
		return JSON.parse((await request(this.ports.admin, '/readyz')).body)
	}

	/** One number of /metrics. */
	async metric(name) {
		const page = (await request(this.ports.admin, '/metrics')).body
		const found = page.match(new RegExp(`^${name} (\\d+)$`, 'm'))
		assert.ok(found, `no such metric: ${name}`)
		return Number(found[1])
	}

	kill() {
		return this.child.end('SIGKILL')
	}

	stop() {
		return this.child.end('SIGTERM')
	}
}

export class Cell {
	/**
	 * @param t        node's test context: what ends with it
	 * @param options  redis, authd: start it (true); demo: load the demo people and homes (false; or {homes, onDuty});
	 *                 daemons: how many pingand (1); ready: wait until they serve (true);
	 *                 config: merged over the configuration; args: further options of pingand;
	 *                 wire: cell.wire is a Proxy between the daemons and Redis
	 */
	static async start(t, options = {}) {
		const cell = new Cell(t, options)
		t.after(() => cell.end())
		if (options.redis !== false) await cell.redis.start()
		if (options.wire) await cell.#lay(t)
		if (options.authd !== false) await cell.authd.start()
		if (options.demo) await cell.loadDemo(options.demo === true ? {} : options.demo)
		for (const daemon of cell.daemons) await daemon.start({ ready: options.ready ?? options.redis !== false })
		return cell
	}

	constructor(t, { daemons = 1, config = {}, args = [] } = {}) {
		this.t = t
		this.dir = folder(t)
		this.redis = new Redis(this.dir)
		this.authd = new Authd(this.dir)
		this.daemons = Array.from({ length: daemons }, (_, i) => new Daemon(this, `pingand${i}`, this.configuration(structuredClone(config)), args))
	}

	configuration(more) {
		return merge(
			{
				demo: true,
				redis: { socket: this.redis.socket },
				listen: {
					web: { address: '127.0.0.1:0' },
					devices: { address: '127.0.0.1:0' },
					dc09: { address: '127.0.0.1:0' },
					watch: { address: '127.0.0.1:0' },
					admin: { address: '127.0.0.1:0' },
				},
				web: { root: '' },
				authd: { socket: this.authd.socket },
				limits: { devices: 2000, dc09: 100, watch: 100, screens: 200, web: 400 },
			},
			more,
		)
	}

	async #lay(t) {
		const socket = path.join(this.dir, 'wire.sock')
		this.wire = await Proxy.start(t, { to: { path: this.redis.socket }, listen: { path: socket } })
		for (const daemon of this.daemons) daemon.config.redis.socket = socket
	}

	get daemon() {
		return this.daemons[0]
	}

	/** The demo data of `./dev run`: two sub-districts, their people and homes. Fills in this.homes (device, key,
	 * household) and this.tokens (device, token), in hex. */
	async loadDemo({ homes = 200, onDuty = 0 } = {}) {
		const [devices, tokens] = ['devices.csv', 'tokens.csv'].map((name) => path.join(this.dir, name))
		const options = ['--homes', homes, '--on-duty', onDuty, '--devices', devices, '--tokens', tokens]
		const rows = (file) => readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','))
		this.daemon.write()
		await run(program('pinganctl'), ['--config', this.daemon.file, 'demo', 'load', ...options.map(String)], { maxBuffer: 16 << 20 })
		this.homes = rows(devices).map(([device, key, household]) => ({ device, key, household }))
		this.tokens = rows(tokens).map(([device, token]) => ({ device, token }))
	}

	/** Cookie of a fresh session: "pingan_session=...". */
	login(account, { daemon = this.daemon, password = DEMO_PASSWORD } = {}) {
		return login(daemon, account, password)
	}

	async end() {
		const faults = []
		for (const child of [...this.daemons.map((d) => d.child), this.authd.child, this.redis.child])
			faults.push(...(await child.finish()))
		assert.deepEqual(faults, [], 'what ended with the test')
	}
}
