import { clone, create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { HealthSchema, HouseholdSchema } from '$lib/gen/pingan/v1/registry_pb.js';
import {
	fromSheet,
	hoursFrom,
	hoursText,
	items,
	keyOf,
	merge,
	nextId,
	sameSheet,
	sheetFault,
	toSheet,
	type Sheet,
} from './sheet';

const HOME = create(HouseholdSchema, {
	id: 'h1',
	area: '440190001001',
	street: '米铺街',
	address: '米铺街 5 号',
	phone: '02000000001',
	place: { latE6: 23129000, lonE6: 113258000 },
	testUntilMs: 7n,
	carePlan: { ability: 3 },
	residents: [{ id: 'h1-r1', name: '区𠮷祥', birthYear: 1938, risks: ['alone', 'heart'], mobility: 2 }],
	contacts: [
		{
			order: 1,
			name: '李红',
			phone: '13800000001',
			tell: true,
			hours: [{ fromMin: 480, untilMin: 1200 }],
		},
		{ order: 3, name: '李明', phone: '13800000003' },
	],
});
const base = toSheet(HOME);
const with_ = (sheet: Sheet, changes: Record<string, string>) =>
	new Map([...sheet, ...Object.entries(changes)]);

describe('a home as a sheet', () => {
	it('comes back as it was, with what the sheet has no line for', () => {
		expect(fromSheet(HOME, base)).toEqual(HOME);
	});

	it('takes changes, new people, and people who go', () => {
		const order = nextId(base, 'contact', 'h1');
		expect(order).toBe('2');
		const home = fromSheet(
			HOME,
			with_(base, {
				phone: ' 02000000002 ',
				'contact:2': '1',
				'contact:2:name': '新',
				'contact:2:phone': '1',
				'contact:3': '',
				place: '23.5，113.25',
			}),
		);
		expect(home?.phone).toBe('02000000002');
		expect(home?.contacts.map((c) => [c.order, c.name])).toEqual([
			[1, '李红'],
			[2, '新'],
		]);
		expect(home?.contacts[0]?.hours.length).toBe(1);
		expect(home?.place).toMatchObject({ latE6: 23500000, lonE6: 113250000 });
		expect(fromSheet(HOME, with_(base, { place: 'north' }))).toBeNull();
		expect(nextId(base, 'resident', 'h1')).toBe('h1-r2');
	});

	it('names the field that the daemon names', () => {
		expect(keyOf('contacts[2].phone2', HOME)).toBe('contact:3:phone2');
		expect(keyOf('residents[1].birth_year', HOME)).toBe('resident:h1-r1:birthYear');
		expect(keyOf('residents[1].risks[2]', HOME)).toBe('resident:h1-r1:risks');
		expect(keyOf('door_code', HOME)).toBe('doorCode');
		expect(keyOf('place', HOME)).toBe('place');
		expect(keyOf('residents[1].health.notes', HOME)).toBe('resident:h1-r1:health:notes');
		expect(keyOf('care_plan.visits_week', HOME)).toBe('carePlan:visitsWeek');
		expect(keyOf('care_plan.services[2]', HOME)).toBe('carePlan:services');
		expect(keyOf('contacts[1].hours[1]', HOME)).toBe('contact:1:hours');
	});
});

describe('health, hours and the care plan', () => {
	it('health is no line of a sheet that came without it, and stays as it was', () => {
		expect([...base.keys()].some((key) => key.includes('health'))).toBe(false);
		const sick = clone(HouseholdSchema, HOME);
		sick.health = create(HealthSchema, { notes: '心脏支架' });
		expect(fromSheet(sick, toSheet(sick))?.health?.notes).toBe('心脏支架');
		expect(fromSheet(sick, with_(toSheet(sick, true), { 'health:notes': '' }))?.health?.notes).toBe('');
	});

	it('what there was none of can be filled in, of the home and of one resident', () => {
		const open = toSheet(HOME, true);
		expect(fromSheet(HOME, open)).toEqual(HOME);
		const home = fromSheet(
			HOME,
			with_(open, { 'health:medicines': '华法林', 'resident:h1-r1:health:allergies': ' 青霉素 ' }),
		);
		expect(home?.health).toMatchObject({ notes: '', medicines: '华法林' });
		expect(home?.residents[0]?.health?.allergies).toBe('青霉素');
	});

	it('hours are read as they are written, and a wrong one is named', () => {
		const said = '1-5 08:00-20:00; 67 10:00-24:00; 22:00-06:00';
		const hours = hoursFrom(said);
		expect(hours?.map((h) => [h.days, h.fromMin, h.untilMin])).toEqual([
			[0x1f, 480, 1200],
			[0x60, 600, 1440],
			[0, 1320, 360],
		]);
		expect(hoursText(hours ?? [])).toBe(said);
		expect(hoursFrom('1至5 8：00至20：00；')?.[0]).toMatchObject({ days: 0x1f, fromMin: 480 });
		for (const wrong of [
			'evenings',
			'8-20',
			'9 08:00-20:00',
			'5-1 08:00-20:00',
			'08:60-20:00',
			'25:00-26:00',
		])
			expect(hoursFrom(wrong)).toBeNull();
		const bad = with_(base, { 'contact:3:hours': 'evenings' });
		expect(sheetFault(bad)).toEqual({ key: 'contact:3:hours', why: 'bad_hours' });
		expect(fromSheet(HOME, bad)).toBeNull();
	});

	it('a care plan is filled in, and none is made out of nothing', () => {
		const home = fromSheet(
			HOME,
			with_(base, {
				'carePlan:visitsWeek': '5',
				'carePlan:services': 'meals bath',
				'carePlan:from': '2026-11-01',
			}),
		);
		expect(home?.carePlan).toMatchObject({
			ability: 3,
			visitsWeek: 5,
			services: ['meals', 'bath'],
			from: '2026-11-01',
		});
		const plain = create(HouseholdSchema, { id: 'h2' });
		expect(fromSheet(plain, toSheet(plain))?.carePlan).toBeUndefined();
	});
});

describe('two people at once', () => {
	it('what only one of them changed is taken from that one', () => {
		const mine = with_(base, { phone: '111' });
		const theirs = with_(base, { address: '新地址', 'contact:3': '' });
		const both = merge(base, mine, theirs);
		expect(both.conflicts).toEqual([]);
		expect(both.sheet.get('phone')).toBe('111');
		expect(both.sheet.get('address')).toBe('新地址');
		expect(items(both.sheet, 'contact')).toEqual(['1']);
	});

	it('what both changed otherwise is shown with both versions, mine first', () => {
		const mine = with_(base, { phone: '111', street: '同' });
		const theirs = with_(base, { phone: '222', street: '同' });
		const both = merge(base, mine, theirs);
		expect(both.conflicts).toEqual([
			{ key: 'phone', was: base.get('phone'), mine: '111', theirs: '222' },
		]);
		expect(both.sheet.get('phone')).toBe('111');
		expect(sameSheet(both.sheet, theirs)).toBe(false);
		expect(sameSheet(base, new Map(base))).toBe(true);
	});
});
