/* announce.svelte.ts - the two sentences a screen reader hears.
 *
 * Bounds: politely one sentence in 5 s, the newest wins; at once only for class 1 calls and a broken link. What is no longer
 * so does not stay beside what is: whoever reads the regions later finds the newest word only.
 */
const POLITE_MS = 5000;

export class Announcer {
	polite = $state('');
	assertive = $state('');
	#next = '';
	#timer: ReturnType<typeof setTimeout> | null = null;

	say(text: string): void {
		if (this.#timer !== null) {
			this.#next = text;
			return;
		}
		this.polite = text;
		this.#timer = setTimeout(() => {
			this.#timer = null;
			if (this.#next === '') return;
			const next = this.#next;
			this.#next = '';
			this.say(next);
		}, POLITE_MS);
	}

	alert(text: string): void {
		// The same words twice are not a change of the region; a space that nobody hears makes them one.
		this.assertive = this.assertive === text ? `${text}\u00a0` : text;
	}

	/** What was said at once is over: it goes, unless something newer has taken its place. */
	over(text: string): void {
		if (this.assertive.replace(/\u00a0$/, '') === text) this.assertive = '';
	}
}

export const announcer = new Announcer();
