import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeviceCardSchema } from '$lib/gen/pingan/v1/commission_pb.js';
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
	const cases = () => said.map((what) => what.case);
	beforeEach(() => {
		said = [];
		line = {
			live: true,
			acts: new Map(),
			act: (_name: string, what: What) => said.push(what),
			tell: (what: What) => said.push(what),
			clear: () => {},
		} as unknown as Line;
		unit = new Unit(line);
	});

	it('is asked for once, and again after a broken line', () => {
		unit.open('PA-1');
		unit.resume();
		expect(cases()).toEqual(['deviceScan']);
		unit.broken();
		unit.resume();
		expect(cases()).toEqual(['deviceScan', 'deviceScan']);
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
