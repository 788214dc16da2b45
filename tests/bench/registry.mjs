// registry.mjs - `./dev bench registry`: a city's homes go into the registry from tables, come out of it, and are found (row N14 of
// the numbers to reach), while a daemon follows. Beside it, in the same run and on the same Redis: bare commits of as many
// records of the same size, a bare read of the same records, and the round trip of a console's heartbeat.
//
// Turns of the daemon's loop are told by processor time too, with the events before each: on a machine that others use, a turn by
// the wall clock says how long it was kept waiting.
//
//   --homes=N,N    sizes, one after the other (105000; N14 has 105000,1000000)
//   --finds=N      searches of each kind (200)
//   --import=N     runs of import and export, each in an empty cell (1)
//   --json         one line of JSON at the end too
//
// To be reached: import of homes, residents, contacts and units of 105,000 homes within 60 s; a search within 20 ms (p99) at
// 105,000 homes and 100 ms at 1,000,000; no turn of the daemon's loop over 10 ms meanwhile,
// by the wall clock or in processor time.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { home, tables } from './lib/city.mjs'

const source = path.resolve(import.meta.dirname, '../..')
const build = path.resolve(process.env.PINGAN_RELEASE_DIR ?? path.join(source, 'build/release'))
process.env.PINGAN_BUILD_DIR = build // the harness takes its programs from there

const { Authd, Child, Redis, login, program, request, until } = await import('../harness/index.mjs')
const { console_: proto } = await import('../harness/proto.mjs')
const { Screen } = await import('../harness/screen.mjs')

const run = promisify(execFile)
const args = process.argv.slice(2)
const text = (name, otherwise) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? otherwise
const SIZES = text('--homes', '105000').split(',').map(Number)
const FINDS = Number(text('--finds', 200))
const RUNS = Number(text('--import', 1))
const ORDER = ['areas', 'homes', 'residents', 'contacts', 'devices']
const IMPORT_S = 60 // of 105,000 homes
const TURN_MS = 10
const DESKS = 24
const findMs = (homes) => (homes <= 105000 ? 20 : 100)

const rows = []
const f = (n, digits = 1) => n.toFixed(digits)
function row(name, what, floor, ours, unit, reach, more = '') {
	const reached = reach === null ? '' : ours <= reach ? 'reached' : 'MISSED'
	rows.push({ name, what, floor, ours, unit, reach, reached, more })
	console.log(`${name.padEnd(7)} ${what.padEnd(44)} ${(floor === null ? '–' : f(floor, 2)).padStart(8)} ${f(ours, 2).padStart(9)} ${unit.padEnd(3)} ${(floor ? `${f(ours / floor)}×` : '').padStart(6)}  ${(reach === null ? '' : `≤ ${reach}`).padEnd(7)} ${reached.padEnd(8)} ${more}`.trimEnd())
}

/** Processor time of a process so far, ms. */
const cpuMs = (pid) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6

const seconds = async (work) => {
	const begun = performance.now()
	const result = await work()
	return { s: (performance.now() - begun) / 1000, result }
}
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]

/** A cell of its own: Redis, authd, a daemon with screens; `body` gets what it needs. */
async function withCell(body) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-registry-'))
	const redis = new Redis(dir)
	const authd = new Authd(dir)
	const file = path.join(dir, 'pingand.yaml')
	const config = { redis: { socket: redis.socket }, listen: { web: { address: '127.0.0.1:0' }, admin: { address: '127.0.0.1:0' } }, serve: ['screens'], web: { root: '' }, authd: { socket: authd.socket } }
	const daemon = new Child('pingand', program('pingand'), ['--config', file])
	const ctl = async (...more) => (await run(program('pinganctl'), ['--config', file, ...more], { maxBuffer: 64 << 20 })).stdout
	writeFileSync(file, JSON.stringify(config))
	try {
		await redis.start()
		// A rewrite of the file is Redis' own affair, and would be in some runs and not in others.
		await redis.cli('config', 'set', 'auto-aof-rewrite-percentage', '0')
		await authd.start()
		daemon.start()
		const admin = Number((await daemon.logged(/ev=LISTENING for=admin .*port=(\d+)/))[1])
		const web = Number((await daemon.logged(/ev=LISTENING for=web .*port=(\d+)/))[1])
		const state = async () => JSON.parse((await request(admin, '/readyz')).body)
		const metrics = () => request(admin, '/metrics')
		await until(async () => (await request(admin, '/readyz').catch(() => ({}))).status === 200, { what: 'the daemon is ready', child: daemon, limitMs: 120000 })
		return await body({ dir, redis, daemon, ctl, state, metrics, door: { origin: `http://127.0.0.1:${web}`, ports: { web }, child: daemon } })
	} finally {
		const faults = [...(await daemon.finish()), ...(await authd.child.finish()), ...(await redis.child.finish())]
		rmSync(dir, { recursive: true, force: true })
		if (faults.length) throw new Error(faults.join('\n'))
	}
}

