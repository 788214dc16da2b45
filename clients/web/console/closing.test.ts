import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { JobResult, JobState, Outcome } from '$lib/gen/pingan/v1/common_pb.js';
import { DetailLineSchema, IncidentDetailSchema } from '$lib/gen/pingan/v1/detail_pb.js';
import { en } from '$lib/i18n/console/en';
import { zh } from '$lib/i18n/console/zh';
import { addWords } from '$lib/i18n/index.svelte';
import { needsContact, outcomesFor, wasThere } from './closing';
import { tell } from './timeline';

addWords(zh, en);

describe('closing', () => {
	const detail = (state: JobState, arrivedMs: bigint, result = JobResult.NONE) =>
		create(IncidentDetailSchema, { jobs: [{ number: 1, state, arrivedMs, result }] });

	it('asks for contact before "false alarm" and "test", and for nothing else', () => {
		const asked = outcomesFor(1, false).filter(needsContact);
		expect(asked).toEqual([Outcome.FALSE_ALARM, Outcome.TEST]);
	});

	it('knows whether a caregiver was there, and that a locked door is not there', () => {
		expect(wasThere(detail(JobState.JOB_ARRIVED, 1n))).toBe(true);
		expect(wasThere(detail(JobState.JOB_DONE, 1n, JobResult.HELPED))).toBe(true);
		expect(wasThere(detail(JobState.JOB_DONE, 1n, JobResult.NO_ENTRY))).toBe(false);
		expect(wasThere(detail(JobState.JOB_EN_ROUTE, 0n))).toBe(false);
	});

	it('offers at most nine outcomes: each has a digit', () => {
		for (const cls of [1, 2, 3, 4]) expect(outcomesFor(cls, false).length).toBeLessThanOrEqual(9);
	});
});

describe('timeline', () => {
	const contacts = create(IncidentDetailSchema, { contacts: [{ order: 1, name: '陈美玲' }] }).contacts;
	const line = (init: object) => tell(create(DetailLineSchema, init), contacts).text;

	it('says who did what, in a sentence per code', () => {
		expect(line({ code: 1, kind: 3, protocol: 1 })).toBe('跌倒报警 平安通终端');
		expect(line({ code: 14, whoName: '坐席07', number: 1n, call: 2 })).toBe('坐席07 拨打陈美玲：没人接');
		expect(line({ code: 14, whoName: '坐席07', number: 0n, call: 1 })).toBe('坐席07 拨打长者：接通');
		expect(line({ code: 14, whoName: '坐席07', number: 4n, call: 3 })).toBe(
			'坐席07 拨打第 4 联系人：占线',
		);
		expect(line({ code: 24, subjectName: '何兰', number: 2n })).toBe('何兰 拒绝：太远');
		expect(line({ code: 40, whoName: '坐席07', number: 1n })).toBe('坐席07 结案：上门已处理');
		expect(line({ code: 5, number: 1n })).toBe('升为特急，重新等待接听');
	});

	it('has a plain sentence for a code that is newer than the page', () => {
		expect(line({ code: 999 })).toBe('其他记录（代码 999）');
	});
});
