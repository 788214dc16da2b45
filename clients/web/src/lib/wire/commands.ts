/* commands.ts - what a person asked for, until the daemon has answered.
 *
 * Owns:   every request without an answer, each with the id it was born with.
 * Knows:  no screen, no socket: bytes go out through `send`, answers come in through reply().
 * Result: a Command whose state only says "done" on the daemon's own reply. Never optimistic: after 2 s it
 *         says "unconfirmed", and a retry carries the same id, so that nothing is done twice.
 * Bounds: COMMANDS_MAX open at once; more are refused as unsent.
 */
import type { Reply } from '../gen/pingan/v1/console_pb.js';
import { encode, newId, request, type What } from './codec';

export const UNCONFIRMED_MS = 2000;
const COMMANDS_MAX = 64;

export type CommandState = 'sending' | 'unconfirmed' | 'done' | 'unsent';

export interface Command {
	readonly cmd: bigint;
	readonly what: What;
	readonly state: CommandState;
	readonly reply: Reply | null;
}

interface Open {
	command: Command;
	onChange: (command: Command) => void;
	timer: ReturnType<typeof setTimeout> | null;
}

export class Commands {
	readonly #open = new Map<bigint, Open>();
	readonly #send: (bytes: Uint8Array) => boolean;
	readonly #newId: () => bigint;

	constructor(send: (bytes: Uint8Array) => boolean, makeId: () => bigint = newId) {
		this.#send = send;
		this.#newId = makeId;
	}

	get waiting(): number {
		return this.#open.size;
	}

	submit(what: What, onChange: (command: Command) => void, cmd: bigint = this.#newId()): Command {
		const command: Command = { cmd, what, state: 'sending', reply: null };
		if (this.#open.size >= COMMANDS_MAX) return this.#tell(onChange, { ...command, state: 'unsent' });
		const open: Open = { command, onChange, timer: null };
		this.#open.set(cmd, open);
		return this.#transmit(open);
	}

	/** Sends the same act again, under the same id. */
	retry(cmd: bigint): void {
		const open = this.#open.get(cmd);
		if (open !== undefined) this.#transmit(open);
	}

	/** The person turned away; a late answer is ignored. */
	forget(cmd: bigint): void {
		const open = this.#open.get(cmd);
		if (open === undefined) return;
		if (open.timer !== null) clearTimeout(open.timer);
		this.#open.delete(cmd);
	}

	reply(reply: Reply): void {
		const open = this.#open.get(reply.cmd);
		if (open === undefined) return;
		this.forget(reply.cmd);
		this.#tell(open.onChange, { ...open.command, state: 'done', reply });
	}

	/** Logged out: nobody waits for these any more. */
	clear(): void {
		for (const cmd of [...this.#open.keys()]) this.forget(cmd);
	}

	#transmit(open: Open): Command {
		if (open.timer !== null) clearTimeout(open.timer);
		const { cmd, what } = open.command;
		const sent = this.#send(encode({ case: 'request', value: request(cmd, what) }));
		open.command = { ...open.command, state: sent ? 'sending' : 'unconfirmed' };
		open.timer = sent
			? setTimeout(() => {
					open.timer = null;
					open.command = { ...open.command, state: 'unconfirmed' };
					this.#tell(open.onChange, open.command);
				}, UNCONFIRMED_MS)
			: null;
		return this.#tell(open.onChange, open.command);
	}

	#tell(onChange: (command: Command) => void, command: Command): Command {
		onChange(command);
		return command;
	}
}
