// devices.mjs - `./dev bench devices`: rows N1 to N3 and N6 to N10 of the numbers to reach, each beside what this machine can
// do at best, measured in the same run: bare commits of the same bytes at the same number in flight, and a TCP round trip
// (N1 to N3, N9); a server that answers and does nothing else (N6, N7), with the same TLS (N8).
//
//   --runs=N       runs of each row; medians are printed, and the noise (5)
//   --minutes=N    ends within so many: on a slow machine rows have fewer runs, and say how many (9)
//   --only=N1,N6   these rows only
//   --homes=N      of N9 and N10 (105000); they are played once each
//   --json         one line of JSON at the end too
//
// Ratios count: these machines vary. A number that is missed is called so.
import { bareCommits, cpu, endsWithin, HOMES_A_DAEMON, likePress, median, memory, noise, play, withBare, withCell } from './lib/devices.mjs'

const args = process.argv.slice(2)
const text = (name, otherwise) => args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? otherwise
const RUNS = Number(text('--runs', 5))
const MINUTES = Number(text('--minutes', 9))
const CITY = Number(text('--homes', 105000))
const only = text('--only', '').split(',').filter(Boolean)
const wanted = (row) => only.length === 0 || only.includes(row)
const LINKS = 15000 // of N6 to N8
const HOMES = 18064 // of N1 to N8: as many as there are presses in a run, each from a home of its own
const CITY_S = 90 // what N9 and N10 take, and are given

const rows = []
const f = (number, digits = 2) => (number >= 100 ? number.toFixed(0) : number.toFixed(digits))
/** One line; `reach` is the most (or, with `least`, the least) that the ratio may be. */
function row(name, what, floor, ours, unit, ratio, reach, { least = false, spread = '', more = '', runs = 1, ok = true } = {}) {
	const reached = ok && (least ? ratio >= reach : ratio <= reach) ? 'reached' : 'MISSED'
	rows.push({ name, what, floor, ours, unit, ratio, reach, reached, noise: spread, runs, more })
	console.log(`${name.padEnd(4)} ${what.padEnd(46)} ${f(floor).padStart(8)} ${f(ours).padStart(8)} ${unit.padEnd(9)} ${f(ratio).padStart(6)}  ${`${least ? '≥' : '≤'} ${reach}`.padEnd(8)} ${reached.padEnd(8)} ${String(runs).padStart(4)}  ${spread.padEnd(6)} ${more}`.trimEnd())
}

/* The time that is left is shared by the groups of rows that are still to come; one run of each there always is. */
const leftMs = () => MINUTES * 60000 - performance.now()
let groups = ['N1', 'N2', 'N2', 'N2', 'N3', 'N6', 'N6', 'N8'].filter((name) => wanted(name) || (name === 'N6' && wanted('N7'))).length

async function many(once) {
	const runs = []
	const share = (leftMs() - ['N9', 'N10'].filter(wanted).length * CITY_S * 1000) / groups--
	const began = performance.now()
	for (let n = 0; n < RUNS; n++) {
		if (n > 0 && ((performance.now() - began) * (n + 1)) / n > share) break
		runs.push(await once(n))
	}
	return { runs: runs.length, of: (pick) => median(runs.map(pick)), noise: (pick) => noise(runs.map(pick)) }
}

/* ---------------------------------------------------------------- N1 to N3: presses */

/** So many presses, each from a home of its own, `inFlight` at once; and as many bare commits of the same bytes. */
async function presses(inFlight, total, { trip = false } = {}) {
	return many(async (n) => {
		const round = trip ? await withBare({ homes: HOMES }, (bare) => play(bare, 'beat-loop', { homes: 64, spread: 0, options: ['--total', total] })) : null
		return withCell({ homes: HOMES }, async (cell) => {
			// The first presses warm both ends, and show what a commit of the daemon's carries.
			await play(cell, 'press-loop', { homes: 64, spread: 0, options: ['--total', 64, '--seed', 1000 + n] })
			const like = await likePress(cell.redis)
			const floor = async () => {
				const begun = cpu([cell.redis.child.pid])
				const result = await bareCommits(cell.redis.socket, inFlight, total, like)
				return { ...result, redis: ((cpu([cell.redis.child.pid]) - begun) * 1e6) / total }
			}
			const before = await floor()
			let begun
			const used = () => ({ daemon: cpu(cell.pids), redis: cpu([cell.redis.child.pid]) })
			const ours = await play(cell, 'press-loop', { homes: total + 64, spread: 1, options: ['--in-flight', inFlight, '--total', total, '--seed', n + 1], onLinked: () => (begun = used()) })
			const ended = used()
			const after = await floor()
			if (!ours.ok) throw new Error(`presses were lost: ${JSON.stringify(ours)}`)
			return {
				floor50: (before.p50_us + after.p50_us) / 2000 + (round?.beat.p50_ms ?? 0),
				floor99: (before.p99_us + after.p99_us) / 2000 + (round?.beat.p99_ms ?? 0),
				ours50: ours.press.p50_ms,
				ours99: ours.press.p99_ms,
				floorRate: (before.per_second + after.per_second) / 2,
				rate: ours.press.count / ours.took_s,
				daemonUs: ((ended.daemon - begun.daemon) * 1e6) / total,
				redisUs: ((ended.redis - begun.redis) * 1e6) / total,
				floorRedisUs: (before.redis + after.redis) / 2,
			}
		})
	})
}

