/* session.svelte.ts - who is logged in, over HTTP; the cookie itself is out of our reach, as it should be.
 *
 * Result: phase 'asking' at load, then 'out' or 'in'. `expired` lays the log-in over a screen that stays.
 */

export interface Me {
	person: string;
	name: string;
	role: string;
	/** This log-in, as the list of log-ins names it. */
	session?: string;
	/** What must be done before anything else: a key for codes, a password of one's own. */
	must?: ('second' | 'password')[];
	/** There is a key for codes. */
	second?: boolean;
	/** So long this log-in may be unused before the daemon ends it, in seconds; off duty. */
	idle_s?: number;
}

/** code: the password is right, now the code; no_key: this account must have one, and has not; over: somebody else made the
 * password, and its time is over. */
export type LoginFault =
	| { why: 'wrong' | 'code' | 'wrong_code' | 'no_key' | 'over' | 'busy' | 'offline' }
	| { why: 'slow'; s: number };
export type PasswordFault = { why: 'wrong' | 'weak' | 'busy' | 'offline' } | { why: 'slow'; s: number };

function isMe(value: unknown): value is Me {
	if (typeof value !== 'object' || value === null) return false;
	const me = value as Record<string, unknown>;
	return (
		typeof me['person'] === 'string' && typeof me['name'] === 'string' && typeof me['role'] === 'string'
	);
}

const ASK_MS = 8000;

async function call(path: string, init: RequestInit): Promise<Response | null> {
	try {
		return await fetch(path, {
			...init,
			credentials: 'same-origin',
			signal: AbortSignal.timeout(ASK_MS),
		});
	} catch {
		return null;
	}
}

const post = (path: string, value: object) =>
	call(path, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(value),
	});

function secondsOf(body: unknown): number {
	const s = (body as { retry_after_s?: unknown } | null)?.retry_after_s;
	return typeof s === 'number' ? s : 30;
}

class Session {
	phase = $state<'asking' | 'out' | 'in'>('asking');
	me = $state.raw<Me | null>(null);
	expired = $state(false);
	/** The password as it was typed, while the first log-in asks for another in its place. */
	typed = '';

	/** At load. A server that does not answer is not a log-out: the page tries again by itself. A phone without
	 * a network goes on as the person it knew last; the daemon has its say when the line is back. */
	async ask(lastKnown: Me | null = null): Promise<void> {
		for (;;) {
			const answer = await call('/api/v1/me', { method: 'GET' });
			if (answer?.status === 401) {
				this.phase = 'out';
				return;
			}
			if (answer?.ok === true) {
				const body: unknown = await answer.json().catch(() => null);
				if (isMe(body)) {
					this.me = body;
					if ((body.must ?? []).length === 0) this.typed = '';
					this.phase = 'in';
					return;
				}
			}
			if (answer === null && lastKnown !== null) {
				this.me = lastKnown;
				this.phase = 'in';
				return;
			}
			await new Promise((done) => setTimeout(done, 2000));
		}
	}

	/** True when the server says that this session has ended. */
	async ended(): Promise<boolean> {
		const answer = await call('/api/v1/me', { method: 'GET' });
		return answer?.status === 401;
	}

	async login(account: string, password: string, code = ''): Promise<LoginFault | null> {
		const answer = await post('/api/v1/login', {
			account,
			password,
			...(code === '' ? {} : { code }),
		});
		if (answer === null) return { why: 'offline' };
		const body: unknown = await answer.json().catch(() => null);
		if (answer.ok && isMe(body)) {
			this.me = body;
			this.typed = (body.must ?? []).length === 0 ? '' : password;
			this.phase = 'in';
			this.expired = false;
			return null;
		}
		if (answer.status === 429) return { why: 'slow', s: secondsOf(body) };
		const word = (body as { error?: unknown } | null)?.error;
		if (answer.status === 401) return { why: word === 'code' || word === 'wrong_code' ? word : 'wrong' };
		return { why: answer.status === 403 && (word === 'no_key' || word === 'over') ? word : 'busy' };
	}

	/** Of whoever is logged in here; every other session of theirs ends. */
	async changePassword(password: string, next: string): Promise<PasswordFault | null> {
		const answer = await post('/api/v1/password', { password, new_password: next });
		if (answer === null) return { why: 'offline' };
		if (answer.ok) return null;
		if (answer.status === 429)
			return { why: 'slow', s: secondsOf(await answer.json().catch(() => null)) };
		if (answer.status === 401) {
			// Behind a first log-in there is no screen that stays: it begins anew.
			if ((this.me?.must ?? []).length > 0) this.#left();
			else this.expired = true;
		}
		return { why: answer.status === 403 ? 'wrong' : answer.status === 422 ? 'weak' : 'busy' };
	}

	async logout(): Promise<void> {
		await call('/api/v1/logout', { method: 'POST' });
		this.#left();
	}

	#left(): void {
		this.me = null;
		this.typed = '';
		this.expired = false;
		this.phase = 'out';
	}
}

export const session = new Session();
