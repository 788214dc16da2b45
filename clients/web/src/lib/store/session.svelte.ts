/* session.svelte.ts - who is logged in, over HTTP; the cookie itself is out of our reach, as it should be.
 *
 * Result: phase 'asking' at load, then 'out' or 'in'. `expired` lays the log-in over a screen that stays.
 */

export interface Me {
	person: string;
	name: string;
	role: string;
}

export type LoginFault = { why: 'wrong' | 'busy' | 'offline' } | { why: 'slow'; s: number };

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

class Session {
	phase = $state<'asking' | 'out' | 'in'>('asking');
	me = $state.raw<Me | null>(null);
	expired = $state(false);

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

	async login(account: string, password: string): Promise<LoginFault | null> {
		const answer = await call('/api/v1/login', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify({ account, password }),
		});
		if (answer === null) return { why: 'offline' };
		const body: unknown = await answer.json().catch(() => null);
		if (answer.ok && isMe(body)) {
			this.me = body;
			this.phase = 'in';
			this.expired = false;
			return null;
		}
		if (answer.status === 429) {
			const s = (body as { retry_after_s?: unknown } | null)?.retry_after_s;
			return { why: 'slow', s: typeof s === 'number' ? s : 30 };
		}
		return { why: answer.status === 401 ? 'wrong' : 'busy' };
	}

	async logout(): Promise<void> {
		await call('/api/v1/logout', { method: 'POST' });
		this.me = null;
		this.expired = false;
		this.phase = 'out';
	}
}

export const session = new Session();
