import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Announcer } from './announce.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('what was lost is not heard beside what is restored', () => {
	const a = new Announcer();
	a.alert('connection lost');
	a.over('connection lost');
	a.say('restored');
	expect([a.assertive, a.polite]).toEqual(['', 'restored']);
	// Said twice, and so marked as a change.
	a.alert('connection lost');
	a.alert('connection lost');
	a.over('connection lost');
	expect(a.assertive).toBe('');
});

it('a call that came in the meantime is not taken back', () => {
	const a = new Announcer();
	a.alert('connection lost');
	a.alert('new call');
	a.over('connection lost');
	expect(a.assertive).toBe('new call');
});
