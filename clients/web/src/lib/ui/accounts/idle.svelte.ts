/* idle.svelte.ts - a log-in that nobody uses ends, and whoever sits there is told before it does.
 *
 * Owns:   when a hand last moved on this page, and what is told the daemon of it: once a minute at most, and only if one did. What a
 *         page asks by itself is no use of a log-in (the daemon knows which paths these are).
 * Result: `left`: seconds until the daemon ends it, from WARN_S on; null before. `said`: likewise, as it was when the warning came:
 *         a screen reader says it once, not every second over what its user does about it.
 */
const TELL_MS = 60_000;
const LOOK_MS = 1000;
const WARN_S = 60;

type Tell = () => Promise<unknown>;
const tellDaemon: Tell = () =>
	fetch('/api/v1/me', { credentials: 'same-origin', signal: AbortSignal.timeout(8000) });

export class Idle {
	left = $state<number | null>(null);
	said = $state<number | null>(null);
	#seconds: () => number;
	#tell: Tell;
	#usedMs = Date.now();
	#toldMs = Date.now();

	constructor(seconds: () => number, tell: Tell = tellDaemon) {
		this.#seconds = seconds;
		this.#tell = tell;
	}

	/** A hand moved. */
	touch(): void {
		this.#usedMs = Date.now();
		// Whoever has been warned is waiting for an answer.
		if (this.left !== null) this.#toldMs = 0;
		this.#look();
	}

	watch(): () => void {
		this.#usedMs = this.#toldMs = Date.now();
		this.left = this.said = null;
		const timer = setInterval(() => this.#look(), LOOK_MS);
		return () => clearInterval(timer);
	}

	#look(): void {
		const now = Date.now();
		if (this.#usedMs > this.#toldMs && now - this.#toldMs >= TELL_MS) {
			this.#toldMs = now;
			void this.#tell().catch(() => {});
		}
		const idle = this.#seconds();
		const left = idle - Math.floor((now - this.#usedMs) / 1000);
		this.left = idle > 0 && left <= WARN_S ? Math.max(0, left) : null;
		this.said = this.left === null ? null : (this.said ?? this.left);
	}
}
