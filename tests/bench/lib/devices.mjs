// devices.mjs - what the rows of `./dev bench devices` share: a cell with so many registered homes, the bare server beside
// it, simulated homes, and what a process has used.
import { execFile, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const source = path.resolve(import.meta.dirname, '../../..')
export const build = path.resolve(process.env.PINGAN_RELEASE_DIR ?? path.join(source, 'build/release'))
process.env.PINGAN_BUILD_DIR = build // the harness takes its programs from there

const { Child, Redis, program, request, until } = await import('../../harness/index.mjs')
const run = promisify(execFile)

/** Most homes of one daemon: 20,000 descriptors are what a process may have here. */
export const HOMES_A_DAEMON = 17500

/** Bare commits, as the daemon sends them: over several connections when many are in flight, since one sync covers about 20 of
 * each. */
export const bareCommits = (socket, inFlight, count, like) =>
	bench('bench_commit', '--redis', socket, '--in-flight', inFlight, '--links', inFlight >= 100 ? 4 : 1, '--count', count, '--member', '--body', like.body, '--event', like.event, '--outbox', like.outbox)

/* What is started here ends with us, however we end: a signal, an error, the time that a bench has. */
const running = new Set() // Child, or what spawn() gave
const folders = new Set()
const folder = (name) => {
	const dir = mkdtempSync(path.join(tmpdir(), name))
	folders.add(dir)
	return dir
}
const folderGone = (dir) => {
	rmSync(dir, { recursive: true, force: true })
	folders.delete(dir)
}
process.on('exit', () => {
	for (const one of running) {
		if (one instanceof Child) one.signal('SIGKILL')
		else one.kill('SIGKILL')
	}
	for (const dir of folders) rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
})
for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]]) process.on(signal, () => process.exit(128 + number))

/** At the end of its time a bench says so and ends. */
export function endsWithin(minutes) {
	setTimeout(() => {
		console.error(`not over after ${minutes} minutes: ended`)
		process.exit(1)
	}, minutes * 60000).unref()
}

const started = (child) => {
	running.add(child)
	child.start()
	return child
}
/** Ends programs by their pid; throws what was wrong with them. */
async function finish(children) {
	const faults = []
	for (const child of children) {
		if (child.process === null) continue
		faults.push(...(await child.finish()))
		running.delete(child)
	}
	if (faults.length) throw new Error(faults.join('\n'))
}

const loaded = new Map() // homes -> folder with a Redis that has them

/** A folder with the append-only files of a cell of so many homes, and their lists. Made once a run. */
async function registered(homes) {
	if (loaded.has(homes)) return loaded.get(homes)
	const dir = folder('pingan-homes-')
	const redis = new Redis(dir)
	running.add(redis.child)
	await redis.start()
	// Only while the homes are entered; what is measured writes as the configuration says.
	await redis.cli('config', 'set', 'appendfsync', 'no')
	// The first homes of the demo are panels.
	await run(program('pinganctl'), ['--redis', redis.socket, 'demo', 'load', '--homes', String(homes + 4), '--tokens', path.join(dir, 'tokens.csv'), '--devices', path.join(dir, 'devices.csv')], { maxBuffer: 64 << 20 })
	await redis.cli('config', 'set', 'appendfsync', 'always')
	await finish([redis.child])
	loaded.set(homes, dir)
	return dir
}

/** A port that was free a moment ago, for daemons that share one. */
function freePort() {
	return new Promise((found) => {
		const server = createServer()
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address()
			server.close(() => found(port))
		})
	})
}

