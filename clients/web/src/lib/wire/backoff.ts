/* backoff.ts - how long to wait before the next attempt.
 *
 * 250 ms doubled each time up to a cap, with jitter over the upper half, so that a thousand screens that
 * lost the same daemon do not come back in the same millisecond.
 */

const FIRST_MS = 250;

export class Backoff {
	#tries = 0;
	readonly #capMs: number;
	readonly #random: () => number;

	constructor(capMs: number, random: () => number = Math.random) {
		this.#capMs = capMs;
		this.#random = random;
	}

	get tries(): number {
		return this.#tries;
	}

	next(): number {
		const full = Math.min(this.#capMs, FIRST_MS * 2 ** Math.min(this.#tries, 16));
		this.#tries++;
		return Math.round(full / 2 + (full / 2) * this.#random());
	}

	reset(): void {
		this.#tries = 0;
	}
}
