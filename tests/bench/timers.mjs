// timers.mjs - `./dev bench timers`: 100,000 open incidents in one daemon, and how late their deadlines are carried out: due
// evenly over 10 s, and all due at once. Beside it, in the same run and on the same Redis, the bare commits of the same
// shape: the same function, the same bytes, one connection with 4,096 calls in flight, and nobody who decides.
//
//   --runs=N      runs of each row; the medians are printed, and the noise (5)
//   --count=N     incidents (100000)
//   --over=MS     length of the even row (10000)
//   --step=NAME   phones: class 1 calls that nobody answers, each deadline rings the next duty phone (an outbox entry with
//                 each); reminder: answered calls that nobody works on (phones)
//   --json        one line of JSON at the end too
//
// A deadline is late by the time of its log entry less the time it was due, both on the store's clock, in whole ms.
// Each run has a Redis of its own, and the bare commits go first. Its file is not rewritten meanwhile: a rewrite stalls
// both alike. At 100,000 a run takes about 300 MB of Redis' memory and 700 MB of disk, freed at its end.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

const source = path.resolve(import.meta.dirname, '../..')
const build = path.resolve(process.env.PINGAN_RELEASE_DIR ?? path.join(source, 'build/release'))
process.env.PINGAN_BUILD_DIR = build // the harness takes its programs from there

const { Child, Redis, program, request, until } = await import('../harness/index.mjs')

const run = promisify(execFile)
const args = process.argv.slice(2)
const text = (name, otherwise) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? otherwise
const RUNS = Number(text('--runs', 5))
const COUNT = Number(text('--count', 100000))
const OVER = Number(text('--over', 10000))
const STEP = text('--step', 'phones')
const LATE_P99_MS = 50 // what is to be reached
const DRAINED_MS = 2000
const DRAINED_RATIO = 1.3

const timers = async (mode, redis, ...options) =>
	JSON.parse((await run(path.join(build, 'tests/bench/bench_timers'), [mode, '--redis', redis.socket, '--count', COUNT, '--step', STEP, ...options].map(String))).stdout)

async function once(over) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-bench-'))
	const redis = new Redis(dir)
	const file = path.join(dir, 'pingand.yaml')
	const daemon = new Child('pingand', program('pingand'), ['--config', file])
	const config = {
		redis: { socket: redis.socket },
		listen: { web: { address: '127.0.0.1:0' }, admin: { address: '127.0.0.1:0' } },
		serve: ['screens'],
		web: { root: '' },
		authd: { socket: path.join(dir, 'authd.sock') },
	}

	writeFileSync(file, JSON.stringify(config))
	try {
		await redis.start()
		await redis.cli('config', 'set', 'auto-aof-rewrite-percentage', '0')
		const begun = Date.now()
		const bare = await timers('bare', redis, '--prefix', 'floor:', '--over', over)
		await redis.cli('flushall')
		// The deadlines stand in the records: far enough ahead to write them and to start the daemon, by what the bare run took.
		for (let ahead = Math.max(8000, 1.5 * (Date.now() - begun - over)); ; ahead *= 2) {
			const due = Math.round(Date.now() + ahead)
			const { after } = await timers('fill', redis, '--due', due, '--over', over)
			daemon.start()
			const [, port] = await daemon.logged(/ev=LISTENING for=admin .*port=(\d+)/)
			await until(async () => (await request(port, '/readyz').catch(() => ({}))).status === 200, { what: 'the daemon is ready', child: daemon, limitMs: 120000 })
			if (Date.now() < due) return { bare, daemon: await timers('read', redis, '--due', due, '--over', over, '--after', after) }
			// A slow moment of this machine: the daemon was not there in time, and nothing was measured.
			await daemon.finish()
			await redis.cli('flushall')
			if (ahead > 120000) throw new Error('this machine is too slow to prepare the set in time')
		}
	} finally {
		const faults = [...(await daemon.finish()), ...(await redis.child.finish())]
		rmSync(dir, { recursive: true, force: true })
		if (faults.length) throw new Error(faults.join('\n'))
	}
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)]
const spread = (values) => `${Math.round((100 * (Math.max(...values) - Math.min(...values))) / (2 * Math.max(1, median(values))))} %`
const pad = (value, width = 8) => String(value).padStart(width)

console.log(`${COUNT} open incidents, step "${STEP}"; medians of ${RUNS} runs, milliseconds; noise: half the range`)
console.log('                 bare commits                  carried out by the daemon              ratio    noise')
console.log('due              p50     p99  all done         p50     p99     max  all done')
const rows = []
for (const over of [OVER, 0]) {
	const runs = []
	for (let n = 0; n < RUNS; n++) runs.push(await once(over))
	const of = (pick) => median(runs.map(pick))
	const keys = ['p50_ms', 'p99_ms', 'max_ms', 'drained_ms']
	const row = { over_ms: over, bare: {}, daemon: {} }
	for (const key of keys) {
		row.bare[key] = of((r) => r.bare[key])
		row.daemon[key] = of((r) => r.daemon[key])
	}
	row.ratio = of((r) => r.daemon.drained_ms / r.bare.drained_ms)
	row.noise = spread(runs.map((r) => (over ? r.daemon.p99_ms : r.daemon.drained_ms)))
	row.noise_bare = spread(runs.map((r) => (over ? r.bare.p99_ms : r.bare.drained_ms)))
	row.reached = over ? row.daemon.p99_ms <= LATE_P99_MS : row.daemon.drained_ms <= DRAINED_MS || row.ratio <= DRAINED_RATIO
	rows.push(row)
	console.log(
		`${(over ? `over ${over / 1000} s` : 'at once').padEnd(12)} ${pad(row.bare.p50_ms)}${pad(row.bare.p99_ms)}${pad(row.bare.drained_ms, 10)}    ` +
			`${pad(row.daemon.p50_ms)}${pad(row.daemon.p99_ms)}${pad(row.daemon.max_ms)}${pad(row.daemon.drained_ms, 10)}  ${row.ratio.toFixed(2).padStart(7)}    ${row.noise} (bare ${row.noise_bare})`,
	)
	console.log(
		over
			? `    p99 ${row.reached ? 'reached' : 'MISSED'}: ${row.daemon.p99_ms} ms, to reach ${LATE_P99_MS}`
			: `    ${row.reached ? 'reached' : 'MISSED'}: ${row.daemon.drained_ms} ms and ${row.ratio.toFixed(2)} times the bare commits, to reach ${DRAINED_MS} ms or ${DRAINED_RATIO} times`,
	)
}
if (args.includes('--json')) console.log(JSON.stringify({ bench: 'timers', count: COUNT, step: STEP, runs: RUNS, rows }))
