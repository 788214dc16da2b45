/* window.ts - which rows of a long list are worth drawing. Rows have one height, so nothing else is needed. */

export interface Range {
	from: number;
	to: number;
}

export function visible(
	scrollTop: number,
	height: number,
	rowHeight: number,
	count: number,
	extra = 6,
): Range {
	const first = Math.floor(Math.max(0, scrollTop) / rowHeight);
	const shown = Math.ceil(height / rowHeight) + 1;
	const from = Math.max(0, Math.min(first - extra, count));
	return { from, to: Math.min(count, first + shown + extra) };
}

/** Scroll position that keeps the row at the same place on screen after the list was put in a new order. */
export function keepInPlace(scrollTop: number, before: number, after: number, rowHeight: number): number {
	if (before < 0 || after < 0) return scrollTop;
	return Math.max(0, scrollTop + (after - before) * rowHeight);
}

/** Scroll position that brings the row into sight with the least movement. */
export function intoView(scrollTop: number, height: number, rowHeight: number, index: number): number {
	const top = index * rowHeight;
	if (top < scrollTop) return top;
	if (top + rowHeight > scrollTop + height) return top + rowHeight - height;
	return scrollTop;
}
