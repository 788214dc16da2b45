/* nightly.ts - a page that runs for years is begun anew once a night, in a quiet minute; and soon, when a new one has been put up.
 *
 * Knows:  no page, no network: what is the case comes in.
 * Result: whether now is the moment. Never while somebody waits for an answer, never while the line is down: what comes after a
 *         reload must be there.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Guangzhou. */
const ZONE_MS = 8 * HOUR_MS;
const FROM_MS = 3 * HOUR_MS;
const UNTIL_MS = 5 * HOUR_MS;
/** In the last half hour nobody asks any more whether something has moved a moment ago. */
const HURRY_MS = UNTIL_MS - HOUR_MS / 2;
const QUIET_MS = 60_000;
/** Younger than this it has been begun anew tonight already. */
const AGE_MS = 6 * HOUR_MS;

export interface Now {
	/** Server time. */
	ms: number;
	live: boolean;
	/** Calls of class 1 and 2 that nobody has answered. */
	waiting: number;
	/** When a call last changed; server time. */
	changedMs: number;
	/** Another build is on the server. */
	newer: boolean;
}

export class Nightly {
	readonly #bornMs: number;
	/** Walls of one hall do not all go dark in the same minute. */
	readonly #fromMs: number;

	constructor(bornMs: number, random: () => number = Math.random) {
		this.#bornMs = bornMs;
		this.#fromMs = FROM_MS + Math.floor(random() * HOUR_MS);
	}

	due(now: Now): boolean {
		if (!now.live || now.waiting > 0) return false;
		if (now.newer) return true;
		const ofDay = (((now.ms + ZONE_MS) % DAY_MS) + DAY_MS) % DAY_MS;
		if (now.ms - this.#bornMs < AGE_MS || ofDay < this.#fromMs || ofDay >= UNTIL_MS) return false;
		return ofDay >= HURRY_MS || now.ms - now.changedMs >= QUIET_MS;
	}
}
