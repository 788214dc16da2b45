/* record.svelte.ts - the record of one home on this page: opened, filled in, saved, and what somebody else wrote meanwhile.
 *
 * Owns:   the version this page began with, what was typed since, and what both have changed.
 * Knows:  the line, and where half-written words are kept; not how it is drawn. One home a page.
 * Result: nothing is shown as saved before the daemon says so. What somebody else saved first is never written over without
 *         a person having seen both. What is typed is kept until it is saved or dropped by name: whoever leaves the panel,
 *         for a call or by a key, finds it again (unsaved.ts).
 */
import { Result, type RecordCard, type Reply } from '$lib/gen/pingan/v1/console_pb.js';
import type { Household } from '$lib/gen/pingan/v1/registry_pb.js';
import type { Drafts } from '$lib/store/drafts';
import type { Line } from '$lib/store/line.svelte';
import { SvelteMap } from 'svelte/reactivity';
import { fromSheet, keyOf, sameSheet, sheetFault, toSheet, type Conflict, type Sheet } from './sheet';
import { putBack, takeDown, Unsaved } from './unsaved';

export class HomeRecord {
	readonly #line: Line;
	readonly #unsaved: Unsaved;
	/** What was typed when the panel was left, until it stands in the sheet again. */
	#left: ReturnType<Unsaved['read']>;
	/** That it came back so. */
	back = $state(false);
	household = $state('');
	card = $state.raw<RecordCard | null>(null);
	/** As it stands in the registry, as far as this page knows. */
	base = $state.raw<Sheet>(new Map());
	sheet = $state.raw<SvelteMap<string, string>>(new SvelteMap());
	conflicts = $state.raw<Conflict[]>([]);
	/** Who saved first, when this page's words and theirs were put together. */
	theirs = $state.raw<RecordCard | null>(null);
	fault = $state.raw<{ key: string; why: string } | null>(null);
	saved = $state(false);
	#sent: Household | null = null;

	/** @param changed  hears of which home something is unsaved; '' = of none */
	constructor(line: Line, drafts: Drafts, changed: (household: string) => void) {
		this.#line = line;
		this.#unsaved = new Unsaved(drafts, changed);
		this.#left = this.#unsaved.read();
		if (this.#left === null) return;
		this.household = this.#left.household;
		if (line.live) this.resume();
	}

	get home(): Household | null {
		return this.card?.body.case === 'household' ? this.card.body.value : null;
	}

	get dirty(): boolean {
		return this.card !== null && !sameSheet(this.base, this.sheet);
	}

	get refused(): boolean {
		const reply = this.#line.acts.get('home.open')?.reply;
		return this.card === null && reply !== undefined && reply !== null && reply.result !== Result.OK;
	}

	open(household: string, health = false): void {
		if (household === '') return;
		if (household !== this.household) this.#forget();
		this.household = household;
		this.#line.clear('home.open');
		this.#line.act('home.open', {
			case: 'openRecord',
			value: { key: `household:${household}`, health },
		});
	}

	/** A new connection knows nothing of what was asked. */
	resume(): void {
		if (this.household !== '' && this.card === null) this.open(this.household, this.#left?.health);
	}

	/** Another home. What was typed here and not saved is dropped. */
	drop(): void {
		this.#unsaved.write(null);
		this.#left = null;
		this.close();
	}

	/** What was typed here and not saved is dropped; the home stays. */
	undo(): void {
		this.sheet = new SvelteMap(this.base);
		this.conflicts = [];
		this.theirs = null;
		this.fault = null;
		this.#keep();
	}

	/** The panel is left. */
	close(): void {
		this.#line.clear('home.open');
		this.#line.clear('home.save');
		this.#forget();
		this.household = '';
	}

	#forget(): void {
		this.card = null;
		this.base = new Map();
		this.sheet = new SvelteMap();
		this.conflicts = [];
		this.theirs = null;
		this.fault = null;
		this.saved = false;
		this.back = false;
	}

	#keep(): void {
		if (this.card === null) return;
		this.#unsaved.write(takeDown(this.card, this.base, this.sheet, this.conflicts));
		if (!this.dirty) this.back = false;
	}

	/** What stands now. What was typed on an older version is put together with it. */
	heard(card: RecordCard): void {
		if (card.key !== `household:${this.household}` || card.body.case !== 'household') return;
		const now = toSheet(card.body.value, card.health);
		const { dirty } = this;
		const other = this.card !== null && card.commit !== this.card.commit;
		if (this.#sent !== null && sameSheet(toSheet(this.#sent, card.health), now)) {
			this.conflicts = [];
			this.theirs = null;
			this.sheet = new SvelteMap(now);
		} else if (this.#left?.household === this.household) {
			const both = putBack(this.#left, now);
			this.conflicts = both.conflicts;
			const news = String(card.commit) !== this.#left.commit || both.conflicts.length > 0;
			this.theirs = news ? card : null;
			this.sheet = new SvelteMap(both.sheet);
			this.back = !sameSheet(now, both.sheet);
			this.#left = null;
		} else if (dirty && other && this.card !== null) {
			// A conflict that nobody has settled yet is one still.
			const mine = takeDown(this.card, this.base, this.sheet, this.conflicts);
			const both = putBack(mine, now);
			this.conflicts = both.conflicts;
			this.theirs = card;
			this.sheet = new SvelteMap(both.sheet);
		} else if (dirty) {
			// Health was added to the same version.
			this.sheet = new SvelteMap([...now, ...this.sheet]);
		} else {
			this.sheet = new SvelteMap(now);
		}
		this.card = card;
		this.base = now;
		this.#keep();
	}

	set(key: string, value: string): void {
		this.saved = false;
		if (this.fault?.key === key) this.fault = null;
		this.sheet.set(key, value);
		this.#keep();
	}

	/** The conflict is decided: mine stands in the sheet already. */
	decide(conflict: Conflict, mine: boolean): void {
		this.sheet.set(conflict.key, mine ? conflict.mine : conflict.theirs);
		this.conflicts = this.conflicts.filter((c) => c !== conflict);
		this.#keep();
	}

	save(): void {
		const { home, card } = this;
		if (home === null || card === null || this.conflicts.length > 0) return;
		const edited = fromSheet(home, this.sheet);
		this.fault = sheetFault(this.sheet);
		if (edited === null) return;
		this.#sent = edited;
		this.saved = false;
		const value = {
			key: card.key,
			expected: card.commit,
			health: card.health,
			body: { case: 'household' as const, value: edited },
		};
		this.#line.clear('home.save');
		this.#line.act('home.save', { case: 'editRecord', value }, (reply) => this.#answered(reply));
	}

	#answered(reply: Reply): void {
		const sent = this.#sent;
		this.#sent = null;
		if (reply.result === Result.INVALID && sent !== null)
			this.fault = { key: keyOf(reply.field, sent), why: reply.why };
		this.saved = reply.result === Result.OK;
		if (this.saved) this.theirs = null;
	}
}
