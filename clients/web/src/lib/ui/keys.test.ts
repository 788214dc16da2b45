import { describe, expect, it } from 'vitest';
import { actionFor, placeOf, type KeyPlace, type KeyPress } from './keys';

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
	key,
	ctrlKey: false,
	altKey: false,
	metaKey: false,
	isComposing: false,
	...more,
});
const free: KeyPlace = { typing: false, control: false, singleKeys: true };

describe('key map', () => {
	it('has one key for every act in the life of a call', () => {
		const map = {
			a: 'claim',
			d: 'dispatch',
			n: 'note',
			x: 'close',
			v: 'spoke',
			m: 'mute',
			r: 'apply',
			t: 'transfer',
			u: 'escalate',
			s: 'shelve',
			e: 'handover',
			h: 'hold',
			l: 'aside',
			w: 'storm',
		};
		for (const [key, action] of Object.entries(map)) {
			expect(actionFor(press(key), free)).toBe(action);
			expect(actionFor(press(key.toUpperCase()), free)).toBe(action);
		}
		expect(actionFor(press('?'), free)).toBe('keys');
		expect(actionFor(press('7'), free)).toBe('digit-7');
		expect(actionFor(press('F9'), free)).toBe('busy');
		expect(actionFor(press('F2'), free)).toBe('manual');
	});

	it('leaves every key to an input method that composes', () => {
		for (const key of ['a', 'x', 'Enter', 'Escape', '1', 'F9']) {
			expect(actionFor(press(key, { isComposing: true }), free)).toBeNull();
		}
		expect(actionFor(press('Process'), free)).toBeNull();
	});

	it('leaves letters, digits and Enter to a field, but not Escape and F keys', () => {
		const typing = { ...free, typing: true };
		for (const key of ['a', 'd', 'x', '1', 'Enter', '/', 'ArrowDown'])
			expect(actionFor(press(key), typing)).toBeNull();
		expect(actionFor(press('Escape'), typing)).toBe('back');
		expect(actionFor(press('F9'), typing)).toBe('busy');
	});

	it('leaves Enter and arrows to a button or box, and letters still work', () => {
		const control = { ...free, control: true };
		expect(actionFor(press('Enter'), control)).toBeNull();
		expect(actionFor(press('ArrowDown'), control)).toBeNull();
		expect(actionFor(press('a'), control)).toBe('claim');
	});

	it('does not take the browser’s and the system’s own combinations', () => {
		expect(actionFor(press('a', { ctrlKey: true }), free)).toBeNull();
		expect(actionFor(press('d', { metaKey: true }), free)).toBeNull();
		for (const key of ['F3', 'F5', 'F6', 'F11', 'F12']) expect(actionFor(press(key), free)).toBeNull();
	});

	it('filters with Alt and a digit, also where Alt makes another character', () => {
		expect(actionFor(press('1', { altKey: true }), free)).toBe('filter-1');
		expect(actionFor(press('¡', { altKey: true, code: 'Digit1' }), free)).toBe('filter-1');
		expect(actionFor(press('9', { altKey: true }), free)).toBeNull();
	});

	it('acts once for a key that is held down, and moves on', () => {
		expect(actionFor(press('a', { repeat: true }), free)).toBeNull();
		expect(actionFor(press('1', { repeat: true }), free)).toBeNull();
		expect(actionFor(press('j', { repeat: true }), free)).toBe('down');
	});

	it('can be switched off; what needs no single letter goes on', () => {
		const off = { ...free, singleKeys: false };
		expect(actionFor(press('a'), off)).toBeNull();
		expect(actionFor(press('1'), off)).toBeNull();
		expect(actionFor(press('ArrowDown'), off)).toBe('down');
		expect(actionFor(press('Escape'), off)).toBe('back');
	});
});

describe('where the focus is', () => {
	const of = (html: string) => {
		document.body.innerHTML = html;
		return placeOf(document.body.firstElementChild, true);
	};
	it('tells fields, controls and the rest', () => {
		expect(of('<textarea></textarea>').typing).toBe(true);
		expect(of('<input type="search">').typing).toBe(true);
		expect(of('<input type="checkbox">')).toMatchObject({ typing: false, control: true });
		expect(of('<button></button>')).toMatchObject({ typing: false, control: true });
		expect(of('<div></div>')).toMatchObject({ typing: false, control: false });
		expect(placeOf(null, true).typing).toBe(false);
	});
});
