/* size.ts - how large text must be, and what then fits: nobody walks up to a wall to read it.
 *
 * Knows:  no page. Sizes come in, sizes come out.
 * Result: the root size in CSS pixels, from which everything on the wall is measured, and the layout that fits. Where not all
 *         fits, less is shown; text never gets smaller.
 */
import type { Lang } from '$lib/i18n/index.svelte';
import type { Theme } from '$lib/store/theme.svelte';

/** Chinese characters are dense: 22 minutes of arc at the farthest seat. */
const ARC_MIN = 22;
/** Of the em that a character really covers. */
const GLYPH_PART = 0.9;
/** Columns and lines of the whole picture, in root sizes. */
const FULL = { columns: 60, lines: 33.75 };
const ROOT_MIN_PX = 12;
/** However far the seats are: so much must stand on any wall. */
const LEAST = { columns: 15, lines: 7.5 };

export interface Seat {
	distanceM: number;
	/** Of one pixel of the wall itself. */
	pixelUm: number;
}

export type Layout = 'full' | 'middle' | 'small' | 'least';

export interface Address {
	distanceM: number;
	pixelUm: number;
	lang: Lang | null;
	theme: Theme | null;
}

/** What the address of the page says of this one wall; 0 and null = nothing. */
export function readAddress(search: string): Address {
	const said = new URLSearchParams(search);
	const number = (name: string, max: number) => {
		const n = Number(said.get(name));
		return Number.isFinite(n) && n > 0 && n <= max ? n : 0;
	};
	const lang = said.get('lang');
	const theme = said.get('theme');
	return {
		distanceM: number('distance', 100),
		pixelUm: number('pixel', 20_000),
		lang: lang === 'en' ? 'en' : lang === 'zh-CN' || lang === 'zh' ? 'zh-CN' : null,
		theme: theme === 'light' || theme === 'dark' ? theme : null,
	};
}

/** Size of text in pixels of the wall, for the farthest seat. */
export function textPixels(seat: Seat): number {
	const mm = seat.distanceM * 1000 * Math.tan((ARC_MIN / 60) * (Math.PI / 180));
	return mm / GLYPH_PART / (seat.pixelUm / 1000);
}

/** `ratio`: pixels of the wall in one CSS pixel. A seat of which not all is said counts as none. */
export function rootPx(seat: Seat, width: number, height: number, ratio: number): number {
	const most = Math.min(width / LEAST.columns, height / LEAST.lines);
	const wanted =
		seat.distanceM > 0 && seat.pixelUm > 0
			? textPixels(seat) / ratio
			: Math.min(width / FULL.columns, height / FULL.lines);
	return Math.max(ROOT_MIN_PX, Math.min(wanted, most));
}

export function layoutOf(root: number, width: number, height: number): Layout {
	const columns = width / root;
	const lines = height / root;
	if (columns >= 50 && lines >= 28) return 'full';
	if (columns >= 32 && lines >= 18) return 'middle';
	return lines >= 11 && columns >= 19 ? 'small' : 'least';
}
