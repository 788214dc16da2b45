/* sheet.ts - a home's record as lines that can be filled in, and two versions of it.
 *
 * Pure: a Household goes in, a map of texts comes out, and the other way round. Residents are known by their number,
 * contacts by their order, wherever they stand: so two versions are compared person by person.
 * Result: merge() takes what only one side has changed; what both have changed otherwise is a conflict for a person.
 */
import { clone, create } from '@bufbuild/protobuf';
import {
	CarePlanSchema,
	ContactSchema,
	HealthSchema,
	HoursSchema,
	HouseholdSchema,
	ResidentSchema,
	type CarePlan,
	type Contact,
	type Health,
	type Hours,
	type Household,
	type Resident,
} from '$lib/gen/pingan/v1/registry_pb.js';
import { PlaceSchema } from '$lib/gen/pingan/v1/common_pb.js';

export type Sheet = ReadonlyMap<string, string>;

export interface Conflict {
	key: string;
	/** Before either wrote. */
	was: string;
	mine: string;
	theirs: string;
}

export const HOME = [
	'area',
	'street',
	'address',
	'phone',
	'doorCode',
	'keySafe',
	'keyHolder',
	'access',
	'note',
	'station',
	'servedFrom',
] as const;
const RESIDENT = ['name', 'knownAs', 'spelling', 'language', 'dialect', 'phone'] as const;
const CONTACT = ['name', 'relation', 'phone', 'phone2', 'note'] as const;
export const HEALTH = ['notes', 'medicines', 'allergies', 'hospital'] as const;
const FLAGS = ['hasKey', 'tell', 'consent'] as const;
export const PLAN = ['provider', 'assessedOn', 'from', 'until', 'manager', 'note'] as const;
const PLAN_NUMBERS = ['ability', 'visitsWeek'] as const;
const YES = '1';

export interface SheetFault {
	key: string;
	why: 'bad_place' | 'bad_hours';
}

const clock = (min: number): string =>
	`${String(Math.floor(min / 60)).padStart(2, '0')}:${String(min % 60).padStart(2, '0')}`;

/** "1-5 08:00-20:00; 67 10:00-16:00": the days of the week, 1 = Monday, and from when until when; no days = every day. */
export function hoursText(list: readonly Hours[]): string {
	return list
		.map(({ days, fromMin, untilMin }) => {
			const on = [1, 2, 3, 4, 5, 6, 7].filter((day) => (days & (1 << (day - 1))) !== 0);
			const [first = 0, last = 0] = [on[0], on.at(-1)];
			const row = on.length > 2 && last - first === on.length - 1;
			const which = days === 0 ? '' : `${row ? `${first}-${last}` : on.join('')} `;
			return `${which}${clock(fromMin)}-${clock(untilMin)}`;
		})
		.join('; ');
}

/** Null: it can't be read. */
export function hoursFrom(text: string): Hours[] | null {
	const out: Hours[] = [];
	for (const part of text.split(/[;；]/)) {
		if (part.trim() === '') continue;
		const m =
			/^\s*(?:([1-7]{1,7})(?:\s*[-–至]\s*([1-7]))?\s+)?(\d{1,2})[:：](\d\d)\s*[-–至]\s*(\d{1,2})[:：](\d\d)\s*$/.exec(
				part,
			);
		if (m === null) return null;
		const [, days = '', to = '', h1, m1, h2, m2] = m;
		if (to !== '' && (days.length !== 1 || days > to)) return null;
		let bits = 0;
		for (let day = 1; day <= 7; day++)
			if (to === '' ? days.includes(String(day)) : day >= Number(days) && day <= Number(to))
				bits |= 1 << (day - 1);
		const [fromMin, untilMin] = [Number(h1) * 60 + Number(m1), Number(h2) * 60 + Number(m2)];
		if (Number(m1) > 59 || Number(m2) > 59 || fromMin > 1439 || untilMin > 1440) return null;
		out.push(create(HoursSchema, { days: bits, fromMin, untilMin }));
	}
	return out;
}

function healthTo(out: Map<string, string>, at: string, health: Health | undefined): void {
	for (const field of HEALTH) out.set(`${at}health:${field}`, health?.[field] ?? '');
}

/** What the sheet says of it; without lines about it, and where there was none and is none, it stays as it was. */
function healthFrom(sheet: Sheet, at: string, was: Health | undefined): Health | undefined {
	if (!HEALTH.some((field) => sheet.has(`${at}health:${field}`))) return was;
	const health = create(HealthSchema);
	for (const field of HEALTH) health[field] = (sheet.get(`${at}health:${field}`) ?? '').trim();
	return was === undefined && HEALTH.every((field) => health[field] === '') ? undefined : health;
}

