import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Idle } from './idle.svelte';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

it('warns before it ends, and a hand that moves takes the warning back and is told the daemon', () => {
	const tell = vi.fn(async () => {});
	const idle = new Idle(() => 900, tell);
	const stop = idle.watch();
	vi.advanceTimersByTime(839_000);
	expect(idle.left).toBe(null);
	vi.advanceTimersByTime(2_000);
	expect(idle.left).toBe(59);
	expect(tell).not.toHaveBeenCalled();
	idle.touch();
	expect(idle.left).toBe(null);
	expect(tell).toHaveBeenCalledTimes(1);
	stop();
});

it('tells the daemon once a minute at most, and nothing while nobody is there', () => {
	const tell = vi.fn(async () => {});
	const idle = new Idle(() => 900, tell);
	const stop = idle.watch();
	for (let n = 0; n < 30; n++) {
		idle.touch();
		vi.advanceTimersByTime(1_000);
	}
	expect(tell).toHaveBeenCalledTimes(0);
	vi.advanceTimersByTime(60_000);
	expect(tell).toHaveBeenCalledTimes(1);
	vi.advanceTimersByTime(600_000);
	expect(tell).toHaveBeenCalledTimes(1);
	stop();
});

it('says once that it is about to end: the seconds that run are for the eye', () => {
	const idle = new Idle(
		() => 900,
		async () => {},
	);
	const stop = idle.watch();
	vi.advanceTimersByTime(830_000);
	expect(idle.said).toBe(null);
	vi.advanceTimersByTime(12_000);
	expect(idle.said).toBe(60);
	vi.advanceTimersByTime(30_000);
	expect(idle.left).toBe(28);
	expect(idle.said).toBe(60);
	idle.touch();
	expect(idle.said).toBe(null);
	stop();
});

it('who may be idle for ever is never warned', () => {
	const idle = new Idle(
		() => 0,
		async () => {},
	);
	const stop = idle.watch();
	vi.advanceTimersByTime(10_000_000);
	expect(idle.left).toBe(null);
	stop();
});
