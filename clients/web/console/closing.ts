/* closing.ts - what the close panel may offer. The daemon decides; this only spares a refusal. */
import { HandoverState, JobResult, JobState, Outcome, SpokeTo } from '$lib/gen/pingan/v1/common_pb.js';
import type { IncidentDetail } from '$lib/gen/pingan/v1/detail_pb.js';

const CALLS: readonly Outcome[] = [
	Outcome.HELPED_AT_HOME,
	Outcome.TO_HOSPITAL,
	Outcome.HANDED_OVER,
	Outcome.ADVICE,
	Outcome.FAMILY_HELPED,
	Outcome.FALSE_ALARM,
	Outcome.TEST,
	Outcome.NO_CONTACT,
	Outcome.DIED,
];
const TECHNICAL: readonly Outcome[] = [Outcome.TECHNICAL, Outcome.ADVICE, Outcome.FALSE_ALARM, Outcome.TEST];

const DRILL: readonly Outcome[] = [Outcome.DRILL];

export function outcomesFor(cls: number, drill: boolean): readonly Outcome[] {
	return drill ? DRILL : cls === 4 ? TECHNICAL : CALLS;
}

/** "Handed over" is true when a human there has said so. */
export function confirmed(detail: Pick<IncidentDetail, 'handovers'>): boolean {
	return detail.handovers.some((h) => h.state === HandoverState.HANDOVER_CONFIRMED);
}

/** Who was reached, as far as the record and the outcome say; a person may know better. */
export function reached(
	detail: Pick<IncidentDetail, 'spoke' | 'seen' | 'handovers'>,
	outcome: Outcome,
): SpokeTo {
	if (outcome === Outcome.HANDED_OVER) return SpokeTo.SERVICE;
	if (detail.spoke) return SpokeTo.RESIDENT;
	if (detail.seen) return SpokeTo.CAREGIVER;
	if (outcome === Outcome.FAMILY_HELPED) return SpokeTo.CONTACT;
	return SpokeTo.NOBODY;
}

export function needsContact(outcome: Outcome): boolean {
	return outcome === Outcome.FALSE_ALARM || outcome === Outcome.TEST;
}

/** A caregiver was at the home. Contact it is only when the resident was seen: that is detail.seen. */
export function wasThere(detail: Pick<IncidentDetail, 'jobs'>): boolean {
	return detail.jobs.some(
		(job) =>
			job.arrivedMs > 0n &&
			(job.state === JobState.JOB_ARRIVED ||
				(job.state === JobState.JOB_DONE && job.result !== JobResult.NO_ENTRY)),
	);
}
