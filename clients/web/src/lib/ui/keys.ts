/* keys.ts - one key for every act in the life of a call.
 *
 * Pure: an event and where the focus is go in, an action or null comes out. The map is kept for years:
 * an operator's fingers know it. Keys that the browser owns (F3 F5 F6 F11 F12, Ctrl N/T/W) are not used.
 */

export type Action =
	| 'claim'
	| 'up'
	| 'down'
	| 'open'
	| 'back'
	| 'dispatch'
	| 'close'
	| 'transfer'
	| 'escalate'
	| 'shelve'
	| 'handover'
	| 'hold'
	| 'aside'
	| 'bind'
	| 'unit'
	| 'record'
	| 'storm'
	| 'roster'
	| 'sessions'
	| 'manual'
	| 'note'
	| 'spoke'
	| 'mute'
	| 'keys'
	| 'busy'
	| 'next-panel'
	| 'search'
	| 'apply'
	| 'filter-0'
	| 'filter-1'
	| 'filter-2'
	| 'filter-3'
	| 'filter-4'
	| `digit-${number}`;

export interface KeyPress {
	key: string;
	code?: string;
	ctrlKey: boolean;
	altKey: boolean;
	metaKey: boolean;
	isComposing: boolean;
	repeat?: boolean;
}

export interface KeyPlace {
	/** Focus is in something that takes text. */
	typing: boolean;
	/** Focus is on a button, link, box or list that has its own meaning for Enter and the arrows. */
	control: boolean;
	/** Single keys are switched on (WCAG 2.1.4: they can be turned off). */
	singleKeys: boolean;
}

const LETTERS: Record<string, Action> = {
	a: 'claim',
	j: 'down',
	k: 'up',
	d: 'dispatch',
	x: 'close',
	t: 'transfer',
	u: 'escalate',
	s: 'shelve',
	e: 'handover',
	h: 'hold',
	l: 'aside',
	b: 'bind',
	i: 'unit',
	p: 'record',
	w: 'storm',
	o: 'roster',
	g: 'sessions',
	n: 'note',
	v: 'spoke',
	m: 'mute',
	r: 'apply',
	'?': 'keys',
	'？': 'keys',
	'/': 'search',
};

export function actionFor(press: KeyPress, place: KeyPlace): Action | null {
	// While an input method is composing every key belongs to it; some report only key "Process".
	if (press.isComposing || press.key === 'Process' || press.key === 'Dead') return null;
	if (press.metaKey || press.ctrlKey) return null;
	if (press.altKey) {
		const digit =
			/^Digit([0-4])$/.exec(press.code ?? '')?.[1] ?? (/^[0-4]$/.test(press.key) ? press.key : null);
		return digit === null ? null : (`filter-${digit}` as Action);
	}
	if (press.key === 'Escape') return 'back';
	if (press.key === 'F9') return press.repeat ? null : 'busy';
	if (press.key === 'F2') return press.repeat ? null : 'manual';
	if (press.key === 'F8') return press.repeat ? null : 'next-panel';
	if (place.typing) return null;
	if (press.key === 'ArrowDown') return place.control ? null : 'down';
	if (press.key === 'ArrowUp') return place.control ? null : 'up';
	if (press.key === 'Enter') return place.control || press.repeat ? null : 'open';
	if (!place.singleKeys) return null;
	if (/^[1-9]$/.test(press.key)) return press.repeat ? null : (`digit-${press.key}` as Action);
	const action = LETTERS[press.key.length === 1 ? press.key.toLowerCase() : ''] ?? null;
	// A key held down moves the selection, but never acts twice.
	if (press.repeat && action !== 'down' && action !== 'up') return null;
	return action;
}

/** Reads where the focus is. */
export function placeOf(target: EventTarget | null, singleKeys: boolean): KeyPlace {
	if (!(target instanceof HTMLElement)) return { typing: false, control: false, singleKeys };
	const tag = target.tagName;
	const box = target instanceof HTMLInputElement && /^(checkbox|radio|range|button)$/.test(target.type);
	const typing = tag === 'TEXTAREA' || (tag === 'INPUT' && !box) || target.isContentEditable;
	const control = tag === 'BUTTON' || tag === 'A' || tag === 'SELECT' || tag === 'SUMMARY' || box;
	return { typing, control, singleKeys };
}