function planFrom(sheet: Sheet, was: CarePlan | undefined): CarePlan | undefined {
	const get = (field: string) => (sheet.get(`carePlan:${field}`) ?? '').trim();
	const plan = was === undefined ? create(CarePlanSchema) : clone(CarePlanSchema, was);
	for (const field of PLAN) plan[field] = get(field);
	for (const field of PLAN_NUMBERS) plan[field] = number(get(field));
	plan.services = get('services').split(' ').filter(Boolean);
	const empty =
		PLAN.every((field) => plan[field] === '') &&
		PLAN_NUMBERS.every((field) => plan[field] === 0) &&
		plan.services.length === 0;
	return was === undefined && empty ? undefined : plan;
}

const degrees = (e6: number): string => (e6 / 1e6).toFixed(6);

/** `health`: the record came with health notes; that there are none is a line too, which can be filled in. */
export function toSheet(home: Household, health = false): Sheet {
	const out = new Map<string, string>();
	for (const field of HOME) out.set(field, home[field]);
	out.set('kind', String(home.kind));
	const place = home.place;
	out.set(
		'place',
		place === undefined || (place.latE6 === 0 && place.lonE6 === 0)
			? ''
			: `${degrees(place.latE6)}, ${degrees(place.lonE6)}`,
	);
	if (health) healthTo(out, '', home.health);
	for (const field of PLAN) out.set(`carePlan:${field}`, home.carePlan?.[field] ?? '');
	for (const field of PLAN_NUMBERS) out.set(`carePlan:${field}`, String(home.carePlan?.[field] || ''));
	out.set('carePlan:services', home.carePlan?.services.join(' ') ?? '');
	for (const r of home.residents) {
		const at = `resident:${r.id}`;
		out.set(at, YES);
		for (const field of RESIDENT) out.set(`${at}:${field}`, r[field]);
		out.set(`${at}:birthYear`, r.birthYear === 0 ? '' : String(r.birthYear));
		out.set(`${at}:sex`, String(r.sex));
		out.set(`${at}:mobility`, String(r.mobility));
		out.set(`${at}:risks`, r.risks.join(' '));
		if (health) healthTo(out, `${at}:`, r.health);
	}
	for (const c of home.contacts) {
		const at = `contact:${c.order}`;
		out.set(at, YES);
		for (const field of CONTACT) out.set(`${at}:${field}`, c[field]);
		for (const flag of FLAGS) out.set(`${at}:${flag}`, c[flag] ? YES : '');
		out.set(`${at}:consentOn`, c.consentOn);
		out.set(`${at}:hours`, hoursText(c.hours));
	}
	return out;
}

/** Numbers of the residents, or orders of the contacts, that are there. */
export function items(sheet: Sheet, kind: 'resident' | 'contact'): string[] {
	const ids = [...sheet.keys()].filter(
		(key) => key.startsWith(`${kind}:`) && sheet.get(key) === YES && key.split(':').length === 2,
	);
	const names = ids.map((key) => key.slice(kind.length + 1));
	return kind === 'contact' ? names.sort((a, b) => Number(a) - Number(b)) : names;
}

export function nextId(sheet: Sheet, kind: 'resident' | 'contact', household: string): string {
	const taken = new Set([...sheet.keys()].map((key) => key.split(':')[1]));
	const name = (n: number) => (kind === 'contact' ? String(n) : `${household}-r${n}`);
	let n = 1;
	while (taken.has(name(n))) n++;
	return name(n);
}

const number = (text: string | undefined): number =>
	text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;

function residentOf(sheet: Sheet, id: string, was: Resident | undefined): Resident {
	const r = was === undefined ? create(ResidentSchema, { id }) : clone(ResidentSchema, was);
	const get = (field: string) => (sheet.get(`resident:${id}:${field}`) ?? '').trim();
	for (const field of RESIDENT) r[field] = get(field);
	r.birthYear = number(get('birthYear'));
	r.sex = number(get('sex'));
	r.mobility = number(get('mobility'));
	r.risks = get('risks')
		.split(' ')
		.filter((risk) => risk !== '');
	const health = healthFrom(sheet, `resident:${id}:`, was?.health);
	if (health === undefined) delete r.health;
	else r.health = health;
	return r;
}

