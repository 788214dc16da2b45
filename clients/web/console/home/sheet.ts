/* sheet.ts - a home's record as lines that can be filled in, and two versions of it.
 *
 * Pure: a Household goes in, a map of texts comes out, and the other way round. Residents are known by their number,
 * contacts by their order, wherever they stand: so two versions are compared person by person.
 * Result: merge() takes what only one side has changed; what both have changed otherwise is a conflict for a person.
 */
import { clone, create } from '@bufbuild/protobuf';
import {
	ContactSchema,
	HealthSchema,
	HouseholdSchema,
	ResidentSchema,
	type Contact,
	type Household,
	type Resident,
} from '$lib/gen/pingan/v1/registry_pb.js';
import { PlaceSchema } from '$lib/gen/pingan/v1/common_pb.js';

export type Sheet = ReadonlyMap<string, string>;

export interface Conflict {
	key: string;
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
const HEALTH = ['notes', 'medicines', 'allergies', 'hospital'] as const;
const FLAGS = ['hasKey', 'tell', 'consent'] as const;
const YES = '1';

const degrees = (e6: number): string => (e6 / 1e6).toFixed(6);

export function toSheet(home: Household): Sheet {
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
	if (home.health !== undefined) for (const field of HEALTH) out.set(`health:${field}`, home.health[field]);
	for (const r of home.residents) {
		const at = `resident:${r.id}`;
		out.set(at, YES);
		for (const field of RESIDENT) out.set(`${at}:${field}`, r[field]);
		out.set(`${at}:birthYear`, r.birthYear === 0 ? '' : String(r.birthYear));
		out.set(`${at}:sex`, String(r.sex));
		out.set(`${at}:mobility`, String(r.mobility));
		out.set(`${at}:risks`, r.risks.join(' '));
	}
	for (const c of home.contacts) {
		const at = `contact:${c.order}`;
		out.set(at, YES);
		for (const field of CONTACT) out.set(`${at}:${field}`, c[field]);
		for (const flag of FLAGS) out.set(`${at}:${flag}`, c[flag] ? YES : '');
		out.set(`${at}:consentOn`, c.consentOn);
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
	return r;
}

function contactOf(sheet: Sheet, order: string, was: Contact | undefined): Contact {
	const c = was === undefined ? create(ContactSchema, { order: Number(order) }) : clone(ContactSchema, was);
	const get = (field: string) => (sheet.get(`contact:${order}:${field}`) ?? '').trim();
	for (const field of CONTACT) c[field] = get(field);
	for (const flag of FLAGS) c[flag] = get(flag) === YES;
	c.consentOn = get('consentOn');
	return c;
}

/** The record with what the sheet says; what the sheet has no line for stays. Null: the place can't be read. */
export function fromSheet(was: Household, sheet: Sheet): Household | null {
	const home = clone(HouseholdSchema, was);
	const place = (sheet.get('place') ?? '').trim();
	const at = /^(-?\d{1,2}(?:\.\d{1,8})?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d{1,8})?)$/.exec(place);
	if (place !== '' && at === null) return null;
	for (const field of HOME) home[field] = (sheet.get(field) ?? '').trim();
	home.kind = number(sheet.get('kind'));
	home.place =
		at === null
			? undefined
			: create(PlaceSchema, {
					latE6: Math.round(Number(at[1]) * 1e6),
					lonE6: Math.round(Number(at[2]) * 1e6),
				});
	if (sheet.has('health:notes')) {
		home.health = create(HealthSchema);
		for (const field of HEALTH) home.health[field] = (sheet.get(`health:${field}`) ?? '').trim();
	}
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
		if (my !== was && their !== was && my !== their) conflicts.push({ key, mine: my, theirs: their });
	}
	return { sheet, conflicts };
}

/** The sheet's key of a field that the daemon names: "contacts[2].phone" of this record. '' = the whole. */
export function keyOf(field: string, home: Household): string {
	const camel = (text: string) => text.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
	const item = /^(residents|contacts)\[(\d+)\]\.?([a-z0-9_]*)/.exec(field);
	if (field.startsWith('health.')) return field.replace('.', ':');
	if (item === null) return camel(field.replace(/[.[].*$/, ''));
	const n = Number(item[2]) - 1;
	const at =
		item[1] === 'residents'
			? `resident:${home.residents[n]?.id ?? ''}`
			: `contact:${home.contacts[n]?.order ?? ''}`;
	return item[3] === undefined || item[3] === '' ? at : `${at}:${camel(item[3])}`;
}
