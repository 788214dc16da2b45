/* figures.ts - what is open, counted from the rows that the daemon has sent: figures and list are one truth. */
import { IncidentState, JobState } from '$lib/gen/pingan/v1/common_pb.js';
import { byOrder, isAside, waits, type Row } from '$lib/store/rows';

export const CLASSES = [1, 2, 3, 4] as const;
/** Waiting, taken by an operator, somebody on the way, somebody there. */
export const STAGES = [0, 1, 2, 3] as const;
export type Stage = (typeof STAGES)[number];

/** Nobody has answered: waiting, whoever a rule has sent meanwhile. */
export function stageOf(row: Pick<Row, 'state' | 'progress'>): Stage {
	if (row.state === IncidentState.INCIDENT_WAITING) return 0;
	switch (row.progress) {
		case JobState.JOB_EN_ROUTE:
			return 2;
		case JobState.JOB_ARRIVED:
		case JobState.JOB_DONE:
			return 3;
		default:
			return 1;
	}
}

export interface DistrictFigures {
	/** By class, 1 to 4. */
	open: [number, number, number, number];
	/** Class 1 and 2 that nobody has answered. */
	waiting: number;
}

export interface Figures {
	/** [class - 1][stage]; without what is set aside. */
	open: number[][];
	waiting: number;
	/** Of class 1 and 2. */
	waitingCalls: number;
	/** The call of class 1 that waits longest for an operator. */
	oldestLife: Row | null;
	waitingLife: number;
	longestSinceMs: number;
	districts: Map<string, DistrictFigures>;
	/** In the daemon's order; area-wide ones apart. */
	calls: Row[];
	areaWide: Row[];
}

export function figuresOf(rows: Iterable<Row>): Figures {
	const out: Figures = {
		open: CLASSES.map(() => STAGES.map(() => 0)),
		waiting: 0,
		waitingCalls: 0,
		oldestLife: null,
		waitingLife: 0,
		longestSinceMs: 0,
		districts: new Map(),
		calls: [],
		areaWide: [],
	};
	for (const row of rows) {
		if (isAside(row)) continue;
		const cls = Math.min(Math.max(row.class, 1), 4);
		const line = out.open[cls - 1];
		if (line !== undefined) line[stageOf(row)] = (line[stageOf(row)] ?? 0) + 1;
		const there = out.districts.get(row.district) ?? { open: [0, 0, 0, 0], waiting: 0 };
		there.open[cls - 1] = (there.open[cls - 1] ?? 0) + 1;
		out.districts.set(row.district, there);
		(row.areaWide ? out.areaWide : out.calls).push(row);
		if (!waits(row)) continue;
		out.waiting++;
		if (out.longestSinceMs === 0 || row.waitingSinceMs < out.longestSinceMs)
			out.longestSinceMs = row.waitingSinceMs;
		if (cls > 2) continue;
		out.waitingCalls++;
		there.waiting++;
		if (cls > 1) continue;
		out.waitingLife++;
		if (out.oldestLife === null || row.waitingSinceMs < out.oldestLife.waitingSinceMs)
			out.oldestLife = row;
	}
	out.calls.sort(byOrder);
	out.areaWide.sort(byOrder);
	return out;
}

/** In tenths of a percent; null = of nothing there is no share. */
export function share(part: number, whole: number): number | null {
	return whole === 0 ? null : Math.floor((part * 1000) / whole) / 10;
}

/** Places of Guangzhou's districts in a grid of four by four, roughly as on a map: [column, row]. */
const PLACES: Record<string, readonly [number, number]> = {
	'440114': [2, 1],
	'440117': [3, 1],
	'440111': [2, 2],
	'440112': [3, 2],
	'440118': [4, 2],
	'440103': [1, 3],
	'440104': [2, 3],
	'440106': [3, 3],
	'440105': [2, 4],
	'440113': [3, 4],
	'440115': [4, 4],
};

/** Null: not all of them have a place, so they stand in the order of their codes. */
export function placesOf(codes: readonly string[]): (readonly [number, number])[] | null {
	const places = codes.map((code) => PLACES[code]);
	return codes.length >= 6 && places.every((place) => place !== undefined) ? places : null;
}
