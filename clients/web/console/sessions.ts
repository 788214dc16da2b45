/* sessions.ts - who is logged in where, and ending it, over the API. Both are on record with the daemon, which decides who may.
 *
 * Result: people by name, each with the log-ins that are open, the newest first. What came from elsewhere is checked.
 * Bounds: PAGES_MAX pages of PAGE each; `more` says that there would have been others.
 */
import { Role } from '$lib/gen/pingan/v1/common_pb.js';

export interface OpenSession {
	id: string;
	person: string;
	role: Role;
	madeMs: number;
	untilMs: number;
	address: string;
	code: boolean;
}

export interface LoggedIn {
	person: string;
	name: string;
	role: Role;
	sessions: OpenSession[];
}

export type Listed = { people: LoggedIn[]; more: boolean } | 'offline' | 'forbidden';

const PAGE = 200;
const PAGES_MAX = 5;
const ASK_MS = 8000;
const ROLES: Readonly<Record<string, Role>> = {
	operator: Role.OPERATOR,
	supervisor: Role.SUPERVISOR,
	caregiver: Role.CAREGIVER,
	technician: Role.TECHNICIAN,
	administrator: Role.ADMINISTRATOR,
	auditor: Role.AUDITOR,
	wallboard: Role.WALLBOARD,
};

type Fetch = (path: string, init: RequestInit) => Promise<Response>;
const online: Fetch = (path, init) => fetch(path, init);

async function ask(path: string, method: string, by: Fetch): Promise<Response | null> {
	try {
		return await by(path, { method, credentials: 'same-origin', signal: AbortSignal.timeout(ASK_MS) });
	} catch {
		return null;
	}
}

type Item = Record<string, unknown>;
type Walk = { items: Item[]; more: boolean } | 'offline' | 'forbidden';

async function walk(path: string, by: Fetch): Promise<Walk> {
	const items: Item[] = [];
	let cursor = '';
	for (let page = 0; page < PAGES_MAX; page++) {
		const answer = await ask(
			`${path}?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
			'GET',
			by,
		);
		if (answer?.status === 403) return 'forbidden';
		if (answer?.ok !== true) return 'offline';
		const body = (await answer.json().catch(() => null)) as { items?: unknown; next?: unknown } | null;
		if (!Array.isArray(body?.items)) return 'offline';
		items.push(...(body.items as Item[]));
		if (typeof body.next !== 'string') return { items, more: false };
		cursor = body.next;
	}
	return { items, more: true };
}

const text = (item: Item, member: string): string =>
	typeof item[member] === 'string' ? (item[member] as string) : '';
const time = (item: Item, member: string): number => Date.parse(text(item, member)) || 0;

export async function listSessions(by: Fetch = online): Promise<Listed> {
	const open = await walk('/api/v1/sessions', by);
	if (typeof open === 'string') return open;
	const known = await walk('/api/v1/people', by);
	const names = new Map(
		typeof known === 'string' ? [] : known.items.map((p) => [text(p, 'id'), text(p, 'name')]),
	);
	const people = new Map<string, LoggedIn>();
	for (const item of open.items) {
		const [id, person] = [text(item, 'id'), text(item, 'person')];
		if (id === '' || person === '') continue;
		const role = ROLES[text(item, 'role')] ?? Role.NONE;
		const one = people.get(person) ?? { person, name: names.get(person) || person, role, sessions: [] };
		one.sessions.push({
			id,
			person,
			role,
			madeMs: time(item, 'made'),
			untilMs: time(item, 'until'),
			address: text(item, 'address'),
			code: item['second_factor'] === true,
		});
		people.set(person, one);
	}
	const list = [...people.values()];
	for (const one of list) one.sessions.sort((a, b) => b.madeMs - a.madeMs);
	list.sort((a, b) => (a.name === b.name ? 0 : a.name.localeCompare(b.name, 'zh-CN')));
	return { people: list, more: open.more };
}

/** True when it is over; one that was over before is. */
export async function endSession(id: string, by: Fetch = online): Promise<boolean> {
	const answer = await ask(`/api/v1/sessions/${encodeURIComponent(id)}`, 'DELETE', by);
	return answer !== null && (answer.ok || answer.status === 404);
}
