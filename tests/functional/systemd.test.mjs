// The units: systemd finds no fault in them, they are as closed as they can be, and what they
// start behaves as the unit says: ready when it is, and petting its watchdog.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const build = process.env.PINGAN_BUILD_DIR ?? path.join(root, 'build/test')
const units = path.join(root, 'systemd')
const services = readdirSync(units).filter((name) => name.endsWith('.service'))

// What systemd-analyze may call the exposure of each, in tenths; 20 is "OK", 100 "dangerous".
const EXPOSURE_MAX = { 'pingand.service': 15, 'pingand@.service': 15, 'pingan-authd.service': 10, 'pingan-redis.service': 15, 'pingan-audit-keep.service': 15 }
// Started by a timer, and over when it is done.
const ONCE = ['pingan-audit-keep.service']

const settings = (unit, key) =>
	[...readFileSync(path.join(units, unit), 'utf8').matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map((m) => m[1])

function folder(t) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-units-'))
	t.after(() => rmSync(dir, { recursive: true, force: true }))
	return dir
}

// A copy of the units whose programs exist, as on a machine where they are installed.
function installed(t) {
	const dir = folder(t)
	const program = path.join(dir, 'program')
	writeFileSync(program, '#!/bin/sh\n')
	chmodSync(program, 0o755)
	mkdirSync(path.join(dir, 'units'))
	for (const name of services) {
		const text = readFileSync(path.join(units, name), 'utf8')
		writeFileSync(path.join(dir, 'units', name), text.replace(/\/usr\/bin\/(pingan\S+|redis-server)/g, program))
	}
	return path.join(dir, 'units')
}

function verify(dir, name) {
	const r = spawnSync('systemd-analyze', ['verify', '--man=no', path.join(dir, name.replace('@.', '@screens.'))], {
		encoding: 'utf8',
		env: { ...process.env, SYSTEMD_UNIT_PATH: `${dir}:` },
	})
	// It reads the machine's own units too; only what it says of ours counts.
	const ours = (r.stderr + r.stdout).split('\n').filter((line) => line.includes('pingan'))
	return { ours, status: r.status }
}

for (const name of services) {
	test(`${name}: systemd-analyze verify finds no fault`, (t) => {
		const dir = installed(t)
		assert.deepEqual(verify(dir, name), { ours: [], status: 0 })

		// And it would have: the same unit with a setting that does not exist.
		writeFileSync(path.join(dir, name), readFileSync(path.join(dir, name), 'utf8').replace('[Service]', '[Service]\nRestartNever=yes'))
		assert.notDeepEqual(verify(dir, name).ours, [])
	})

	test(`${name}: systemd-analyze security --offline`, (t) => {
		const tenths = EXPOSURE_MAX[name]
		assert.ok(tenths, 'every unit has a limit here')
		const closed = (dir) =>
			spawnSync('systemd-analyze', ['security', '--offline=true', `--threshold=${tenths}`, path.join(dir, name)], { encoding: 'utf8' })
		const r = closed(units)
		assert.equal(r.status, 0, r.stdout + r.stderr)

		const dir = folder(t)
		cpSync(path.join(units, name), path.join(dir, name))
		const text = readFileSync(path.join(dir, name), 'utf8')
		writeFileSync(path.join(dir, name), text.replace(/^(SystemCallFilter|CapabilityBoundingSet|ProtectSystem)=.*$/gm, ''))
		assert.notEqual(closed(dir).status, 0, 'an open unit is noticed')
	})

	if (ONCE.includes(name)) {
		test(`${name}: a timer starts it, also for what a machine that was off has missed`, (t) => {
			const timer = name.replace('.service', '.timer')
			assert.deepEqual(settings(name, 'Type'), ['oneshot'])
			assert.deepEqual(settings(timer, 'Persistent'), ['yes'])
			assert.deepEqual(settings(timer, 'WantedBy'), ['timers.target'])
			assert.equal(spawnSync('systemd-analyze', ['calendar', ...settings(timer, 'OnCalendar')]).status, 0)
			const dir = installed(t)
			cpSync(path.join(units, timer), path.join(dir, timer))
			assert.deepEqual(verify(dir, timer), { ours: [], status: 0 })
		})
		continue
	}
	test(`${name}: comes back by itself, for ever`, () => {
		assert.deepEqual(settings(name, 'Restart'), ['always'])
		assert.deepEqual(settings(name, 'StartLimitIntervalSec'), ['0'])
	})
}

