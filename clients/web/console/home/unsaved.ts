/* unsaved.ts - what was typed into a home's record and not saved: kept while its panel is closed, over a reload too.
 *
 * Owns:   one home's changes, field by field, each with what stood there before: put back on whatever stands there later,
 *         so that what somebody else wrote meanwhile is a conflict for a person, as if the panel had stayed open.
 * Knows:  the drafts of this tab and person, which end with either; of the record no more than what was changed.
 */
import type { RecordCard } from '$lib/gen/pingan/v1/console_pb.js';
import type { Drafts } from '$lib/store/drafts';
import { merge, type Conflict, type Sheet } from './sheet';

const NAME = 'home';

export interface Kept {
	household: string;
	/** The version it was typed on. */
	commit: string;
	/** Health was on the sheet. */
	health: boolean;
	was: Record<string, string>;
	mine: Record<string, string>;
}

/** What differs from the registry, and what two people have not settled. */
export function takeDown(card: RecordCard, base: Sheet, sheet: Sheet, conflicts: readonly Conflict[]): Kept {
	const was: Record<string, string> = {};
	const mine: Record<string, string> = {};
	for (const [key, text] of sheet) {
		const before = base.get(key) ?? '';
		if (text === before) continue;
		was[key] = before;
		mine[key] = text;
	}
	for (const conflict of conflicts) {
		was[conflict.key] = conflict.was;
		mine[conflict.key] = conflict.mine;
	}
	const household = card.key.replace(/^household:/, '');
	return { household, commit: String(card.commit), health: card.health, was, mine };
}

/** The same changes on what stands there now. */
export function putBack(kept: Kept, now: Sheet): { sheet: Sheet; conflicts: Conflict[] } {
	const on = (over: Record<string, string>) => new Map([...now, ...Object.entries(over)]);
	return merge(on(kept.was), on(kept.mine), now);
}

const texts = (value: unknown): value is Record<string, string> =>
	typeof value === 'object' &&
	value !== null &&
	Object.values(value).every((text) => typeof text === 'string');

/** Whether nothing was changed. */
export const isNothing = (kept: Kept): boolean => Object.keys(kept.mine).length === 0;

export class Unsaved {
	readonly #drafts: Drafts;
	readonly #changed: (household: string) => void;

	/** @param changed  hears of which home something is unsaved; '' = of none */
	constructor(drafts: Drafts, changed: (household: string) => void) {
		this.#drafts = drafts;
		this.#changed = changed;
	}

	write(kept: Kept | null): void {
		const none = kept === null || isNothing(kept);
		const household = none ? '' : kept.household;
		this.#drafts.set(NAME, none ? '' : JSON.stringify(kept));
		this.#drafts.choose(NAME, { household });
		this.#changed(household);
	}

	read(): Kept | null {
		const text = this.#drafts.get(NAME);
		if (text === '') return null;
		try {
			const { household, commit, health, was, mine } = JSON.parse(text) as Partial<Kept>;
			if (typeof household !== 'string' || household === '' || typeof commit !== 'string') return null;
			if (typeof health !== 'boolean' || !texts(was) || !texts(mine)) return null;
			return { household, commit, health, was, mine };
		} catch {
			return null;
		}
	}
}
