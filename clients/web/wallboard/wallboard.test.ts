import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Aside, IncidentState, JobState } from '$lib/gen/pingan/v1/common_pb.js';
import { IncidentRowSchema } from '$lib/gen/pingan/v1/queue_pb.js';
import { toRow } from '$lib/store/rows';
import { driftAt, DRIFT_PX, DRIFT_STEP_PX } from './drift';
import { figuresOf, placesOf, share, stageOf } from './figures';
import { Nightly, type Now } from './nightly';
import { layoutOf, readAddress, rootPx, textPixels } from './size';

const { INCIDENT_WAITING, INCIDENT_ANSWERED } = IncidentState;

let next = 1n;
function row(more: Omit<MessageInitShape<typeof IncidentRowSchema>, '$typeName'>) {
	const id = next++;
	return toRow(
		create(IncidentRowSchema, {
			id,
			class: 1,
			state: INCIDENT_WAITING,
			district: '440103',
			openedMs: 1000n,
			waitingSinceMs: 1000n,
			order: new Uint8Array([Number(id)]),
			...more,
		}),
	);
}

describe('size', () => {
	it('follows the table of 22 minutes of arc', () => {
		const px = (distanceM: number, pixelUm: number) => Math.round(textPixels({ distanceM, pixelUm }));
		expect([3, 5, 6, 8, 10].map((m) => px(m, 634))).toEqual([34, 56, 67, 90, 112]);
		expect([3, 5, 6, 8, 10].map((m) => px(m, 1250))).toEqual([17, 28, 34, 46, 57]);
	});
	it('counts pixels of the wall, not of CSS', () => {
		const seat = { distanceM: 5, pixelUm: 317 };
		expect(rootPx(seat, 3840, 2160, 1)).toBeCloseTo(2 * rootPx(seat, 1920, 1080, 2));
	});
	it('fills the picture when nobody has said how far one sits', () => {
		const none = { distanceM: 0, pixelUm: 0 };
		expect(rootPx(none, 1920, 1080, 1)).toBe(32);
		expect(rootPx(none, 3840, 2160, 1)).toBe(64);
		expect(rootPx({ distanceM: 8, pixelUm: 0 }, 1920, 1080, 1)).toBe(32);
	});
	it('shows less, and never smaller text, on a wall that is far away', () => {
		const of = (distanceM: number, pixelUm: number, w = 1920, h = 1080) =>
			layoutOf(rootPx({ distanceM, pixelUm }, w, h, 1), w, h);
		expect([of(0, 0), of(5, 634), of(8, 634), of(10, 634)]).toEqual(['full', 'middle', 'small', 'least']);
		expect(rootPx({ distanceM: 100, pixelUm: 300 }, 1920, 1080, 1)).toBeLessThanOrEqual(1080 / 7);
	});
	it('reads the address, and nothing of what is no number or no word of it', () => {
		expect(readAddress('?lang=en&theme=light&distance=8.5&pixel=1250')).toEqual({
			distanceM: 8.5,
			pixelUm: 1250,
			lang: 'en',
			theme: 'light',
		});
		expect(readAddress('?lang=fr&theme=red&distance=-1&pixel=x')).toEqual({
			distanceM: 0,
			pixelUm: 0,
			lang: null,
			theme: null,
		});
	});
});

