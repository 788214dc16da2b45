/* rows.ts - a row of the queue as the screen keeps it: numbers instead of bigint, converted once. */
import { IncidentState, JobState } from '../gen/pingan/v1/common_pb.js';
import type { IncidentRow } from '../gen/pingan/v1/console_pb.js';
import { byteKey, hex, ms } from '../wire/codec';

export interface Row {
	id: string;
	class: number;
	kind: number;
	state: IncidentState;
	progress: JobState;
	number: string;
	resident: string;
	age: number;
	area: string;
	street: string;
	owner: string;
	ownerName: string;
	ownerGone: boolean;
	openedMs: number;
	waitingSinceMs: number;
	dueMs: number;
	repeats: number;
	lastAlarmMs: number;
	/** The daemon's order; compared, never made here. */
	order: string;
	caregiverName: string;
	device: string;
	notStored: boolean;
	notSafe: boolean;
	restored: boolean;
	returnedFrom: string;
	silent: boolean;
	quarantine: boolean;
	unattended: boolean;
	noVoice: boolean;
	closeAsked: boolean;
	ringsNeighbours: boolean;
	ringsSupervisor: boolean;
	rerung: boolean;
	noteOwner: string;
	protocolCode: string;
	residentCancelled: boolean;
}

export function toRow(m: IncidentRow): Row {
	return {
		id: hex(m.id),
		class: m.class,
		kind: m.kind,
		state: m.state,
		progress: m.progress,
		number: m.number,
		resident: m.resident,
		age: m.age,
		area: m.area,
		street: m.street,
		owner: m.owner,
		ownerName: m.ownerName,
		ownerGone: m.ownerGone,
		openedMs: ms(m.openedMs),
		waitingSinceMs: ms(m.waitingSinceMs),
		dueMs: ms(m.dueMs),
		repeats: m.repeats,
		lastAlarmMs: ms(m.lastAlarmMs),
		order: byteKey(m.order),
		caregiverName: m.caregiverName,
		device: m.device,
		notStored: m.notStored,
		notSafe: m.notSafe,
		restored: m.restored,
		returnedFrom: m.returnedFrom,
		silent: m.silent,
		quarantine: m.quarantine,
		unattended: m.unattended,
		noVoice: m.noVoice,
		closeAsked: m.closeAsked,
		ringsNeighbours: m.ringsNeighbours,
		ringsSupervisor: m.ringsSupervisor,
		rerung: m.rerung,
		noteOwner: m.noteOwner,
		protocolCode: m.protocolCode,
		residentCancelled: m.residentCancelled,
	};
}

export function byOrder(a: Row, b: Row): number {
	if (a.order !== b.order) return a.order < b.order ? -1 : 1;
	return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export const waits = (row: Row): boolean => row.state === IncidentState.INCIDENT_WAITING;

/** Which words stand in the column "state": the incident's, its furthest job's, or both. */
export interface Shown {
	state: number | null;
	job: number | null;
}

export function shownState(row: Pick<Row, 'state' | 'progress'>): Shown {
	const job =
		row.progress === JobState.JOB_NONE || row.progress === JobState.JOB_CANCELLED ? null : row.progress;
	if (row.state === IncidentState.INCIDENT_CLOSED) return { state: row.state, job: null };
	// Caregivers may be on their way although no operator has answered: then both are said.
	if (row.state === IncidentState.INCIDENT_WAITING) return { state: row.state, job };
	return job === null ? { state: row.state, job: null } : { state: null, job };
}

/** A name a person can say for this row. */
export function titleOf(row: Pick<Row, 'resident' | 'device' | 'number'>): string {
	return row.resident || row.device || row.number;
}