function contactOf(sheet: Sheet, order: string, was: Contact | undefined): Contact {
	const c = was === undefined ? create(ContactSchema, { order: Number(order) }) : clone(ContactSchema, was);
	const get = (field: string) => (sheet.get(`contact:${order}:${field}`) ?? '').trim();
	for (const field of CONTACT) c[field] = get(field);
	for (const flag of FLAGS) c[flag] = get(flag) === YES;
	c.consentOn = get('consentOn');
	// What stands there as it stood is not written anew.
	if (was === undefined || get('hours') !== hoursText(was.hours)) c.hours = hoursFrom(get('hours')) ?? [];
	return c;
}

/** What in it can't be read. */
export function sheetFault(sheet: Sheet): SheetFault | null {
	const place = (sheet.get('place') ?? '').trim();
	if (place !== '' && !PLACE.test(place)) return { key: 'place', why: 'bad_place' };
	for (const order of items(sheet, 'contact'))
		if (hoursFrom(sheet.get(`contact:${order}:hours`) ?? '') === null)
			return { key: `contact:${order}:hours`, why: 'bad_hours' };
	return null;
}

const PLACE = /^(-?\d{1,2}(?:\.\d{1,8})?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d{1,8})?)$/;

/** The record with what the sheet says; what the sheet has no line for stays. Null: see sheetFault(). */
export function fromSheet(was: Household, sheet: Sheet): Household | null {
	const home = clone(HouseholdSchema, was);
	const place = (sheet.get('place') ?? '').trim();
	const at = PLACE.exec(place);
	if (sheetFault(sheet) !== null) return null;
	for (const field of HOME) home[field] = (sheet.get(field) ?? '').trim();
	home.kind = number(sheet.get('kind'));
	home.place =
		at === null
			? undefined
			: create(PlaceSchema, {
					latE6: Math.round(Number(at[1]) * 1e6),
					lonE6: Math.round(Number(at[2]) * 1e6),
				});
	const health = healthFrom(sheet, '', was.health);
	if (health === undefined) delete home.health;
	else home.health = health;
	const plan = planFrom(sheet, was.carePlan);
	if (plan === undefined) delete home.carePlan;
	else home.carePlan = plan;
	home.residents = items(sheet, 'resident').map((id) =>
		residentOf(
			sheet,
			id,
			was.residents.find((r) => r.id === id),
		),
	);
	home.contacts = items(sheet, 'contact').map((order) =>
		contactOf(
			sheet,
			order,
			was.contacts.find((c) => c.order === Number(order)),
		),
	);
	return home;
}

export const sameSheet = (a: Sheet, b: Sheet): boolean =>
	[...new Set([...a.keys(), ...b.keys()])].every((key) => (a.get(key) ?? '') === (b.get(key) ?? ''));

/** What I wrote on `base` and what somebody else wrote on it, together. */
export function merge(base: Sheet, mine: Sheet, theirs: Sheet): { sheet: Sheet; conflicts: Conflict[] } {
	const sheet = new Map<string, string>();
	const conflicts: Conflict[] = [];
	for (const key of new Set([...theirs.keys(), ...mine.keys()])) {
		const [was, my, their] = [base.get(key) ?? '', mine.get(key) ?? '', theirs.get(key) ?? ''];
		sheet.set(key, my === was ? their : my);
		if (my !== was && their !== was && my !== their)
			conflicts.push({ key, was, mine: my, theirs: their });
	}
	return { sheet, conflicts };
}

/** The sheet's key of a field that the daemon names: "contacts[2].phone" of this record. '' = the whole. */
export function keyOf(field: string, home: Household): string {
	const camel = (text: string) => text.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
	const item = /^(residents|contacts)\[(\d+)\]\.?(health\.)?([a-z0-9_]*)/.exec(field);
	if (field.startsWith('health.')) return field.replace('.', ':');
	if (field.startsWith('care_plan.'))
		return `carePlan:${camel(field.slice('care_plan.'.length).replace(/\[.*$/, ''))}`;
	if (item === null) return camel(field.replace(/[.[].*$/, ''));
	const n = Number(item[2]) - 1;
	const at =
		item[1] === 'residents'
			? `resident:${home.residents[n]?.id ?? ''}`
			: `contact:${home.contacts[n]?.order ?? ''}`;
	const part = item[3] === undefined ? at : `${at}:health`;
	return item[4] === undefined || item[4] === '' ? at : `${part}:${camel(item[4])}`;
}
