import { expect, it } from 'vitest';
import { Backoff } from './backoff';

it('doubles from a quarter second to its cap, and begins again after a success', () => {
	const b = new Backoff(5000, () => 1);
	expect([1, 2, 3, 4, 5, 6, 7].map(() => b.next())).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
	b.reset();
	expect(b.next()).toBe(250);
});

it('spreads over the upper half', () => {
	expect(new Backoff(5000, () => 0).next()).toBe(125);
	expect(new Backoff(5000, () => 0.5).next()).toBe(188);
});

it('never overflows, however often it is asked', () => {
	const b = new Backoff(2000, () => 1);
	for (let i = 0; i < 5000; i++) b.next();
	expect(b.next()).toBe(2000);
});
