// Units that fall silent, on two daemons and a real Redis: whoever heard a unit last, it is found when its time is over, and no
// sooner; and after an absence of ours those that do not come back are one list, to be called.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'

import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind } = common
const { Result } = proto
const CLASS_S = 30
const LONG = { limitMs: 120_000 }

/** Two daemons that call a native unit silent after three heartbeats of ten seconds. */
function start(t) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-silent-'))
	const policy = path.join(dir, 'policy.yaml')

	t.after(() => rmSync(dir, { recursive: true }))
	writeFileSync(policy, `silent_native_s: ${CLASS_S}\n`)
	return Cell.start(t, { demo: { homes: 10 }, daemons: 2, config: { heartbeat_s: 10, policy_file: policy } })
}

/** A unit that beats every few seconds until it is told to fall silent. */
async function beating(t, daemon, home) {
	const unit = await Unit.connect(t, daemon, home)
	const timer = setInterval(() => unit.closed || unit.send('heartbeat', { seq: 1, batteryPct: 77, mains: true }), 2000)

	t.after(() => clearInterval(timer))
	unit.fallSilent = () => {
		clearInterval(timer)
		unit.end()
	}
	return unit
}

const seen = async (cell, device) => Number(await cell.redis.cli('zscore', 'pa:seen', device))

/** Where this unit is listed as silent: the row, and its entry there; null = nowhere. */
async function listed(desk, device) {
	for (const row of [...desk.rows.values()].filter((r) => r.kind === Kind.LINK && r.outNow > 0)) {
		const { result, out } = await desk.ask('outList', { incident: row.id, from: 0 })
		// The row may be over by the time that its list is asked for.
		if (result === Result.NOT_FOUND) continue
		assert.equal(result, Result.OK)
		const entry = out.list.find((d) => d.device === device)
		if (entry) return { row, entry }
	}
	return null
}

test('a unit is found silent whichever daemon heard it last, with its last time, and leaves the list when it is heard', async (t) => {
	const cell = await start(t)
	const [one, two] = cell.daemons
	const desk = await Screen.open(t, one, await cell.login('sup01', { daemon: one }))
	const [mine, other] = cell.homes
	await beating(t, one, other)
	const first = await beating(t, one, mine)
	first.fallSilent()
	const second = await beating(t, two, mine)
	await second.beat()
	const device = mine.device
	await until(async () => (await seen(cell, device)) > 0, { what: 'the store knows that it was heard' })
	await second.beat()
	second.fallSilent()
	const { row, entry } = await until(() => listed(desk, device), { what: 'it is on a list', ...LONG })
	assert.equal(row.areaWide, true)
	const heard = await seen(cell, device)
	assert.equal(Number(entry.heardMs), heard, 'and when it was heard last, by the other daemon')
	const late = Number(entry.sinceMs) - heard - CLASS_S * 1000
	assert.ok(late >= 0, `not before its time is over: ${late} ms`)
	assert.equal(await listed(desk, other.device), null, 'whoever beats is on no list')
	const third = await beating(t, one, mine)
	await third.beat()
	await until(async () => (await listed(desk, device)) === null, { what: 'it is off the list' })
})

test('what the daemons could not hear is no silence; who does not come back may have pressed, and is listed as such', async (t) => {
	const cell = await start(t)
	const [one, two] = cell.daemons
	const [back, gone] = cell.homes
	const a = await beating(t, one, back)
	const b = await beating(t, two, gone)
	await a.beat()
	await b.beat()
	await until(async () => (await seen(cell, back.device)) > 0 && (await seen(cell, gone.device)) > 0, { what: 'both were heard' })
	await Promise.all([one.kill(), two.kill()])
	b.fallSilent()
	const quiet = Date.now() + 4000
	await until(() => Date.now() > quiet, { what: 'nobody hears for a while' })
	await Promise.all([one.start(), two.start()])
	a.fallSilent()
	await beating(t, two, back)
	const desk = await Screen.open(t, one, await cell.login('sup01', { daemon: one }))
	const { row, entry } = await until(() => listed(desk, gone.device), { what: 'the one that is gone', ...LONG })
	assert.equal(row.away, true, 'it may have pressed while nobody heard')
	assert.ok(Number(entry.heardMs) > 0)
	assert.equal(await listed(desk, back.device), null, 'the one that is back is on no list')
})
