/* device.svelte.ts - what the phone itself can do: sound, vibration, the lit screen, permissions, battery.
 *
 * Knows:  nothing of jobs. Every part may be missing or refused; the page then works without it and says so.
 */
import { Player } from '$lib/sound/player';

const VIBRATION = [300, 100, 300];
const VIBRATE_EVERY_MS = 1500;

interface BatteryLike extends EventTarget {
	level: number;
	charging: boolean;
}

class Device {
	locked = $state(false);
	awake = $state(false);
	notify = $state<NotificationPermission | 'unsupported'>('unsupported');
	location = $state<'todo' | 'ok' | 'denied' | 'unsupported'>('todo');
	battery = $state<number | null>(null);
	readonly #player = new Player(() => (this.locked = this.#player.locked));
	#wake: WakeLockSentinel | null = null;
	#wanted = false;
	#vibrate: ReturnType<typeof setInterval> | null = null;

	open(): void {
		this.#player.open('pingan-caregiver-sound');
		this.locked = this.#player.locked;
		if (typeof Notification !== 'undefined') this.notify = Notification.permission;
		if (navigator.geolocation === undefined) this.location = 'unsupported';
		else
			void navigator.permissions
				?.query({ name: 'geolocation' })
				.then(
					(p) =>
						(this.location =
							p.state === 'granted' ? 'ok' : p.state === 'denied' ? 'denied' : 'todo'),
				)
				.catch(() => {});
		const power = navigator as Navigator & { getBattery?: () => Promise<BatteryLike> };
		void power.getBattery?.().then((battery) => {
			const read = () => (this.battery = Math.round(battery.level * 100));
			read();
			battery.addEventListener('levelchange', read);
		});
	}

	/** From a tap: lets the browser make sound. */
	unlock(): void {
		this.#player.unlock();
	}

	/** The ring, once, as the check of the start of duty. */
	tryRing(): void {
		this.unlock();
		this.#player.once('OFFER', 1);
		navigator.vibrate?.(VIBRATION);
	}

	/** One falling tone: something ended. */
	tell(): void {
		this.#player.once('LINK', 0.8);
		navigator.vibrate?.([200, 100, 200]);
	}

	ring(on: boolean): void {
		this.#player.play(on ? 'OFFER' : null, on ? 1 : 0);
		if (on && this.#vibrate === null) {
			const shake = () => navigator.vibrate?.(VIBRATION);
			shake();
			this.#vibrate = setInterval(shake, VIBRATE_EVERY_MS);
		} else if (!on && this.#vibrate !== null) {
			clearInterval(this.#vibrate);
			this.#vibrate = null;
			navigator.vibrate?.(0);
		}
	}

	async askNotify(): Promise<void> {
		if (typeof Notification !== 'undefined') this.notify = await Notification.requestPermission();
	}

	/** One fix, to be asked for permission at a quiet moment; it goes nowhere. */
	askLocation(): void {
		navigator.geolocation?.getCurrentPosition(
			() => (this.location = 'ok'),
			(fault) => {
				// No fix indoors is not a refusal.
				this.location = fault.code === fault.PERMISSION_DENIED ? 'denied' : 'ok';
			},
			{ timeout: 10_000 },
		);
	}

	/** Keeps the screen lit while wanted; the browser lets go whenever the page is hidden. */
	async keepAwake(wanted: boolean): Promise<void> {
		this.#wanted = wanted;
		if (!wanted) {
			await this.#wake?.release().catch(() => {});
			return;
		}
		if (this.#wake !== null || document.visibilityState !== 'visible') return;
		try {
			const wake = await navigator.wakeLock?.request('screen');
			if (wake === undefined) return;
			this.#wake = wake;
			this.awake = true;
			wake.addEventListener('release', () => {
				this.#wake = null;
				this.awake = false;
				if (this.#wanted) void this.keepAwake(true);
			});
		} catch {
			this.awake = false;
		}
	}
}

export const device = new Device();
