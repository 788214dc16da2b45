/* phone.svelte.ts - everything the caregiver's page knows and does.
 *
 * Owns:   the daemon's last word on duty, offers and the job in hand; the queue of what is not yet told;
 *         what a person has not read yet; the watch over the position.
 * Result: components read its state and call its verbs. Accepting goes straight to the daemon or not at all;
 *         what happened on the way (departed, arrived, done, notes) is kept with its time until it is told.
 * Bounds: one job, 64 untold acts, 8 unread notices. Household data is kept for the job in hand only, and
 *         removed when it ends or the person logs out.
 */
import { fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf';
import {
	JobState,
	OfferState,
	SwapState,
	type AbsenceReason,
	type DeclineReason,
} from '$lib/gen/pingan/v1/common_pb.js';
import {
	Result,
	ScreenHello_Page,
	type Reply,
	type ScreenHelloSchema,
	type ToScreen,
} from '$lib/gen/pingan/v1/console_pb.js';
import {
	PhoneStateSchema,
	type PhoneCheck,
	type PhoneEnded,
	type PhoneJob,
	type PhoneOffer,
	type PhoneShift,
	type PhoneState,
	type PhoneSwap,
} from '$lib/gen/pingan/v1/phone_pb.js';
import { t, word } from '$lib/i18n/index.svelte';
import { resultWords } from '$lib/i18n/results';
import { announcer } from '$lib/store/announce.svelte';
import { Line } from '$lib/store/line.svelte';
import { session, type Me } from '$lib/store/session.svelte';
import type { Unit } from '$lib/store/unit.svelte';
import { hex, ms, type What } from '$lib/wire/codec';
import { localState, Outbox, toWhat, type Act, type Queued } from '$lib/wire/outbox';
import { unread, type Notice } from './notices';

const BACKOFF_CAP_MS = 5000;
const KEPT = 'pingan.phone';
const READ = 'pingan.read';
const CHECKED = 'pingan.checked';
const READ_MAX = 32;
const POSITION_EVERY_MS = 10_000;
/** What is under way is sent again when nobody has answered for this long. */
const RESEND_MS = 4000;
/** An offer whose time is up leaves the screen by itself when the daemon cannot say so. */
const GRACE_MS = 3000;

interface Kept {
	me: Me;
	/** The whole PhoneState, base64; only while a job is in hand. */
	state: string;
}

function readKept(): Kept | null {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? 'null');
		if (typeof kept !== 'object' || kept === null) return null;
		const { me, state } = kept as Partial<Kept>;
		if (typeof me?.person !== 'string' || typeof me.name !== 'string' || typeof state !== 'string')
			return null;
		return { me, state };
	} catch {
		return null;
	}
}

function withoutJob(state: PhoneState): PhoneState {
	const { job: _, ...rest } = state;
	return rest;
}

/** Who used this phone last, for a start without a network. */
export function keptMe(): Me | null {
	return readKept()?.me ?? null;
}

export class Phone {
	readonly line: Line;
	readonly #me: Me;
	readonly #outbox: Outbox;
	/** The unit that a technician looks at: made by the screen that shows it. */
	unit: Unit | null = null;
	state = $state.raw<PhoneState | null>(null);
	queued = $state.raw<readonly Queued[]>([]);
	notices = $state.raw<Notice[]>([]);
	checkedAt = $state(0);
	position = $state<'off' | 'on' | 'denied'>('off');
	#receipts = new Set<string>();
	#sentAt = 0;
	#watch: number | null = null;
	#positionAt = 0;
	#heard = new Set<string>();

	constructor(me: Me) {
		this.#me = me;
		this.#outbox = new Outbox(localStorage, me.person, (items) => (this.queued = items));
		this.checkedAt = Number(localStorage.getItem(CHECKED) ?? '0') || 0;
		const kept = readKept();
		if (kept?.me.person === me.person && kept.state !== '') {
			try {
				this.state = fromBinary(
					PhoneStateSchema,
					Uint8Array.from(atob(kept.state), (c) => c.charCodeAt(0)),
				);
			} catch {
				localStorage.removeItem(KEPT);
			}
		}
		this.line = new Line(
			{
				hello: () => this.#hello(),
				message: (m) => this.#message(m),
				reply: (reply) => this.#replied(reply),
				opened: () => {
					this.#receipts.clear();
					this.unit?.broken();
				},
				broken: () => this.#outbox.broken(),
			},
			BACKOFF_CAP_MS,
		);
	}

	// ------------------------------------------------------------ what is shown

