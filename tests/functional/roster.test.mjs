// Rosters from the command line to the screens: the week of an area, who is on call, gaps, absences, swaps, a duty that is proved.
import assert from 'node:assert/strict'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { Cell, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'

const { ShiftPost, SwapState } = common
const { Result } = proto
const AREA = '440190001'
const lines = (out) =>
	out
		.trim()
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => JSON.parse(line))
const roster = async (cell, ...words) => lines(await ok(cell, 'roster', ...words, '--json'))

/** The week: all day cg01 (one needed); all night nobody; the duty phone. */
async function week(t, options = {}) {
	const cell = await Cell.start(t, { demo: { homes: 20 }, ...options })
	await ok(cell, 'roster', 'template', 'add', AREA, '--on', 'daily', '--from', '00:00', '--to', '24:00', '--people', 'cg01')
	await ok(cell, 'roster', 'template', 'add', AREA, '--on', 'daily', '--from', '00:00', '--to', '00:00', '--post', 'duty_phone', '--people', 'op01,op02')
	return cell
}

test('the week of an area is entered, looked at, changed and ended', async (t) => {
	const cell = await week(t)
	assert.deepEqual(
		(await roster(cell, 'template', 'list', AREA)).map((s) => [s.slot, s.on, s.minutes, s.post, s.skill, s.need, s.people.join(' ')]),
		[
			[1, 'daily', 1440, 'field', 'care', 1, 'cg01'],
			[2, 'daily', 1440, 'duty_phone', '', 1, 'op01 op02']
		]
	)
	await ok(cell, 'roster', 'template', 'set', AREA, '1', '--people', 'cg01,cg02', '--need', '2')
	const now = await roster(cell, 'now', '--area', AREA)
	assert.deepEqual(now.map((s) => [s.slot, s.need, s.have]), [[1, 2, 2], [2, 1, 2]])
	assert.equal(now[0].people[1].name, '何永康')
	assert.ok((await roster(cell, 'next')).length >= 2)
	// Table for people: the same words.
	assert.match(await ok(cell, 'roster', 'now'), /440190001 +20\d\d-.*field +care +2 +2 cg01 cg02/)
	await ok(cell, 'roster', 'template', 'end', AREA, '2')
	assert.equal((await roster(cell, 'show', AREA, '--days', '2')).filter((s) => s.post === 'duty_phone' && s.from_ms > Date.now()).length, 0)
})

test('what is mistyped is said, and nothing is written', async (t) => {
	const cell = await week(t)
	const add = (...more) => ['roster', 'template', 'add', AREA, '--on', 'daily', '--from', '08:00', '--to', '16:00', ...more]
	await refused(cell, /nobody of this name/, ...add('--people', 'cg0l'))
	await refused(cell, /nobody of this name/, ...add('--skill', 'technician', '--people', 'cg01'))
	await refused(cell, /nobody of this name/, ...add('--people', 'cg07')) // of another sub-district
	await refused(cell, /--post is/, ...add('--post', 'cook'))
	await refused(cell, /--on says/, 'roster', 'template', 'add', AREA, '--on', 'someday', '--from', '08:00', '--to', '16:00')
	await refused(cell, /--from and --to/, 'roster', 'template', 'add', AREA, '--on', 'daily', '--from', '8 o clock', '--to', '16:00')
	await refused(cell, /no such shift/, 'roster', 'template', 'set', AREA, '9', '--need', '1')
	await refused(cell, /division code/, 'roster', 'show', 'here')
	await refused(cell, /there is no such person/, 'roster', 'absence', 'add', 'cg99', '--from', '2030-01-01', '--to', '2030-01-02')
	assert.equal((await ctl(cell, 'roster', 'dance')).code, 2)
	assert.match((await ctl(cell, 'roster', '--help')).out, /template add/)
	assert.equal((await roster(cell, 'template', 'list', AREA)).length, 2)
})

