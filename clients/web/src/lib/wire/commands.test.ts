import { create, fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReplySchema, Result, ToDaemonSchema } from '../gen/pingan/v1/console_pb.js';
import { Commands, UNCONFIRMED_MS, type Command } from './commands';

describe('commands', () => {
	let sent: bigint[];
	let open: boolean;
	let seen: Command[];
	let commands: Commands;

	beforeEach(() => {
		vi.useFakeTimers();
		sent = [];
		open = true;
		seen = [];
		commands = new Commands((bytes) => {
			if (!open) return false;
			const { body } = fromBinary(ToDaemonSchema, bytes);
			if (body.case === 'request') sent.push(body.value.cmd);
			return true;
		});
	});
	afterEach(() => vi.useRealTimers());

	const claim = () =>
		commands.submit({ case: 'claim', value: { incident: 7n } }, (command) => void seen.push(command));
	const reply = (cmd: bigint, result: Result) => commands.reply(create(ReplySchema, { cmd, result }));

	it('is done only by the daemon’s reply', () => {
		const { cmd } = claim();
		expect(seen.at(-1)?.state).toBe('sending');
		reply(cmd, Result.OK);
		expect(seen.at(-1)?.state).toBe('done');
		expect(commands.waiting).toBe(0);
	});

	it('is unconfirmed after 2 s, and a retry carries the same id', () => {
		const { cmd } = claim();
		vi.advanceTimersByTime(UNCONFIRMED_MS - 1);
		expect(seen.at(-1)?.state).toBe('sending');
		vi.advanceTimersByTime(1);
		expect(seen.at(-1)?.state).toBe('unconfirmed');
		commands.retry(cmd);
		expect(sent).toEqual([cmd, cmd]);
		expect(seen.at(-1)?.state).toBe('sending');
	});

	it('takes a late answer to the first sending after a retry, once', () => {
		const { cmd } = claim();
		vi.advanceTimersByTime(UNCONFIRMED_MS);
		commands.retry(cmd);
		reply(cmd, Result.LOST_RACE);
		reply(cmd, Result.OK);
		expect(seen.filter((c) => c.state === 'done').length).toBe(1);
		expect(seen.at(-1)?.reply?.result).toBe(Result.LOST_RACE);
	});

	it('is unconfirmed at once without a line, and never says done', () => {
		open = false;
		claim();
		expect(seen.at(-1)?.state).toBe('unconfirmed');
	});

	it('makes ids that differ and are never 0', () => {
		const ids = new Set(Array.from({ length: 40 }, () => claim().cmd));
		expect(ids.size).toBe(40);
		expect(ids.has(0n)).toBe(false);
	});

	it('refuses more than its bound instead of growing', () => {
		for (let i = 0; i < 64; i++) claim();
		expect(claim().state).toBe('unsent');
		expect(commands.waiting).toBe(64);
	});
});