/** The longest turns of the loop since the last look, ms: by the wall clock, and in processor time with the events before it. */
async function longest(cell) {
	const text = (await cell.metrics()).body
	const of = (name) => Number(text.match(new RegExp(`^${name} (\\S+)$`, 'm'))[1]) / 1000
	return { wall: of('pingan_loop_longest_turn_us'), cpu: of('pingan_loop_longest_turn_processor_us') }
}

function turns({ wall, cpu }, name) {
	row(name, 'longest turn of the loop meanwhile', null, wall, 'ms', TURN_MS)
	row(name, 'most processor time of a turn', null, cpu, 'ms', TURN_MS, 'with the events before it')
}

/** Until the daemon has read all that the log has. */
async function caughtUp(cell) {
	const newest = Number((await cell.redis.cli('xrevrange', 'pa:log', '+', '-', 'COUNT', '1')).split('-')[0])
	await until(async () => (await cell.state()).newest >= newest, { what: 'the daemon has read the log', child: cell.daemon, limitMs: 300000 })
}

async function imports(cell, homes) {
	const files = tables(cell.dir, homes)
	let all = 0
	let floors = 0
	await longest(cell)
	for (const kind of ORDER) {
		const { s, result } = await seconds(() => cell.ctl('import', kind, files[kind]))
		const lines = Number(result.match(/^(\d+) entered/)[1])
		// As many commits of records as large: of residents and contacts one for each home, of whatever size it has by then.
		const commits = kind === 'areas' ? lines : homes
		const sample = kind === 'devices' ? `pa:device:${home(7).device}` : kind === 'areas' ? 'pa:area:4401' : `pa:household:${home(7).id}`
		const size = Number(await cell.redis.cli('hstrlen', sample, 'body'))
		const bare = JSON.parse((await run(path.join(build, 'tests/bench/bench_commit'), ['--redis', cell.redis.socket, '--prefix', `floor${kind}:`, '--plain', '--in-flight', '512', '--links', '4', '--count', String(Math.min(commits, 100000)), '--body', String(size), '--event', '80'])).stdout)
		const floor = commits / bare.per_second
		row('import', `${kind}: ${lines} rows, ${commits} records`, floor, s, 's', null)
		all += s
		floors += floor
		await cell.redis.cli('eval', "redis.call('unlink', KEYS[1])", '1', `floor${kind}:log`)
	}
	row('import', `${homes} homes, all tables`, floors, all, 's', Math.round((IMPORT_S * homes) / 105000))
	const { s } = await seconds(() => caughtUp(cell))
	row('import', 'then, until the daemon has read it all', null, s, 's', null)
	turns(await longest(cell), 'import')
	return files
}

async function exports_(cell, homes, files) {
	let all = 0
	let floors = 0
	for (const kind of ORDER) {
		const out = path.join(cell.dir, `${kind}.out.csv`)
		const { s } = await seconds(() => cell.ctl('export', kind, out))
		const bare = JSON.parse((await run(path.join(build, 'tests/bench/bench_read'), ['--redis', cell.redis.socket, '--match', kind === 'devices' ? 'pa:device:*' : kind === 'areas' ? 'pa:area:*' : 'pa:household:*'])).stdout)
		row('export', `${kind}: ${Math.round(statSync(out).size / 1024)} KiB`, bare.took_s, s, 's', null)
		all += s
		floors += bare.took_s
	}
	row('export', `${homes} homes, all tables`, floors, all, 's', Math.round((IMPORT_S * homes) / 105000))
	turns(await longest(cell), 'export')
	// A second look at the largest: nothing is to be done.
	const { s, result } = await seconds(() => cell.ctl('import', 'homes', files.homes, '--dry-run'))
	if (!result.startsWith(`0 to be entered, 0 to be changed, ${homes} there`)) throw new Error(result)
	row('import', 'homes once more, all there already', null, s, 's', null)
}

/** The whole audit chain, and by it every record: beside it the bare reading of the records. */
async function verify(cell) {
	const bare = JSON.parse((await run(path.join(build, 'tests/bench/bench_read'), ['--redis', cell.redis.socket, '--match', 'pa:*:*'])).stdout)
	await longest(cell)
	const { s, result } = await seconds(() => cell.ctl('audit', 'verify', '--json'))
	const found = JSON.parse(result)
	if (found.findings !== 0) throw new Error(result)
	row('verify', `${found.entries} audit entries and the records`, bare.took_s, s, 's', null)
	turns(await longest(cell), 'verify')
}

