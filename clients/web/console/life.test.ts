import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
	Aside,
	CardLine,
	HandoverState,
	IncidentState,
	Kind,
	LineCode,
	Outcome,
	Service,
	SpokeTo,
} from '$lib/gen/pingan/v1/common_pb.js';
import { DetailLineSchema, IncidentDetailSchema } from '$lib/gen/pingan/v1/detail_pb.js';
import { IncidentRowSchema } from '$lib/gen/pingan/v1/queue_pb.js';
import { en as lifeEn } from '$lib/i18n/console/life/en';
import { zh as lifeZh } from '$lib/i18n/console/life/zh';
import { en } from '$lib/i18n/console/en';
import { zh } from '$lib/i18n/console/zh';
import { addWords, language } from '$lib/i18n/index.svelte';
import { isAside, titleOf, toRow, waits } from '$lib/store/rows';
import { CARD, cardText, isTold } from './card';
import { confirmed, outcomesFor, reached } from './closing';
import { may, type Act } from './may';
import { tell } from './timeline';

addWords({ ...zh, ...lifeZh }, { ...en, ...lifeEn });

const row = (init: MessageInitShape<typeof IncidentRowSchema> = {}) =>
	toRow(
		create(IncidentRowSchema, {
			class: 1,
			kind: Kind.SOS,
			state: IncidentState.INCIDENT_WAITING,
			device: 'PA-1',
			...init,
		}),
	);
const detail = (init: MessageInitShape<typeof IncidentDetailSchema> = {}) =>
	create(IncidentDetailSchema, init);

describe('the hand-over card', () => {
	const CHEN = detail({
		residents: [{ name: '陈秀英', age: 86, sex: 2, language: 'yue', risks: ['heart'] }],
		address: '中山四路 51 号',
		access: '门禁 2351#',
		healthNotes: '心脏支架',
		medicines: '华法林',
		allergies: '青霉素',
		hospital: '市一医院',
		contacts: [
			{ order: 1, name: '陈美玲', relation: 'daughter', phone: '13800138000' },
			{ order: 2, name: '王伯', relation: 'neighbour', phone: '13900139000', hasKey: true },
		],
		lines: [
			{ code: LineCode.LINE_NOTE, text: '胸口痛' },
			{ code: LineCode.LINE_TRANSFERRED, text: '她在呻吟' },
			{ code: LineCode.LINE_CLAIMED },
		],
	});
	const said = (line: CardLine) => cardText(line, CHEN, row({ repeats: 1 }), '02083331234').join('；');

	it('has every line that there is, each once, and says what is on record', () => {
		const all = Object.values(CardLine).filter((v): v is CardLine => typeof v === 'number' && v !== 0);
		expect([...CARD].sort()).toEqual(all.sort());
		expect(said(CardLine.WHO)).toBe('陈秀英 女 86 岁 粤语');
		expect(said(CardLine.ADDRESS)).toBe('中山四路 51 号');
		expect(said(CardLine.ACCESS)).toBe('门禁 2351#；王伯（邻居）有钥匙 139 0013 9000');
		expect(said(CardLine.WHAT)).toContain('第 2 次');
		expect(said(CardLine.HEARD)).toBe('胸口痛；她在呻吟');
		expect(said(CardLine.HEALTH)).toBe('心脏病；心脏支架；常去医院 市一医院');
		expect(said(CardLine.MEDICINES)).toBe('华法林；青霉素');
		expect(said(CardLine.CALL_BACK)).toBe('020 8333 1234');
	});

	it("says a resident's own health beside the home's, with the name where two live there", () => {
		const two = detail({
			healthNotes: '家中有制氧机',
			residents: [
				{ name: '陈秀英', healthNotes: '心脏支架', medicines: '华法林' },
				{ name: '李伯', allergies: '青霉素', hospital: '市一医院' },
			],
		});
		const line = (which: CardLine) => cardText(which, two, row(), '').join('|');
		expect(line(CardLine.HEALTH)).toBe('家中有制氧机|陈秀英：心脏支架|常去医院 李伯：市一医院');
		expect(line(CardLine.MEDICINES)).toBe('陈秀英：华法林|李伯：青霉素');
	});

	it('leaves out what is not known, and knows which lines were told', () => {
		expect(cardText(CardLine.HEALTH, detail(), row(), '')).toEqual([]);
		expect(cardText(CardLine.CALL_BACK, detail(), row(), '')).toEqual([]);
		expect([isTold(1 << 2, CardLine.ADDRESS), isTold(1 << 2, CardLine.WHO)]).toEqual([true, false]);
	});
});

