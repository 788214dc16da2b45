/* drift.ts - against burn-in: the whole picture goes round a small square, two pixels a minute. */
export const DRIFT_STEP_PX = 2;
export const DRIFT_PX = 8;

const STEPS = DRIFT_PX / DRIFT_STEP_PX;

/** Where it stands in this minute: 0 to DRIFT_PX to the right and down. */
export function driftAt(minute: number): { x: number; y: number } {
	const at = ((Math.floor(minute) % (4 * STEPS)) + 4 * STEPS) % (4 * STEPS);
	const side = Math.floor(at / STEPS);
	const step = (at % STEPS) * DRIFT_STEP_PX;
	if (side === 0) return { x: step, y: 0 };
	if (side === 1) return { x: DRIFT_PX, y: step };
	if (side === 2) return { x: DRIFT_PX - step, y: DRIFT_PX };
	return { x: 0, y: DRIFT_PX - step };
}
