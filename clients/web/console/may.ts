/* may.ts - which acts the open call offers to this person. The daemon decides; this only spares a refusal. */
import { Aside, IncidentState } from '$lib/gen/pingan/v1/common_pb.js';
import type { IncidentDetail } from '$lib/gen/pingan/v1/detail_pb.js';
import type { Row } from '$lib/store/rows';

export type Act =
	| 'claim'
	| 'hold'
	| 'unhold'
	| 'transfer'
	| 'escalate'
	| 'shelve'
	| 'unshelve'
	| 'substitute'
	| 'test'
	| 'drill'
	| 'bind'
	| 'unit';

/** Who asks. */
export interface Who {
	supervisor: boolean;
	isMine(row: Row): boolean;
}

export function may(act: Act, row: Row, detail: IncidentDetail | null, who: Who): boolean {
	const mine = who.isMine(row);
	const open = row.state !== IncidentState.INCIDENT_CLOSED;
	const answered = row.state === IncidentState.INCIDENT_ANSWERED;
	switch (act) {
		case 'claim':
			return open && !mine;
		case 'hold':
			return mine && answered && row.holdUntilMs === 0;
		case 'unhold':
			return mine && row.holdUntilMs > 0;
		case 'transfer':
			return answered && (mine || who.supervisor);
		case 'escalate':
			// Of a call that nobody has, anybody may say that it is too much for one person.
			return open && (mine || !answered) && !row.escalated;
		case 'shelve':
			// A call for help is never out of sight.
			return row.class >= 3 && open && (mine || !answered) && row.aside === Aside.NONE;
		case 'unshelve':
			return row.aside !== Aside.NONE;
		case 'substitute':
			return open && (mine || !answered) && ((detail?.repairDueMs ?? 0n) > 0n || row.repairOverdue);
		case 'test':
			// Not while somebody calls for help there.
			return (
				(row.class >= 3 || !open) &&
				(detail?.household ?? '') !== '' &&
				!row.areaWide &&
				detail?.onTestUntilMs === 0n
			);
		case 'bind':
			return row.quarantine && open;
		case 'unit':
			// A call that a person entered, and one of a whole area, name no unit.
			return row.device !== '' && !row.quarantine && !row.areaWide;
		case 'drill':
			// No drill is laid over a real call.
			return who.supervisor && !open && (detail?.household ?? '') !== '';
	}
}
