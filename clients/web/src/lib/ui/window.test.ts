import { expect, it } from 'vitest';
import { intoView, keepInPlace, visible } from './window';

it('draws what is in sight and a little more, never beyond the list', () => {
	expect(visible(0, 500, 50, 2000)).toEqual({ from: 0, to: 17 });
	expect(visible(50_000, 500, 50, 2000)).toEqual({ from: 994, to: 1017 });
	expect(visible(99_500, 500, 50, 2000)).toEqual({ from: 1984, to: 2000 });
	expect(visible(0, 500, 50, 3)).toEqual({ from: 0, to: 3 });
	expect(visible(4000, 500, 50, 0)).toEqual({ from: 0, to: 0 });
});

it('keeps the selected row where it is on screen when others come in above it', () => {
	expect(keepInPlace(200, 7, 9, 50)).toBe(300);
	expect(keepInPlace(200, 9, 7, 50)).toBe(100);
	expect(keepInPlace(50, 9, 2, 50)).toBe(0);
	expect(keepInPlace(200, -1, 3, 50)).toBe(200);
});

it('scrolls as little as possible to bring a row into sight', () => {
	expect(intoView(0, 500, 50, 3)).toBe(0);
	expect(intoView(0, 500, 50, 12)).toBe(150);
	expect(intoView(1000, 500, 50, 3)).toBe(150);
});