	/** Offers still open, the one that runs out first on top. */
	get offers(): PhoneOffer[] {
		const now = this.line.now;
		return (this.state?.offers ?? [])
			.filter((o) => ms(o.untilMs) + GRACE_MS > now)
			.sort((a, b) => Number(a.untilMs - b.untilMs));
	}

	/** The job in hand, unless this phone has already finished it. */
	get job(): PhoneJob | null {
		const job = this.state?.job;
		if (job === undefined) return null;
		return this.jobState === JobState.JOB_DONE ? null : job;
	}

	/** How far the job is, with what happened here and is not yet told. */
	get jobState(): JobState {
		const job = this.state?.job;
		if (job === undefined) return JobState.JOB_NONE;
		return localState(job.state, job.incident, job.job, this.queued);
	}

	get givingBack(): boolean {
		return this.queued.some((q) => q.act.case === 'giveBack');
	}

	get onDuty(): boolean {
		return this.state?.onDuty ?? false;
	}

	/** May put units into service. */
	get technician(): boolean {
		return this.state?.technician ?? false;
	}

	get deskPhone(): string {
		return this.state?.deskPhone ?? '';
	}

	/** The test offer that rings now, or null. A real offer comes before it. */
	get ringingCheck(): PhoneCheck | null {
		const check = this.state?.check;
		if (!this.onDuty || check === undefined || check.provedMs !== 0n) return null;
		return ms(check.untilMs) > this.line.now ? check : null;
	}

	/** How the last test offer of this duty went. */
	get checkResult(): 'none' | 'ok' | 'failed' {
		const check = this.state?.check;
		if (check === undefined) return 'none';
		return check.provedMs !== 0n ? 'ok' : 'failed';
	}

	/** Mine, those that are over left out. */
	get shifts(): PhoneShift[] {
		return (this.state?.shifts ?? []).filter((s) => ms(s.untilMs) > this.line.now);
	}

	/** Somebody asks me to take a shift. */
	get askedToSwap(): boolean {
		return (this.state?.swaps ?? []).some((s) => !s.mine && s.state === SwapState.SWAP_ASKED);
	}

	/** An offer rings until it is answered. */
	get rings(): boolean {
		const offer = this.offers[0];
		return (
			this.job === null &&
			offer !== undefined &&
			ms(offer.untilMs) > this.line.now &&
			!this.#answered(offer)
		);
	}

	/** The same job may be held out again in a later wave: that is another question. */
	answerName(offer: PhoneOffer): string {
		return `answer:${hex(offer.incident)}:${offer.job}:${offer.madeMs}`;
	}

