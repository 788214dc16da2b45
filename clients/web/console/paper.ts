/* paper.ts - the open calls, the roster and the telephone numbers for a printer.
 *
 * The sheet is the daemon's, made of its memory, so that it comes with the store away too. With the daemon away, or when the
 * browser opens no window, the page prints the list that it has (parts/PrintList.svelte).
 */
import { language } from '$lib/i18n/index.svelte';

export function printPaper(live: boolean): void {
	const lang = language.lang === 'en' ? 'en' : 'zh';
	const sheet = live ? window.open(`/api/v1/paper?lang=${lang}`, '_blank') : null;
	if (sheet === null) {
		window.print();
		return;
	}
	sheet.addEventListener('load', () => {
		// A refusal is shown to be read, not printed.
		if (sheet.document.contentType === 'text/html') sheet.print();
	});
}
