/* policy.ts - which sound, if any. Pure.
 *
 * The daemon says what rings here; this says only what that sounds like. Silence is not acknowledgement:
 * it is local, ends by itself, and ends at once when another class 1 call begins to ring.
 */
import type { Tone } from './tones';

export const MUTE_MS = 30_000;
/** Class 1 cannot be turned below this share of full volume. */
export const FLOOR_P1 = 0.3;

export interface Ringing {
	id: string;
	class: number;
}

export interface SoundInput {
	ringing: readonly Ringing[];
	linkDown: boolean;
	mutedUntil: number;
	now: number;
}

export function soundFor(input: SoundInput): Tone | null {
	if (input.now < input.mutedUntil) return null;
	if (input.ringing.some((r) => r.class === 1)) return 'P1';
	if (input.linkDown) return 'LINK';
	if (input.ringing.some((r) => r.class === 2)) return 'P2';
	return null;
}

/** Class 1 calls that ring now and did not before: they end a silence. */
export function newLife(before: ReadonlySet<string>, after: readonly Ringing[]): string[] {
	return after.filter((r) => r.class === 1 && !before.has(r.id)).map((r) => r.id);
}

/** Louder the longer it rings: +3 dB after 20 s, +6 dB after 40 s, no more. */
export function gainFor(tone: Tone, volume: number, ringsForMs: number): number {
	const base = tone === 'P1' ? Math.max(volume, FLOOR_P1) : volume;
	if (tone !== 'P1') return base;
	const db = ringsForMs >= 40_000 ? 6 : ringsForMs >= 20_000 ? 3 : 0;
	// Full scale is 1 at volume 1 and +6 dB; half of it is where a class 1 call starts.
	return Math.min(1, base * 0.5 * 10 ** (db / 20));
}
