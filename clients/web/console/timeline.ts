/* timeline.ts - one line of the timeline in words. The daemon sends codes; the sentence is ours. */
import { CallResult, LineCode, SpokeTo } from '$lib/gen/pingan/v1/common_pb.js';
import type { DetailContact, DetailLine } from '$lib/gen/pingan/v1/detail_pb.js';
import { mss } from '$lib/i18n/format';
import { either, language, t, word } from '$lib/i18n/index.svelte';

/** Words that a person wrote are in their language, whatever the screen's. */
export interface Told {
	text: string;
	tone: 'alarm' | 'good' | 'bad' | 'plain';
}

const ALARM: ReadonlySet<LineCode> = new Set([
	LineCode.LINE_ALARM,
	LineCode.LINE_REPEAT,
	LineCode.LINE_RAISED,
	LineCode.LINE_UNKNOWN_CODE,
	LineCode.LINE_DRILL_ENDED,
]);
const GOOD: ReadonlySet<LineCode> = new Set([
	LineCode.LINE_CLAIMED,
	LineCode.LINE_SPOKE_RESIDENT,
	LineCode.LINE_OFFER_ACCEPTED,
	LineCode.LINE_ARRIVED,
	LineCode.LINE_DONE,
	LineCode.LINE_CLOSED,
	LineCode.LINE_HANDOVER_CONFIRMED,
	LineCode.LINE_SUBSTITUTE,
	LineCode.LINE_AREA_OVER,
]);
const BAD: ReadonlySet<LineCode> = new Set([
	LineCode.LINE_RETURNED,
	LineCode.LINE_OWNER_GONE,
	LineCode.LINE_NO_VOICE,
	LineCode.LINE_JOB_FAILED,
	LineCode.LINE_GIVEN_BACK,
	LineCode.LINE_OVERDUE_DEPARTURE,
	LineCode.LINE_OVERDUE_ARRIVAL,
	LineCode.LINE_SEEN_NOT_IN_FORCE,
	LineCode.LINE_REMINDER,
	LineCode.LINE_HANDOVER_OVERDUE,
	LineCode.LINE_RECALL_DUE,
	LineCode.LINE_REPAIR_OVERDUE,
	LineCode.LINE_BATTERY_DUE,
	LineCode.LINE_ESCALATED,
]);

/** Whose words differ when nobody did it: time ran out, or the daemon did. */
const BY_NOBODY: ReadonlySet<LineCode> = new Set([LineCode.LINE_HOLD_OVER, LineCode.LINE_BACK_IN_QUEUE]);

function keyOf(line: DetailLine): string {
	const key = `line.${line.code}`;
	switch (line.code) {
		case LineCode.LINE_CONTACT_TOLD:
			// The designated contact has no number of its own.
			return line.count !== 0 ? `${key}.when` : line.number === 0n ? `${key}.first` : key;
		case LineCode.LINE_CALLED:
			return line.count > 1 ? `${key}.again` : key;
		case LineCode.LINE_CLOSED:
			return line.count === SpokeTo.NONE
				? key
				: `${key}.${line.count === SpokeTo.NOBODY ? 'nobody' : 'spoke'}`;
		case LineCode.LINE_HELD:
			return line.count === 1 ? `${key}.auto` : key;
		case LineCode.LINE_CONTACT_ANSWERED:
			return line.whoName === '' ? key : `${key}.by`;
		default:
			return BY_NOBODY.has(line.code) && line.whoName === '' ? `${key}.auto` : key;
	}
}

/** What a unit says in words, a line "LETTER TEXT" each; the letter is the protocol's. Text only: no link is made of it. */
function unitSays(text: string): string {
	return text
		.split('\n')
		.map((one) => {
			const said = one.slice(2);
			const states = one.startsWith('W ')
				? said
						.split(' ')
						.map((bit) => either(`bit.${bit}`, 'bit.other', { n: bit }))
						.join(language.lang === 'en' ? ', ' : '、')
				: said;
			return `${word('says', one.slice(0, 1))} ${states}`;
		})
		.join(' · ');
}

/** The words of each bit, from the lowest. */
function bits(group: 'card' | 'tell', set: number, wordOf: (bit: number) => number): string {
	const out: string[] = [];
	for (let bit = 0; bit < 16; bit++) if ((set & (1 << bit)) !== 0) out.push(word(group, wordOf(bit)));
	return out.join(language.lang === 'en' ? ', ' : '、');
}

export function tell(line: DetailLine, contacts: readonly DetailContact[]): Told {
	const n = Number(line.number);
	const called = contacts.find((c) => c.order === n);
	const target =
		n === 0 ? t('line.resident') : called !== undefined ? called.name : t('line.contact', { n });
	const said = line.code === LineCode.LINE_UNIT_SAYS ? unitSays(line.text) : line.text;
	const text = either(keyOf(line), 'line.other', {
		n: line.code in LineCode ? n : line.code,
		who: line.whoName || t('line.system'),
		subject: line.subjectName || line.whoName || '—',
		job: line.job,
		kind: word('kind', line.kind),
		protocol: word('protocol', line.protocol),
		class: word('class', n),
		plan: word('plan', n),
		decline: word('decline', n),
		result: word('result', n),
		outcome: word('outcome', n),
		call: word('call', line.call),
		tried: line.call === CallResult.CALL_NONE ? t('handover.sent') : word('call', line.call),
		channel: word('channel', line.channel),
		service: word('service', n),
		answer: word('answer', line.count),
		spoke: word('spoke', line.count),
		m: line.count,
		aside: word('aside', n),
		when: bits('tell', line.count, (bit) => 1 << bit),
		told: bits('card', n, (bit) => bit),
		for: mss(n * 1000),
		target,
		text: said,
	}).trim();
	// What a person wrote is never lost, also where the sentence has no place for it.
	const whole = said === '' || text.includes(said) ? text : `${text} · ${said}`;
	const tone = ALARM.has(line.code)
		? 'alarm'
		: GOOD.has(line.code)
			? 'good'
			: BAD.has(line.code)
				? 'bad'
				: 'plain';
	return { text: whole, tone };
}
