import { describe, expect, it } from 'vitest';
import { Role } from '$lib/gen/pingan/v1/common_pb.js';
import { endSession, listSessions } from './sessions';

const ID = (n: number) => String(n).padStart(32, '0');
const session = (n: number, person: string, made: string, more: object = {}) => ({
	id: ID(n),
	person,
	role: 'operator',
	made,
	until: '2026-11-24T00:00:00Z',
	second_factor: false,
	...more,
});
const answer = (status: number, body: unknown = null) =>
	new Response(body === null ? null : JSON.stringify(body), { status });

describe('who is logged in', () => {
	it('is read page by page and told person by person, the newest log-in first', async () => {
		const asked: string[] = [];
		const listed = await listSessions(async (path) => {
			asked.push(path);
			if (path.startsWith('/api/v1/people'))
				return answer(200, { items: [{ id: 'op01', name: '陈志明' }] });
			if (!path.includes('cursor'))
				return answer(200, {
					items: [session(1, 'op01', '2026-11-23T01:00:00Z', { address: '10.0.0.7' })],
					next: 'a+b',
				});
			return answer(200, {
				items: [
					session(2, 'op01', '2026-11-23T02:00:00Z', { second_factor: true }),
					session(3, 'op09', '2026-11-23T00:00:00Z', { role: 'newer_than_us' }),
				],
			});
		});
		expect(asked[1]).toBe('/api/v1/sessions?limit=200&cursor=a%2Bb');
		if (typeof listed === 'string') throw new Error(listed);
		expect(listed.more).toBe(false);
		const op01 = listed.people.find((p) => p.person === 'op01');
		expect([op01?.name, op01?.role]).toEqual(['陈志明', Role.OPERATOR]);
		expect(op01?.sessions.map((s) => [s.id, s.code, s.address])).toEqual([
			[ID(2), true, ''],
			[ID(1), false, '10.0.0.7'],
		]);
		const op09 = listed.people.find((p) => p.person === 'op09');
		expect([op09?.name, op09?.role]).toEqual(['op09', Role.NONE]);
	});

	it('says why it cannot be told, and that there are more than it reads', async () => {
		expect(await listSessions(async () => answer(403))).toBe('forbidden');
		expect(await listSessions(async () => answer(503))).toBe('offline');
		expect(await listSessions(async () => Promise.reject(new Error('no network')))).toBe('offline');
		const endless = await listSessions(async () => answer(200, { items: [], next: 'on' }));
		expect(endless).toEqual({ people: [], more: true });
	});
});

describe('ending a log-in', () => {
	it('is told as done only when the daemon says that it is over', async () => {
		const asked: string[] = [];
		const with_ = (status: number) =>
			endSession(ID(7), async (path, init) => {
				asked.push(`${init.method} ${path}`);
				return answer(status);
			});
		expect(await Promise.all([with_(204), with_(404), with_(503), with_(403)])).toEqual([
			true,
			true,
			false,
			false,
		]);
		expect(asked[0]).toBe(`DELETE /api/v1/sessions/${ID(7)}`);
	});
});
