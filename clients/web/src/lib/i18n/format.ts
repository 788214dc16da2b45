/* format.ts - numbers and times as people read them: 24 h clock of Guangzhou, m:ss, grouped telephone numbers. */

const ZONE = 'Asia/Shanghai';
const CLOCK = new Intl.DateTimeFormat('zh-CN', {
	timeZone: ZONE,
	hour: '2-digit',
	minute: '2-digit',
	second: '2-digit',
	hourCycle: 'h23',
});
const SHORT = new Intl.DateTimeFormat('zh-CN', {
	timeZone: ZONE,
	hour: '2-digit',
	minute: '2-digit',
	hourCycle: 'h23',
});
const DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' });

/** 14:07:33 */
export function clockTime(ms: number): string {
	return ms === 0 ? '--:--:--' : CLOCK.format(ms);
}

/** 14:07 */
export function shortTime(ms: number): string {
	return ms === 0 ? '--:--' : SHORT.format(ms);
}

/** 2031-05-04 14:07:33 */
export function dayTime(ms: number): string {
	return `${DAY.format(ms)} ${CLOCK.format(ms)}`;
}

const DATE = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, month: 'numeric', day: 'numeric' });

/** 5/4 */
export function dayShort(ms: number): string {
	return ms === 0 ? '--' : DATE.format(ms);
}

/** 0:07, 12:40, 1:02:03; negative gets a real minus sign. */
export function mss(ms: number): string {
	const s = Math.floor(Math.abs(ms) / 1000);
	const two = (n: number) => String(n).padStart(2, '0');
	const h = Math.floor(s / 3600);
	const m = Math.floor(s / 60) % 60;
	const text = h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${two(m)}:${two(s % 60)}`;
	return ms < 0 && s > 0 ? `−${text}` : text;
}

/** 138 0013 8000, 020 8333 1234; anything else in groups of four from the end. */
export function phone(number: string): string {
	const digits = number.replace(/[^\d+]/g, '');
	if (digits.startsWith('+')) return number;
	if (digits.length === 11 && digits.startsWith('1'))
		return `${digits.slice(0, 3)} ${digits.slice(3, 7)} ${digits.slice(7)}`;
	if (digits.length >= 10 && digits.startsWith('0')) {
		const area = digits.startsWith('01') || digits.startsWith('02') ? 3 : 4;
		const rest = digits.slice(area);
		return `${digits.slice(0, area)} ${rest.slice(0, rest.length - 4)} ${rest.slice(-4)}`;
	}
	return number;
}

const utf8 = new TextEncoder();

export function byteLength(text: string): number {
	return utf8.encode(text).length;
}
