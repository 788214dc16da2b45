/* drafts.ts - half-written words and open panels, kept over a reload and a reconnect, for this tab and this
 * person only: sessionStorage ends with the tab, and a log-out wipes it. */
const PREFIX = 'pingan.desk.';

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

	static wipe(): void {
		for (const key of Object.keys(sessionStorage))
			if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
	}

	#key(name: string): string {
		return `${PREFIX}${this.#person}.${name}`;
	}
}
