// until.mjs - waits for a condition. The time limit is only for conditions that never come: no test measures by it.
import { setTimeout as pause } from 'node:timers/promises'

const LIMIT_MS = Number(process.env.PINGAN_TEST_PATIENCE_MS ?? 30000)
const LOOK_MS = 15

/** Looks until `condition` gives something true, and returns that. `child`: a process whose death ends the wait. */
export async function until(condition, { what = 'a condition', child = null, limitMs = LIMIT_MS } = {}) {
	const end = Date.now() + limitMs
	for (;;) {
		const value = await condition()
		if (value) return value
		if (child !== null && !child.running) throw new Error(`${what}: ${child.name} has ended\n${child.tail()}`)
		if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms${child === null ? '' : `\n${child.tail()}`}`)
		await pause(LOOK_MS)
	}
}