/** Redis with so many homes, and daemons that serve their devices on one port; `body` gets them. */
export async function withCell({ homes, daemons = 1, tls = false, heartbeat_s = 3600 }, body) {
	const from = await registered(homes)
	const dir = folder('pingan-bench-')
	cpSync(path.join(from, 'redis'), path.join(dir, 'redis'), { recursive: true })
	const redis = new Redis(dir)
	const port = await freePort()
	const file = path.join(dir, 'pingand.yaml')
	writeFileSync(
		file,
		JSON.stringify({
			serve: ['devices'],
			redis: { socket: redis.socket },
			listen: { admin: { address: '127.0.0.1:0' }, devices: { address: `127.0.0.1:${port}`, tls } },
			heartbeat_s,
			limits: { devices: 19000, dc09: 1, watch: 1, devices_per_address: 19000 },
		}),
	)
	const children = Array.from({ length: daemons }, (_, n) => new Child(`pingand ${n + 1}`, program('pingand'), ['--config', file]))
	try {
		running.add(redis.child)
		await redis.start()
		for (const child of children) started(child)
		for (const child of children) {
			const admin = Number((await child.logged(/ev=LISTENING for=admin .*port=(\d+)/))[1])
			await until(async () => (await request(admin, '/readyz').catch(() => ({}))).status === 200, { what: `${child.name} is ready`, child, limitMs: 120000 })
		}
		return await body({ redis, pids: children.map((child) => child.pid), port, devices: path.join(from, 'devices.csv'), tokens: path.join(from, 'tokens.csv') })
	} finally {
		await finish([...children, redis.child]).finally(() => folderGone(dir))
	}
}

/** The bare server (bench_bare.c) for the same homes. */
export async function withBare({ homes, tls = false }, body) {
	const from = await registered(homes)
	const child = new Child('bench_bare', path.join(build, 'tests/bench/bench_bare'), tls ? [path.join(from, 'devices.csv')] : [])
	try {
		started(child)
		const port = Number((await child.logged(/port=(\d+)/))[1])
		return await body({ pids: [child.pid], port, devices: path.join(from, 'devices.csv'), tokens: path.join(from, 'tokens.csv') })
	} finally {
		await finish([child])
	}
}

/**
 * Plays a scenario against a server; its result. `onLinked` and `onDone` are called when all links are up, and when the
 * result is there while the links still are.
 */
export async function play(server, scenario, { homes, tls = false, options = [], onLinked, onDone, spread = 2 }) {
	const args = ['homes', '--scenario', scenario, '--devices', server.devices, '--tokens', server.tokens, '--count', homes, '--port', server.port, tls ? '--psk' : '--plain', '--spread', spread, '--stay', 30, ...options]
	const child = spawn(program('pingan-sim'), args.map(String), { stdio: ['ignore', 'pipe', 'pipe'] })
	let result, said = ''
	running.add(child)
	const heard = new Promise((resolve, reject) => {
		createInterface({ input: child.stderr }).on('line', (line) => {
			said += `${line}\n`
			if (line.startsWith('linked:')) onLinked?.()
		})
		createInterface({ input: child.stdout }).on('line', (line) => {
			result = JSON.parse(line)
			onDone?.(result)
			child.kill('SIGTERM') // its --stay
		})
		child.on('error', reject)
		child.on('close', resolve)
	})
	await heard
	running.delete(child)
	if (result === undefined) throw new Error(`pingan-sim ${args.join(' ')}: no result\n${said}`)
	return result
}

/** Processor time of processes so far, seconds. */
export function cpu(pids) {
	return pids.reduce((sum, pid) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e9, 0)
}

/** Memory of their own that processes hold, bytes: anonymous pages, as the kernel counts them. */
export function memory(pids) {
	return pids.reduce((sum, pid) => sum + 1024 * Number(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(/^Anonymous: +(\d+) kB/m)[1]), 0)
}

export const bench = async (name, ...options) => JSON.parse((await run(path.join(build, 'tests/bench', name), options.map(String), { maxBuffer: 1 << 20 })).stdout)

/** What a press of the daemon's commits, so that the bare commits carry the same bytes. */
export async function likePress(redis) {
	const id = await redis.cli('srandmember', 'pa:set:incidents:open')
	const body = Number(await redis.cli('hstrlen', `pa:${id}`, 'body'))
	const fields = (await redis.cli('hkeys', `pa:${id}`)).split('\n')
	// Raw bytes do not survive words: what an entry takes all in all, less what is known of it.
	const entry = (await run('redis-cli', ['-s', redis.socket, 'xrevrange', 'pa:log', '+', '-', 'COUNT', '1'], { encoding: 'latin1' })).stdout
	const event = (entry.match(/^event\n([\s\S]*?)\nkey$/m)?.[1] ?? '').length
	const outbox = fields.filter((field) => field.startsWith('sent:')).length
	return { body, event, outbox }
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
/** Half the range, as a share of the median. */
export const noise = (values) => `±${Math.round((100 * (Math.max(...values) - Math.min(...values))) / (2 * median(values)))} %`