const pressRow = (name, what, r) => {
	const spread = (of) => ({ runs: r.runs, spread: r.noise(of) })
	row(name, `${what}, p50`, r.of((one) => one.floor50), r.of((one) => one.ours50), 'ms', r.of((one) => one.ours50 / one.floor50), 1.3, spread((one) => one.ours50 / one.floor50))
	row(name, `${what}, p99`, r.of((one) => one.floor99), r.of((one) => one.ours99), 'ms', r.of((one) => one.ours99 / one.floor99), 1.5, spread((one) => one.ours99 / one.floor99))
}

async function n3() {
	const r = await presses(4000, 18000)
	const rate = r.of((one) => one.rate)
	row('N3', 'alarms a second, 4,000 in flight', r.of((one) => one.floorRate), rate, '/s', r.of((one) => one.rate / one.floorRate), 0.75, {
		least: true,
		runs: r.runs,
		spread: r.noise((one) => one.rate / one.floorRate),
		more: `${rate >= 35000 ? '35,000/s reached' : '35,000/s (of a quiet machine) MISSED'}; processor time an alarm: daemon ${f(r.of((one) => one.daemonUs), 1)} µs, Redis ${f(r.of((one) => one.redisUs), 1)} µs, bare ${f(r.of((one) => one.floorRedisUs), 1)} µs`,
	})
}

/* ---------------------------------------------------------------- N6: heartbeats */

/** Processor time a heartbeat, µs; and memory a link, once they have all beaten. */
async function beats(server, tls) {
	const empty = memory(server.pids)
	let begun, ended, held
	const r = await play(server, 'beat', {
		homes: LINKS,
		tls,
		spread: tls ? 6 : 2,
		options: ['--beats', 6, '--seconds', 3, '--processes', 2],
		onLinked: () => (begun = cpu(server.pids)),
		onDone: () => {
			ended = cpu(server.pids)
			held = memory(server.pids)
		},
	})
	if (!r.ok) throw new Error(`links were lost: ${JSON.stringify(r)}`)
	return { us: ((ended - begun) * 1e6) / r.beats.answered, bytes: (held - empty) / LINKS, p99: r.beat.p99_ms }
}

async function n6n7(tls) {
	const r = await many(async () => ({
		bare: await withBare({ homes: HOMES, tls }, (server) => beats(server, tls)),
		ours: await withCell({ homes: HOMES, tls }, (server) => beats(server, tls)),
	}))
	const what = tls ? 'TLS' : 'plain'
	if (wanted('N6')) row('N6', `processor time a heartbeat, ${what}, 15,000 links`, r.of((one) => one.bare.us), r.of((one) => one.ours.us), 'µs', r.of((one) => one.ours.us / one.bare.us), 1.3, { runs: r.runs, spread: r.noise((one) => one.ours.us / one.bare.us) })
	if (!wanted('N7')) return
	const bytes = r.of((one) => one.ours.bytes)
	if (tls) row('N7', 'memory of an idle link, TLS', r.of((one) => one.bare.bytes), bytes, 'bytes', r.of((one) => one.ours.bytes / one.bare.bytes), 1.1, { runs: r.runs, spread: r.noise((one) => one.ours.bytes) })
	else row('N7', 'memory of an idle link, plain', r.of((one) => one.bare.bytes), bytes, 'bytes', bytes / 600, 1, { runs: r.runs, spread: r.noise((one) => one.ours.bytes), more: 'of 600 bytes' })
}

/* ---------------------------------------------------------------- N8: everybody comes back */

