/* player.ts - plays one looping tone at a time through Web Audio.
 *
 * Owns:   the audio context, and the election of the one window of this console that sounds.
 * Knows:  nothing of calls: it is told a tone and a gain.
 * Result: `locked` is true until a click or key has let the browser play. The tone now playing stands in
 *         data-sound on the root element, so that a person with a screen reader's log, and a test, can see it.
 */
import { render, SCORES, type Tone } from './tones';

export class Player {
	#context: AudioContext | null = null;
	#gain: GainNode | null = null;
	#source: AudioBufferSourceNode | null = null;
	#tone: Tone | null = null;
	#leader = false;
	readonly #buffers = new Map<Tone, AudioBuffer>();
	readonly #onChange: () => void;

	constructor(onChange: () => void) {
		this.#onChange = onChange;
	}

	/** Made at load, so that the browser's lock is seen and said before the first alarm. */
	open(lockName: string): void {
		if (this.#context !== null || typeof AudioContext === 'undefined') return;
		this.#context = new AudioContext();
		this.#gain = this.#context.createGain();
		this.#gain.connect(this.#context.destination);
		this.#context.onstatechange = () => {
			this.#mark();
			this.#onChange();
		};
		this.#mark();
		if (navigator.locks === undefined) {
			this.#leader = true;
			return;
		}
		// Held until the window closes; the next in line takes over by itself.
		void navigator.locks.request(lockName, () => {
			this.#leader = true;
			this.#onChange();
			return new Promise<never>(() => {});
		});
	}

	/** Call from a click or key. */
	unlock(): void {
		if (this.#context?.state === 'suspended') void this.#context.resume();
	}

	get locked(): boolean {
		return this.#context !== null && this.#context.state !== 'running';
	}

	get leader(): boolean {
		return this.#leader;
	}

	/** Plays `tone` in a loop until told otherwise; null is silence. */
	play(tone: Tone | null, gain: number): void {
		const wanted = this.#leader ? tone : null;
		if (this.#context === null || this.#gain === null) return;
		this.#gain.gain.setTargetAtTime(gain, this.#context.currentTime, 0.05);
		if (wanted === this.#tone) return;
		this.#source?.stop();
		this.#source = null;
		this.#tone = wanted;
		if (wanted !== null) this.#source = this.#start(wanted, this.#gain);
		this.#mark();
	}

	/** One turn of a tone, whatever else plays: the sound check, and class 3. */
	once(tone: Tone, volume: number): void {
		if (this.#context === null) return;
		const gain = this.#context.createGain();
		gain.gain.value = volume * 0.6;
		gain.connect(this.#context.destination);
		const source = this.#start(tone, gain);
		if (source !== null) source.loop = false;
	}

	#start(tone: Tone, into: AudioNode): AudioBufferSourceNode | null {
		const context = this.#context;
		if (context === null) return null;
		let buffer = this.#buffers.get(tone);
		if (buffer === undefined) {
			const samples = render(tone, context.sampleRate);
			buffer = context.createBuffer(1, samples.length, context.sampleRate);
			buffer.copyToChannel(samples, 0);
			this.#buffers.set(tone, buffer);
		}
		const source = context.createBufferSource();
		source.buffer = buffer;
		source.loop = SCORES[tone].loop;
		source.connect(into);
		source.start();
		return source;
	}

	#mark(): void {
		const root = document.documentElement;
		root.dataset['audio'] = this.#context?.state ?? 'none';
		root.dataset['sound'] = this.#tone ?? 'none';
	}
}
