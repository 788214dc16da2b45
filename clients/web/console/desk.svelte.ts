/* desk.svelte.ts - everything the operator's page knows and does.
 *
 * Owns:   the queue as shown, the selection, the open detail, the open panel, sound choices, drafts.
 * Knows:  the line; not how anything is drawn.
 * Result: components read its state and call its verbs; a verb sends a request and shows nothing as done
 *         before the daemon's reply.
 * Bounds: the screen is redrawn from the stream at most every 100 ms; class 1 calls at once.
 */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
	type CallResult,
	IncidentState,
	type Outcome,
	Role,
	type Skill,
	type SpokeTo,
} from '$lib/gen/pingan/v1/common_pb.js';
import {
	Result,
	ScreenHello_Page,
	type RecordCard,
	type Reply,
	type ScreenHelloSchema,
	type ToScreen,
} from '$lib/gen/pingan/v1/console_pb.js';
import type { IncidentDetail } from '$lib/gen/pingan/v1/detail_pb.js';
import type { Counts, Presence_Someone, StormState_Row } from '$lib/gen/pingan/v1/queue_pb.js';
import type { RosterPage, RosterState } from '$lib/gen/pingan/v1/roster_pb.js';
import { t } from '$lib/i18n/index.svelte';
import { resultWords } from '$lib/i18n/results';
import { MUTE_MS, newLife, type Ringing } from '$lib/sound/policy';
import { announcer } from '$lib/store/announce.svelte';
import { Drafts } from '$lib/store/drafts';
import { Line } from '$lib/store/line.svelte';
import { arrange, Queue } from '$lib/store/queue';
import { byOrder, isAside, titleOf, toRow, waits, type Row } from '$lib/store/rows';
import { session } from '$lib/store/session.svelte';
import type { Unit } from '$lib/store/unit.svelte';
import { hex, ms, unhex, type What } from '$lib/wire/codec';
import { Acts } from './acts';

/** Panels about the open call; a reload opens them again. */
const ABOUT_CALL = [
	'dispatch',
	'close',
	'transfer',
	'escalate',
	'takeover',
	'handover',
	'shelve',
	'substitute',
	'test',
	'bind',
	'unit',
] as const;
type AboutCall = (typeof ABOUT_CALL)[number];
export type PanelName = AboutCall | 'roster' | 'manual' | 'storm' | 'keys' | 'home' | 'sessions';

const aboutCall = (panel: string | null): panel is AboutCall =>
	(ABOUT_CALL as readonly (string | null)[]).includes(panel);

const FLUSH_MS = 100;
/** Without input for this long the list may take its true order. */
const IDLE_MS = 5000;
const MISSED_MS = 15_000;
const VOLUME_KEPT = 'pingan.volume';
const KEYS_KEPT = 'pingan.keys';
const BACKOFF_CAP_MS = 2000;

/** A note that stays until a person has read it. */
export interface LostNote {
	id: string;
	name: string;
	who: string;
}

export class Desk {
	readonly line: Line;
	readonly drafts: Drafts;
	readonly #queue = new Queue();
	rows = $state.raw<Row[]>([]);
	held = $state(0);
	ringing = $state.raw<ReadonlySet<string>>(new Set());
	counts = $state.raw<Counts | null>(null);
	people = $state.raw<Presence_Someone[]>([]);
	storms = $state.raw<StormState_Row[]>([]);
	/** Gaps and swaps; null for whoever is no supervisor. */
	roster = $state.raw<RosterState | null>(null);
	/** The day of one area that was last looked at. */
	rosterPage = $state.raw<RosterPage | null>(null);
	readonly acts: Acts = new Acts(this);
	selected = $state<string | null>(null);
	opened = $state<string | null>(null);
	detail = $state.raw<IncidentDetail | null>(null);
	/** What the open incident was called, and how this person closed it: told when its detail is gone. */
	ended = $state.raw<{ id: string; title: string; outcome: Outcome } | null>(null);
	panel = $state<PanelName | null>(null);
	/** The unit that is looked at: made by the panel that shows it. */
	unit: Unit | null = null;
	/** The record that is looked at: likewise. */
	record: { heard(card: RecordCard): void; resume(): void } | null = null;
	/** The home whose record was changed here and not saved; '' = none. */
	unsavedHome = $state('');
	/** Log-out was asked for, and would take half-written words away: so many. */
	leaving = $state(0);
	/** The home that a new call is about, when it was chosen elsewhere than in the search. */
	meant: { household: string; name: string } | null = null;
	onlyClass = $state(0);
	search = $state('');
	/** The list shows what is set aside instead of what is to be done. */
	onlyAside = $state(false);
	mutedUntil = $state(0);
	volume = $state(0.7);
	singleKeys = $state(true);
	lost = $state.raw<LostNote[]>([]);
	/** A call that somebody else took while I reached for it: said for a while, the row itself says it on. */
	missed = $state.raw<{ id: string; name: string } | null>(null);
	/** Whether this person has started the shift in this tab. */
	onShift = $state(false);
	#missedTimer: ReturnType<typeof setTimeout> | null = null;
	#flushTimer: ReturnType<typeof setTimeout> | null = null;
	#heldTimer: ReturnType<typeof setTimeout> | null = null;
	#shownOrder: ReadonlyMap<string, string> = new Map();
	#inputAt = 0;
	#atTop = true;
	#wasDown = false;
	#saidDown = '';