async function finds(cell, homes) {
	// A person may ask ten times a second: there are many, who ask in turns.
	const password = path.join(cell.dir, 'password')
	const people = path.join(cell.dir, 'people.csv')
	writeFileSync(password, 'bench-of-the-registry-1\n')
	await cell.ctl('user', 'add', 'bench', '--name', '测', '--role', 'operator', '--area', '4401', '--password-file', password)
	const [, hash] = (await cell.ctl('export', 'people', '-', '--with-private')).match(/(\$argon2id\$[^"]+)/)
	writeFileSync(people, `account,name,role,areas,password_hash\n${Array.from({ length: DESKS }, (_, n) => `desk${n},测,operator,4401,"${hash}"\n`).join('')}`)
	await cell.ctl('import', 'people', people)
	await caughtUp(cell)
	const ends = []
	const desks = []
	for (let n = 0; n < DESKS; n++) desks.push(await Screen.open({ after: (end) => ends.push(end) }, cell.door, await login(cell.door, `desk${n}`, 'bench-of-the-registry-1')))
	let turn = 0
	/** Asks at the next desk; {s, reply}. */
	async function ask(what) {
		for (;;) {
			const begun = performance.now()
			const reply = await desks[turn++ % DESKS].request('find', { text: what })
			if (reply.result !== proto.Result.RATE) return { ms: performance.now() - begun, reply }
			await new Promise((later) => setTimeout(later, 50))
		}
	}
	await until(async () => (await ask('g0000001')).reply.found?.incomplete === false, { what: 'all texts are made', child: cell.daemon, limitMs: 300000 })
	const pick = (n) => home((n * 7919 + 13) % homes)
	const trips = []
	for (let n = 0; n < FINDS; n++) {
		trips.push((await ask('z')).ms) // refused at once: too short
	}
	trips.sort((a, b) => a - b)
	const kinds = {
		'number that is calling, +86': (h) => `+86 ${h.phone.slice(1)}`,
		'number of the home': (h) => h.phone,
		'number of a contact': (h) => h.contacts[1].phone,
		'name': (h) => h.residents[0].name,
		'two characters of a name': (h) => h.residents[0].name.slice(0, 2),
		'pinyin': (h) => h.residents[0].pinyin,
		'initials': (h) => h.residents[0].initials,
		'address, with the number': (h) => h.address.slice(h.address.indexOf(h.street)),
		'address, the street alone': (h) => h.street,
		'unit': (h) => h.device,
		'resident number': (h) => h.residents[0].id,
		'nothing like it': (h) => `没有${h.phone}`,
	}
	let worst = { wall: 0, cpu: 0 }
	for (const [what, of] of Object.entries(kinds)) {
		const took = []
		let missed = 0
		await longest(cell)
		const begun = cpuMs(cell.daemon.pid)
		for (let n = 0; n < FINDS; n++) {
			const h = pick(n)
			const { ms, reply } = await ask(of(h))
			took.push(ms)
			if (!reply.found) throw new Error(`${what}: refused (${reply.result})`)
			const { list, more } = reply.found
			missed += what !== 'nothing like it' && !more && !list.some((one) => one.household === h.id)
		}
		const used = (cpuMs(cell.daemon.pid) - begun) / FINDS
		const now = await longest(cell)
		worst = { wall: Math.max(worst.wall, now.wall), cpu: Math.max(worst.cpu, now.cpu) }
		took.sort((a, b) => a - b)
		row('N14', `${what}, p99`, at(trips, 0.99), at(took, 0.99), 'ms', findMs(homes), `p50 ${f(at(took, 0.5), 2)} ms, longest turn ${f(now.wall)} ms (${f(now.cpu)} of the processor), processor time a search ${f(used, 2)} ms${missed ? `, ${missed} NOT FOUND` : ''}`)
		if (missed) process.exitCode = 1
	}
	turns(worst, 'N14')
	for (const end of ends) end()
}

for (const homes of SIZES) {
	for (let n = 0; n < RUNS; n++) {
		console.log(`\n${homes.toLocaleString('en')} homes${RUNS > 1 ? `, run ${n + 1}` : ''}\n${''.padEnd(52)} ${'floor'.padStart(8)} ${'ours'.padStart(9)}`)
		await withCell(async (cell) => {
			const files = await imports(cell, homes)
			await exports_(cell, homes, files)
			await verify(cell)
			if (n === 0) await finds(cell, homes)
		})
	}
}
if (args.includes('--json')) console.log(JSON.stringify(rows))
