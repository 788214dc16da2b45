/* time.ts - the server's clock, as this page knows it.
 *
 * Owns:   the offset between this machine's clock and the server's.
 * Knows:  no socket; readings come in, the offset comes out.
 * Result: now() in server milliseconds. Every timer on screen is computed from server instants with it and
 *         never counted down, so a wrong clock, a sleeping laptop or a throttled tab changes nothing.
 * Bounds: keeps the last 5 readings.
 */

const SAMPLES_MAX = 5;
/** A reading this far off the median means that a clock was set or the machine slept. */
const JUMP_MS = 1000;
/** Two readings within this of each other agree. */
const AGREE_MS = 500;

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const mid = sorted.length >> 1;
	const upper = sorted[mid] ?? 0;
	return sorted.length % 2 === 1 ? upper : ((sorted[mid - 1] ?? upper) + upper) / 2;
}

export class ServerClock {
	#samples: number[] = [];
	/** A single reading that says "earlier" may only be a late frame; kept until a second one agrees. */
	#doubted: number | null = null;
	#offset = 0;
	#known = false;
	readonly #localNow: () => number;

	constructor(localNow: () => number = () => Date.now()) {
		this.#localNow = localNow;
	}

	/** Takes one reading: the server's time in a frame that has just arrived, `delayMs` after it was sent. */
	sample(serverMs: number, delayMs = 0): void {
		const reading = serverMs + delayMs - this.#localNow();
		if (this.#known) {
			const off = reading - this.#offset;
			if (off > JUMP_MS) {
				// A frame can arrive late but never early: this jump is real.
				this.#samples = [];
			} else if (off < -JUMP_MS) {
				if (this.#doubted === null || Math.abs(this.#doubted - reading) > AGREE_MS) {
					this.#doubted = reading;
					return;
				}
				this.#samples = [this.#doubted];
			}
		}
		this.#doubted = null;
		this.#samples.push(reading);
		if (this.#samples.length > SAMPLES_MAX) this.#samples.shift();
		this.#offset = median(this.#samples);
		this.#known = true;
	}

	/** A new connection begins: whatever happened in between, only fresh readings count. */
	restart(): void {
		this.#samples = [];
		this.#doubted = null;
		this.#known = false;
	}

	/** False until the first reading of a connection. */
	get known(): boolean {
		return this.#known;
	}

	get offsetMs(): number {
		return this.#offset;
	}

	now(): number {
		return this.#localNow() + this.#offset;
	}
}
