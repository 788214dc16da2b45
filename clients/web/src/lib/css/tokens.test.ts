import { describe, expect, it } from 'vitest';
import css from './tokens.css?raw';

function tokens(theme: string): Record<string, string> {
	const block = new RegExp(`data-theme='${theme}'\\]\\s*\\{([^}]*)\\}`).exec(css)?.[1] ?? '';
	return Object.fromEntries([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]]));
}

type Rgb = [number, number, number];
const rgb = (hex: string): Rgb =>
	[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255) as Rgb;
const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = (hex: string) => {
	const [r, g, b] = rgb(hex).map(linear) as Rgb;
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
function contrast(a: string, b: string): number {
	const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
	return (hi + 0.05) / (lo + 0.05);
}

/** CIE L*a*b* of a colour as a given eye sees it. */
function lab(hex: string, eye: readonly number[]): Rgb {
	const [r, g, b] = rgb(hex).map(linear) as Rgb;
	const m = (at: number) => (eye[at] ?? 0) * r + (eye[at + 1] ?? 0) * g + (eye[at + 2] ?? 0) * b;
	const [sr, sg, sb] = [m(0), m(3), m(6)];
	const x = (0.4124 * sr + 0.3576 * sg + 0.1805 * sb) / 0.9505;
	const y = 0.2126 * sr + 0.7152 * sg + 0.0722 * sb;
	const z = (0.0193 * sr + 0.1192 * sg + 0.9505 * sb) / 1.089;
	const f = (v: number) => (v > 0.008856 ? Math.cbrt(v) : 7.787 * v + 16 / 116);
	return [116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))];
}
const deltaE = (a: Rgb, b: Rgb) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** Linear-light approximations of eyes without red and without green cones. */
const EYES = {
	normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
	protan: [0.152, 1.053, -0.205, 0.115, 0.786, 0.099, -0.004, -0.048, 1.052],
	deutan: [0.367, 0.861, -0.228, 0.28, 0.673, 0.047, -0.012, 0.043, 0.969],
} as const;

const TEXT = 4.5;
const PART = 3;
const PAIRS: [string, string, number][] = [
	['text', 'panel', 7],
	['text', 'bg', 7],
	['text', 'raised', 7],
	['text', 'select', 7],
	['text', 'p1-wash', 7],
	['muted', 'panel', TEXT],
	['muted', 'bg', TEXT],
	['muted', 'raised', TEXT],
	['muted', 'p1-wash', TEXT],
	['p1-fg', 'p1-bg', 7],
	['p2-fg', 'p2-bg', 7],
	['p3-fg', 'panel', 7],
	['p4-fg', 'panel', 7],
	['p1-line', 'panel', PART],
	['p3-line', 'panel', PART],
	['p4-line', 'panel', PART],
	['control', 'panel', PART],
	['focus', 'panel', 7],
	['focus', 'bg', 7],
	['on-primary', 'primary', TEXT],
	['on-accept', 'accept', TEXT],
	['on-offer', 'offer', TEXT],
	['down-fg', 'down-bg', 7],
	['warn-fg', 'warn-bg', 7],
	['danger', 'panel', TEXT],
	['danger', 'p1-wash', TEXT],
	['danger', 'select', TEXT],
	['danger', 'bg', TEXT],
	['ok', 'panel', TEXT],
	['ok', 'bg', TEXT],
	['ok', 'raised', TEXT],
	['link', 'panel', TEXT],
];

for (const theme of ['light', 'dark']) {
	const of = tokens(theme);
	const hex = (name: string) => {
		const value = of[name];
		if (value === undefined) throw new Error(`${theme}: no token ${name}`);
		return value;
	};

	describe(`${theme} palette`, () => {
		for (const [front, back, least] of PAIRS)
			it(`${front} on ${back} has contrast ${least}`, () => {
				expect(contrast(hex(front), hex(back))).toBeGreaterThanOrEqual(least);
			});

		it('is loudest for class 1 in greyscale, then class 2; 3 and 4 are outlines', () => {
			const panel = hex('panel');
			const one = contrast(hex('p1-bg'), panel);
			const two = contrast(hex('p2-bg'), panel);
			// The largest filled contrast against the page wins the eye when colour is gone.
			expect(one).toBeGreaterThan(two);
			expect(one).toBeGreaterThan(7);
			expect(of['p3-bg']).toBeUndefined();
			expect(of['p4-bg']).toBeUndefined();
		});

		for (const [eye, matrix] of Object.entries(EYES))
			it(`keeps the filled chips apart for a ${eye} eye`, () => {
				const [one, two, panel] = ['p1-bg', 'p2-bg', 'panel'].map((n) => lab(hex(n), matrix)) as [
					Rgb,
					Rgb,
					Rgb,
				];
				expect(deltaE(one, two)).toBeGreaterThan(25);
				expect(deltaE(one, panel)).toBeGreaterThan(25);
				expect(deltaE(two, panel)).toBeGreaterThan(25);
			});
	});
}
