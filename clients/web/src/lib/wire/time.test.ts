import { describe, expect, it } from 'vitest';
import { ServerClock } from './time';

function machine(start: number) {
	let now = start;
	const clock = new ServerClock(() => now);
	return { clock, pass: (ms: number) => (now += ms), set: (ms: number) => (now = ms) };
}

describe('server clock', () => {
	it('shows the server’s time on a machine that is 8 minutes wrong', () => {
		const m = machine(1_000_000);
		for (let i = 0; i < 5; i++) {
			m.pass(2000);
			m.clock.sample(1_000_000 + 480_000 + 2000 * (i + 1));
		}
		expect(m.clock.now()).toBe(1_000_000 + 480_000 + 10_000);
	});

	it('takes the median of five: single late frames do not move it', () => {
		const m = machine(0);
		const late = [0, 300, 10, 900, 5, 0, 700, 15];
		for (const delay of late) m.clock.sample(m.pass(2000) + 5000 - delay);
		expect(Math.abs(m.clock.offsetMs - 5000)).toBeLessThan(20);
	});

	it('follows at once when the local clock was set back', () => {
		const m = machine(1_000_000);
		for (let i = 0; i < 5; i++) {
			m.pass(2000);
			m.clock.sample(m.pass(0));
		}
		m.set(500_000);
		m.clock.sample(1_012_000);
		expect(m.clock.now()).toBe(1_012_000);
	});

	it('doubts one reading that says "earlier", and believes two', () => {
		const m = machine(1_000_000);
		for (let i = 0; i < 5; i++) {
			m.pass(2000);
			m.clock.sample(m.pass(0));
		}
		const before = m.clock.offsetMs;
		m.clock.sample(m.pass(0) - 6000);
		expect(m.clock.offsetMs).toBe(before);
		// The machine slept ten minutes: every reading is now ten minutes behind its clock.
		const server = m.pass(0);
		m.set(server + 600_000);
		m.clock.sample(server);
		expect(m.clock.offsetMs).toBe(before);
		m.pass(2000);
		m.clock.sample(server + 2000);
		expect(m.clock.now()).toBe(server + 2000);
	});

	it('begins anew with a new connection', () => {
		const m = machine(1_000_000);
		m.clock.sample(9_000_000);
		expect(m.clock.known).toBe(true);
		m.clock.restart();
		expect(m.clock.known).toBe(false);
		m.clock.sample(2_000_000);
		expect(m.clock.now()).toBe(2_000_000);
	});
});
