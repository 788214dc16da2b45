// press.mjs - `./dev bench press`: how long from a press to its acknowledgement, and to a frame at a console's socket, at 1,
// 100 and 1,000 alarms a second; beside it, in the same run and on the same Redis, as many bare `commit` calls as evenly.
// One row more with 500 log-ins a minute going on meanwhile.
//
//   --runs=N      runs of each row; the medians are printed, and the noise (5)
//   --seconds=S   length of a run (3)
//   --json        one line of JSON at the end too
//
// Each run has a cell of its own (Redis, helper, daemon, as many homes as there are presses), so that no call of an earlier
// run is still open. Numbers of NUMBERS' kind are ratios: these machines vary.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const source = path.resolve(import.meta.dirname, '../..')
const build = path.resolve(process.env.PINGAN_RELEASE_DIR ?? path.join(source, 'build/release'))
process.env.PINGAN_BUILD_DIR = build // the harness takes its programs from there

const { Authd, Child, Redis, program, request, until } = await import('../harness/index.mjs')
const { cookieOf, post } = await import('../harness/http.mjs')
const { DEMO_PASSWORD } = await import('../harness/index.mjs')

const run = promisify(execFile)
const args = process.argv.slice(2)
const option = (name, otherwise) => Number(args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? otherwise)
const RUNS = option('--runs', 5)
const SECONDS = option('--seconds', 3)
const ROWS = [
	{ rate: 1, logins: 0, seconds: Math.max(SECONDS, 5) },
	{ rate: 100, logins: 0, seconds: SECONDS },
	{ rate: 1000, logins: 0, seconds: SECONDS },
	{ rate: 100, logins: 500, seconds: SECONDS },
]

/** A release daemon with all it needs; `body` gets it. */
async function withCell(homes, body) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-bench-'))
	const redis = new Redis(dir)
	const authd = new Authd(dir)
	const file = path.join(dir, 'pingand.yaml')
	const config = {
		demo: true,
		redis: { socket: redis.socket },
		listen: {
			web: { address: '127.0.0.1:0' },
			admin: { address: '127.0.0.1:0' },
			devices: { address: '127.0.0.1:0', tls: false },
		},
		web: { root: '' },
		authd: { socket: authd.socket },
		limits: { devices: homes + 64, devices_per_address: homes + 64, dc09: 1, screens: 32, web: 256 },
	}
	const daemon = new Child('pingand', program('pingand'), ['--config', file])
	const tokens = path.join(dir, 'tokens.csv')

	writeFileSync(file, JSON.stringify(config))
	try {
		await redis.start()
		await authd.start()
		// The first homes of the demo are panels.
		await run(program('pinganctl'), ['--config', file, 'demo', 'load', '--homes', String(homes + 16), '--tokens', tokens], { maxBuffer: 64 << 20 })
		daemon.start()
		const ports = {}
		for (const what of ['web', 'admin', 'devices']) ports[what] = Number((await daemon.logged(new RegExp(`ev=LISTENING for=${what} .*port=(\\d+)`)))[1])
		const origin = `http://127.0.0.1:${ports.web}`
		await until(async () => (await request(ports.admin, '/readyz').catch(() => ({}))).status === 200, { what: 'the daemon is ready', child: daemon })
		return await body({ redis, daemon: { ports, origin }, tokens })
	} finally {
		const faults = [...(await daemon.finish()), ...(await authd.child.finish()), ...(await redis.child.finish())]
		rmSync(dir, { recursive: true, force: true })
		if (faults.length) throw new Error(faults.join('\n'))
	}
}

async function login(daemon, account) {
	const answer = await post(daemon, '/api/v1/login', { account, password: DEMO_PASSWORD })
	if (answer.status !== 200) throw new Error(`log-in of ${account}: ${answer.status} ${answer.body}`)
	return cookieOf(answer)
}

const bench = async (name, ...options) => JSON.parse((await run(path.join(build, 'tests/bench', name), options.map(String), { maxBuffer: 1 << 20 })).stdout)

async function once({ rate, seconds, logins }) {
	return withCell(Math.ceil(rate * seconds), async ({ redis, daemon, tokens }) => {
		// As much as the daemon commits at the same pace, by itself.
		const floor = await bench('bench_commit', '--redis', redis.socket, '--rate', rate, '--seconds', seconds)
		const cookie = await login(daemon, 'sup01') // sees both sub-districts
		let done = false
		let logged = 0
		const people = (async () => {
			const begun = performance.now()
			const open = new Set()
			for (let n = 0; logins > 0 && !done; n++) {
				while (!done && performance.now() < begun + (n * 60000) / logins) await new Promise((next) => setTimeout(next, 5))
				const one = login(daemon, `op0${1 + (n % 4)}`).then(() => logged++)
				open.add(one)
				one.finally(() => open.delete(one)).catch(() => {})
			}
			await Promise.all(open)
		})()
		const press = await bench('bench_press', '--port', daemon.ports.devices, '--tokens', tokens, '--rate', rate, '--seconds', seconds, '--web-port', daemon.ports.web, '--cookie', cookie)
		done = true
		await people
		return { floor, press, logged }
	})
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
const spread = (values) => `${Math.round((100 * (Math.max(...values) - Math.min(...values))) / (2 * median(values)))} %`
const ms = (us) => (us / 1000).toFixed(2).padStart(7)

console.log(`medians of ${RUNS} runs, milliseconds; noise: half the range of the p50s`)
console.log('                          bare commit     press→ack            ratio      press→console    noise')
console.log('alarms/s  log-ins/min     p50     p99     p50     p99       p50   p99     p50     p99')
const table = []
for (const row of ROWS) {
	const runs = []
	for (let n = 0; n < RUNS; n++) runs.push(await once(row))
	const of = (pick) => median(runs.map(pick))
	const line = {
		rate: row.rate,
		logins_per_min: row.logins,
		logins_done: runs.reduce((sum, r) => sum + r.logged, 0),
		commit_us: { p50: of((r) => r.floor.p50_us), p99: of((r) => r.floor.p99_us) },
		ack_us: { p50: of((r) => r.press.ack.p50_us), p99: of((r) => r.press.ack.p99_us) },
		console_us: { p50: of((r) => r.press.console.p50_us), p99: of((r) => r.press.console.p99_us) },
		noise: spread(runs.map((r) => r.press.ack.p50_us)),
	}
	line.ratio = { p50: line.ack_us.p50 / line.commit_us.p50, p99: line.ack_us.p99 / line.commit_us.p99 }
	table.push(line)
	console.log(
		`${String(row.rate).padStart(8)}  ${String(row.logins).padStart(11)} ${ms(line.commit_us.p50)} ${ms(line.commit_us.p99)} ${ms(line.ack_us.p50)} ${ms(line.ack_us.p99)}   ` +
			`${line.ratio.p50.toFixed(2).padStart(6)}${line.ratio.p99.toFixed(2).padStart(6)} ${ms(line.console_us.p50)} ${ms(line.console_us.p99)}    ${line.noise}`,
	)
}
if (args.includes('--json')) console.log(JSON.stringify({ bench: 'press', runs: RUNS, rows: table }))