describe('what is offered', () => {
	const who = (mine: boolean, supervisor = false) => ({ supervisor, isMine: () => mine });
	const answered = { state: IncidentState.INCIDENT_ANSWERED, owner: 'op07' };

	it('never offers to shelve a call for help', () => {
		for (const cls of [1, 2, 3, 4])
			expect(may('shelve', row({ class: cls }), detail(), who(true, true))).toBe(cls >= 3);
		expect(may('shelve', row({ class: 4, ...answered }), detail(), who(false))).toBe(false);
		expect(may('shelve', row({ class: 4, aside: Aside.SHELVED }), detail(), who(true))).toBe(false);
		expect(may('unshelve', row({ class: 4, aside: Aside.SHELVED }), detail(), who(true))).toBe(true);
	});

	it('offers hold, transfer and escalation to who has the call', () => {
		for (const act of ['hold', 'transfer', 'escalate'] satisfies Act[]) {
			expect(may(act, row(answered), detail(), who(true))).toBe(true);
			expect(may(act, row(answered), detail(), who(false))).toBe(false);
			expect(may(act, row(), detail(), who(false))).toBe(act === 'escalate');
		}
		expect(may('transfer', row(answered), detail(), who(false, true))).toBe(true);
		expect(may('hold', row({ ...answered, holdUntilMs: 9n }), detail(), who(true))).toBe(false);
		expect(may('unhold', row({ ...answered, holdUntilMs: 9n }), detail(), who(true))).toBe(true);
		expect(may('escalate', row({ ...answered, escalated: true }), detail(), who(true))).toBe(false);
	});

	it('offers a drill to supervisors only, and a test where nobody calls for help', () => {
		const home = detail({ household: 'h1' });
		const closed = row({ state: IncidentState.INCIDENT_CLOSED });
		expect(may('drill', closed, home, who(false))).toBe(false);
		expect(may('drill', closed, home, who(false, true))).toBe(true);
		expect(may('drill', row(), home, who(false, true))).toBe(false);
		expect(may('test', row({ class: 4 }), home, who(false))).toBe(true);
		expect(may('test', row({ state: IncidentState.INCIDENT_CLOSED }), home, who(false))).toBe(true);
		expect(may('test', row(), home, who(false))).toBe(false);
		expect(
			may('test', row({ class: 4 }), detail({ household: 'h1', onTestUntilMs: 5n }), who(false)),
		).toBe(false);
		expect(may('test', row({ class: 4, areaWide: true }), home, who(false))).toBe(false);
	});
});

describe('closing', () => {
	it('ends a drill as a drill, and nothing else so', () => {
		expect(outcomesFor(1, true)).toEqual([Outcome.DRILL]);
		for (const cls of [1, 2, 3, 4]) expect(outcomesFor(cls, false)).not.toContain(Outcome.DRILL);
	});

	it('takes a hand-over for one when a human there has confirmed', () => {
		const of = (state: HandoverState) =>
			detail({ handovers: [{ number: 1, service: Service.SERVICE_120, state }] });
		expect(confirmed(of(HandoverState.HANDOVER_OPEN))).toBe(false);
		expect(confirmed(of(HandoverState.HANDOVER_CANCELLED))).toBe(false);
		expect(confirmed(of(HandoverState.HANDOVER_CONFIRMED))).toBe(true);
	});

	it('says who was reached as the record has it', () => {
		expect(reached(detail(), Outcome.NO_CONTACT)).toBe(SpokeTo.NOBODY);
		expect(reached(detail({ spoke: true }), Outcome.ADVICE)).toBe(SpokeTo.RESIDENT);
		expect(reached(detail({ seen: true }), Outcome.HELPED_AT_HOME)).toBe(SpokeTo.CAREGIVER);
		expect(reached(detail({ spoke: true }), Outcome.HANDED_OVER)).toBe(SpokeTo.SERVICE);
		expect(reached(detail(), Outcome.FAMILY_HELPED)).toBe(SpokeTo.CONTACT);
	});
});

