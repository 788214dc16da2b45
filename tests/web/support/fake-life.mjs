// fake-life.mjs - what the stand-in daemon knows of the whole life of a call: just enough for its screens to be looked at.
// null = not of this sort; else a Reply.
import { common as C, console_ as P, create } from '../../harness/proto.mjs'

const OK = { result: P.Result.OK }
const { LineCode } = C

/** Everything that a person did with one incident. */
export function life(daemon, person, what) {
	const v = what.value
	const row = daemon.rows.get(v.incident)
	const detail = daemon.details.get(v.incident)
	const by = { whoName: person.name }
	const line = (code, more = {}) => daemon.line(v.incident, code, { ...by, ...more })
	const handover = () => detail.handovers.find((h) => h.number === v.handover)
	const done = (more = {}) => {
		daemon.change(v.incident, more)
		return OK
	}
	switch (what.case) {
		case 'hold':
			line(LineCode.LINE_HELD, { number: 180n })
			return done({ holdUntilMs: daemon.now() + 180_000n })
		case 'unhold':
			line(LineCode.LINE_HOLD_OVER)
			return done({ holdUntilMs: 0n })
		case 'transfer': {
			const to = daemon.people.find((p) => p.id === v.to)
			line(LineCode.LINE_TRANSFERRED, { subjectName: to.name, text: v.text })
			return done({ owner: to.id, ownerName: to.name })
		}
		case 'escalate':
			line(LineCode.LINE_ESCALATED, { text: v.text })
			return done({ escalated: true, ringsSupervisor: true })
		case 'handoverOpen':
			detail.handovers.push(
				create(P.DetailHandoverSchema, {
					number: detail.handovers.length + 1,
					service: v.service,
					state: C.HandoverState.HANDOVER_OPEN,
					openedMs: daemon.now(),
					dueMs: daemon.now() + 60_000n,
					channel: C.Channel.VOICE,
					byName: person.name,
				}),
			)
			line(LineCode.LINE_HANDOVER_OPENED, { number: BigInt(v.service), count: detail.handovers.length })
			return done({ handover: C.HandoverState.HANDOVER_OPEN, service: v.service })
		case 'handoverTry':
			handover().tries++
			handover().channel = C.Channel.SECOND_LINE
			line(LineCode.LINE_HANDOVER_TRIED, { number: BigInt(handover().service), channel: v.channel, call: v.result })
			return done()
		case 'handoverTell':
			handover().told |= v.told
			line(LineCode.LINE_HANDOVER_TOLD, { number: BigInt(handover().told) })
			return done()
		case 'handoverConfirm':
			Object.assign(handover(), { state: C.HandoverState.HANDOVER_CONFIRMED, dueMs: 0n, endedMs: daemon.now() })
			line(LineCode.LINE_HANDOVER_CONFIRMED, { number: BigInt(handover().service), text: v.text })
			return done({ handover: C.HandoverState.HANDOVER_NONE })
		case 'handoverCancel':
			Object.assign(handover(), { state: C.HandoverState.HANDOVER_CANCELLED, dueMs: 0n, endedMs: daemon.now() })
			line(LineCode.LINE_HANDOVER_CANCELLED, { number: BigInt(handover().service) })
			return done({ handover: C.HandoverState.HANDOVER_NONE })
		case 'contactAnswered':
			for (const contact of detail.contacts) contact.answer = contact.order === v.contact ? v.answer : 0
			line(LineCode.LINE_CONTACT_ANSWERED, { number: BigInt(v.contact), count: v.answer })
			return done({ contactAnswer: v.answer })
		case 'shelve':
			if (row.class <= 2) return { result: P.Result.CALL_FOR_HELP }
			line(LineCode.LINE_SHELVED, { number: BigInt(v.seconds), text: v.text })
			detail.asideByName = person.name
			return done({ aside: C.Aside.SHELVED, asideUntilMs: daemon.now() + BigInt(v.seconds * 1000) })
		case 'unshelve':
			line(LineCode.LINE_BACK_IN_QUEUE, { number: BigInt(row.aside) })
			return done({ aside: C.Aside.NONE, asideUntilMs: 0n })
		case 'substitute':
			line(LineCode.LINE_SUBSTITUTE, { text: v.text })
			return done({ repairOverdue: false })
		default:
			return apart(daemon, person, what)
	}
}

/** What is about a home, an area or a new incident. */
function apart(daemon, person, what) {
	const v = what.value
	switch (what.case) {
		case 'openManual': {
			const id = 0xa100900n + BigInt(daemon.rows.size)
			daemon.raise(
				{ id, number: 'A100900', class: 1, kind: v.kind, resident: '陈秀英', age: 86, area: '六榕街', drill: v.drill },
				{ household: v.household, lines: [{ code: LineCode.LINE_DRILL, atMs: daemon.now(), whoName: person.name }] },
			)
			return { ...OK, incident: id }
		}
		case 'find': {
			const list = [
				{ household: 'h0001', resident: '陈秀英', age: 86, area: '六榕街', street: '中山四路', keys: '陈秀英 chenxy' },
				{ household: 'h0003', resident: '梁玉珍', age: 72, area: '沙面街', street: '宝华路', keys: '梁玉珍' },
				{ household: 'h0004', resident: '梁伯', age: 80, area: '沙面街', street: '珠玑路', keys: '梁伯' },
			]
			return { ...OK, found: { list: list.filter((home) => home.keys.includes(v.text)).map(({ keys: _, ...home }) => home) } }
		}
		case 'onTest':
			for (const detail of daemon.details.values())
				if (detail.household === v.household || detail.row.device === v.device) {
					detail.onTestUntilMs = v.seconds === 0 ? 0n : daemon.now() + BigInt(v.seconds * 1000)
					daemon.change(detail.incident, {})
				}
			return OK
		case 'stormBegin':
			daemon.storms.push({
				area: v.area,
				areaName: daemon.stormAreas.find((a) => a.area === v.area).name,
				kinds: v.kinds,
				fromMs: daemon.now(),
				untilMs: daemon.now() + BigInt(v.seconds * 1000),
				byName: person.name,
				reason: v.text,
				heldBack: 12,
			})
			daemon.tellStorms()
			return OK
		case 'stormEnd':
			Object.assign(
				daemon.storms.find((s) => s.area === v.area && s.endedMs === undefined),
				{ endedMs: daemon.now(), endedByName: person.name, returned: 12 },
			)
			daemon.tellStorms()
			return OK
		case 'outList':
			return { ...OK, out: { from: v.from, total: daemon.out.length, list: daemon.out.slice(v.from, v.from + 50) } }
		default:
			return null
	}
}
