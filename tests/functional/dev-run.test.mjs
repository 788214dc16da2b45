// ./dev run as a newcomer meets it: it comes up with demo data and says where, brings back what
// dies, refuses what is in use, and leaves nothing behind.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const LIMIT = { timeout: 900_000 }

async function until(what, done) {
	for (const end = Date.now() + 280_000; ; ) {
		const value = await done()
		if (value) return value
		assert.ok(Date.now() < end, `in time: ${what}`)
		await new Promise((resolve) => setTimeout(resolve, 50))
	}
}

const opens = (port) =>
	new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1')
		socket.on('connect', () => (socket.destroy(), resolve(true)))
		socket.on('error', () => resolve(false))
	})

async function freePorts() {
	for (;;) {
		const base = 20000 + Math.floor(Math.random() * 10000)
		const taken = await Promise.all([0, 1, 2, 3, 4, 5].map((i) => opens(base + i)))
		if (!taken.includes(true)) return base
	}
}

const status = (port, where) =>
	new Promise((resolve) => {
		get({ host: '127.0.0.1', port, path: where, agent: false }, (r) => (r.resume(), resolve(r.statusCode))).on('error', () => resolve(0))
	})

// Processes that were given something under `data`, by name.
function processes(data) {
	const found = new Map()
	for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
		try {
			const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
			if (args.some((arg) => arg.includes(data)) && !args.includes('run')) found.set(path.basename(args[0].split(' ')[0]), Number(pid))
		} catch {
			// it has just ended
		}
	return found
}

async function start(t, port, data) {
	const child = spawn(path.join(root, 'dev'), ['run', '--port', String(port), '--data', data], { detached: true })
	const run = { child, said: '', ended: once(child, 'close') }
	for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.said += text))
	t.after(async () => {
		if (child.exitCode === null) process.kill(child.pid, 'SIGTERM')
		await run.ended
	})
	return run
}

function folder(t) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-run-'))
	t.after(() => rmSync(dir, { recursive: true, force: true }))
	return dir
}

async function up(t, port, data) {
	const run = await start(t, port, data)
	await until('the addresses are printed', () => {
		assert.equal(run.child.exitCode, null, run.said)
		return run.said.includes(`http://127.0.0.1:${port}/`) && run.said.includes('./dev press')
	})
	return run
}

test('up, watched over, and gone without a trace at Ctrl-C; a second start has the same data', LIMIT, async (t) => {
	const data = folder(t)
	const port = await freePorts()
	const run = await up(t, port, data)
	assert.equal(await status(port + 3, '/readyz'), 200)
	for (const page of run.said.match(/http:\/\/127\.0\.0\.1:\d+\/\S*/g)) {
		const url = new URL(page)
		assert.equal(await status(Number(url.port), url.pathname), 200, page)
	}
	for (const name of ['redis-server', 'pingan-authd', 'pingand', 'pingan-sim']) assert.ok(processes(data).has(name), name)

	await t.test('the printed command presses a button, and an answer comes', () => {
		const command = run.said.match(/\.\/dev press .*/)[0]
		const r = spawnSync('bash', ['-c', `timeout 250 ${command} --until stored`], { cwd: root, encoding: 'utf8' })
		assert.equal(r.status, 0, r.stdout + r.stderr)
		assert.match(r.stdout, /stored/)
	})

	await t.test('the same data twice is refused, and so is a busy port', () => {
		const same = spawnSync(path.join(root, 'dev'), ['run', '--port', String(port - 8), '--data', data], { encoding: 'utf8' })
		assert.notEqual(same.status, 0)
		assert.match(same.stderr, /in use by another/)
		const busy = spawnSync(path.join(root, 'dev'), ['run', '--port', String(port - 1), '--data', `${data}-other`], { encoding: 'utf8' })
		assert.notEqual(busy.status, 0)
		assert.match(busy.stderr, new RegExp(`port ${port} .*in use`))
		assert.doesNotMatch(busy.stdout, /starting/)
	})

	await t.test('each part that is killed comes back, and it says so', async () => {
		for (const name of ['pingand', 'pingan-authd', 'pingan-sim', 'redis-server']) {
			const before = processes(data).get(name)
			process.kill(before, 'SIGKILL')
			await until(`${name} is back`, () => (processes(data).get(name) ?? before) !== before)
		}
		await until('ready again', async () => (await status(port + 3, '/readyz')) === 200)
		for (const name of ['pingand', 'pingan-authd', 'homes', 'redis']) await until(`it says that ${name} died`, () => run.said.includes(`${name} died (signal 9)`))
	})

	process.kill(-run.child.pid, 'SIGINT')
	const [code] = await run.ended
	assert.equal(code, 0, run.said)
	assert.deepEqual([...processes(data)], [])

	const again = await up(t, port, data)
	assert.doesNotMatch(again.said, /loading the demo/)
	process.kill(again.child.pid, 'SIGTERM')
	assert.equal((await again.ended)[0], 0)
	assert.deepEqual([...processes(data)], [])

	// Redis is never started empty where it has run.
	rmSync(path.join(data, 'redis/appendonlydir'), { recursive: true })
	const empty = await start(t, port, data)
	assert.notEqual((await empty.ended)[0], 0)
	assert.match(empty.said, /append-only files are gone/)
	assert.deepEqual([...processes(data)], [])
})

test('two copies run side by side', LIMIT, async (t) => {
	const first = await up(t, await freePorts(), folder(t))
	const second = await up(t, await freePorts(), folder(t))
	process.kill(-first.child.pid, 'SIGINT')
	assert.equal((await first.ended)[0], 0)
	assert.equal(second.child.exitCode, null)
	assert.doesNotMatch(second.said, /died/)
})

test('a folder with files that are no cell of ours is left alone', LIMIT, async (t) => {
	const data = folder(t)
	mkdirSync(path.join(data, 'redis'))
	writeFileSync(path.join(data, 'redis/dump.rdb'), 'somebody else\'s')
	const run = await start(t, await freePorts(), data)
	assert.notEqual((await run.ended)[0], 0)
	assert.match(run.said, /no cell\.marker/)
	assert.equal(readFileSync(path.join(data, 'redis/dump.rdb'), 'utf8'), 'somebody else\'s')
})
