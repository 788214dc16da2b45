import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DOWN_MS, HEARTBEAT_MS, LATE_MS, Link, OPEN_MS, type LinkView, type SocketEvents } from './link';

/** A network that a test can cut, freeze and heal. */
class Net {
	sockets: { events: SocketEvents; closed: boolean; sent: number }[] = [];
	connect = (events: SocketEvents) => {
		const socket = { events, closed: false, sent: 0 };
		this.sockets.push(socket);
		return {
			send: () => void socket.sent++,
			close: () => {
				socket.closed = true;
			},
		};
	};
	get last() {
		const socket = this.sockets.at(-1);
		if (socket === undefined) throw new Error('no socket');
		return socket;
	}
}

describe('link', () => {
	let net: Net;
	let link: Link;
	let views: LinkView[];
	let beats: number;
	let refused: number;
	const moves = new Uint8Array([1]);
	const acks = new Uint8Array([0]);

	beforeEach(() => {
		vi.useFakeTimers();
		net = new Net();
		views = [];
		beats = 0;
		refused = 0;
		link = new Link({
			connect: net.connect,
			onOpen: () => {},
			onFrame: (bytes) => {
				if (bytes[0] === 1) link.synced();
				return bytes[0] === 1;
			},
			onBeat: () => void beats++,
			onChange: (view) => void views.push(view),
			onRefused: () => void refused++,
			capMs: 2000,
			random: () => 1,
		});
	});
	afterEach(() => {
		link.stop();
		vi.useRealTimers();
	});

	const up = () => {
		link.start();
		net.last.events.opened();
		net.last.events.frame(moves);
	};
	const state = () => link.view.state;

	it('is not live because a socket is open, only because the stream is whole', () => {
		link.start();
		expect(state()).toBe('connecting');
		net.last.events.opened();
		expect(state()).toBe('connecting');
		net.last.events.frame(moves);
		expect(state()).toBe('live');
	});

	it('is late after 5 s of silence and down after 9 s, though the socket stays open', () => {
		up();
		vi.advanceTimersByTime(LATE_MS - 250);
		expect(state()).toBe('live');
		vi.advanceTimersByTime(500);
		expect(state()).toBe('late');
		vi.advanceTimersByTime(DOWN_MS - LATE_MS - 500);
		expect(state()).toBe('late');
		vi.advanceTimersByTime(500);
		expect(state()).toBe('down');
		expect(net.sockets[0]?.closed).toBe(true);
	});

	it('comes back from late with the next frame', () => {
		up();
		vi.advanceTimersByTime(6000);
		expect(state()).toBe('late');
		net.last.events.frame(acks);
		expect(state()).toBe('live');
	});

	it('is down at once when the socket closes, and dials again with growing pauses up to the cap', () => {
		up();
		net.last.events.closed();
		expect(state()).toBe('down');
		const pauses: number[] = [];
		for (let i = 0; i < 6; i++) {
			const before = net.sockets.length;
			let waited = 0;
			while (net.sockets.length === before) {
				vi.advanceTimersByTime(50);
				waited += 50;
			}
			pauses.push(waited);
			net.last.events.closed();
		}
		expect(pauses).toEqual([250, 500, 1000, 2000, 2000, 2000]);
		expect(refused).toBe(6);
	});

	it('stays down while a new connection opens but the daemon says nothing, and gives it up', () => {
		up();
		net.last.events.closed();
		vi.advanceTimersByTime(300);
		net.last.events.opened();
		expect(state()).toBe('down');
		// Answered heartbeats alone do not count: the stream must move.
		for (let i = 0; i < 5; i++) {
			vi.advanceTimersByTime(900);
			net.last.events.frame(acks);
		}
		expect(net.sockets.length).toBe(2);
		vi.advanceTimersByTime(OPEN_MS - 4500 + 250);
		expect(net.sockets[1]?.closed).toBe(true);
		vi.advanceTimersByTime(600);
		expect(net.sockets.length).toBe(3);
	});

	it('gives up an attempt that never opens', () => {
		link.start();
		vi.advanceTimersByTime(OPEN_MS + 250);
		expect(net.sockets[0]?.closed).toBe(true);
		expect(state()).toBe('down');
	});

	it('beats every 2 s while open', () => {
		up();
		for (let i = 0; i < 10; i++) {
			vi.advanceTimersByTime(HEARTBEAT_MS);
			net.last.events.frame(acks);
		}
		expect(beats).toBe(10);
	});

	it('does not wait out its pause when the network comes back', () => {
		up();
		net.last.events.closed();
		link.poke();
		expect(net.sockets.length).toBe(2);
	});

	it('notices a machine that slept as soon as it is looked at', () => {
		up();
		vi.setSystemTime(Date.now() + 600_000);
		link.poke();
		expect(state()).toBe('down');
	});

	it('ignores what an older connection still says', () => {
		up();
		const old = net.last.events;
		old.closed();
		vi.advanceTimersByTime(300);
		old.frame(moves);
		old.opened();
		expect(state()).toBe('down');
	});

	it('stays away after it was replaced', () => {
		up();
		link.stop('replaced');
		vi.advanceTimersByTime(60_000);
		expect(net.sockets.length).toBe(1);
		expect(state()).toBe('replaced');
	});

	it('comes back when a daemon that goes away says so', () => {
		up();
		link.away(3000);
		vi.advanceTimersByTime(2900);
		expect(net.sockets.length).toBe(1);
		vi.advanceTimersByTime(200);
		expect(net.sockets.length).toBe(2);
	});

	it('says nothing was sent when there is no line', () => {
		expect(link.send(moves)).toBe(false);
		up();
		expect(link.send(moves)).toBe(true);
		net.last.events.closed();
		expect(link.send(moves)).toBe(false);
	});
});
