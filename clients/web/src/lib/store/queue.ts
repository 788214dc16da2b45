/* queue.ts - the open incidents of this screen, kept by the daemon's stream.
 *
 * Owns:   the rows, what rings, the counts, and the position in the stream.
 * Knows:  no framework, no clock. The daemon orders, judges and removes; nothing here does.
 * Result: apply() says whether the picture is whole ('synced'), still coming ('more'), or has a hole ('hole').
 *
 * The stream is taken at its word: frames come in order over one connection, and after a failover a row may
 * lawfully come back with a smaller revision. So a row is replaced by whatever the daemon says last.
 */
import type { Counts, Delta, Snapshot } from '../gen/pingan/v1/queue_pb.js';
import { hex } from '../wire/codec';
import { toRow, type Row } from './rows';

export type Applied = 'synced' | 'more' | 'hole';

export class Queue {
	readonly rows = new Map<string, Row>();
	ringing: ReadonlySet<string> = new Set();
	counts: Counts | null = null;
	id = 0n;
	commit = 0n;
	#coming: Map<string, Row> | null = null;

	snapshot(m: Snapshot): Applied {
		this.#coming ??= new Map();
		for (const row of m.rows) {
			const made = toRow(row);
			this.#coming.set(made.id, made);
		}
		if (!m.last) return 'more';
		this.rows.clear();
		for (const [id, row] of this.#coming) this.rows.set(id, row);
		this.#coming = null;
		this.#stand(m);
		return 'synced';
	}

	delta(m: Delta): Applied {
		if (m.prev !== this.id) return 'hole';
		this.#coming = null;
		for (const row of m.upserts) {
			const made = toRow(row);
			this.rows.set(made.id, made);
		}
		for (const id of m.removed) this.rows.delete(hex(id));
		this.#stand(m);
		return 'synced';
	}

	/** Start again from nothing: the next Hello asks for a snapshot. */
	forget(): void {
		this.id = 0n;
		this.commit = 0n;
		this.#coming = null;
	}

	/** A connection ended in the middle of a snapshot. */
	broken(): void {
		this.#coming = null;
	}

	#stand(m: Snapshot | Delta): void {
		this.id = m.id;
		this.commit = m.commit;
		this.ringing = new Set(m.ringing.map(hex));
		if (m.counts !== undefined) this.counts = m.counts;
	}
}

/* What the list shows, and in which places. Rows of class 1 and 2 take their place at once; the others keep
 * theirs while a person is at work in the list, so that nothing moves under a finger. */
export interface Arranged {
	rows: Row[];
	/** Rows whose new place or first appearance is held back. */
	held: number;
}

export function arrange(
	rows: Iterable<Row>,
	shownOrder: ReadonlyMap<string, string>,
	hold: boolean,
	compare: (a: Row, b: Row) => number,
): Arranged {
	const out: Row[] = [];
	let held = 0;
	for (const row of rows) {
		if (!hold || row.class <= 2) {
			out.push(row);
			continue;
		}
		const shown = shownOrder.get(row.id);
		if (shown === undefined) {
			held++;
			continue;
		}
		if (shown !== row.order) held++;
		out.push(shown === row.order ? row : { ...row, order: shown });
	}
	out.sort(compare);
	return { rows: out, held };
}
