/* timeline.ts - one line of the timeline in words. The daemon sends codes; the sentence is ours. */
import { LineCode } from '$lib/gen/pingan/v1/common_pb.js';
import type { DetailContact, DetailLine } from '$lib/gen/pingan/v1/console_pb.js';
import { either, t, word } from '$lib/i18n/index.svelte';

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
]);
const GOOD: ReadonlySet<LineCode> = new Set([
	LineCode.LINE_CLAIMED,
	LineCode.LINE_SPOKE_RESIDENT,
	LineCode.LINE_OFFER_ACCEPTED,
	LineCode.LINE_ARRIVED,
	LineCode.LINE_DONE,
	LineCode.LINE_CLOSED,
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
]);

export function tell(line: DetailLine, contacts: readonly DetailContact[]): Told {
	const n = Number(line.number);
	const called = contacts.find((c) => c.order === n);
	const target =
		n === 0 ? t('line.resident') : called !== undefined ? called.name : t('line.contact', { n });
	// The designated contact has no number of its own.
	const key = line.code === LineCode.LINE_CONTACT_TOLD && n === 0 ? 'line.36.first' : `line.${line.code}`;
	const text = either(key, 'line.other', {
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
		target,
		text: line.text,
	}).trim();
	const tone = ALARM.has(line.code)
		? 'alarm'
		: GOOD.has(line.code)
			? 'good'
			: BAD.has(line.code)
				? 'bad'
				: 'plain';
	return { text, tone };
}