	constructor(person: string) {
		this.drafts = new Drafts(person);
		this.line = new Line(
			{
				hello: () => this.#hello(),
				message: (m) => this.#message(m),
				opened: () => this.unit?.broken(),
				broken: () => {
					this.#queue.broken();
					this.#wasDown = true;
					// Kept as said: the screen's language may be another when the line is back.
					this.#saidDown = t('say.link_down');
					announcer.alert(this.#saidDown);
				},
			},
			BACKOFF_CAP_MS,
		);
		const volume = Number(localStorage.getItem(VOLUME_KEPT) ?? '0.7');
		this.volume = volume >= 0 && volume <= 1 ? volume : 0.7;
		this.singleKeys = localStorage.getItem(KEYS_KEPT) !== 'off';
		this.onShift = this.drafts.get('shift') === 'on';
		this.unsavedHome = this.drafts.chosen('home', 'household').household;
		const opened = this.drafts.get('opened');
		if (/^[0-9a-f]{16}$/.test(opened)) {
			this.opened = opened;
			this.selected = opened;
		}
		const panel = this.drafts.get('panel');
		if (aboutCall(panel)) this.panel = panel;
	}

	// ------------------------------------------------------------ what is shown

	get person(): string {
		return session.me?.person ?? '';
	}

	/** A search finds what is set aside too. */
	readonly filtered: Row[] = $derived.by(() => {
		const text = this.search.trim().toLowerCase();
		return this.rows.filter(
			(row) =>
				(text !== '' || isAside(row) === this.onlyAside) &&
				(this.onlyClass === 0 || row.class === this.onlyClass) &&
				(text === '' ||
					`${row.resident} ${row.number} ${row.street} ${row.area} ${row.device}`
						.toLowerCase()
						.includes(text)),
		);
	});

	readonly waiting: Row[] = $derived(this.rows.filter(waits));

	readonly asideCount: number = $derived(this.rows.filter(isAside).length);

	/** Whoever has more new calls than one person can carry. */
	readonly flooded: Presence_Someone[] = $derived(this.people.filter((p) => p.flood));

	/** Who could take over a call: at a desk, ready, and not I. */
	readonly colleagues: Presence_Someone[] = $derived(
		this.people.filter(
			(p) => !p.me && p.ready && !p.gone && (p.role === Role.OPERATOR || p.role === Role.SUPERVISOR),
		),
	);

	/** The incoming strip: calls for help that wait, whatever else rings here, and my own that rang again. */
	readonly incoming: Row[] = $derived(
		this.rows.filter(
			(row) =>
				(waits(row) && (row.class <= 2 || this.ringing.has(row.id))) ||
				(row.rerung && row.owner === this.person),
		),
	);

	get ringingRows(): Ringing[] {
		return [...this.ringing].flatMap((id) => this.#queue.rows.get(id) ?? []);
	}

	rowOf(id: string | null): Row | null {
		if (id === null) return null;
		return this.rows.find((row) => row.id === id) ?? null;
	}

	/** The open call as its detail has it; the list may be a moment behind. */
	readonly openRow: Row | null = $derived(
		this.detail?.row !== undefined && !this.detail.gone
			? toRow(this.detail.row)
			: this.rowOf(this.opened),
	);

	get me(): Presence_Someone | null {
		return this.people.find((p) => p.me) ?? null;
	}

	get ready(): boolean {
		return this.me?.ready ?? false;
	}

	get supervisor(): boolean {
		return this.line.welcome?.role === Role.SUPERVISOR;
	}

	get canAct(): boolean {
		return this.line.live;
	}

	isMine(row: { owner: string } | null): boolean {
		return row !== null && row.owner !== '' && row.owner === this.person;
	}

	// ------------------------------------------------------------ verbs

	start(): void {
		this.line.start();
	}

	startShift(): void {
		this.onShift = true;
		this.drafts.set('shift', 'on');
		this.drafts.set('busy', '');
		if (this.canAct) this.line.act('ready', { case: 'ready', value: { ready: true } });
	}

	setReady(ready: boolean): void {
		this.drafts.set('busy', ready ? '' : 'on');
		if (this.canAct) this.line.act('ready', { case: 'ready', value: { ready } });
	}

	/** Anything a person did in the list: nothing may move under the finger for a while. */
	touched(): void {
		this.#inputAt = Date.now();
	}

	scrolled(atTop: boolean): void {
		if (this.#atTop === atTop) return;
		this.#atTop = atTop;
		if (atTop) this.#flushSoon();
	}

	applyOrder(): void {
		this.#inputAt = 0;
		this.#flush();
	}

	select(id: string): void {
		this.selected = id;
		this.touched();
	}

	move(by: number): void {
		const rows = this.filtered;
		const at = rows.findIndex((row) => row.id === this.selected);
		const next =
			rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(rows.length - 1, at + by))];
		if (next !== undefined) this.select(next.id);
	}

	open(id: string): void {
		this.select(id);
		const row = this.rowOf(id);
		if (row?.rerung === true && this.isMine(row)) this.seenRepeat(id);
		if (this.opened === id && this.detail !== null) return;
		if (this.opened !== null && this.opened !== id) this.#leave();
		this.opened = id;
		this.detail = null;
		this.drafts.set('opened', id);
		this.#askDetail();
	}

	back(): void {
		if (this.panel !== null) {
			this.closePanel();
			return;
		}
		if (this.opened === null) return;
		this.#leave();
		this.opened = null;
		this.detail = null;
		this.drafts.set('opened', '');
	}

	openPanel(panel: PanelName): void {
		if (aboutCall(panel) && this.opened === null) {
			if (this.selected === null) return;
			this.open(this.selected);
		}
		// Of a call that is gone there is nothing left to do but to open it again.
		if (aboutCall(panel) && this.detail?.gone === true) return;
		if (this.panel !== null && this.panel !== panel) this.line.clear(this.panel);
		this.panel = panel;
		this.drafts.set('panel', panel);
	}

	/** A call to a home that is on a list: of its own, so that its card is there and somebody has it. */
	callHome(household: string, name: string): void {
		this.closePanel();
		this.meant = { household, name };
		this.openPanel('manual');
	}

	closePanel(): void {
		if (this.panel !== null) this.line.clear(this.panel);
		this.panel = null;
		this.drafts.set('panel', '');
	}

	/** The top incoming call, or my own that rang again; with none, the first of the queue that waits. */
	claimTop(): void {
		const top = this.incoming[0] ?? this.waiting[0];
		if (top === undefined) return;
		if (waits(top)) this.claim(top.id);
		else this.open(top.id);
	}

	claim(id: string): void {
		if (!this.canAct) return;
		const incident = unhex(id);
		if (!this.line.store.up) {
			this.line.act(`claim:${id}`, { case: 'calling', value: { incident } }, (reply) => {
				if (reply.result === Result.OK) this.open(id);
			});
			return;
		}
		const from = this.#queue.rows.get(id)?.owner ?? '';
		this.line.act(`claim:${id}`, { case: 'claim', value: { incident, from } }, (reply) => {
			const row = this.#queue.rows.get(id);
			const name = row === undefined ? '' : titleOf(row);
			if (reply.result === Result.LOST_RACE) {
				this.#miss(id, name);
				announcer.say(
					`${name} ${resultWords(reply.result, reply.whoName, ms(reply.atMs), reply.number)}`,
				);
			}
			// Later than the first seconds a supervisor says why.
			if (reply.result === Result.NEEDS_REASON) {
				this.line.clear(`claim:${id}`);
				this.open(id);
				this.openPanel('takeover');
			}
			if (reply.result !== Result.OK) return;
			announcer.say(t('say.claimed', { name }));
			this.open(id);
		});
	}

	seenRepeat(id: string): void {
		if (this.canAct) this.line.act(`seen:${id}`, { case: 'seenRepeat', value: { incident: unhex(id) } });
	}

	note(id: string, text: string, saved: () => void): void {
		this.act(`note:${id}`, { case: 'note', value: { incident: unhex(id), text } }, saved);
	}

	recordCall(id: string, contact: number, result: CallResult): void {
		this.act(`call:${id}:${contact}`, { case: 'call', value: { incident: unhex(id), contact, result } });
	}

	spoke(id: string): void {
		this.act(`spoke:${id}`, { case: 'spoke', value: { incident: unhex(id) } });
	}

	askCandidates(id: string): void {
		this.line.clear('candidates');
		this.act('candidates', { case: 'candidates', value: { incident: unhex(id) } });
	}

	dispatch(id: string, caregivers: string[], skill: Skill): void {
		this.act('dispatch', { case: 'dispatch', value: { incident: unhex(id), caregivers, skill } }, () => {
			if (this.panel === 'dispatch') this.closePanel();
		});
	}

	cancelJob(id: string, job: number): void {
		this.act(`cancel:${id}:${job}`, { case: 'cancelJob', value: { incident: unhex(id), job } });
	}

	closeIncident(id: string, outcome: Outcome, spokeTo: SpokeTo, text: string, done: () => void): void {
		const row = this.detail?.row;
		const title = row === undefined ? '' : `${row.number} ${titleOf(row)}`;
		const value = { incident: unhex(id), outcome, spokeTo, text };
		this.act('close', { case: 'close', value }, () => {
			this.ended = { id, title, outcome };
			done();
			if (this.panel === 'close') this.closePanel();
		});
	}

	reopen(id: string): void {
		this.act(`reopen:${id}`, { case: 'reopen', value: { incident: unhex(id) } }, () => {
			if (this.opened === id) this.#askDetail();
		});
	}

	/** Into the list of what is set aside, or out of it. */
	showAside(on: boolean): void {
		this.onlyAside = on;
		this.onlyClass = 0;
		this.search = '';
	}

	mute(): void {
		this.mutedUntil = this.line.clock.now() + MUTE_MS;
	}

	setVolume(volume: number): void {
		this.volume = volume;
		localStorage.setItem(VOLUME_KEPT, String(volume));
	}

	setSingleKeys(on: boolean): void {
		this.singleKeys = on;
		localStorage.setItem(KEYS_KEPT, on ? 'on' : 'off');
	}

	readLost(id: string): void {
		this.lost = this.lost.filter((note) => note.id !== id);
	}

	/** What is half written is gone with the session: then it is asked once more. */
	async logout(sure = false): Promise<void> {
		this.leaving = sure ? 0 : this.drafts.unsaved;
		if (this.leaving > 0) return;
		this.line.stop();
		Drafts.wipe();
		await session.logout();
	}

	/** Sends a request; its state stands under `name`, and `ok` hears of its success. */
	act(name: string, what: What, ok?: (reply: Reply) => void): void {
		if (!this.canAct) return;
		this.line.act(name, what, (reply) => {
			if (reply.result === Result.OK) ok?.(reply);
		});
	}

	// ------------------------------------------------------------ the stream

	#leave(): void {
		if (this.opened === null) return;
		this.line.tell({ case: 'closeDetail', value: { incident: unhex(this.opened) } });
	}

