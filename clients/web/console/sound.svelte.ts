/* sound.svelte.ts - the one player of the console page, and its state for components. */
import { gainFor, soundFor } from '$lib/sound/policy';
import { Player } from '$lib/sound/player';
import type { Tone } from '$lib/sound/tones';
import type { Desk } from './desk.svelte';

class ConsoleSound {
	locked = $state(false);
	leader = $state(true);
	readonly #player = new Player(() => this.#read());
	#tone: Tone | null = null;
	#since = 0;
	#rang = new Set<string>();

	open(): void {
		this.#player.open('pingan-console-sound');
		this.#read();
	}

	unlock(): void {
		this.#player.unlock();
	}

	test(volume: number): void {
		this.unlock();
		this.#player.once('P2', volume);
	}

	/** Called whenever anything it depends on has changed, and once a second. */
	update(desk: Desk): void {
		const view = desk.line.view;
		const now = desk.line.now;
		const ringing = desk.ringingRows;
		const linkDown =
			view.state === 'down' && (view.silentMs >= 9000 || Date.now() - view.downSince >= 9000);
		const tone = soundFor({ ringing, linkDown, mutedUntil: desk.mutedUntil, now });
		if (tone !== this.#tone) this.#since = Date.now();
		this.#tone = tone;
		this.#player.play(tone, tone === null ? 0 : gainFor(tone, desk.volume, Date.now() - this.#since));
		const fresh = ringing.filter((r) => r.class === 3 && !this.#rang.has(r.id));
		this.#rang = new Set(ringing.map((r) => r.id));
		if (fresh.length > 0 && tone === null && now >= desk.mutedUntil && this.#player.leader)
			this.#player.once('P3', desk.volume);
	}

	silence(): void {
		this.#player.play(null, 0);
	}

	#read(): void {
		this.locked = this.#player.locked;
		this.leader = this.#player.leader;
	}
}

export const sound = new ConsoleSound();
