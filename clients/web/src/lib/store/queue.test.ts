import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { IncidentState, JobState } from '../gen/pingan/v1/common_pb.js';
import { DeltaSchema, IncidentRowSchema, SnapshotSchema } from '../gen/pingan/v1/queue_pb.js';
import { hex } from '../wire/codec';
import { arrange, Queue } from './queue';
import { byOrder, shownState, toRow, type Row } from './rows';

type RowInit = MessageInitShape<typeof IncidentRowSchema>;
const row = (id: number, order: number, more: RowInit = {}): RowInit => ({
	id: BigInt(id),
	order: new Uint8Array([order]),
	...more,
});
const snapshot = (init: MessageInitShape<typeof SnapshotSchema>) => create(SnapshotSchema, init);
const delta = (init: MessageInitShape<typeof DeltaSchema>) => create(DeltaSchema, init);

describe('queue', () => {
	it('shows nothing of a snapshot before its last part has come', () => {
		const q = new Queue();
		q.snapshot(snapshot({ id: 5n, rows: [row(9, 9)], last: true }));
		expect(q.snapshot(snapshot({ id: 7n, rows: [row(1, 1)] }))).toBe('more');
		expect([...q.rows.keys()]).toEqual([hex(9n)]);
		expect(q.snapshot(snapshot({ id: 7n, rows: [row(2, 2)], last: true, ringing: [1n] }))).toBe('synced');
		expect([...q.rows.keys()]).toEqual([hex(1n), hex(2n)]);
		expect([...q.ringing]).toEqual([hex(1n)]);
		expect(q.id).toBe(7n);
	});

	it('forgets half a snapshot when the line breaks in it', () => {
		const q = new Queue();
		q.snapshot(snapshot({ id: 7n, rows: [row(1, 1)] }));
		q.broken();
		q.snapshot(snapshot({ id: 8n, rows: [row(2, 2)], last: true }));
		expect([...q.rows.keys()]).toEqual([hex(2n)]);
	});

	it('applies a delta that follows, and calls anything else a hole', () => {
		const q = new Queue();
		q.snapshot(snapshot({ id: 5n, commit: 55n, rows: [row(1, 1), row(2, 2)], last: true }));
		expect(q.delta(delta({ prev: 5n, id: 6n, commit: 66n, upserts: [row(3, 0)], removed: [1n] }))).toBe(
			'synced',
		);
		expect([...q.rows.keys()].sort()).toEqual([hex(2n), hex(3n)]);
		expect([q.id, q.commit]).toEqual([6n, 66n]);
		expect(q.delta(delta({ prev: 7n, id: 8n, removed: [2n] }))).toBe('hole');
		expect(q.rows.has(hex(2n))).toBe(true);
		expect(q.id).toBe(6n);
	});

	it('takes a row with a smaller revision: after a failover that is the truth', () => {
		const q = new Queue();
		q.snapshot(snapshot({ id: 5n, rows: [row(1, 1, { rev: 9n, owner: 'op1' })], last: true }));
		q.delta(delta({ prev: 5n, id: 6n, upserts: [row(1, 1, { rev: 8n, owner: '' })] }));
		expect(q.rows.get(hex(1n))?.owner).toBe('');
	});
});

describe('places in the list', () => {
	const rows = (...init: RowInit[]): Row[] => init.map((i) => toRow(create(IncidentRowSchema, i)));
	const ids = (list: readonly Row[]) => list.map((r) => Number(BigInt(`0x${r.id}`)));
	const orders = (list: readonly Row[]) => new Map(list.map((r) => [r.id, r.order]));

	it('follow the daemon’s keys', () => {
		const { rows: shown } = arrange(rows(row(1, 3), row(2, 1), row(3, 2)), new Map(), false, byOrder);
		expect(ids(shown)).toEqual([2, 3, 1]);
	});

	it('are kept for classes 3 and 4 while a person is at work; class 1 and 2 come at once', () => {
		const before = arrange(
			rows(row(1, 10, { class: 3 }), row(2, 20, { class: 4 })),
			new Map(),
			false,
			byOrder,
		);
		const now = rows(
			row(1, 30, { class: 3 }),
			row(2, 20, { class: 4 }),
			row(3, 25, { class: 4 }),
			row(4, 1, { class: 1 }),
		);
		const held = arrange(now, orders(before.rows), true, byOrder);
		expect(ids(held.rows)).toEqual([4, 1, 2]);
		expect(held.held).toBe(2);
		const free = arrange(now, orders(held.rows), false, byOrder);
		expect(ids(free.rows)).toEqual([4, 2, 3, 1]);
		expect(free.held).toBe(0);
	});
});

describe('words of the state column', () => {
	const of = (state: IncidentState, progress: JobState) => shownState({ state, progress });
	it('say both when caregivers are sent and nobody has answered', () => {
		expect(of(IncidentState.INCIDENT_WAITING, JobState.JOB_EN_ROUTE)).toEqual({ state: 1, job: 3 });
		expect(of(IncidentState.INCIDENT_ANSWERED, JobState.JOB_EN_ROUTE)).toEqual({ state: null, job: 3 });
		expect(of(IncidentState.INCIDENT_ANSWERED, JobState.JOB_CANCELLED)).toEqual({ state: 2, job: null });
		expect(of(IncidentState.INCIDENT_CLOSED, JobState.JOB_DONE)).toEqual({ state: 3, job: null });
	});
});
