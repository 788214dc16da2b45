/* unit.svelte.ts - the card of one unit: asked for, kept up to date by the daemon, acted on.
 *
 * Owns:   which unit this page looks at, and the daemon's last word on it. One card a page.
 * Knows:  the line; not who looks (console or phone), nor how it is drawn.
 * Result: verbs send requests and show nothing as done before the daemon's card says so. After a broken line the card is
 *         asked for again; until it comes the old one is of the past, and the line says so.
 */
import type { DeviceState } from '$lib/gen/pingan/v1/common_pb.js';
import type { DeviceCard } from '$lib/gen/pingan/v1/commission_pb.js';
import { Result } from '$lib/gen/pingan/v1/console_pb.js';
import type { Line } from './line.svelte';

const ID_BYTES_MAX = 31;
/** Refused only for now: the card is asked for again by itself, so that nobody waits before an old refusal. */
const FOR_NOW: readonly Result[] = [Result.NO_STORE, Result.OVERLOAD, Result.RATE];
const AGAIN_MS = 2000;

/** What a code on a unit, or a person, says its number is: the last part of an address, without blanks. '' = none. */
export function unitNumber(text: string): string {
	const last =
		text
			.trim()
			.split(/[/=?#\s]/)
			.pop() ?? '';
	return /^[!-~]+$/.test(last) ? last.slice(0, ID_BYTES_MAX) : '';
}

export class Unit {
	readonly #line: Line;
	/** The unit that is looked at; '' = none. */
	device = $state('');
	card = $state.raw<DeviceCard | null>(null);
	#asked = false;
	#again: ReturnType<typeof setTimeout> | null = null;

	constructor(line: Line) {
		this.#line = line;
	}

	open(device: string): void {
		if (device === '') return;
		if (this.device !== '' && this.device !== device) this.close();
		this.device = device;
		this.card = null;
		this.#asked = false;
		this.resume();
	}

	close(): void {
		if (this.device === '') return;
		this.#line.tell({ case: 'deviceLeave', value: { device: this.device } });
		for (const name of ['scan', 'bind', 'prove', 'confirm', 'state']) this.#line.clear(`unit.${name}`);
		this.device = '';
		this.card = null;
		this.#wait(null);
	}

	/** A new connection knows nothing of what this page looked at. */
	broken(): void {
		this.#asked = false;
	}

	/** Once the line is live. */
	resume(): void {
		if (this.device === '' || this.#asked || !this.#line.live) return;
		this.#asked = true;
		this.#wait(null);
		this.#line.clear('unit.scan');
		this.#line.act('unit.scan', { case: 'deviceScan', value: { device: this.device } }, (reply) => {
			if (!FOR_NOW.includes(reply.result)) return;
			this.#wait(() => {
				this.#asked = false;
				this.resume();
			});
		});
	}

	#wait(next: (() => void) | null): void {
		if (this.#again !== null) clearTimeout(this.#again);
		this.#again = next === null ? null : setTimeout(next, AGAIN_MS);
	}

	/** Whether the daemon refused to show it. */
	get refused(): boolean {
		const reply = this.#line.acts.get('unit.scan')?.reply;
		return this.card === null && reply !== undefined && reply !== null && reply.result !== Result.OK;
	}

	heard(card: DeviceCard): void {
		if (card.device !== this.device) return;
		this.card = card;
	}

	bind(home: { household: string } | { incident: bigint }): void {
		this.#line.act('unit.bind', { case: 'deviceBind', value: { device: this.device, ...home } });
	}

	prove(stop = false): void {
		this.#line.act('unit.prove', { case: 'deviceProve', value: { device: this.device, stop } });
	}

	confirm(): void {
		this.#line.act('unit.confirm', { case: 'deviceConfirm', value: { device: this.device } });
	}

	setState(state: DeviceState, text: string, done: () => void): void {
		const value = { device: this.device, state, text };
		this.#line.act('unit.state', { case: 'deviceState', value }, (reply) => {
			if (reply.result === Result.OK) done();
		});
	}
}

/** "0.4": how long a press took; never 0.0. */
export function seconds(card: DeviceCard): string {
	return (Math.max(100, card.tookMs) / 1000).toFixed(1);
}
