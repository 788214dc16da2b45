import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeviceCardSchema } from '$lib/gen/pingan/v1/commission_pb.js';
import { ReplySchema, Result, type Reply } from '$lib/gen/pingan/v1/console_pb.js';
import type { What } from '../wire/codec';
import type { Line } from './line.svelte';
import { seconds, Unit, unitNumber } from './unit.svelte';

describe('the number of a unit', () => {
	it('is what is typed, or the end of what its code says', () => {
		expect(unitNumber(' PA-4711 ')).toBe('PA-4711');
		expect(unitNumber('dc09.7E57')).toBe('dc09.7E57');
		expect(unitNumber('https://example.org/u/PA-4711')).toBe('PA-4711');
		expect(unitNumber('https://example.org/u?id=PA-4711')).toBe('PA-4711');
		expect(unitNumber('SN PA-4711')).toBe('PA-4711');
	});

	it('is none when nothing could be one', () => {
		for (const text of ['', '   ', '设备', 'a/b/']) expect(unitNumber(text)).toBe('');
		expect(unitNumber('x'.repeat(99))).toHaveLength(31);
	});
});

describe('how long a press took', () => {
	const took = (tookMs: number) => seconds(create(DeviceCardSchema, { tookMs }));
	it('is said to a tenth, and never as nothing', () => {
		expect(took(412)).toBe('0.4');
		expect(took(3)).toBe('0.1');
		expect(took(12_340)).toBe('12.3');
	});
});

describe('the card of a unit', () => {
	let said: What[];
	let line: Line;
	let unit: Unit;
	let answer: (result: Result) => void;
	const cases = () => said.map((what) => what.case);
	beforeEach(() => {
		vi.useFakeTimers();
		said = [];
		line = {
			live: true,
			acts: new Map(),
			act: (_name: string, what: What, done?: (reply: Reply) => void) => {
				said.push(what);
				answer = (result) => done?.(create(ReplySchema, { result }));
			},
			tell: (what: What) => said.push(what),
			clear: () => {},
		} as unknown as Line;
		unit = new Unit(line);
	});
	afterEach(() => vi.useRealTimers());

	it('is asked for once, and again after a broken line', () => {
		unit.open('PA-1');
		unit.resume();
		expect(cases()).toEqual(['deviceScan']);
		unit.broken();
		unit.resume();
		expect(cases()).toEqual(['deviceScan', 'deviceScan']);
	});

	it('is asked for again by itself when it was refused only for now', () => {
		unit.open('PA-1');
		answer(Result.NO_STORE);
		vi.advanceTimersByTime(2000);
		expect(cases()).toEqual(['deviceScan', 'deviceScan']);
		answer(Result.NOT_FOUND);
		vi.advanceTimersByTime(10_000);
		expect(cases()).toHaveLength(2);
	});

	it('is not asked for again once nobody looks at it', () => {
		unit.open('PA-1');
		answer(Result.OVERLOAD);
		unit.close();
		vi.advanceTimersByTime(10_000);
		expect(cases()).toEqual(['deviceScan', 'deviceLeave']);
	});

	it('is left before another is opened, and only shown when it is the one that was asked for', () => {
		unit.open('PA-1');
		unit.heard(create(DeviceCardSchema, { device: 'PA-2' }));
		expect(unit.card).toBeNull();
		unit.heard(create(DeviceCardSchema, { device: 'PA-1' }));
		expect(unit.card?.device).toBe('PA-1');
		unit.open('PA-2');
		expect(cases()).toEqual(['deviceScan', 'deviceLeave', 'deviceScan']);
		expect(unit.card).toBeNull();
	});

	it('is nothing that a page without a unit asks about', () => {
		unit.close();
		unit.resume();
		unit.open('');
		expect(cases()).toEqual([]);
	});
});
