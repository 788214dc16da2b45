import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import { RecordCardSchema } from '$lib/gen/pingan/v1/console_pb.js';
import { Drafts } from '$lib/store/drafts';
import { putBack, takeDown, Unsaved } from './unsaved';

const card = create(RecordCardSchema, { key: 'household:h0009', commit: 7n });
const base = new Map([
	['phone', '100'],
	['street', '旧街'],
	['note', ''],
]);
const typed = new Map([...base, ['phone', '111'], ['note', '我写的']]);

beforeEach(() => sessionStorage.clear());

describe('what was typed into a record and not saved', () => {
	it('is taken down with what stood there before, and nothing else of the home', () => {
		const kept = takeDown(card, base, typed, []);
		expect(kept).toEqual({
			household: 'h0009',
			commit: '7',
			health: false,
			was: { phone: '100', note: '' },
			mine: { phone: '111', note: '我写的' },
		});
		expect(putBack(kept, base)).toEqual({ sheet: typed, conflicts: [] });
	});

	it('put back on what somebody else saved meanwhile is a conflict for a person', () => {
		const now = new Map([...base, ['phone', '222'], ['street', '新街']]);
		const both = putBack(takeDown(card, base, typed, []), now);
		expect(both.conflicts).toEqual([{ key: 'phone', was: '100', mine: '111', theirs: '222' }]);
		expect(both.sheet.get('street')).toBe('新街');
		expect(both.sheet.get('note')).toBe('我写的');
	});

	it('a conflict that nobody settled is one still, however often the panel is left', () => {
		const now = new Map([...base, ['phone', '222']]);
		const first = putBack(takeDown(card, base, typed, []), now);
		const again = putBack(takeDown(card, now, first.sheet, first.conflicts), now);
		expect(again.conflicts).toEqual(first.conflicts);
	});

	it('survives in the drafts of this person alone, and goes when nothing is changed any more', () => {
		const heard: string[] = [];
		const drafts = new Drafts('p1');
		const unsaved = new Unsaved(drafts, (household) => heard.push(household));
		unsaved.write(takeDown(card, base, typed, []));
		expect(drafts.unsaved).toBe(1);
		expect(new Unsaved(drafts, () => {}).read()?.mine).toEqual({ phone: '111', note: '我写的' });
		expect(new Unsaved(new Drafts('p2'), () => {}).read()).toBe(null);
		unsaved.write(takeDown(card, base, base, []));
		expect(unsaved.read()).toBe(null);
		expect(heard).toEqual(['h0009', '']);
		expect(drafts.unsaved).toBe(0);
	});

	it('anything else in its place is nothing', () => {
		const drafts = new Drafts('p1');
		for (const text of [
			'{',
			'1',
			'{}',
			'{"household":"h1","commit":"1","health":false,"was":{"a":1},"mine":{}}',
		]) {
			drafts.set('home', text);
			expect(new Unsaved(drafts, () => {}).read()).toBe(null);
		}
	});
});

describe('drafts', () => {
	it('a log-out is told of half-written words, not of where somebody was', () => {
		const drafts = new Drafts('p1');
		drafts.set('shift', 'on');
		drafts.set('panel', 'close');
		drafts.choose('transfer.a1', { to: 'op2' });
		expect(drafts.unsaved).toBe(0);
		drafts.set('note.a1', '胸闷');
		new Drafts('p2').set('note.a1', 'x');
		expect(drafts.unsaved).toBe(1);
	});

	it('choices come back as they were, and go with what was sent', () => {
		const drafts = new Drafts('p1');
		drafts.choose('shelve.a1', { minutes: '60' });
		expect(drafts.chosen('shelve.a1', 'minutes', 'other')).toEqual({ minutes: '60', other: '' });
		drafts.set('shelve.a1', '等家属');
		drafts.drop('shelve.a1');
		expect(drafts.chosen('shelve.a1', 'minutes')).toEqual({ minutes: '' });
		expect(drafts.unsaved).toBe(0);
	});
});
