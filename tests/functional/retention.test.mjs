// Rules of retention run by themselves: what people wrote, calls, people who have left and old entries of the log go when their
// time is over, and anybody can read that they went.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'

import { ok } from '../harness/ctl.mjs'
import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto, record, toBinary } from '../harness/proto.mjs'
import { person, recordOf } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Kind, Outcome, Step } = common
const { Result } = proto
const DAY_MS = 86_400_000

/** As if it had been written so long ago: past every daemon, which reads it in Redis all the same. */
function backdate(cell, key, schema, body) {
	return new Promise((done, fail) => {
		const child = execFile('redis-cli', ['-s', cell.redis.socket, '-x', 'hset', `pa:${key}`, 'body'], (error) => (error ? fail(error) : done()))
		child.stdin.end(Buffer.from(toBinary(schema, body)))
	})
}

/** The oldest entries of the log are 300 days older than they are. */
const OLD_LOG = `
	for _, e in ipairs(redis.call('XRANGE', 'pa:log', '-', '+')) do
		local n = tonumber(string.match(e[1], '^%d+'))
		if n <= 40 then e[2][6] = string.format('%d', tonumber(e[2][6]) - 300 * 86400000) end
		redis.call('XADD', 'pa:old', e[1], unpack(e[2]))
	end
	return redis.call('RENAME', 'pa:old', 'pa:log')`

test('what is older than it may be kept goes by itself, rule by rule', async (t) => {
	const cell = await Cell.start(t, {
		demo: { homes: 10 },
		config: { retention: { log_days: 200, notes_days: 30, calls_days: 90, people_days: 60 } },
	})
	const rules = async () => Object.fromEntries((await ok(cell, 'retention', 'show', '--json')).trim().split('\n').map((l) => JSON.parse(l)).map((r) => [r.rule, r]))
	/** All rules run once more: a day has gone by for each. */
	const run = async (ms) => {
		for (const rule of ['log', 'notes', 'calls', 'people']) await cell.redis.cli('del', `pa:retention:${rule}`)
		await cell.daemon.control(`advance ${ms}`)
		await until(async () => Object.values(await rules()).every((r) => r.runs === 1), { what: 'every rule has run', child: cell.daemon.child })
		return rules()
	}
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0009'))
	const press = unit.press({ kind: Kind.SOS })
	const { incident } = await unit.ack(press)
	const key = `incident:${incident.toString(16).padStart(16, '0')}`
	const call = () => recordOf(cell, key, record.IncidentSchema)
	const ago = (days) => BigInt(Date.now() - days * 86_400_000)

	await desk.row((r) => r.id === incident)
	for (const [what, value] of [['claim', {}], ['spoke', {}], ['note', { text: '左腿疼' }], ['close', { outcome: Outcome.FALSE_ALARM }]])
		assert.equal((await desk.ask(what, { incident, ...value })).result, Result.OK, what)
	await unit.step(press, Step.CLOSED)
	await ok(cell, 'user', 'disable', 'cg12')
	const before = await call()
	const gone = await person(cell, 'cg12')
	assert.ok(before.lines.some((l) => l.text.length > 0) && gone.disabledMs > 0n)
	assert.equal((await rules()).notes.runs, 0)

	// Young: every rule runs, ten minutes after the start, and takes nothing.
	const young = await run(620_000)
	assert.deepEqual(Object.values(young).map((r) => [r.taken, r.failed]), [[0, 0], [0, 0], [0, 0], [0, 0]])
	assert.ok(young.notes.looked >= 1 && young.log.looked >= 1 && young.log.daemon.startsWith('d'))
	assert.deepEqual((await call()).lines, before.lines)

	// After a month what was written goes, and what happened stays; whoever has left goes after two.
	await backdate(cell, key, record.IncidentSchema, { ...(await call()), closedMs: ago(31), followUpDueMs: 0n })
	await backdate(cell, 'person:cg12', record.PersonSchema, { ...gone, disabledMs: ago(61) })
	const month = await run(61_000)
	assert.deepEqual([month.notes.taken, month.calls.taken, month.people.taken], [1, 0, 1])
	const later = await call()
	assert.ok(later.lines.length === before.lines.length && later.lines.every((l) => l.text.length === 0))
	assert.deepEqual(later.lines.map((l) => [l.code, l.atMs, l.who]), before.lines.map((l) => [l.code, l.atMs, l.who]))
	const left = await person(cell, 'cg12')
	assert.deepEqual([left.id, left.name, left.phone, left.passwordHash, left.disabled], ['cg12', '', '', '', true])
	assert.notEqual((await person(cell, 'op01')).name, '')

	// After three the call; and the oldest entries of the log, up to where the archive has read.
	await backdate(cell, key, record.IncidentSchema, { ...later, closedMs: ago(91) })
	await cell.redis.cli('eval', OLD_LOG, '0')
	await cell.redis.cli('set', 'pa:archived', '30')
	const third = await run(61_000)
	assert.deepEqual([third.calls.taken, third.log.taken, third.log.failed], [1, 30, 0])
	assert.equal(await cell.redis.cli('exists', `pa:${key}`), '0')
	assert.match(await cell.redis.cli('xrange', 'pa:log', '-', '+', 'count', '1'), /^31-0/)
	assert.match(await ok(cell, 'retention', 'show'), /calls +\d{4}-[^]*people whose account is disabled/)

	// The log goes on, and a daemon that starts now reads all of it.
	await cell.daemon.stop()
	await cell.daemon.start()
	const again = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0010'))
	await again.ack(again.press({ kind: Kind.SOS }))
})