test('the store does not start without the marker of its cell, nor empty once it has run', (t) => {
	assert.deepEqual(settings('pingan-redis.service', 'AssertPathExists'), ['/var/lib/pingan-redis/cell.marker'])

	const dir = folder(t)
	const [shell] = settings('pingan-redis.service', 'ExecStartPre')
	const script = shell.match(/^\/bin\/sh -c '(.*)'$/)[1]
	const allowed = () => spawnSync('/bin/sh', ['-c', script], { cwd: dir }).status === 0
	writeFileSync(path.join(dir, 'cell.marker'), '')
	assert.equal(allowed(), true, 'a cell that was just founded')
	writeFileSync(path.join(dir, 'cell.marker'), 'this cell has run\n')
	assert.equal(allowed(), false, 'a cell whose files are gone')
	mkdirSync(path.join(dir, 'appendonlydir'))
	assert.equal(allowed(), false, 'an empty folder is not files')
	writeFileSync(path.join(dir, 'appendonlydir/appendonly.aof.manifest'), 'x')
	assert.equal(allowed(), true)
})

// --- what pingand.service starts ---------------------------------------------------------------

async function freePort() {
	const server = createServer().listen(0, '127.0.0.1')
	await once(server, 'listening')
	const { port } = server.address()
	server.close()
	await once(server, 'close')
	return port
}

// Lines of a child's output; `until` waits for one that matches.
function watch(child) {
	const lines = []
	let wake = () => {}
	for (const stream of [child.stdout, child.stderr])
		createInterface({ input: stream }).on('line', (line) => {
			lines.push(line)
			wake()
		})
	child.on('close', () => {
		lines.push(null)
		wake()
	})
	return {
		lines,
		async until(what, from = 0) {
			for (let i = from; ; i++) {
				while (i >= lines.length) await new Promise((resolve) => (wake = resolve))
				if (lines[i] === null) assert.fail(`ended before ${what}:\n${lines.slice(0, -1).join('\n')}`)
				if (what.test(lines[i])) return i + 1
			}
		},
	}
}

async function startRedis(t, dir) {
	const child = spawn('redis-server', [path.join(root, 'config/redis.conf'), '--dir', dir, '--unixsocket', path.join(dir, 'redis.sock')])
	t.after(() => child.kill('SIGKILL'))
	await watch(child).until(/ready to accept connections/i)
}

async function pingandUnderSystemd(t) {
	const dir = folder(t)
	await startRedis(t, dir)
	const config = path.join(dir, 'pingand.yaml')
	writeFileSync(
		config,
		`redis:\n  socket: "${dir}/redis.sock"\nlisten:\n  web:\n    address: "127.0.0.1:${await freePort()}"\n` +
			`  admin:\n    address: "127.0.0.1:${await freePort()}"\nweb:\n  root: ""\nauthd:\n  socket: "${dir}/authd.sock"\n` +
			'limits:\n  devices: 50\n  dc09: 10\n  screens: 20\n  web: 40\n',
	)
	const [line] = settings('pingand.service', 'ExecStart')
	const command = line.replace('/usr/bin', path.join(build, 'daemon')).replace('/etc/pingan/pingand.yaml', config).split(' ')
	const usec = Number.parseFloat(settings('pingand.service', 'WatchdogSec')[0]) * 1e6
	const child = spawn(path.join(build, 'tests/harness/notify'), [String(usec), ...command])
	t.after(() => child.kill('SIGKILL'))
	return { child, config, output: watch(child) }
}

test('what pingand.service starts says when it is ready, pets its watchdog, and ends when told', { timeout: 60_000 }, async (t) => {
	const { child, output } = await pingandUnderSystemd(t)
	const at = await output.until(/^notify READY=1$/)
	const first = await output.until(/^notify WATCHDOG=1$/, at)
	await output.until(/^notify WATCHDOG=1$/, first)
	child.kill('SIGTERM')
	await output.until(/^exit 0$/)
})

test('what pingan-authd.service starts says when it is ready, and ends when told', { timeout: 60_000 }, async (t) => {
	const dir = folder(t)
	const [line] = settings('pingan-authd.service', 'ExecStart')
	const command = line.replace('/usr/bin', path.join(build, 'daemon')).replace('/run/pingan', dir).split(' ')
	const child = spawn(path.join(build, 'tests/harness/notify'), ['0', ...command])
	t.after(() => child.kill('SIGKILL'))
	const output = watch(child)
	await output.until(/^notify READY=1$/)
	child.kill('SIGTERM')
	await output.until(/^exit 0$/)
})

test('ExecStartPre refuses a broken configuration', { timeout: 60_000 }, async (t) => {
	const dir = folder(t)
	const config = path.join(dir, 'pingand.yaml')
	const [line] = settings('pingand.service', 'ExecStartPre')
	const [program, ...args] = line.replace('/usr/bin', path.join(build, 'daemon')).replace('/etc/pingan/pingand.yaml', config).split(' ')
	const check = (text) => {
		writeFileSync(config, text)
		return spawnSync(program, args, { encoding: 'utf8' })
	}
	const good = check('web:\n  root: ""\n')
	assert.equal(good.status, 0, good.stdout + good.stderr)
	const bad = check('listen:\n  wub: "x"\n')
	assert.equal(bad.status > 0, true, 'exits with an error, does not crash')
	assert.match(bad.stdout + bad.stderr, /wub/)
})
