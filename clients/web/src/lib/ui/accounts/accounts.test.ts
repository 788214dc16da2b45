import { describe, expect, it } from 'vitest';
import { act, changes, endOthers, endSession, listAccounts, newKey, takeKey } from './accounts';

const answer = (status: number, body: unknown = {}) => new Response(JSON.stringify(body), { status });
const NOW = Date.parse('2026-11-23T08:00:00.000Z');

describe('accounts', () => {
	it('reads every page of both lists, and puts log-ins to their people, the newest first', async () => {
		const asked: string[] = [];
		const listed = await listAccounts(async (path) => {
			asked.push(path);
			if (path.startsWith('/api/v1/sessions'))
				return answer(200, {
					items: [
						{ id: 'a', person: 'op01', made: '2026-11-23T06:00:00.000Z', second_factor: false },
						{ id: 'b', person: 'op01', made: '2026-11-23T07:00:00.000Z', address: '10.1.2.3' },
					],
				});
			if (!path.includes('cursor'))
				return answer(200, { items: [{ id: 'op01', name: '周', role: 'operator' }], next: 'a+b' });
			return answer(200, {
				items: [
					{
						id: 'cg01',
						name: '安',
						role: 'caregiver',
						failed: 3,
						failed_ago_s: 60,
						may: ['shut', 'reset'],
					},
					{ name: 'without an id' },
				],
			});
		}, NOW);
		expect(asked[1]).toBe('/api/v1/accounts?limit=200&cursor=a%2Bb');
		if (typeof listed === 'string') throw new Error(listed);
		expect(listed.accounts.map((one) => one.id)).toEqual(['cg01', 'op01']);
		expect(listed.accounts[0]?.failedMs).toBe(NOW - 60_000);
		expect(listed.accounts[0]?.may.has('reset')).toBe(true);
		expect(listed.accounts[1]?.may.size).toBe(0);
		expect(listed.accounts[1]?.sessions.map((one) => one.id)).toEqual(['b', 'a']);
		expect(listed.open).toBe(2);
	});

	it('says why there is nothing to show, and never walks without end', async () => {
		expect(await listAccounts(async () => answer(403))).toBe('forbidden');
		expect(await listAccounts(async () => answer(503))).toBe('offline');
		expect(await listAccounts(async () => Promise.reject(new Error('no network')))).toBe('offline');
		const endless = await listAccounts(async () => answer(200, { items: [], next: 'on' }));
		expect(typeof endless === 'object' && endless.more).toBe(true);
	});

	it('tells a log-in that has ended from a server that is away', async () => {
		expect(await changes(async () => answer(401))).toBe('out');
		expect(await changes(async () => answer(503))).toBe(null);
		expect(await changes(async () => answer(200, { sessions: 1 }))).toBe('{"sessions":1}');
	});

	it('does one act at one account, and says what it became', async () => {
		const asked: string[] = [];
		const done = await act('a/b', 'reset', async (path, init) => {
			asked.push(`${init.method} ${path} ${init.body}`);
			return answer(200, { password: 'abcde', hours: 72 });
		});
		expect(asked).toEqual(['POST /api/v1/accounts/a%2Fb {"act":"reset"}']);
		expect(done).toEqual({ ok: true, password: 'abcde', hours: 72 });
		expect(await act('a', 'shut', async () => answer(403))).toEqual({ ok: false, why: 'right' });
		expect(await act('a', 'shut', async () => answer(503))).toEqual({ ok: false, why: 'again' });
	});

	it('a log-in that was over before is over', async () => {
		expect(await endSession('x', async () => answer(404))).toBe(true);
		expect(await endSession('x', async () => answer(503))).toBe(false);
		expect(await endOthers(async () => new Response(null, { status: 204 }))).toBe(true);
	});

	it('takes a key only as it was given, and says which of the two was wrong', async () => {
		expect(await newKey(async () => answer(200, { key: 'k' }))).toBe(null);
		expect(await takeKey('k', '1', 'p', async () => answer(403, { error: 'wrong' }))).toEqual({
			ok: false,
			why: 'wrong',
		});
		expect(await takeKey('k', '1', 'p', async () => answer(422, { error: 'wrong_code' }))).toEqual({
			ok: false,
			why: 'wrong_code',
		});
		expect(await takeKey('k', '1', 'p', async () => answer(429))).toEqual({ ok: false, why: 'slow' });
	});
});
