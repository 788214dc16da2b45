/* rows.ts - a row of the queue as the screen keeps it: numbers instead of bigint, converted once. */
import { Aside, HandoverState, IncidentState, JobState, type Service } from '../gen/pingan/v1/common_pb.js';
import type { IncidentRow } from '../gen/pingan/v1/queue_pb.js';
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
	holdUntilMs: number;
	aside: Aside;
	asideUntilMs: number;
	drill: boolean;
	escalated: boolean;
	recall: boolean;
	contactAnswer: number;
	areaWide: boolean;
	outNow: number;
	outTotal: number;
	batteryDueMs: number;
	/** Of an area-wide one: the carrier or gateway that is out; we could not hear for a while. */
	carrier: string;
	away: boolean;
	untested: boolean;
	repairOverdue: boolean;
	scoreS: number;
	scoreWhy: readonly number[];
	/** The service whose confirmation is waited for; 0 = none. */
	service: Service | 0;
	calls: number;
	language: string;
	/** Division code of its district; empty = nobody knows more exactly where. */
	district: string;
}

/** What stands for a device where a person entered the call. */
const NO_DEVICE = 'manual';

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
		device: m.device === NO_DEVICE ? '' : m.device,
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
		holdUntilMs: ms(m.holdUntilMs),
		aside: m.aside,
		asideUntilMs: ms(m.asideUntilMs),
		drill: m.drill,
		escalated: m.escalated,
		recall: m.recall,
		contactAnswer: m.contactAnswer,
		areaWide: m.areaWide,
		outNow: m.outNow,
		outTotal: m.outTotal,
		batteryDueMs: ms(m.batteryDueMs),
		carrier: m.carrier,
		away: m.away,
		untested: m.untested,
		repairOverdue: m.repairOverdue,
		scoreS: m.scoreS,
		scoreWhy: m.scoreWhy,
		service: m.handover === HandoverState.HANDOVER_OPEN ? m.service : 0,
		calls: m.calls,
		language: m.language,
		district: m.district,
	};
}

export function byOrder(a: Row, b: Row): number {
	if (a.order !== b.order) return a.order < b.order ? -1 : 1;
	return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Out of sight for a while: shelved, or held back by a storm. */
export const isAside = (row: Pick<Row, 'aside'>): boolean => row.aside !== Aside.NONE;

export const waits = (row: Row): boolean => row.state === IncidentState.INCIDENT_WAITING && !isAside(row);

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

/** A name a person can say for this row. What concerns a whole area is called by it. */
export function titleOf(
	row: Pick<Row, 'resident' | 'device' | 'number' | 'area' | 'areaWide' | 'carrier'>,
): string {
	return (row.areaWide ? row.carrier || row.area : row.resident || row.device) || row.number;
}