	/** Pressed, and either on its way or settled: nothing rings any more. */
	#answered(offer: PhoneOffer): boolean {
		const act = this.line.acts.get(this.answerName(offer));
		return act?.state === 'sending' || act?.reply?.result === Result.OK;
	}

	// ------------------------------------------------------------ verbs

	start(): void {
		this.line.start();
	}

	setDuty(on: boolean): void {
		this.line.act('duty', { case: 'duty', value: { on, check: on } }, (reply) => {
			if (on && reply.result === Result.OK) this.checked();
		});
	}

	/** Off duty as soon as the job in hand has ended; or to stay after all. */
	dutyAfterJob(off: boolean): void {
		this.line.act('duty', { case: 'duty', value: off ? { afterJob: true } : { on: true } });
	}

	answerCheck(): void {
		const check = this.ringingCheck;
		if (check === null) return;
		this.line.act('check', { case: 'dutyAnswer', value: { madeMs: check.madeMs } });
	}

	askCheck(): void {
		this.line.act('check', { case: 'dutyCheck', value: {} });
	}

	swapAsk(shift: PhoneShift, takes: string): void {
		const { area, slot, fromMs } = shift;
		this.line.act('shift', { case: 'swapAsk', value: { area, slot, fromMs, takes } });
	}

	swapAnswer(swap: PhoneSwap, yes: boolean): void {
		const { area, change } = swap;
		this.line.act(`swap.${change}`, { case: 'swapAnswer', value: { area, change, yes } });
	}

	/** Not there for one shift, from now on if it runs already. */
	cannotCome(shift: PhoneShift, reason: AbsenceReason): void {
		const fromMs = BigInt(Math.max(ms(shift.fromMs), Math.floor(this.line.clock.now())));
		const value = { person: this.#me.person, fromMs, untilMs: shift.untilMs, reason };
		this.line.act('shift', { case: 'absenceSet', value });
	}

	canCome(absence: number): void {
		this.line.act('shift', { case: 'absenceEnd', value: { person: this.#me.person, absence } });
	}

	checked(): void {
		this.checkedAt = Date.now();
		localStorage.setItem(CHECKED, String(this.checkedAt));
	}

	/** Never queued: a yes that arrives late sends somebody to a home where another already is. */
	answer(offer: PhoneOffer, accept: boolean, reason: DeclineReason): void {
		const { incident, job } = offer;
		if (!this.line.live || ms(offer.untilMs) <= this.line.clock.now()) return;
		const what: What = { case: 'answer', value: { incident, job, accept, reason } };
		this.line.act(this.answerName(offer), what, (reply) => {
			if (reply.result === Result.OK || !accept) return;
			// Taken, taken back or run out: the daemon's list of what ended says so, once.
			if (reply.result === Result.WITHDRAWN || reply.result === Result.EXPIRED) return;
			// The daemon also tells that the offer ended; one screen about it is enough.
			const about = `${hex(incident)}:${job}:`;
			for (const n of this.notices) if (n.key.startsWith(about)) this.read(n.key);
			this.#notice({
				key: `late:${about}`,
				title: t('cg.ended.late'),
				text: resultWords(reply.result, reply.whoName, ms(reply.atMs), reply.number),
				tone: 'bad',
			});
		});
	}

	/** Something happened on the way. True when it is kept; false asks the person to telephone. */
	happened(act: Act): boolean {
		const job = this.state?.job;
		if (job === undefined) return false;
		if (!this.#outbox.add(job.incident, job.job, act, this.line.clock.now())) return false;
		if (act.case === 'progress' && act.to === JobState.JOB_DONE) this.#finished();
		this.#pump();
		this.follow();
		return true;
	}

	read(key: string): void {
		this.notices = this.notices.filter((n) => n.key !== key);
		const kept = [key, ...this.#readKeys().filter((k) => k !== key)].slice(0, READ_MAX);
		localStorage.setItem(READ, JSON.stringify(kept));
	}

	/** Once a second, and whenever the page becomes visible. */
	look(): void {
		this.#receive();
		if (this.line.live && this.queued.length > 0 && Date.now() - this.#sentAt > RESEND_MS) {
			this.#outbox.broken();
			this.#pump();
		}
	}

	/** The position is watched between accepting and arriving, and at no other time. */
	follow(): void {
		const state = this.jobState;
		const wanted =
			this.job !== null && (state === JobState.JOB_ACCEPTED || state === JobState.JOB_EN_ROUTE);
		if (wanted && this.#watch === null && navigator.geolocation !== undefined) {
			this.#watch = navigator.geolocation.watchPosition(
				(fix) => this.#fix(fix),
				(fault) => {
					if (fault.code === fault.PERMISSION_DENIED) this.position = 'denied';
				},
				{ enableHighAccuracy: true, maximumAge: POSITION_EVERY_MS },
			);
		} else if (!wanted && this.#watch !== null) {
			navigator.geolocation.clearWatch(this.#watch);
			this.#watch = null;
			this.position = 'off';
		}
	}

	async logout(): Promise<void> {
		this.line.stop();
		this.wipe();
		await session.logout();
	}

	/** Nothing of any household stays. */
	wipe(): void {
		if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
		this.#watch = null;
		this.state = null;
		this.notices = [];
		this.unit?.close();
		this.#outbox.wipe();
		for (const key of [KEPT, READ]) localStorage.removeItem(key);
	}

	// ------------------------------------------------------------ the stream

	#hello(): MessageInitShape<typeof ScreenHelloSchema> {
		const job = this.state?.job;
		return {
			page: ScreenHello_Page.CAREGIVER,
			holds: job === undefined ? [] : [job.incident],
			build: __BUILD__,
		};
	}

	#message(m: ToScreen): boolean {
		if (m.body.case === 'device') this.unit?.heard(m.body.value);
		if (m.body.case !== 'phone') return false;
		const before = this.state;
		this.state = m.body.value;
		// Finished here and not yet told: the daemon still sends the household, this phone no longer keeps it.
		if (this.jobState === JobState.JOB_DONE) this.state = withoutJob(this.state);
		if (m.body.value.serverMs > 0n) this.line.clock.sample(ms(m.body.value.serverMs));
		this.#keep();
		this.#endings(m.body.value.ended);
		this.#hear(before);
		queueMicrotask(() => {
			this.#receive();
			this.#pump();
			this.follow();
			this.unit?.resume();
		});
		return true;
	}

	/** Two receipts: it reached this page; a person has it on the lit screen. Again after every reconnect. */
	#receive(): void {
		if (!this.line.live) return;
		const lit = document.visibilityState === 'visible';
		for (const offer of this.offers) {
			const name = this.answerName(offer);
			const { incident, job } = offer;
			if (offer.state === OfferState.OFFER_MADE && !this.#receipts.has(name)) {
				this.#receipts.add(name);
				this.line.tell({ case: 'receipt', value: { incident, job, seen: false } });
			}
			if (lit && offer.state < OfferState.OFFER_SEEN && !this.#receipts.has(`${name}:seen`)) {
				this.#receipts.add(`${name}:seen`);
				this.line.tell({ case: 'receipt', value: { incident, job, seen: true } });
			}
		}
	}

	#pump(): void {
		if (!this.line.live) return;
		const item = this.#outbox.next();
		if (item === null) return;
		this.#sentAt = Date.now();
		const cmd = BigInt(`0x${item.cmd}`);
		this.line.commands.forget(cmd);
		this.line.sendAs(cmd, toWhat(item));
	}

	#replied(reply: Reply): void {
		const verdict = this.#outbox.reply(reply);
		if (verdict === null) return;
		const { item } = verdict;
		if (!verdict.ok) {
			const what =
				item.act.case === 'progress'
					? word('job', item.act.to)
					: item.act.case === 'giveBack'
						? t('cg.job.back')
						: t('cg.job.note');
			this.#notice({
				key: `no:${item.cmd}`,
				title: t('cg.job.rejected', {
					what,
					why: resultWords(reply.result, reply.whoName, ms(reply.atMs), reply.number),
				}),
				text: '',
				tone: 'bad',
			});
		}
		this.#pump();
	}

	/** Done on this phone: the household's data goes now, whether or not the daemon has heard yet. */
	#finished(): void {
		const state = this.state;
		if (state?.job === undefined) return;
		const { incident, job } = state.job;
		this.state = withoutJob(state);
		this.#keep();
		this.#notice({
			key: `done:${hex(incident)}:${job}`,
			title: t('cg.done.title'),
			text: t('cg.done.text'),
			tone: 'good',
		});
	}

	#keep(): void {
		const state = this.state;
		const bytes =
			state?.job === undefined || this.job === null
				? ''
				: btoa(String.fromCharCode(...toBinary(PhoneStateSchema, state)));
		localStorage.setItem(KEPT, JSON.stringify({ me: this.#me, state: bytes } satisfies Kept));
	}

	#endings(ended: readonly PhoneEnded[]): void {
		for (const notice of unread(ended, new Set(this.#readKeys()))) {
			const said = this.notices.some(
				(n) => n.key.startsWith('late:') && notice.key.startsWith(n.key.slice(5)),
			);
			if (said) this.read(notice.key);
			else this.#notice(notice);
		}
	}

	#notice(notice: Notice): void {
		if (this.notices.some((n) => n.key === notice.key)) return;
		this.notices = [...this.notices, notice].slice(-8);
		announcer.alert(`${notice.title} ${notice.text}`);
	}

	#readKeys(): string[] {
		try {
			const keys: unknown = JSON.parse(localStorage.getItem(READ) ?? '[]');
			return Array.isArray(keys) ? keys.filter((k): k is string => typeof k === 'string') : [];
		} catch {
			return [];
		}
	}

	/** A new offer while the page is hidden: the system's own notice, without a word about the home. */
	#hear(before: PhoneState | null): void {
		const known = new Set((before?.offers ?? []).map((o) => this.answerName(o)));
		for (const offer of this.offers) {
			const name = this.answerName(offer);
			if (known.has(name) || this.#heard.has(name)) continue;
			this.#heard.add(name);
			announcer.alert(
				`${t('cg.offer.spoken')} ${word('class', offer.class)} ${word('kind', offer.kind)}`,
			);
			if (document.visibilityState === 'visible') continue;
			if (typeof Notification === 'undefined' || Notification.permission !== 'granted') continue;
			void navigator.serviceWorker?.getRegistration('/caregiver/').then((registration) =>
				registration?.showNotification(t('cg.offer.title', { class: word('class', offer.class) }), {
					body: word('kind', offer.kind),
					tag: name,
					requireInteraction: true,
				}),
			);
		}
	}

	#fix(fix: GeolocationPosition): void {
		this.position = 'on';
		const now = Date.now();
		if (now - this.#positionAt < POSITION_EVERY_MS) return;
		const sent = this.line.tell({
			case: 'position',
			value: {
				latE6: Math.round(fix.coords.latitude * 1e6),
				lonE6: Math.round(fix.coords.longitude * 1e6),
				accuracyM: Math.min(Math.round(fix.coords.accuracy), 100_000),
			},
		});
		if (sent) this.#positionAt = now;
	}
}
