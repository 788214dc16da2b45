import { describe, expect, it } from 'vitest';
import * as Common from '../gen/pingan/v1/common_pb.js';
import { Result } from '../gen/pingan/v1/console_pb.js';
import { CandidateList_Why } from '../gen/pingan/v1/detail_pb.js';
import { en as caregiverEn } from './caregiver/en';
import { zh as caregiverZh } from './caregiver/zh';
import { en as commonEn } from './common/en';
import { zh as commonZh } from './common/zh';
import { en as consoleEn } from './console/en';
import { en as lifeEn } from './console/life/en';
import { zh as lifeZh } from './console/life/zh';
import { zh as consoleZh } from './console/zh';
import { en as rosterEn } from './roster/en';
import { zh as rosterZh } from './roster/zh';
import { en as homeEn } from './home/en';
import { zh as homeZh } from './home/zh';
import { en as accountsEn } from './accounts/en';
import { zh as accountsZh } from './accounts/zh';
import { en as unitEn } from './unit/en';
import { zh as unitZh } from './unit/zh';
import { en as wallEn } from './wall/en';
import { zh as wallZh } from './wall/zh';
import { byteLength, clockTime, mss, phone } from './format';
import { addWords, either, language, t, word, type Key } from './index.svelte';

const zh: Record<string, string> = {
	...commonZh,
	...consoleZh,
	...lifeZh,
	...caregiverZh,
	...unitZh,
	...rosterZh,
	...homeZh,
	...accountsZh,
	...wallZh,
};
const en: Record<string, string> = {
	...commonEn,
	...consoleEn,
	...lifeEn,
	...caregiverEn,
	...unitEn,
	...rosterEn,
	...homeEn,
	...accountsEn,
	...wallEn,
};
addWords(zh, en);

const files = import.meta.glob<string>(
	[
		'/src/**/*.{ts,svelte}',
		'/console/**/*.{ts,svelte}',
		'/caregiver/**/*.{ts,svelte}',
		'/wallboard/**/*.{ts,svelte}',
	],
	{
		query: '?raw',
		import: 'default',
		eager: true,
	},
);
const used = Object.entries(files)
	.filter(([name]) => !/gen\/|test\.ts$|\/(zh|en)\.ts$/.test(name))
	.map(([, text]) => text)
	.join('\n');

describe('dictionaries', () => {
	it('have the same keys and the same places to fill in', () => {
		expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
		const holes = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
		for (const key of Object.keys(zh))
			expect([key, holes(en[key] ?? '')]).toEqual([key, holes(zh[key] ?? '')]);
	});

	it('have no Chinese in English, and Chinese punctuation in Chinese', () => {
		for (const [key, text] of Object.entries(en)) expect(`${key} ${text}`).not.toMatch(/[\u4e00-\u9fff]/);
		for (const [key, text] of Object.entries(zh))
			expect(`${key} ${text}`).not.toMatch(/[\u4e00-\u9fff][,:;?!]|[,:;?!][\u4e00-\u9fff]/);
	});

	it('have a word for every value of every enum on screen', () => {
		const groups: [string, object][] = [
			['class', Common.IncidentClass],
			['kind', Common.Kind],
			['device_state', Common.DeviceState],
			['state', Common.IncidentState],
			['job', Common.JobState],
			['offer', Common.OfferState],
			['outcome', Common.Outcome],
			['decline', Common.DeclineReason],
			['call', Common.CallResult],
			['result', Common.JobResult],
			['protocol', Common.Protocol],
			['role', Common.Role],
			['plan', Common.PlanStep],
			['why', CandidateList_Why],
			['line', Common.LineCode],
			['skill', Common.Skill],
			['spoke', Common.SpokeTo],
			['service', Common.Service],
			['handover', Common.HandoverState],
			['channel', Common.Channel],
			['card', Common.CardLine],
			['answer', Common.ContactAnswer],
			['aside', Common.Aside],
			['tell', Common.TellWhen],
			['score', Common.ScoreWhy],
			['storm', Common.StormKind],
			['post', Common.ShiftPost],
			['swap', Common.SwapState],
			['absence', Common.AbsenceReason],
		];
		for (const [group, values] of groups)
			for (const value of Object.values(values))
				if (typeof value === 'number') expect(Object.keys(zh)).toContain(`${group}.${value}`);
		for (const value of Object.values(Result))
			if (typeof value === 'number' && value !== Result.NONE)
				expect(Object.keys(zh)).toContain(`say.${value}`);
	});

	it('carry no word that nothing uses', () => {
		const made =
			/^(class|kind|state|job|offer|outcome|decline|call|result|protocol|role|plan|sex|why|line|say|skill|spoke|service|handover|channel|card|answer|aside|tell|score|storm|stage|device_state|post|swap|absence|mobility|homekind|ability)\.\d+(\.\w+)?$/;
		const codes =
			/^((lang|risk|relation|bring|link|says|bit|dialect|fault|careservice)\.\w+|record\.f\.[\w.]+)$/;
		const idle = Object.keys(zh).filter(
			(k) => !used.includes(`'${k}'`) && !made.test(k) && !codes.test(k),
		);
		expect(idle).toEqual([]);
	});

	it('keep the fixed words', () => {
		expect([t('act.claim'), t('act.dispatch'), t('act.close'), t('cg.offer.accept')]).toEqual([
			'认领',
			'派单',
			'结案',
			'接单 出发',
		]);
		expect([1, 2, 3, 4].map((c) => word('class', c))).toEqual(['特急', '紧急', '一般', '设备']);
	});
});

describe('words at run time', () => {
	it('fill in, switch language, and survive a code that is newer than the page', () => {
		expect(t('say.2', { who: '坐席03', at: '14:07:31' })).toBe('坐席03 已认领（14:07:31）');
		language.set('en');
		expect(document.documentElement.lang).toBe('en');
		expect(word('kind', 1)).toBe('Help button');
		expect(word('kind', 99)).toBe('Not stated');
		expect(word('relation', 'daughter')).toBe('daughter');
		language.set('zh-CN');
		expect(word('relation', 'daughter')).toBe('女儿');
		expect(word('relation', '堂妹')).toBe('堂妹');
		expect(either('line.999', 'line.other', { n: 999 })).toBe('其他记录（代码 999）');
		expect(t('say.2' as Key)).toContain('{who}');
	});
});

describe('formats', () => {
	it('show Guangzhou’s clock whatever the machine’s zone', () => {
		expect(clockTime(Date.UTC(2031, 0, 1, 6, 7, 33))).toBe('14:07:33');
		expect(clockTime(Date.UTC(2031, 0, 1, 16, 0, 0))).toBe('00:00:00');
		expect(clockTime(0)).toBe('--:--:--');
	});
	it('show running times', () => {
		expect([mss(7000), mss(760_000), mss(3_723_000), mss(-31_000), mss(-400)]).toEqual([
			'00:07',
			'12:40',
			'1:02:03',
			'−00:31',
			'00:00',
		]);
	});
	it('group telephone numbers', () => {
		expect(phone('13800138000')).toBe('138 0013 8000');
		expect(phone('02083331234')).toBe('020 8333 1234');
		expect(phone('07571234567')).toBe('0757 123 4567');
		expect(phone('120')).toBe('120');
		expect(phone('+8613800138000')).toBe('+8613800138000');
	});
	it('count bytes as the wire does', () => {
		expect(byteLength('胸口痛')).toBe(9);
	});
});
