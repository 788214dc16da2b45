/* accounts.ts - who can log in and who is, over the API. The daemon decides who may see and do what: each account says it
 * (`may`), and every look and act is on record there. Passwords made here are shown once and kept nowhere.
 *
 * Bounds: PAGES_MAX pages of accounts and of log-ins; `more` says that there would be others.
 */
export type Act = 'shut' | 'open' | 'logout' | 'reset' | 'reset_code';

export interface OpenSession {
	id: string;
	madeMs: number;
	usedMs: number;
	address: string;
	code: boolean;
}

export interface Account {
	id: string;
	name: string;
	role: string;
	areas: string[];
	areaNames: string[];
	disabled: boolean;
	disabledMs: number;
	password: boolean;
	once: boolean;
	code: boolean;
	codesLeft: number;
	onDuty: boolean;
	failed: number;
	failedMs: number;
	waitS: number;
	may: ReadonlySet<Act>;
	sessions: OpenSession[];
}

/** asked: how many requests it took; each is a look at people, and on record. */
export type Listed =
	{ accounts: Account[]; open: number; more: boolean; asked: number } | 'offline' | 'forbidden';
export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

const PAGE = 200;
const PAGES_MAX = 50;
const ASK_MS = 8000;

const online: Fetch = (path, init) => fetch(path, init);

async function ask(by: Fetch, method: string, path: string, body?: object): Promise<Response | null> {
	try {
		return await by(path, {
			method,
			credentials: 'same-origin',
			signal: AbortSignal.timeout(ASK_MS),
			...(body === undefined
				? {}
				: { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
		});
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
			by,
			'GET',
			`${path}?limit=${PAGE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
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
const number = (item: Item, member: string): number =>
	typeof item[member] === 'number' ? (item[member] as number) : 0;
const texts = (item: Item, member: string): string[] =>
	Array.isArray(item[member]) ? (item[member] as unknown[]).filter((one) => typeof one === 'string') : [];

function toSession(item: Item): OpenSession {
	return {
		id: text(item, 'id'),
		madeMs: time(item, 'made'),
		usedMs: time(item, 'used'),
		address: text(item, 'address'),
		code: item['second_factor'] === true,
	};
}

export async function listAccounts(by: Fetch = online, now = Date.now()): Promise<Listed> {
	let asked = 0;
	const count: Fetch = (path, init) => {
		asked += 1;
		return by(path, init);
	};
	const known = await walk('/api/v1/accounts', count);
	if (typeof known === 'string') return known;
	const open = await walk('/api/v1/sessions', count);
	if (typeof open === 'string') return open;
	const sessions = new Map<string, OpenSession[]>();
	for (const item of open.items) {
		const of = sessions.get(text(item, 'person')) ?? [];
		of.push(toSession(item));
		sessions.set(text(item, 'person'), of);
	}
	const accounts = known.items
		.filter((item) => text(item, 'id') !== '')
		.map((item): Account => ({
			id: text(item, 'id'),
			name: text(item, 'name') || text(item, 'id'),
			role: text(item, 'role'),
			areas: texts(item, 'areas'),
			areaNames: texts(item, 'area_names'),
			disabled: item['disabled'] === true,
			disabledMs: time(item, 'disabled_since'),
			password: item['password'] === true,
			once: item['once'] === true,
			code: item['second_factor'] === true,
			codesLeft: number(item, 'codes_left'),
			onDuty: item['on_duty'] === true,
			failed: number(item, 'failed'),
			failedMs: number(item, 'failed') === 0 ? 0 : now - number(item, 'failed_ago_s') * 1000,
			waitS: number(item, 'wait_s'),
			may: new Set(texts(item, 'may') as Act[]),
			sessions: (sessions.get(text(item, 'id')) ?? []).sort((a, b) => b.madeMs - a.madeMs),
		}));
	accounts.sort((a, b) => a.name.localeCompare(b.name, 'zh-CN') || (a.id < b.id ? -1 : 1));
	return { accounts, open: open.items.length, more: known.more || open.more, asked };
}

/** Moves when there is something to read anew; null: nobody answers; 'out': this log-in has ended. */
export async function changes(by: Fetch = online): Promise<string | 'out' | null> {
	const answer = await ask(by, 'GET', '/api/v1/accounts/changes');
	if (answer?.status === 401) return 'out';
	return answer?.ok === true ? await answer.text().catch(() => null) : null;
}

/** hours: how long the password is good. */
export type Done = { ok: true; password: string; hours: number } | { ok: false; why: 'right' | 'again' };

export async function act(id: string, what: Act, by: Fetch = online): Promise<Done> {
	const answer = await ask(by, 'POST', `/api/v1/accounts/${encodeURIComponent(id)}`, { act: what });
	if (answer?.ok !== true) return { ok: false, why: answer?.status === 403 ? 'right' : 'again' };
	const body = (await answer.json().catch(() => ({}))) as Item;
	return { ok: true, password: text(body, 'password'), hours: number(body, 'hours') };
}

/** True when it is over; one that was over before is. */
export async function endSession(id: string, by: Fetch = online): Promise<boolean> {
	const answer = await ask(by, 'DELETE', `/api/v1/sessions/${encodeURIComponent(id)}`);
	return answer !== null && (answer.ok || answer.status === 404);
}

/** One's own; null when they cannot be read. */
export async function mySessions(by: Fetch = online): Promise<OpenSession[] | null> {
	const open = await walk('/api/v1/me/sessions', by);
	return typeof open === 'string' ? null : open.items.map(toSession).sort((a, b) => b.madeMs - a.madeMs);
}

export async function endOthers(by: Fetch = online): Promise<boolean> {
	return (await ask(by, 'DELETE', '/api/v1/me/sessions'))?.ok === true;
}

export interface NewKey {
	key: string;
	text: string;
	uri: string;
}

/** A key that is nobody's yet. */
export async function newKey(by: Fetch = online): Promise<NewKey | null> {
	const answer = await ask(by, 'POST', '/api/v1/me/second', {});
	if (answer?.ok !== true) return null;
	const body = (await answer.json().catch(() => ({}))) as Item;
	const made = { key: text(body, 'key'), text: text(body, 'text'), uri: text(body, 'uri') };
	return made.key === '' || made.uri === '' ? null : made;
}

/** There is a key for codes, says the daemon; whoever can't be asked knows of none. */
export async function hasKey(by: Fetch = online): Promise<boolean> {
	const answer = await ask(by, 'GET', '/api/v1/me');
	const body = (await answer?.json().catch(() => null)) as Item | null | undefined;
	return answer?.ok === true && body?.['second'] === true;
}

export type KeyTaken =
	{ ok: true; codes: string[] } | { ok: false; why: 'wrong' | 'wrong_code' | 'slow' | 'again' };

export async function takeKey(
	key: string,
	code: string,
	password: string,
	by: Fetch = online,
): Promise<KeyTaken> {
	const answer = await ask(by, 'POST', '/api/v1/me/second', { key, code, password });
	if (answer === null) return { ok: false, why: 'again' };
	const body = (await answer.json().catch(() => ({}))) as Item;
	if (answer.ok) return { ok: true, codes: texts(body, 'recovery') };
	if (answer.status === 429) return { ok: false, why: 'slow' };
	const why = text(body, 'error');
	return { ok: false, why: why === 'wrong' || why === 'wrong_code' ? why : 'again' };
}