	#miss(id: string, name: string): void {
		if (this.#missedTimer !== null) clearTimeout(this.#missedTimer);
		this.missed = { id, name };
		this.#missedTimer = setTimeout(() => (this.missed = null), MISSED_MS);
	}

	#askDetail(): void {
		if (this.opened === null) return;
		this.line.clear('open');
		if (this.canAct) this.line.act('open', { case: 'open', value: { incident: unhex(this.opened) } });
	}

	#hello(): MessageInitShape<typeof ScreenHelloSchema> {
		const holds = [...this.#queue.rows.values()]
			.filter((row) => this.isMine(row) && row.state === IncidentState.INCIDENT_ANSWERED)
			.slice(0, 64)
			.map((row) => unhex(row.id));
		return {
			page: ScreenHello_Page.CONSOLE,
			resumeId: this.#queue.id,
			resumeCommit: this.#queue.commit,
			holds,
			build: __BUILD__,
			ready: this.onShift && this.drafts.get('busy') !== 'on',
		};
	}

	#message(m: ToScreen): boolean {
		const { body } = m;
		switch (body.case) {
			case 'welcome':
				this.#lose(body.value.lost);
				return false;
			case 'snapshot':
				return this.#applied(this.#queue.snapshot(body.value));
			case 'delta':
				return this.#applied(this.#queue.delta(body.value));
			case 'detail':
				if (hex(body.value.incident) !== this.opened) return false;
				this.detail = body.value;
				if (body.value.gone && aboutCall(this.panel)) {
					// The panel goes, the act that is under way does not: its reply says how it ended.
					this.panel = null;
					this.drafts.set('panel', '');
				}
				return false;
			case 'presence':
				this.people = body.value.people;
				return false;
			case 'device':
				this.unit?.heard(body.value);
				return false;
			case 'record':
				this.record?.heard(body.value);
				return false;
			case 'storms':
				this.storms = body.value.storms;
				return false;
			case 'roster':
				this.roster = body.value;
				return false;
			case 'rosterPage':
				this.rosterPage = body.value;
				return false;
			default:
				return false;
		}
	}

	#lose(lost: readonly { incident: bigint; ownerName: string }[]): void {
		if (lost.length === 0) return;
		const notes = lost.map((l) => {
			const id = hex(l.incident);
			const row = this.#queue.rows.get(id);
			return { id, name: row === undefined ? id.slice(-6) : titleOf(row), who: l.ownerName };
		});
		this.lost = [...this.lost.filter((old) => !notes.some((n) => n.id === old.id)), ...notes];
	}

	#applied(applied: 'synced' | 'more' | 'hole'): boolean {
		if (applied === 'more') return false;
		if (applied === 'hole') {
			this.#queue.forget();
			this.line.rehello();
			return false;
		}
		const before = this.ringing;
		this.ringing = this.#queue.ringing;
		this.counts = this.#queue.counts;
		const life = newLife(before, this.ringingRows);
		for (const id of life) {
			this.mutedUntil = 0;
			const row = this.#queue.rows.get(id);
			if (row !== undefined)
				announcer.alert(
					`${row.drill ? `${t('common.drill')} · ` : ''}${t('say.new_life', { name: titleOf(row), where: row.street || row.area })}`,
				);
		}
		const resumed = !this.line.live;
		// Class 1 does not wait for the next turn of the screen.
		if (life.length > 0 || resumed) this.#flush();
		else this.#flushSoon();
		if (resumed) queueMicrotask(() => this.#resumed());
		return true;
	}

	/** Back on the line: what only lives in the daemon's memory of this connection is asked for again. */
	#resumed(): void {
		this.#askDetail();
		this.unit?.resume();
		this.record?.resume();
		if (this.#wasDown) {
			announcer.over(this.#saidDown);
			announcer.say(t('say.link_up'));
		}
		this.#wasDown = false;
	}

	#flushSoon(): void {
		this.#flushTimer ??= setTimeout(() => this.#flush(), FLUSH_MS);
	}

	#flush(): void {
		if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
		this.#flushTimer = null;
		const quiet = Date.now() - this.#inputAt;
		const hold = !this.#atTop && quiet < IDLE_MS;
		const { rows, held } = arrange(this.#queue.rows.values(), this.#shownOrder, hold, byOrder);
		this.rows = rows;
		this.held = held;
		this.#shownOrder = new Map(rows.map((row) => [row.id, row.order]));
		// Held rows take their place by themselves once the hands are off the list.
		if (this.#heldTimer !== null) clearTimeout(this.#heldTimer);
		this.#heldTimer = held > 0 ? setTimeout(() => this.#flush(), IDLE_MS - quiet + 50) : null;
	}
}