describe('rows', () => {
	it('do not wait while they are set aside, and are called by their area', () => {
		const aside = row({ class: 4, aside: Aside.STORM });
		expect([isAside(aside), waits(aside), waits(row())]).toEqual([true, false, true]);
		expect(titleOf(row({ areaWide: true, area: '六榕街', device: 'PA-7' }))).toBe('六榕街');
	});

	it('name the service whose confirmation is waited for, and no other', () => {
		const of = (handover: HandoverState) => row({ handover, service: Service.SERVICE_120 }).service;
		expect(of(HandoverState.HANDOVER_OPEN)).toBe(Service.SERVICE_120);
		expect(of(HandoverState.HANDOVER_CONFIRMED)).toBe(0);
	});
});

describe('timeline of the whole life', () => {
	const contacts = detail({ contacts: [{ order: 1, name: '陈美玲' }] }).contacts;
	const line = (init: MessageInitShape<typeof DetailLineSchema>) =>
		tell(create(DetailLineSchema, init), contacts).text;

	it('says what was done, by whom and why', () => {
		const whoName = '坐席07';
		expect(line({ code: 47, whoName, number: 180n })).toBe('坐席07 挂起 03:00');
		expect(line({ code: 47, whoName, number: 180n, count: 1 })).toContain('更紧急');
		expect(line({ code: 48, subjectName: whoName })).toBe('挂起到时，回到 坐席07');
		expect(line({ code: 49, whoName, subjectName: '坐席03', text: '她在呻吟' })).toBe(
			'坐席07 转交给 坐席03：她在呻吟',
		);
		expect(line({ code: 52, whoName, number: 1n, channel: 2, call: 3 })).toBe(
			'坐席07 联系 120 急救，电话：占线',
		);
		expect(line({ code: 52, whoName, number: 1n, channel: 4 })).toContain('短信：已发出');
		expect(line({ code: 53, whoName, number: 6n })).toBe('坐席07 已告知：姓名、年龄、性别、地址');
		expect(line({ code: 58, number: 1n, count: 1 })).toBe('陈美玲答复：正在赶去');
		expect(line({ code: 58, number: 1n, count: 2, whoName })).toBe('陈美玲答复：去不了（坐席07 记下）');
		expect(line({ code: 61, number: 2n })).toBe('放回队列（风暴暂缓）');
		expect(line({ code: 36, count: 10 })).toBe('通知联系人（派出护理员时、结案时）');
		expect(line({ code: 67, subjectName: 'PA-9', number: 11n })).toBe('PA-9 已恢复，还剩 11 户');
	});

	it('gives what a unit says its names, and makes no link of it', () => {
		const says = { code: LineCode.LINE_UNIT_SAYS, subjectName: 'PA-9' };
		expect(line({ ...says, text: 'I 厨房\nR 302\nV https://example.cn/a?b=c\nX 113E15.1' })).toBe(
			'PA-9 上报：说明 厨房 · 房间 302 · 核实链接 https://example.cn/a?b=c · 经度 113E15.1',
		);
		expect(line({ ...says, text: 'Q new letter' })).toBe('PA-9 上报：Q new letter');
		expect(line({ ...says, text: 'W 21 16 4 0\nx 113.93E\ny 22.53N' })).toBe(
			'PA-9 上报：手表状态 跌倒、SOS、第 4 位、电量低 · 经度（上次定位） 113.93E · 纬度（上次定位） 22.53N',
		);
	});

	it('never loses what a person wrote', () => {
		expect(line({ code: LineCode.LINE_CLAIMED, whoName: '班长', text: '她要换班' })).toBe(
			'班长 认领 · 她要换班',
		);
	});

	it('leaves no place unfilled, in either language', () => {
		for (const lang of ['zh-CN', 'en'] as const) {
			language.set(lang);
			for (const code of Object.values(LineCode)) {
				if (typeof code !== 'number') continue;
				for (const more of [{}, { whoName: 'x', count: 1 }])
					expect(line({ code, number: 1n, ...more })).not.toMatch(/[{}]/);
			}
		}
		language.set('zh-CN');
	});
});
