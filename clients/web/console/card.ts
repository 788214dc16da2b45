/* card.ts - what is said to 120, 119 or 110, line by line, from what is known of the call. Words of the registry and of
 * colleagues are theirs; the frame around them is ours. */
import { accessParts } from '$lib/ui/access';
import { CardLine, LineCode } from '$lib/gen/pingan/v1/common_pb.js';
import type { IncidentDetail } from '$lib/gen/pingan/v1/detail_pb.js';
import { healthLines, healthSaid, type HealthField } from '$lib/ui/health';
import { clockTime, phone } from '$lib/i18n/format';
import { language, t, word } from '$lib/i18n/index.svelte';
import type { Row } from '$lib/store/rows';

/** In the order in which they are said. */
export const CARD: readonly CardLine[] = [
	CardLine.WHO,
	CardLine.ADDRESS,
	CardLine.ACCESS,
	CardLine.WHAT,
	CardLine.HEARD,
	CardLine.HEALTH,
	CardLine.MEDICINES,
	CardLine.CALL_BACK,
];

const HEARD_MAX = 4;
const HEARD: ReadonlySet<LineCode> = new Set([
	LineCode.LINE_NOTE,
	LineCode.LINE_TRANSFERRED,
	LineCode.LINE_ESCALATED,
]);

/** Empty parts are left out; nothing at all is said as such by whoever draws it. */
const parts = (...texts: readonly string[]): string[] => texts.filter((text) => text.trim() !== '');

const said = (detail: IncidentDetail, field: HealthField): string[] =>
	healthSaid(healthLines(detail, detail.residents, field), language.lang === 'en' ? ': ' : '：');

export function cardText(line: CardLine, detail: IncidentDetail, row: Row, deskPhone: string): string[] {
	switch (line) {
		case CardLine.WHO:
			return detail.residents.map((r) =>
				parts(
					r.name,
					word('sex', r.sex),
					r.age > 0 ? t('row.years', { n: r.age }) : '',
					r.language === '' ? '' : word('lang', r.language),
				).join(' '),
			);
		case CardLine.ADDRESS:
			return parts(detail.address || [row.area, row.street].join(' '));
		case CardLine.ACCESS:
			return parts(
				...accessParts(detail),
				...detail.contacts
					.filter((c) => c.hasKey)
					.map((c) =>
						t('handover.key', {
							name: c.name,
							relation: word('relation', c.relation),
							phone: phone(c.phone),
						}),
					),
			);
		case CardLine.WHAT:
			return parts(
				word('kind', row.kind),
				t('handover.since', { at: clockTime(row.openedMs) }),
				row.repeats > 0 ? t('row.repeat', { n: row.repeats + 1 }) : '',
				row.noVoice ? t('mark.no_voice') : '',
			);
		case CardLine.HEARD:
			return parts(...detail.lines.filter((l) => HEARD.has(l.code)).map((l) => l.text)).slice(
				-HEARD_MAX,
			);
		case CardLine.HEALTH:
			return parts(
				...detail.residents.map((r) => {
					const risks = r.risks.map((risk) => word('risk', risk)).join(' ');
					return risks === '' || detail.residents.length === 1 ? risks : `${r.name} ${risks}`;
				}),
				...said(detail, 'healthNotes'),
				...said(detail, 'hospital').map((name) => t('handover.hospital', { name })),
			);
		case CardLine.MEDICINES:
			return [...said(detail, 'medicines'), ...said(detail, 'allergies')];
		case CardLine.CALL_BACK:
			return parts(phone(deskPhone));
		default:
			return [];
	}
}

/** The parts of one line, as it is read aloud. */
export const spoken = (said: readonly string[]): string => said.join(language.lang === 'en' ? '; ' : '；');

export const isTold = (told: number, line: CardLine): boolean => (told & (1 << line)) !== 0;