describe('figures', () => {
	it('say what is open by class and by how far it has come', () => {
		const answered = { state: INCIDENT_ANSWERED };
		const figures = figuresOf([
			row({}),
			row({ class: 2, ...answered, progress: JobState.JOB_ACCEPTED }),
			row({ class: 2, ...answered, progress: JobState.JOB_EN_ROUTE, district: '440104' }),
			row({ class: 3, ...answered, progress: JobState.JOB_ARRIVED }),
			row({ class: 4, district: '' }),
		]);
		expect(figures.open).toEqual([
			[1, 0, 0, 0],
			[0, 1, 1, 0],
			[0, 0, 0, 1],
			[1, 0, 0, 0],
		]);
		expect(figures.districts.get('440103')).toEqual({ open: [1, 1, 1, 0], waiting: 1 });
		expect(figures.districts.get('440104')).toEqual({ open: [0, 1, 0, 0], waiting: 0 });
		expect(figures.districts.get('')?.open).toEqual([0, 0, 0, 1]);
		expect([figures.waiting, figures.waitingCalls]).toEqual([2, 1]);
	});
	it('take nobody for answered because a rule has sent somebody', () => {
		expect(stageOf({ state: INCIDENT_WAITING, progress: JobState.JOB_EN_ROUTE })).toBe(0);
	});
	it('name the call of class 1 that waits longest', () => {
		const figures = figuresOf([
			row({ waitingSinceMs: 5000n }),
			row({ waitingSinceMs: 3000n, area: '榕荫街道' }),
			row({ class: 2, waitingSinceMs: 10n }),
			row({ waitingSinceMs: 20n, state: INCIDENT_ANSWERED }),
		]);
		expect(figures.oldestLife?.area).toBe('榕荫街道');
		expect(figures.waitingLife).toBe(2);
		expect(figures.longestSinceMs).toBe(10);
	});
	it('leave out what is set aside, and put area-wide ones apart', () => {
		const figures = figuresOf([
			row({ class: 4, aside: Aside.SHELVED }),
			row({ class: 4, areaWide: true }),
		]);
		expect(figures.open[3]).toEqual([1, 0, 0, 0]);
		expect([figures.calls.length, figures.areaWide.length]).toEqual([0, 1]);
	});
	it('are in the daemon’s order', () => {
		const late = row({ order: new Uint8Array([9]) });
		const soon = row({ order: new Uint8Array([2]) });
		expect(figuresOf([late, soon]).calls.map((r) => r.id)).toEqual([soon.id, late.id]);
	});
	it('know no share of nothing, and round no share up to its goal', () => {
		expect(share(0, 0)).toBeNull();
		expect(share(9499, 10000)).toBe(94.9);
		expect(share(19, 20)).toBe(95);
	});
	it('place districts as on the map only when all of them have a place', () => {
		const guangzhou = ['440103', '440104', '440105', '440106', '440111', '440112'];
		expect(placesOf(guangzhou)?.[0]).toEqual([1, 3]);
		expect(placesOf([...guangzhou, '440190'])).toBeNull();
		expect(placesOf(['440103'])).toBeNull();
	});
});

describe('drift', () => {
	it('goes two pixels a minute round a square and comes back', () => {
		const seen = new Set<string>();
		for (let minute = 0; minute < 16; minute++) {
			const [a, b] = [driftAt(minute), driftAt(minute + 1)];
			expect(Math.abs(a.x - b.x) + Math.abs(a.y - b.y)).toBe(DRIFT_STEP_PX);
			expect(Math.max(a.x, a.y)).toBeLessThanOrEqual(DRIFT_PX);
			expect(Math.min(a.x, a.y)).toBeGreaterThanOrEqual(0);
			seen.add(`${a.x} ${a.y}`);
		}
		expect(seen.size).toBe(16);
		expect(driftAt(16)).toEqual(driftAt(0));
	});
});

describe('nightly', () => {
	const at = (hour: number, minute = 0) => Date.UTC(2031, 4, 4, hour - 8, minute);
	const quiet = (ms: number, more: Partial<Now> = {}): Now => ({
		ms,
		live: true,
		waiting: 0,
		changedMs: ms - 120_000,
		newer: false,
		...more,
	});
	const begun = () => new Nightly(at(-10), () => 0);

	it('begins anew in a quiet minute of the night, and at no other hour', () => {
		expect(begun().due(quiet(at(3, 1)))).toBe(true);
		for (const hour of [0, 2, 5, 9, 15, 23]) expect(begun().due(quiet(at(hour)))).toBe(false);
	});
	it('waits for a minute in which nothing moves, until the last half hour', () => {
		expect(begun().due(quiet(at(3, 10), { changedMs: at(3, 10) - 30_000 }))).toBe(false);
		expect(begun().due(quiet(at(4, 40), { changedMs: at(4, 40) - 1000 }))).toBe(true);
	});
	it('never while somebody waits for an answer, or the line is down', () => {
		for (const newer of [false, true]) {
			expect(begun().due(quiet(at(4, 59), { waiting: 1, newer }))).toBe(false);
			expect(begun().due(quiet(at(4, 59), { live: false, newer }))).toBe(false);
		}
	});
	it('once a night, and walls of one hall not all in one minute', () => {
		expect(new Nightly(at(3, 2), () => 0).due(quiet(at(3, 30)))).toBe(false);
		expect(new Nightly(at(-10), () => 0.9).due(quiet(at(3, 30)))).toBe(false);
		expect(new Nightly(at(-10), () => 0.9).due(quiet(at(3, 55)))).toBe(true);
	});
	it('at any hour for a new build', () => {
		expect(begun().due(quiet(at(14), { newer: true }))).toBe(true);
	});
});
