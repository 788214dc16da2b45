import { describe, expect, it } from 'vitest';
import { FLOOR_P1, gainFor, newLife, soundFor, type SoundInput } from './policy';
import { render, SCORES, type Tone } from './tones';

const input = (more: Partial<SoundInput>): SoundInput => ({
	ringing: [],
	linkDown: false,
	mutedUntil: 0,
	now: 1000,
	...more,
});
const one = (cls: number) => ({ id: `i${cls}`, class: cls });

describe('which sound', () => {
	it('is that of the most urgent call', () => {
		expect(soundFor(input({ ringing: [one(2), one(1)] }))).toBe('P1');
		expect(soundFor(input({ ringing: [one(2)] }))).toBe('P2');
		expect(soundFor(input({ ringing: [one(4), one(3)] }))).toBeNull();
	});
	it('says that the link is down, but never over a class 1 call', () => {
		expect(soundFor(input({ linkDown: true, ringing: [one(2)] }))).toBe('LINK');
		expect(soundFor(input({ linkDown: true, ringing: [one(1)] }))).toBe('P1');
	});
	it('is none while silenced, and comes back by itself', () => {
		expect(soundFor(input({ ringing: [one(1)], mutedUntil: 1001 }))).toBeNull();
		expect(soundFor(input({ ringing: [one(1)], mutedUntil: 1000 }))).toBe('P1');
	});
	it('is re-armed by another class 1 call, and by nothing less', () => {
		expect(newLife(new Set(['i1']), [one(1), one(2)])).toEqual([]);
		expect(newLife(new Set(['i1']), [one(1), { id: 'x', class: 1 }])).toEqual(['x']);
	});
});

describe('how loud', () => {
	it('grows by 3 dB after 20 s and 6 dB after 40 s, and no further', () => {
		const at = (s: number) => gainFor('P1', 1, s * 1000);
		expect(at(20) / at(0)).toBeCloseTo(10 ** (3 / 20));
		expect(at(40) / at(0)).toBeCloseTo(10 ** (6 / 20));
		expect(at(4000)).toBe(at(40));
		expect(at(4000)).toBeLessThanOrEqual(1);
	});
	it('has a floor for class 1 only', () => {
		expect(gainFor('P1', 0, 0)).toBeCloseTo(FLOOR_P1 / 2);
		expect(gainFor('P2', 0, 0)).toBe(0);
	});
});

describe('the tones', () => {
	const rate = 8000;
	for (const tone of Object.keys(SCORES) as Tone[]) {
		it(`${tone} is audible, never clips, and begins and ends softly`, () => {
			const samples = render(tone, rate);
			expect(samples.length).toBe(SCORES[tone].s * rate);
			const peak = samples.reduce((max, s) => Math.max(max, Math.abs(s)), 0);
			expect(peak).toBeGreaterThan(0.2);
			expect(peak).toBeLessThanOrEqual(1);
			expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.01);
			expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.01);
		});
	}
	it('differ in rhythm: no two have the same pulses', () => {
		const shapes = Object.values(SCORES).map((s) => s.pulses.map((p) => `${p.at}:${p.hz}`).join());
		expect(new Set(shapes).size).toBe(shapes.length);
		expect(shapes.length).toBeLessThanOrEqual(6);
	});
});
