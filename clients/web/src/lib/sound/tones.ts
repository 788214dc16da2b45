/* tones.ts - the urgent sounds, made of numbers; no files.
 *
 * Five, each with its own melody and rhythm, soft onset and strong harmonics between 1 and 4 kHz, where old
 * ears and room noise leave room. A looping buffer keeps time in a hidden tab, where timers do not.
 */

export type Tone = 'P1' | 'P2' | 'P3' | 'LINK' | 'OFFER';

interface Pulse {
	at: number;
	hz: number;
	/** Glides to this frequency. */
	to?: number;
	s: number;
	gain: number;
}

export interface Score {
	/** Length of the loop in seconds. */
	s: number;
	loop: boolean;
	pulses: readonly Pulse[];
}

const rising = [880, 990, 1100, 1210, 1320];

export const SCORES: Record<Tone, Score> = {
	P1: { s: 4, loop: true, pulses: rising.map((hz, i) => ({ at: i * 0.18, hz, s: 0.15, gain: 0.9 })) },
	P2: { s: 15, loop: true, pulses: [0, 0.3, 0.6].map((at) => ({ at, hz: 740, s: 0.22, gain: 0.7 })) },
	P3: { s: 1, loop: false, pulses: [{ at: 0, hz: 590, s: 0.4, gain: 0.45 }] },
	LINK: {
		s: 10,
		loop: true,
		pulses: [
			{ at: 0, hz: 660, to: 440, s: 0.45, gain: 0.7 },
			{ at: 0.6, hz: 660, to: 440, s: 0.45, gain: 0.7 },
		],
	},
	OFFER: {
		s: 2.4,
		loop: true,
		pulses: [784, 988, 1175, 988, 784, 988, 1175].map((hz, i) => ({
			at: i * 0.16,
			hz,
			s: 0.15,
			gain: 0.85,
		})),
	},
};

const HARMONICS = [1, 0.55, 0.35, 0.22] as const;
const ONSET_S = 0.015;
const RELEASE_S = 0.04;

/** Samples of one turn of the loop, between -1 and 1. */
export function render(tone: Tone, rate: number): Float32Array<ArrayBuffer> {
	const score = SCORES[tone];
	const out = new Float32Array(Math.round(score.s * rate));
	const full = HARMONICS.reduce((sum, h) => sum + h, 0);
	for (const pulse of score.pulses) {
		const start = Math.round(pulse.at * rate);
		const count = Math.min(Math.round(pulse.s * rate), out.length - start);
		let phase = 0;
		for (let i = 0; i < count; i++) {
			const time = i / rate;
			const part = time / pulse.s;
			const hz = pulse.hz + ((pulse.to ?? pulse.hz) - pulse.hz) * part;
			phase += (2 * Math.PI * hz) / rate;
			const envelope = Math.min(1, time / ONSET_S, (pulse.s - time) / RELEASE_S);
			let sample = 0;
			for (let h = 0; h < HARMONICS.length; h++)
				sample += (HARMONICS[h] ?? 0) * Math.sin(phase * (h + 1));
			out[start + i] = ((out[start + i] ?? 0) + (sample / full) * envelope * pulse.gain) as number;
		}
	}
	return out;
}