test('an absence is a gap days ahead, on the command line and on the console, until somebody takes the shift', async (t) => {
	const cell = await week(t)
	const sup = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	const state = (fits, what) => until(() => sup.roster !== null && fits(sup.roster), { what })
	await state((r) => r.areas.length === 1 && r.gaps.length === 0, 'no gap')
	const today = Date.now()
	const day = (days) => new Date(today + (days * 24 + 8) * 3600000).toISOString().slice(0, 10)
	await ok(cell, 'roster', 'absence', 'add', 'cg01', '--from', day(2), '--to', day(3), '--reason', 'holiday')
	const gaps = await roster(cell, 'gaps', '--days', '6')
	assert.deepEqual(gaps.map((g) => [g.area, g.slot, g.from, g.until, g.have]), [[AREA, 1, `${day(2)} 00:00`, `${day(3)} 00:00`, 0]])
	await state((r) => r.gaps.length === 1, 'the gap')
	assert.equal(sup.roster.gaps[0].areaName, '榕荫街道')
	assert.equal(sup.roster.gaps[0].post, ShiftPost.POST_FIELD)
	assert.deepEqual((await roster(cell, 'absence', 'list')).map((a) => [a.person, a.absence, a.reason]), [['cg01', 1, 'holiday']])

	// The supervisor looks at the week, and gives that day to another.
	const fromMs = sup.roster.gaps[0].shiftMs
	assert.equal((await sup.ask('rosterLook', { area: AREA, fromMs, days: 1 })).result, Result.OK)
	assert.equal(sup.rosterPage.shifts.filter((s) => s.slot === 1 && s.fromMs === fromMs)[0].people[0].absent, true)
	assert.ok(sup.rosterPage.people.some((p) => p.id === 'cg02'))
	const value = { area: AREA, slot: 1, fromMs, person: 'cg01', takes: 'cg02' }
	assert.equal((await sup.ask('shiftSet', value)).result, Result.OK)
	await state((r) => r.gaps.length === 0, 'no gap any more')
	assert.deepEqual(await roster(cell, 'gaps', '--days', '6'), [])
	await ok(cell, 'roster', 'absence', 'end', 'cg01', '1')
	assert.deepEqual(await roster(cell, 'absence', 'list'), [])
})

test('a swap is asked on one phone, agreed on another, approved from the command line', async (t) => {
	const cell = await week(t)
	await ok(cell, 'roster', 'template', 'add', AREA, '--on', 'weekend', '--from', '08:00', '--to', '16:00', '--people', 'cg02')
	const a = await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver')
	const b = await Screen.open(t, cell.daemon, await cell.login('cg02'), 'caregiver')
	await until(() => a.phone?.shifts.some((s) => s.colleagues.length > 0), { what: 'her shifts' })
	const shift = a.phone.shifts.find((s) => s.colleagues.length > 0)
	assert.deepEqual(shift.colleagues.map((c) => c.id), ['cg02'])
	const ask = { area: AREA, slot: shift.slot, fromMs: shift.fromMs, takes: 'cg02' }
	assert.equal((await a.ask('swapAsk', ask)).result, Result.OK)
	await until(() => b.phone?.swaps.length === 1, { what: 'the question' })
	const { change } = b.phone.swaps[0]
	await refused(cell, /only what both want/, 'roster', 'swap', 'approve', AREA, String(change))
	assert.equal((await b.ask('swapAnswer', { area: AREA, change, yes: true })).result, Result.OK)
	assert.deepEqual((await roster(cell, 'swap', 'list')).map((s) => [s.person, s.takes, s.state]), [['cg01', 'cg02', 'agreed']])
	await ok(cell, 'roster', 'swap', 'approve', AREA, String(change))
	await until(() => a.phone.swaps[0]?.state === SwapState.SWAP_APPROVED, { what: 'told' })
	assert.ok(!a.phone.shifts.some((s) => s.slot === shift.slot && s.fromMs === shift.fromMs))
})

test('a duty is proved when the test offer was answered, and the desk sees it', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 5 } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const phone = await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver')
	const seen = (fits, what) => until(() => fits(desk.presence?.people.find((p) => p.id === 'cg01') ?? {}), { what })
	assert.equal((await phone.ask('duty', { on: true, check: true })).result, Result.OK)
	await until(() => phone.phone?.check !== undefined, { what: 'the test offer' })
	await seen((p) => p.onDuty && !p.proved && !p.checkFailed, 'on duty, not yet proved')
	await cell.daemon.control('advance 4000')
	assert.equal((await phone.ask('dutyAnswer', { madeMs: phone.phone.check.madeMs })).result, Result.OK)
	await seen((p) => p.proved, 'proved')
	await until(() => phone.phone.check.provedMs > 0n, { what: 'and says so' })
	assert.ok(phone.phone.check.tookMs >= 4000)
	assert.match(await ok(cell, 'log', '--since', '1', '--count', '200'), /caregiver:cg01/)
})

test('the demo has a week of shifts, with two gaps to fill, and keeps what was changed in it', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const load = () => ok(cell, 'demo', 'load', '--homes', '20', '--roster')
	await load()
	assert.match(await ok(cell, 'roster', 'template', 'list', AREA), /sat,sun +08:00 16:00 +- +field +care +2 - +cg02/)
	const gaps = (await roster(cell, 'gaps')).map((g) => `${g.area} ${g.have}/${g.need}`)
	assert.ok(gaps.length >= 2 && gaps.length <= 3, gaps.join()) // the shift that runs may be one
	assert.deepEqual([...new Set(gaps)], [`${AREA} 1/2`])
	await ok(cell, 'roster', 'template', 'set', AREA, '2', '--people', 'cg01,cg02')
	await load()
	assert.deepEqual(await roster(cell, 'gaps'), [])
})
