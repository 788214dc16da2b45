/* link.ts - the line to the daemon, and the truth about it.
 *
 * Owns:   one socket at a time, the state of the link, and when to try again.
 * Knows:  no message format: it is told when a frame was heard and when the stream is complete. Sockets,
 *         clock and timers are given to it, so a test runs an hour of bad network in a millisecond.
 * Result: a LinkView through onChange whenever what the screen must say has changed.
 * Bounds: one socket, two timers.
 *
 * JavaScript cannot see WebSocket pings and a half-open socket stays "open" for ever. So only a frame that
 * was really heard counts: older than 5 s is late, older than 9 s or a close is down.
 */
import { Backoff } from './backoff';

export const HEARTBEAT_MS = 2000;
export const LATE_MS = 5000;
export const DOWN_MS = 9000;
/** An attempt that has not opened by then is given up; so is one that opened and brings the stream no further. */
export const OPEN_MS = 5000;
const LOOK_MS = 250;

export type LinkState =
	| 'idle' // not started, or stopped on purpose
	| 'connecting' // the first attempt; nothing has been shown yet
	| 'resync' // open, and the stream is being brought up to date
	| 'live'
	| 'late'
	| 'down'
	| 'replaced' // the same person logged in elsewhere; we stay away
	| 'locked'; // the session has ended; waits for a new log-in

export interface LinkView {
	state: LinkState;
	/** Local milliseconds since a frame was last heard; 0 when none was ever heard. */
	silentMs: number;
	/** Local time at which the link went down; 0 when it is not down. */
	downSince: number;
	/** Attempts since it was last up. */
	tries: number;
}

export interface Socket {
	send(bytes: Uint8Array): void;
	close(): void;
}

export interface SocketEvents {
	opened(): void;
	frame(bytes: Uint8Array): void;
	closed(): void;
}

export interface LinkOptions {
	connect(events: SocketEvents): Socket;
	/** First bytes of a connection and each heartbeat are the caller's to make. */
	onOpen(): void;
	/** True when the frame brought the stream forward; an answered heartbeat alone does not. */
	onFrame(bytes: Uint8Array): boolean;
	onBeat(): void;
	onChange(view: LinkView): void;
	/** A connection ended before it opened: the caller may find out why (a session that ran out). */
	onRefused?(): void;
	capMs: number;
	now?: () => number;
	random?: () => number;
}

export class Link {
	readonly #o: LinkOptions;
	readonly #now: () => number;
	readonly #backoff: Backoff;
	#socket: Socket | null = null;
	/** Counts connections: events of an older one are ignored. */
	#turn = 0;
	#open = false;
	/** When the stream last came forward on this connection. */
	#movedAt = 0;
	#state: LinkState = 'idle';
	#heardAt = 0;
	#startedAt = 0;
	#downSince = 0;
	#beatAt = 0;
	#look: ReturnType<typeof setInterval> | null = null;
	#retry: ReturnType<typeof setTimeout> | null = null;

	constructor(options: LinkOptions) {
		this.#o = options;
		this.#now = options.now ?? (() => Date.now());
		this.#backoff = new Backoff(options.capMs, options.random);
	}

	get view(): LinkView {
		return {
			state: this.#state,
			silentMs: this.#heardAt === 0 ? 0 : Math.max(0, this.#now() - this.#heardAt),
			downSince: this.#downSince,
			tries: this.#backoff.tries,
		};
	}

