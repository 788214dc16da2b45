import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import { JobState } from '../gen/pingan/v1/common_pb.js';
import { ReplySchema, Result } from '../gen/pingan/v1/console_pb.js';
import { unhex } from './codec';
import { localState, Outbox, OUTBOX_MAX, toWhat, type Act } from './outbox';

class Memory {
	readonly kept = new Map<string, string>();
	getItem = (key: string) => this.kept.get(key) ?? null;
	setItem = (key: string, value: string) => void this.kept.set(key, value);
	removeItem = (key: string) => void this.kept.delete(key);
}

const arrived: Act = { case: 'progress', to: JobState.JOB_ARRIVED, result: 0, saw: false };
const done: Act = { case: 'progress', to: JobState.JOB_DONE, result: 1, saw: true };

describe('outbox of the phone', () => {
	let memory: Memory;
	let box: Outbox;
	const make = (person = 'cg01') => new Outbox(memory, person, () => {});
	const reply = (cmd: string, result: Result) =>
		box.reply(create(ReplySchema, { cmd: unhex(cmd), result }));

	beforeEach(() => {
		memory = new Memory();
		box = make();
	});

	it('keeps the time things happened, and the order, over a reload', () => {
		box.add(5n, 1, arrived, 1000);
		box.add(5n, 1, done, 2000);
		const ids = box.items.map((i) => i.cmd);
		box = make();
		expect(box.items.map((i) => i.occurredMs)).toEqual([1000, 2000]);
		expect(box.items.map((i) => i.cmd)).toEqual(ids);
		const what = toWhat(box.items[0] as never);
		expect(what).toMatchObject({
			case: 'progress',
			value: { occurredMs: 1000n, to: JobState.JOB_ARRIVED },
		});
	});

	it('sends one at a time, and the next only when the first was judged', () => {
		box.add(5n, 1, arrived, 1000);
		box.add(5n, 1, done, 2000);
		const first = box.next();
		expect(box.next()).toBeNull();
		expect(reply(first?.cmd ?? '', Result.OK)).toMatchObject({ ok: true });
		expect(box.next()?.act).toEqual(done);
	});

	it('sends again under the same id after the line broke', () => {
		box.add(5n, 1, arrived, 1000);
		const first = box.next();
		box.broken();
		expect(box.next()?.cmd).toBe(first?.cmd);
	});

	it('keeps an act that the daemon cannot take now, and drops one it will never take', () => {
		box.add(5n, 1, arrived, 1000);
		const item = box.next();
		expect(reply(item?.cmd ?? '', Result.NO_STORE)).toBeNull();
		expect(box.items.length).toBe(1);
		expect(reply(item?.cmd ?? '', Result.WRONG_STATE)).toMatchObject({
			ok: false,
			result: Result.WRONG_STATE,
		});
		expect(box.items.length).toBe(0);
	});

	it('ignores an answer to something else', () => {
		box.add(5n, 1, arrived, 1000);
		expect(reply('00000000000000ff', Result.OK)).toBeNull();
		expect(box.items.length).toBe(1);
	});

	it('is bounded, and says so', () => {
		for (let i = 0; i < OUTBOX_MAX; i++) expect(box.add(5n, 1, arrived, i)).toBe(true);
		expect(box.add(5n, 1, arrived, 99)).toBe(false);
	});

	it('does not send another person’s acts, nor garbage', () => {
		box.add(5n, 1, arrived, 1000);
		expect(make('cg02').items.length).toBe(0);
		memory.setItem('pingan.outbox', '{"person":"cg01","items":[{"cmd":"x"},null,3]}');
		expect(make().items.length).toBe(0);
		memory.setItem('pingan.outbox', 'not json');
		expect(make().items.length).toBe(0);
	});

	it('leaves nothing behind when wiped', () => {
		box.add(5n, 1, { case: 'jobNote', text: '有事' }, 1000);
		box.wipe();
		expect([...memory.kept.keys()]).toEqual([]);
	});

	it('shows the job as far as it has really come here', () => {
		expect(localState(JobState.JOB_EN_ROUTE, 5n, 1, box.items)).toBe(JobState.JOB_EN_ROUTE);
		box.add(5n, 1, arrived, 1000);
		expect(localState(JobState.JOB_EN_ROUTE, 5n, 1, box.items)).toBe(JobState.JOB_ARRIVED);
		expect(localState(JobState.JOB_EN_ROUTE, 6n, 1, box.items)).toBe(JobState.JOB_EN_ROUTE);
		expect(localState(JobState.JOB_EN_ROUTE, 5n, 2, box.items)).toBe(JobState.JOB_EN_ROUTE);
	});
});
