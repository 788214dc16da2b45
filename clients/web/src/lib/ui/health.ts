/* health.ts - what a home and each of its residents have in health notes, line by line: the home's first, then a person's
 * own, with the name where more than one lives there. Who may read it was decided before it came here. */
export interface HealthNotes {
	healthNotes: string;
	medicines: string;
	allergies: string;
	/** A desk's only. */
	hospital?: string;
}

export type HealthField = keyof HealthNotes;

export const HEALTH_WORD = {
	healthNotes: 'detail.health',
	medicines: 'detail.medicines',
	allergies: 'detail.allergies',
	hospital: 'detail.hospital',
} as const;

export interface HealthLine {
	/** Empty: of the home, or of the one person in it. */
	who: string;
	text: string;
}

export function healthLines(
	home: HealthNotes,
	residents: readonly (HealthNotes & { name: string })[],
	field: HealthField,
): HealthLine[] {
	const own = residents.map((r) => ({ who: residents.length > 1 ? r.name : '', text: r[field] ?? '' }));
	return [{ who: '', text: home[field] ?? '' }, ...own].filter(({ text }) => text.trim() !== '');
}

/** As one says it: "陈秀英：冠心病". */
export const healthSaid = (lines: readonly HealthLine[], colon: string): string[] =>
	lines.map(({ who, text }) => (who === '' ? text : `${who}${colon}${text}`));