	start(): void {
		if (this.#look !== null) return;
		this.#look = setInterval(() => this.#watch(), LOOK_MS);
		this.#downSince = 0;
		this.#heardAt = 0;
		this.#set('connecting');
		this.#dial();
	}

	/** Ends the link on purpose: logged out, replaced, or the session is gone. */
	stop(state: 'idle' | 'replaced' | 'locked' = 'idle'): void {
		if (this.#look !== null) clearInterval(this.#look);
		if (this.#retry !== null) clearTimeout(this.#retry);
		this.#look = null;
		this.#retry = null;
		this.#drop();
		this.#backoff.reset();
		this.#set(state);
	}

	/** The network came back, the page became visible, or a person pressed "now": do not wait. */
	poke(): void {
		if (this.#look === null) return;
		this.#watch();
		if (this.#retry === null) return;
		clearTimeout(this.#retry);
		this.#retry = null;
		this.#backoff.reset();
		this.#dial();
	}

	/** The daemon is going away and says when to come back. */
	away(retryMs: number): void {
		this.#fall(Math.max(0, Math.min(retryMs, 30_000)));
	}

	/** The caller has everything up to now: what is shown is the truth. */
	synced(): void {
		if (!this.#open) return;
		this.#backoff.reset();
		this.#downSince = 0;
		this.#set('live');
	}

	/** The caller found a hole and asked for the whole picture again. */
	resyncing(): void {
		if (!this.#open) return;
		this.#movedAt = this.#now();
		this.#set('resync');
	}

	/** False when there is no open line; the caller then knows at once that nothing was sent. */
	send(bytes: Uint8Array): boolean {
		if (!this.#open || this.#socket === null) return false;
		this.#socket.send(bytes);
		return true;
	}

	#dial(): void {
		const turn = ++this.#turn;
		const mine = () => turn === this.#turn;
		this.#open = false;
		this.#startedAt = this.#now();
		this.#socket = this.#o.connect({
			opened: () => {
				if (!mine()) return;
				this.#open = true;
				this.#movedAt = this.#now();
				this.#beatAt = this.#now();
				// Open is not yet up: the screen goes on saying "down" until the daemon has really spoken.
				this.#o.onOpen();
			},
			frame: (bytes) => {
				if (!mine()) return;
				this.#heardAt = this.#now();
				if (this.#state === 'late') this.#set('live');
				if (!this.#o.onFrame(bytes) || !mine()) return;
				this.#movedAt = this.#now();
				if (this.#state === 'down' || this.#state === 'connecting') this.#set('resync');
			},
			closed: () => {
				if (!mine()) return;
				const refused = !this.#open;
				this.#fall();
				if (refused) this.#o.onRefused?.();
			},
		});
	}

	#drop(): void {
		this.#turn++;
		this.#open = false;
		const socket = this.#socket;
		this.#socket = null;
		socket?.close();
	}

	#fall(waitMs = this.#backoff.next()): void {
		this.#drop();
		if (this.#look === null) return;
		if (this.#downSince === 0) this.#downSince = this.#now();
		this.#set('down');
		if (this.#retry !== null) clearTimeout(this.#retry);
		this.#retry = setTimeout(() => {
			this.#retry = null;
			this.#dial();
		}, waitMs);
	}

	#watch(): void {
		const now = this.#now();
		if (!this.#open) {
			if (this.#socket !== null && now - this.#startedAt >= OPEN_MS) {
				this.#fall();
				return;
			}
			this.#tell();
			return;
		}
		const silent = now - this.#heardAt;
		const up = this.#state === 'live' || this.#state === 'late';
		if (up ? silent >= DOWN_MS : now - this.#movedAt >= OPEN_MS) {
			this.#fall();
			return;
		}
		if (silent >= LATE_MS && this.#state === 'live') this.#set('late');
		if (now - this.#beatAt >= HEARTBEAT_MS) {
			this.#beatAt = now;
			this.#o.onBeat();
		}
		this.#tell();
	}

	#told = '';

	/** The seconds shown beside the state change too, but only once a second. */
	#tell(): void {
		const view = this.view;
		const key = `${view.state} ${Math.floor(view.silentMs / 1000)} ${view.tries} ${view.downSince}`;
		if (key === this.#told) return;
		this.#told = key;
		this.#o.onChange(view);
	}

	#set(state: LinkState): void {
		this.#state = state;
		this.#tell();
	}
}

/** The browser's WebSocket as a Socket. */
export function browserSocket(url: string, protocol: string): LinkOptions['connect'] {
	return (events) => {
		const ws = new WebSocket(url, protocol);
		ws.binaryType = 'arraybuffer';
		ws.onopen = () => events.opened();
		ws.onmessage = (message: MessageEvent<unknown>) => {
			if (message.data instanceof ArrayBuffer) events.frame(new Uint8Array(message.data));
		};
		ws.onclose = () => events.closed();
		return {
			send: (bytes) => ws.send(bytes as Uint8Array<ArrayBuffer>),
			close: () => {
				ws.onopen = ws.onmessage = ws.onclose = null;
				ws.close();
			},
		};
	};
}
