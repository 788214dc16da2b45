/* wall.svelte.ts - everything the wall shows, kept by the daemon's stream.
 *
 * Owns:   the line, the rows of the queue without a person in them, the numbers, and when the page begins anew.
 * Result: `grey` says that what is shown is of the past, or may not be all.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { ScreenHello_Page, type ScreenHelloSchema, type ToScreen } from '$lib/gen/pingan/v1/console_pb.js';
import type { Counts, StormState_Row } from '$lib/gen/pingan/v1/queue_pb.js';
import type { WallState } from '$lib/gen/pingan/v1/wall_pb.js';
import { Line, type PageStore } from '$lib/store/line.svelte';
import { Queue } from '$lib/store/queue';
import { ms } from '$lib/wire/codec';
import { figuresOf, type Figures } from './figures';
import { beginAnew, pageText } from './guard';
import { Nightly } from './nightly';

/** People cannot read faster; a change after a quiet moment is drawn at once. */
const FLUSH_MS = 100;
const LOOK_MS = 20_000;
/** How often it is looked whether another build has been put up. */
const NEWER_MS = 15 * 60_000;

export class Wall {
	readonly line: Line;
	/** Null until the first whole picture has come. */
	figures = $state.raw<Figures | null>(null);
	counts = $state.raw<Counts | null>(null);
	state = $state.raw<WallState | null>(null);
	storms = $state.raw<readonly StormState_Row[]>([]);
	readonly #queue = new Queue();
	#changedMs = 0;
	#timer: ReturnType<typeof setTimeout> | null = null;
	#flushedAt = 0;
	#look: ReturnType<typeof setInterval> | null = null;
	#nightly: Nightly | null = null;
	/** The page as the server gave it when this one began. */
	#page: string | null = null;
	#newer = false;
	#askedAt = 0;
	#lock: { release(): Promise<void> } | null = null;

	constructor() {
		const store: PageStore = {
			hello: () => this.#hello(),
			message: (message) => this.#message(message),
			opened: () => void this.#askNewer(),
			broken: () => this.#queue.broken(),
		};
		this.line = new Line(store, 5000);
	}

	/** What is shown is of the past, or may not be all. */
	get grey(): boolean {
		return !this.line.live || !this.line.store.up || this.figures === null;
	}

	start(): void {
		this.#look ??= setInterval(() => this.#later(), LOOK_MS);
		this.line.start();
		void this.#stayLit();
	}

	stop(): void {
		if (this.#look !== null) clearInterval(this.#look);
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#look = null;
		this.#timer = null;
		this.line.stop();
		void this.#lock?.release().catch(() => {});
	}

	#hello(): MessageInitShape<typeof ScreenHelloSchema> {
		return {
			page: ScreenHello_Page.WALLBOARD,
			resumeId: this.#queue.id,
			resumeCommit: this.#queue.commit,
			build: __BUILD__,
		};
	}

	#message(m: ToScreen): boolean {
		const { body } = m;
		switch (body.case) {
			case 'snapshot':
				return this.#applied(this.#queue.snapshot(body.value));
			case 'delta':
				return this.#applied(this.#queue.delta(body.value));
			case 'wall':
				this.state = body.value;
				return false;
			case 'storms':
				this.storms = body.value.storms.filter((storm) => storm.endedMs === 0n);
				return false;
			default:
				return false;
		}
	}

	#applied(applied: 'synced' | 'more' | 'hole'): boolean {
		if (applied === 'more') return false;
		if (applied === 'hole') {
			this.#queue.forget();
			this.line.rehello();
			return false;
		}
		this.counts = this.#queue.counts;
		this.#changedMs = this.line.clock.now();
		if (!this.line.live || Date.now() - this.#flushedAt >= FLUSH_MS) this.#flush();
		else this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
		return true;
	}

	#flush(): void {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#flushedAt = Date.now();
		this.figures = figuresOf(this.#queue.rows.values());
	}

	/** Nobody turns the machine's own screen saver off for us. */
	async #stayLit(): Promise<void> {
		try {
			this.#lock = await navigator.wakeLock.request('screen');
		} catch {
			/* Not here: the machine's settings keep it on. */
		}
	}

	async #askNewer(): Promise<void> {
		this.#askedAt = Date.now();
		const page = await pageText();
		if (page === null) return;
		this.#page ??= page;
		this.#newer = page !== this.#page;
	}

	#later(): void {
		if (this.line.clock.known) this.#nightly ??= new Nightly(this.line.clock.now());
		if (this.line.live && Date.now() - this.#askedAt >= NEWER_MS) void this.#askNewer();
		if (
			this.#nightly?.due({
				ms: this.line.clock.now(),
				live: !this.grey,
				waiting: this.figures?.waitingCalls ?? 0,
				changedMs: this.#changedMs,
				newer: this.#newer,
			})
		)
			void beginAnew();
	}

	/** Storms that hold calls back now. */
	runningStorms(now: number): StormState_Row[] {
		return this.storms.filter((storm) => ms(storm.untilMs) > now);
	}
}
