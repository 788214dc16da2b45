/* line.svelte.ts - the link, the clock and the open commands of one page, for components to read.
 *
 * Owns:   one Link, one Commands, the server clock and its once-a-second tick.
 * Knows:  the frame types that every page has; the rest goes to the page's own store.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { SvelteMap } from 'svelte/reactivity';
import {
	GoAway_Why,
	type Reply,
	type ScreenHelloSchema,
	type ScreenWelcome,
	type ToScreen,
} from '../gen/pingan/v1/console_pb.js';
import { decode, encode, ms, type What } from '../wire/codec';
import { Commands, type Command } from '../wire/commands';
import { browserSocket, Link, type LinkView } from '../wire/link';
import { ServerClock } from '../wire/time';
import { session } from './session.svelte';

export interface StoreView {
	up: boolean;
	oneCopy: boolean;
	sinceMs: number;
}

export interface PageStore {
	hello(): MessageInitShape<typeof ScreenHelloSchema>;
	/** True when everything that was missed has come: the link may call itself live. */
	message(message: ToScreen): boolean;
	/** A reply that no command of this page waits for (the phone's queue). */
	reply?(reply: Reply): void;
	opened?(): void;
	broken?(): void;
}

const QUIET: LinkView = { state: 'idle', silentMs: 0, downSince: 0, tries: 0 };

export class Line {
	readonly clock = new ServerClock();
	view = $state.raw<LinkView>(QUIET);
	welcome = $state.raw<ScreenWelcome | null>(null);
	store = $state.raw<StoreView>({ up: true, oneCopy: false, sinceMs: 0 });
	latencyMs = $state<number | null>(null);
	forbidden = $state(false);
	/** Server time in whole seconds: everything that runs on screen is drawn from it. */
	now = $state(0);
	/** Server time of the last frame: what a stopped picture shows. */
	asOf = $state(0);
	/** Newest log id the daemon has told of. */
	newest = $state(0n);
	/** The last command of each kind of act, by a name the component chose. */
	readonly acts = new SvelteMap<string, Command>();
	readonly commands: Commands;
	readonly #link: Link;
	readonly #page: PageStore;
	#tick: ReturnType<typeof setInterval> | null = null;

	constructor(page: PageStore, capMs: number) {
		this.#page = page;
		const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
		this.#link = new Link({
			connect: browserSocket(`${scheme}://${location.host}/ws`, 'pingan.v1'),
			capMs,
			onOpen: () => {
				this.clock.restart();
				this.#link.send(encode({ case: 'hello', value: page.hello() }));
				this.#beat();
				page.opened?.();
			},
			onFrame: (bytes) => this.#frame(bytes),
			onBeat: () => this.#beat(),
			onChange: (view) => {
				const fell = view.state === 'down' && this.view.state !== 'down';
				this.view = view;
				if (fell) page.broken?.();
			},
			onRefused: () => void this.#refused(),
		});
		this.commands = new Commands((bytes) => this.live && this.#link.send(bytes));
	}

	start(): void {
		this.forbidden = false;
		this.#tick ??= setInterval(() => this.#second(), 200);
		this.#second();
		this.#link.start();
	}

	/** Logged out. */
	stop(): void {
		this.#link.stop('idle');
		this.commands.clear();
		this.acts.clear();
		this.welcome = null;
		if (this.#tick !== null) clearInterval(this.#tick);
		this.#tick = null;
	}

	poke(): void {
		this.#link.poke();
	}

	/** Replaced by another window, and the person wants this one after all. */
	again(): void {
		if (this.view.state === 'replaced' || this.view.state === 'locked') this.#link.start();
	}

	/** What is shown is the truth, give or take a few seconds: acts are allowed. */
	get live(): boolean {
		return this.view.state === 'live' || this.view.state === 'late';
	}

	/** Shown data is of the past. */
	get stale(): boolean {
		return !this.live && this.view.state !== 'resync';
	}

	/** A hole in the stream: ask for the whole picture. */
	rehello(): void {
		this.#link.resyncing();
		this.#link.send(encode({ case: 'hello', value: this.#page.hello() }));
	}

	/** Fire and forget (receipts and positions): what is lost is sent again by its own rule. */
	tell(what: What): boolean {
		if (!this.live) return false;
		this.commands.submit(what, () => {});
		return true;
	}

	/** Sends an act; its state can be read under `name` until the next act of that name. */
	act(name: string, what: What, done?: (reply: Reply) => void): void {
		const open = this.acts.get(name);
		if (open !== undefined && (open.state === 'sending' || open.state === 'unconfirmed')) {
			// The same act pressed twice is one act.
			this.commands.retry(open.cmd);
			return;
		}
		this.commands.submit(what, (command) => {
			this.acts.set(name, command);
			if (command.state === 'done' && command.reply !== null) done?.(command.reply);
		});
	}

	retry(name: string): void {
		const open = this.acts.get(name);
		if (open !== undefined) this.commands.retry(open.cmd);
	}

	/** Forgets how an act of this name went: its panel was closed. */
	clear(name: string): void {
		const open = this.acts.get(name);
		if (open !== undefined) this.commands.forget(open.cmd);
		this.acts.delete(name);
	}

	/** Sends under an id of the caller's (the phone's queue). */
	sendAs(cmd: bigint, what: What): void {
		this.commands.submit(what, (c) => c.reply !== null && this.#page.reply?.(c.reply), cmd);
	}

	#beat(): void {
		this.#link.send(
			encode({
				case: 'heartbeat',
				value: { screenMs: BigInt(Date.now()), visible: document.visibilityState === 'visible' },
			}),
		);
	}

	#second(): void {
		const second = Math.floor(this.clock.now() / 1000) * 1000;
		if (second !== this.now) this.now = second;
	}

	async #refused(): Promise<void> {
		if (!(await session.ended())) return;
		this.#link.stop('locked');
		session.expired = true;
	}

	#frame(bytes: Uint8Array): boolean {
		const message = decode(bytes);
		if (message === null) return false;
		const { body } = message;
		switch (body.case) {
			case 'welcome':
				this.welcome = body.value;
				this.clock.sample(ms(body.value.serverMs));
				break;
			case 'heartbeat': {
				const round = Date.now() - ms(body.value.screenMs);
				if (round >= 0 && round < 60_000) this.latencyMs = round;
				this.clock.sample(ms(body.value.serverMs), Math.max(0, Math.min(round, 2000)) / 2);
				this.newest = body.value.newest;
				break;
			}
			case 'reply':
				this.commands.reply(body.value);
				break;
			case 'store':
				this.store = {
					up: body.value.up,
					oneCopy: body.value.oneCopy,
					sinceMs: ms(body.value.sinceMs),
				};
				break;
			case 'goAway':
				this.#away(body.value.why, body.value.retryMs);
				return false;
		}
		if (this.#page.message(message)) this.#link.synced();
		this.asOf = this.clock.now();
		this.#second();
		return body.case !== 'heartbeat';
	}

	#away(why: GoAway_Why, retryMs: number): void {
		switch (why) {
			case GoAway_Why.REPLACED:
				this.#link.stop('replaced');
				break;
			case GoAway_Why.LOGGED_OUT:
				this.#link.stop('locked');
				session.expired = true;
				break;
			case GoAway_Why.FORBIDDEN:
				this.#link.stop('idle');
				this.forbidden = true;
				break;
			default:
				this.#link.away(retryMs);
		}
	}
}
