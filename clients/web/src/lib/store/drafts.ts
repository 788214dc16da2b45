/* drafts.ts - half-written words, the choices beside them and open panels, kept over a closed panel, a reload and a
 * reconnect, for this tab and this person only: sessionStorage ends with the tab, and a log-out wipes it.
 */
const PREFIX = 'pingan.desk.';
const CHOSEN = '.chosen';
/** Where the person is, not what the person wrote. */
const PLACES = ['shift', 'busy', 'opened', 'panel'];

export class Drafts {
	readonly #person: string;

	constructor(person: string) {
		this.#person = person;
	}

	get(name: string): string {
		return sessionStorage.getItem(this.#key(name)) ?? '';
	}

	set(name: string, text: string): void {
		if (text === '') sessionStorage.removeItem(this.#key(name));
		else sessionStorage.setItem(this.#key(name), text);
	}

	/** What was chosen beside the words of `name`; an empty text for what was not. */
	chosen<Choice extends string>(name: string, ...choices: Choice[]): Record<Choice, string> {
		const kept: unknown = JSON.parse(this.get(name + CHOSEN) || '{}');
		const of = (choice: Choice) => (kept as Record<string, unknown>)[choice];
		return Object.fromEntries(
			choices.map((choice) => [choice, typeof of(choice) === 'string' ? of(choice) : '']),
		) as Record<Choice, string>;
	}

	choose(name: string, choices: Record<string, string>): void {
		const some = Object.values(choices).some((choice) => choice !== '');
		this.set(name + CHOSEN, some ? JSON.stringify(choices) : '');
	}

	/** It was sent, or is not wanted any more. */
	drop(name: string): void {
		this.set(name, '');
		this.set(name + CHOSEN, '');
	}

	/** How many half-written texts a log-out would take away. */
	get unsaved(): number {
		const prefix = this.#key('');
		return Object.keys(sessionStorage).filter(
			(key) =>
				key.startsWith(prefix) && !key.endsWith(CHOSEN) && !PLACES.includes(key.slice(prefix.length)),
		).length;
	}

	static wipe(): void {
		for (const key of Object.keys(sessionStorage))
			if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
	}

	#key(name: string): string {
		return `${PREFIX}${this.#person}.${name}`;
	}
}
