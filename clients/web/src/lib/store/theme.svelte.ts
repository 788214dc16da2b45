/* theme.svelte.ts - light or dark, chosen per machine for the light in its room; never by the clock. */
export type Theme = 'light' | 'dark';

const KEPT = 'pingan.theme';

class ThemeChoice {
	#theme = $state<Theme>('light');

	get theme(): Theme {
		return this.#theme;
	}

	set(theme: Theme): void {
		this.#theme = theme;
		document.documentElement.dataset['theme'] = theme;
		localStorage.setItem(KEPT, theme);
	}

	restore(first: Theme): void {
		const kept = localStorage.getItem(KEPT);
		this.#theme = kept === 'dark' || kept === 'light' ? kept : first;
		document.documentElement.dataset['theme'] = this.#theme;
	}

	toggle(): void {
		this.set(this.#theme === 'light' ? 'dark' : 'light');
	}
}

export const theme = new ThemeChoice();
