// stage.mjs - a story told to real daemons: the people of the demo under the simulator's names, one home, and the timeline of
// its incident in the words of tests/data/stories.
//
//   const s = await Stage.set(t)                // two daemons: the device on the first, the consoles on the second
//   await s.press()                             // until stored, and on both consoles
//   await s.ok('op0', 'claim')
//   await s.pass(30000)                         // every clock
//   await s.line(LineCode.LINE_RETURNED, { within: 45000 })
//   await s.tells('returned')                   // the timeline is what stands in tests/data/stories/returned.txt
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { Cell, root, until } from './index.mjs'
import { common, console_ as proto, record } from './proto.mjs'
import { recordOf } from './registry.mjs'
import { Screen } from './screen.mjs'
import { Unit } from './unit.mjs'

const { LineCode } = common
const { Result } = proto

/** The simulator's names of the people of the demo. */
const NAMES = { op01: 'op0', sup01: 'op1', cg01: 'cg0', cg02: 'cg1' }
export const PEOPLE = Object.fromEntries(Object.entries(NAMES).map(([demo, name]) => [name, demo]))
// So far the clocks move at once: daemons prove that they live every second, consoles are missed after nine.
const STEP_MS = 1500

export class Stage {
	static async set(t, { daemons = 2 } = {}) {
		const stage = new Stage()
		const cell = await Cell.start(t, { demo: { homes: 10 }, daemons })
		const [one, two] = [cell.daemons[0], cell.daemons.at(-1)]
		Object.assign(stage, { t, cell, one, two, people: {} })
		for (const [name, daemon, page] of [['op0', two, 'console'], ['op1', two, 'console'], ['cg0', one, 'caregiver'], ['cg1', two, 'caregiver']])
			stage.people[name] = await Screen.open(t, daemon, await cell.login(PEOPLE[name], { daemon }), page)
		for (const name of ['cg0', 'cg1']) await stage.ok(name, 'duty', { on: true })
		stage.unit = await Unit.connect(t, one, cell.homes.find((h) => h.household === 'h0009'))
		stage.incident = null
		return stage
	}

	/** Presses until the device has its Ack and both consoles show it. */
	async press(fields) {
		this.alarm = this.unit.press(fields)
		this.incident ??= (await this.unit.ack(this.alarm)).incident
		assert.equal((await this.unit.ack(this.alarm)).incident, this.incident)
		for (const desk of ['op0', 'op1']) await this.people[desk].row((r) => r.id === this.incident)
	}

	async ask(who, what, value = {}) {
		return (await this.people[who].ask(what, { incident: this.incident, ...value })).result
	}

	async ok(who, what, value) {
		assert.equal(await this.ask(who, what, value), Result.OK, `${who}: ${what}`)
	}

	/** Everybody who is there says so. */
	async beat() {
		for (const screen of Object.values(this.people)) {
			if (screen.ended) continue
			const before = screen.history.filter((m) => m.case === 'heartbeat').length
			screen.send({ case: 'heartbeat', value: { screenMs: 1n, visible: true } })
			await until(() => screen.history.filter((m) => m.case === 'heartbeat').length > before, { what: 'a heartbeat comes back' })
		}
		if (!this.unit.closed) await this.unit.beat()
	}

	/** Time passes for all daemons alike. */
	async pass(ms) {
		for (let left = ms; left > 0; left -= STEP_MS) {
			const step = Math.min(left, STEP_MS)
			await Promise.all(this.cell.daemons.filter((d) => d.child.running).map((d) => d.control(`advance ${step}`)))
			await this.beat()
		}
	}

	/** Until the record has a line like this; its clock is moved meanwhile when `within` says for how long. */
	async line(code, { within = 0, count = 1 } = {}) {
		const there = async () => (await this.body()).lines.filter((l) => l.code === code).length >= count
		for (let left = within; left > 0 && !(await there()); left -= STEP_MS) await this.pass(STEP_MS)
		await until(there, { what: `a line ${LineCode[code]}` })
	}

	async body() {
		return recordOf(this.cell, `incident:${this.incident.toString(16).padStart(16, '0')}`, record.IncidentSchema)
	}

	/** The timeline as tests/data/stories has it. */
	async timeline() {
		const name = (id) => NAMES[id] ?? (id === this.unit.home.device ? 'home' : id)
		const lines = (await this.body()).lines.map((l) =>
			[
				LineCode[l.code].replace('LINE_', '').toLowerCase().replaceAll('_', ' '),
				l.who && `by ${name(l.who)}`,
				l.subject && name(l.subject),
				l.number && `#${l.number}`,
				l.job && `job ${l.job}`,
				l.count && `(${l.count})`,
			]
				.filter(Boolean)
				.join(' '),
		)
		return sorted(lines)
	}

	/** The offer is there, is taken, and becomes the job in hand. */
	async accept(who) {
		await this.people[who].phoneShows((p) => p.offers.length === 1, 'the offer')
		await this.ok(who, 'answer', { job: this.people[who].phone.offers[0].job, accept: true })
		await this.people[who].phoneShows((p) => p.job, 'the job')
	}

	progress(who, to, more) {
		return this.ok(who, 'progress', { job: this.people[who].phone.job.job, to, ...more })
	}

	async tells(story) {
		const file = path.join(root, 'tests/data/stories', `${story}.txt`)
		const wanted = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
		assert.deepEqual(await this.timeline(), wanted, `as ${story}.txt tells it`)
	}
}

/** Whom a wave asks first depends on where they live: lines of the same kind that stand together are put in order. */
function sorted(lines) {
	const kind = (line) => line.match(/^(offered|offer called|offer expired|offer withdrawn)\b/)?.[0]
	const result = []
	for (let at = 0; at < lines.length; ) {
		let end = at + 1
		while (end < lines.length && kind(lines[at]) !== undefined && kind(lines[end]) === kind(lines[at])) end++
		result.push(...lines.slice(at, end).sort())
		at = end
	}
	return result
}

