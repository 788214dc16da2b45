/* closing.ts - what the close panel may offer. The daemon decides; this only spares a refusal. */
import { JobResult, JobState, Outcome } from '$lib/gen/pingan/v1/common_pb.js';
import type { IncidentDetail } from '$lib/gen/pingan/v1/console_pb.js';

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

export function outcomesFor(cls: number): readonly Outcome[] {
	return cls === 4 ? TECHNICAL : CALLS;
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
