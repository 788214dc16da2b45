/* acts.ts - what an operator does to a call beyond taking, sending and closing: each verb is one request.
 *
 * Knows:  the desk it belongs to; not how anything is drawn.
 * Result: nothing here is shown as done. What changed comes back with the daemon's row and detail; a refusal stands
 *         under the act's name in desk.line.acts.
 */
import type {
	AbsenceReason,
	CallResult,
	CardLine,
	Channel,
	ContactAnswer,
	Kind,
	Service,
	StormKind,
} from '$lib/gen/pingan/v1/common_pb.js';
import type { OutListed_Device, Reply } from '$lib/gen/pingan/v1/console_pb.js';
import { hex, unhex, type What } from '$lib/wire/codec';

/** As much of the desk as the verbs need. */
export interface Acting {
	act(name: string, what: What, ok?: (reply: Reply) => void): void;
	closePanel(): void;
	open(id: string): void;
}

export interface Manual {
	household: string;
	kind: Kind;
	text: string;
	drill: boolean;
}

export class Acts {
	readonly #desk: Acting;

	constructor(desk: Acting) {
		this.#desk = desk;
	}

	hold(id: string): void {
		this.#desk.act(`hold:${id}`, { case: 'hold', value: { incident: unhex(id), seconds: 0 } });
	}

	unhold(id: string): void {
		this.#desk.act(`hold:${id}`, { case: 'unhold', value: { incident: unhex(id) } });
	}

	transfer(id: string, to: string, text: string, done: () => void): void {
		this.#send('transfer', { case: 'transfer', value: { incident: unhex(id), to, text } }, done);
	}

	escalate(id: string, text: string, done: () => void): void {
		this.#send('escalate', { case: 'escalate', value: { incident: unhex(id), text } }, done);
	}

	/** A supervisor takes over what a colleague has had for longer than the first seconds. */
	takeOver(id: string, from: string, reason: string, done: () => void): void {
		this.#send('takeover', { case: 'claim', value: { incident: unhex(id), from, reason } }, done);
	}

	shelve(id: string, seconds: number, text: string, done: () => void): void {
		this.#send('shelve', { case: 'shelve', value: { incident: unhex(id), seconds, text } }, done);
	}

	unshelve(id: string): void {
		this.#desk.act(`unshelve:${id}`, { case: 'unshelve', value: { incident: unhex(id) } });
	}

	substitute(id: string, text: string, done: () => void): void {
		this.#send('substitute', { case: 'substitute', value: { incident: unhex(id), text } }, done);
	}

	// ------------------------------------------------------------ hand-over to 120, 119, 110

	handoverOpen(id: string, service: Service): void {
		this.#desk.act('handover', { case: 'handoverOpen', value: { incident: unhex(id), service } });
	}

	handoverTry(id: string, handover: number, channel: Channel, result: CallResult): void {
		const incident = unhex(id);
		this.#desk.act(`handover.try.${channel}`, {
			case: 'handoverTry',
			value: { incident, handover, channel, result },
		});
	}

	/** Told lines stay told: the daemon adds the bits to those it has. */
	handoverTell(id: string, handover: number, line: CardLine): void {
		const value = { incident: unhex(id), handover, told: 1 << line };
		this.#desk.act(`handover.tell.${line}`, { case: 'handoverTell', value });
	}

	handoverConfirm(id: string, handover: number, text: string, done: () => void): void {
		const value = { incident: unhex(id), handover, text };
		this.#desk.act('handover.confirm', { case: 'handoverConfirm', value }, done);
	}

	handoverCancel(id: string, handover: number): void {
		const value = { incident: unhex(id), handover };
		this.#desk.act('handover.cancel', { case: 'handoverCancel', value });
	}

	// ------------------------------------------------------------ contacts, homes, storms

	contactAnswered(id: string, contact: number, answer: ContactAnswer): void {
		this.#desk.act(`answer:${id}:${contact}`, {
			case: 'contactAnswered',
			value: { incident: unhex(id), contact, answer },
		});
	}

	/** The answer stands in desk.line.acts under "find". */
	find(text: string): void {
		this.#desk.act('find', { case: 'find', value: { text } });
	}

	openManual(manual: Manual, done: () => void): void {
		this.#desk.act('manual', { case: 'openManual', value: manual }, (reply) => {
			done();
			this.#desk.closePanel();
			if (reply.incident !== 0n) this.#desk.open(hex(reply.incident));
		});
	}

	/** The home's open incident takes it in, if there is one: the daemon says where the call is now. */
	bindDevice(id: string, household: string): void {
		this.#desk.act('bind', { case: 'bindDevice', value: { incident: unhex(id), household } }, (reply) => {
			this.#desk.closePanel();
			if (reply.incident !== 0n) this.#desk.open(hex(reply.incident));
		});
	}

	onTest(
		where: { household?: string; device?: string },
		seconds: number,
		text: string,
		done: () => void,
	): void {
		this.#send('test', { case: 'onTest', value: { ...where, seconds, text } }, done);
	}

	/** Whichever of the two is on test: ending what is not changes nothing. */
	endTest(household: string, device: string): void {
		const ends = { seconds: 0, text: '' };
		if (household !== '')
			this.#desk.act('test.household', { case: 'onTest', value: { household, ...ends } });
		if (device !== '') this.#desk.act('test.device', { case: 'onTest', value: { device, ...ends } });
	}

	stormBegin(area: string, kinds: StormKind[], seconds: number, text: string, done: () => void): void {
		this.#desk.act('storm', { case: 'stormBegin', value: { area, kinds, seconds, text } }, done);
	}

	stormEnd(area: string): void {
		this.#desk.act(`storm.end.${area}`, { case: 'stormEnd', value: { area } });
	}

	// ------------------------------------------------------------ rosters

	/** One day of an area; the page follows the reply. */
	rosterLook(area: string, day: number): void {
		this.#desk.act('roster', { case: 'rosterLook', value: { area, fromMs: BigInt(day), days: 1 } });
	}

	shiftSet(
		area: string,
		slot: number,
		fromMs: bigint,
		person: string,
		takes: string,
		done: () => void,
	): void {
		this.#desk.act('shift', { case: 'shiftSet', value: { area, slot, fromMs, person, takes } }, done);
	}

	swapAnswer(area: string, change: number, yes: boolean): void {
		this.#desk.act(`swap.${area}.${change}`, { case: 'swapAnswer', value: { area, change, yes } });
	}

	absenceSet(
		person: string,
		fromMs: bigint,
		untilMs: bigint,
		reason: AbsenceReason,
		done: () => void,
	): void {
		const value = { person, fromMs, untilMs, reason };
		this.#desk.act('absence', { case: 'absenceSet', value }, done);
	}

	absenceEnd(person: string, absence: number): void {
		this.#desk.act('absence', { case: 'absenceEnd', value: { person, absence } });
	}

	outList(
		id: string,
		from: number,
		got: (from: number, total: number, list: readonly OutListed_Device[]) => void,
	): void {
		this.#desk.act('out', { case: 'outList', value: { incident: unhex(id), from } }, ({ out }) => {
			if (out !== undefined) got(out.from, out.total, out.list);
		});
	}

	/** From a panel of that name, which closes when it was done. */
	#send(panel: string, what: What, done: () => void): void {
		this.#desk.act(panel, what, () => {
			done();
			this.#desk.closePanel();
		});
	}
}
