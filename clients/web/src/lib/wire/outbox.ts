/* outbox.ts - what happened on the phone and is not yet told.
 *
 * Owns:   a queue of acts in the order they happened, each with its id and the time it happened.
 * Knows:  storage and sender are given to it. Survives a reload and a dead battery.
 * Result: each act is sent until the daemon has judged it, in order, one at a time. An answer that will never
 *         change (wrong state, not found) drops it and says so; "not now" keeps it.
 * Bounds: OUTBOX_MAX acts. Acceptances never come here: one that arrives after its offer ran out would send
 *         a person to a home where somebody else already is.
 */
import { Result, type Reply } from '../gen/pingan/v1/console_pb.js';
import type { JobState } from '../gen/pingan/v1/common_pb.js';
import { newId, unhex, hex, type What } from './codec';

export const OUTBOX_MAX = 64;
const KEPT = 'pingan.outbox';

export type Act =
	| { case: 'progress'; to: JobState; result: number; saw: boolean }
	| { case: 'giveBack'; reason: number }
	| { case: 'jobNote'; text: string };

export interface Queued {
	cmd: string;
	incident: string;
	job: number;
	occurredMs: number;
	act: Act;
}

export interface Store {
	getItem(key: string): string | null;
	setItem(key: string, value: string): void;
	removeItem(key: string): void;
}

export interface Verdict {
	item: Queued;
	ok: boolean;
	result: Result;
}

/** Answers that may be different later; the act stays in the queue. */
const NOT_NOW: ReadonlySet<Result> = new Set([Result.RATE, Result.NO_STORE, Result.OVERLOAD]);

function isQueued(value: unknown): value is Queued {
	if (typeof value !== 'object' || value === null) return false;
	const q = value as Record<string, unknown>;
	return (
		typeof q['cmd'] === 'string' &&
		/^[0-9a-f]{16}$/.test(q['cmd']) &&
		typeof q['incident'] === 'string' &&
		/^[0-9a-f]{16}$/.test(q['incident']) &&
		typeof q['job'] === 'number' &&
		typeof q['occurredMs'] === 'number' &&
		typeof q['act'] === 'object' &&
		q['act'] !== null
	);
}

export function toWhat(item: Queued): What {
	const incident = unhex(item.incident);
	const { job } = item;
	const occurredMs = BigInt(Math.round(item.occurredMs));
	switch (item.act.case) {
		case 'progress':
			return {
				case: 'progress',
				value: {
					incident,
					job,
					to: item.act.to,
					occurredMs,
					result: item.act.result,
					sawResident: item.act.saw,
				},
			};
		case 'giveBack':
			return { case: 'giveBack', value: { incident, job, reason: item.act.reason } };
		case 'jobNote':
			return { case: 'jobNote', value: { incident, job, text: item.act.text, occurredMs } };
	}
}

export class Outbox {
	#items: Queued[] = [];
	#inFlight: string | null = null;
	readonly #store: Store;
	readonly #person: string;
	readonly #onChange: (items: readonly Queued[]) => void;

	constructor(store: Store, person: string, onChange: (items: readonly Queued[]) => void) {
		this.#store = store;
		this.#person = person;
		this.#onChange = onChange;
		try {
			const kept: unknown = JSON.parse(store.getItem(KEPT) ?? 'null');
			if (typeof kept === 'object' && kept !== null && 'person' in kept && 'items' in kept) {
				// Another person's acts on a shared phone are not ours to send.
				if (kept.person === person && Array.isArray(kept.items))
					this.#items = kept.items.filter(isQueued).slice(0, OUTBOX_MAX);
			}
		} catch {
			store.removeItem(KEPT);
		}
		onChange(this.#items);
	}

	get items(): readonly Queued[] {
		return this.#items;
	}

	/** False when the queue is full: the caller says "please telephone". */
	add(incident: bigint, job: number, act: Act, occurredMs: number): boolean {
		if (this.#items.length >= OUTBOX_MAX) return false;
		this.#items = [...this.#items, { cmd: hex(newId()), incident: hex(incident), job, occurredMs, act }];
		this.#keep();
		return true;
	}

	/** The next act to send, or null when there is none or one is on its way. */
	next(): Queued | null {
		if (this.#inFlight !== null) return null;
		const first = this.#items[0];
		if (first === undefined) return null;
		this.#inFlight = first.cmd;
		return first;
	}

	/** The line broke: what was on its way is sent again, under the same id. */
	broken(): void {
		this.#inFlight = null;
	}

	/** The daemon judged. Null when the answer is for something else or the act stays queued. */
	reply(reply: Reply): Verdict | null {
		const cmd = hex(reply.cmd);
		const item = this.#items.find((q) => q.cmd === cmd);
		if (item === undefined) return null;
		if (this.#inFlight === cmd) this.#inFlight = null;
		if (NOT_NOW.has(reply.result)) return null;
		this.#items = this.#items.filter((q) => q !== item);
		this.#keep();
		return { item, ok: reply.result === Result.OK, result: reply.result };
	}

	/** Log-out or the end of the job: nothing of it stays on the phone. */
	wipe(): void {
		this.#items = [];
		this.#inFlight = null;
		this.#store.removeItem(KEPT);
		this.#onChange(this.#items);
	}

	#keep(): void {
		if (this.#items.length === 0) this.#store.removeItem(KEPT);
		else this.#store.setItem(KEPT, JSON.stringify({ person: this.#person, items: this.#items }));
		this.#onChange(this.#items);
	}
}

/** How far the job is for this phone: the daemon's word, or what happened here since. */
export function localState(
	state: JobState,
	incident: bigint,
	job: number,
	items: readonly Queued[],
): JobState {
	const id = hex(incident);
	let furthest = state;
	for (const item of items)
		if (
			item.incident === id &&
			item.job === job &&
			item.act.case === 'progress' &&
			item.act.to > furthest
		)
			furthest = item.act.to;
	return furthest;
}
