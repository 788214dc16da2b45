// press.mjs - a call is opened by its row, as a person at the console does it.
import { until } from './until.mjs'

/** A row that has just moved under the pointer takes no press, and the page says so: it is pressed again. */
export function openRow(row) {
	return until(
		async () => {
			await row.click()
			return (await row.getAttribute('aria-current')) === 'true'
		},
		{ what: `${row} is opened` },
	)
}