async function storm(server, pressing) {
	let begun, ended
	const r = await play(server, 'reconnect-storm', {
		homes: LINKS,
		tls: true,
		spread: 6,
		options: ['--presses', pressing, '--seconds', 3, '--processes', 2],
		onLinked: () => (begun = cpu(server.pids)),
		onDone: () => (ended = cpu(server.pids)),
	})
	if (!r.ok) throw new Error(`not all came back: ${JSON.stringify(r)}`)
	return { rate: (r.connects - LINKS) / (ended - begun), p99: r.press.p99_ms, took: r.took_s, back99: r.back.p99_ms }
}

async function n8() {
	const r = await many(async () => ({
		bare: await withBare({ homes: HOMES, tls: true }, (server) => storm(server, 0)),
		ours: await withCell({ homes: HOMES, tls: true }, (server) => storm(server, 150)),
	}))
	row('N8', 'handshakes (PSK) per core-second', r.of((one) => one.bare.rate), r.of((one) => one.ours.rate), '/core-s', r.of((one) => one.ours.rate / one.bare.rate), 0.85, { least: true, runs: r.runs, spread: r.noise((one) => one.ours.rate / one.bare.rate) })
	row('N8', 'press meanwhile, p99', 10, r.of((one) => one.ours.p99), 'ms', r.of((one) => one.ours.p99) / 10, 1, { runs: r.runs, spread: r.noise((one) => one.ours.p99), more: `of 10 ms; all back after ${f(r.of((one) => one.ours.took))} s` })
}

/* ---------------------------------------------------------------- N9, N10: the whole city */

async function city(scenario, options, print) {
	const daemons = Math.ceil(CITY / (HOMES_A_DAEMON - 1500)) // the kernel does not spread links quite evenly
	if (leftMs() < CITY_S * 1000 && rows.length > 0) {
		console.log(`     ${scenario} with ${CITY.toLocaleString('en')} homes left out: ${Math.round(leftMs() / 1000)} s are left`)
		return
	}
	await withCell({ homes: CITY, daemons, heartbeat_s: 60 }, async (cell) => {
		const like = { body: 220, event: 160, outbox: 2 }
		const before = await bareCommits(cell.redis.socket, 4000, 20000, like)
		const r = await play(cell, scenario, { homes: CITY, spread: 20, options: ['--timeout', 60, ...options] })
		const after = await bareCommits(cell.redis.socket, 4000, 20000, like)
		const more = `${r.linked} of ${r.homes} homes on ${daemons} daemons (all after ${f(r.linked_s)} s), ${r.beats.answered} of ${r.beats.sent} heartbeats answered meanwhile, ${r.alarms.stored} of ${r.alarms.raised} alarms stored, ${r.alarms.repeats} repeats, ${r.lost} links lost`
		print(r, (before.per_second + after.per_second) / 2, { ok: r.ok, more })
	})
}

endsWithin(MINUTES + 1)
console.log(`medians of up to ${RUNS} runs; noise: half the range of the ratio`)
console.log('row  what                                              floor     ours            ratio  reach             runs  noise')
if (wanted('N1')) pressRow('N1', 'press to acknowledged, one at a time', await presses(1, 2000, { trip: true }))
if (wanted('N2')) for (const inFlight of [10, 100, 1000]) pressRow('N2', `${inFlight.toLocaleString('en')} pressing in a closed loop`, await presses(inFlight, Math.max(4000, inFlight * 15)))
if (wanted('N3')) await n3()
if (wanted('N6') || wanted('N7')) for (const tls of [false, true]) await n6n7(tls)
if (wanted('N8')) await n8()
if (wanted('N9'))
	await city('press-all', [], (r, floor, { ok, more }) => {
		row('N9', `${CITY.toLocaleString('en')} homes press at once, last one stored`, CITY / floor, r.took_s, 's', (r.took_s * floor) / CITY, 1.5, { ok, more })
	})
if (wanted('N10'))
	await city('power-cut', ['--presses', Math.ceil(CITY / 150)], (r, floor, { ok, more }) => {
		row('N10', `presses among ${CITY.toLocaleString('en')} power cuts, p99`, 20, r.press.p99_ms, 'ms', r.press.p99_ms / 20, 1, { ok, more: `of 20 ms; ${more}` })
	})
if (args.includes('--json')) console.log(JSON.stringify({ bench: 'devices', runs: RUNS, minutes: MINUTES, homes: CITY, rows }))
process.exit(0)
