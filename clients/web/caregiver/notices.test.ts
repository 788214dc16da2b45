import { create } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { OfferState } from '$lib/gen/pingan/v1/common_pb.js';
import { PhoneEndedSchema } from '$lib/gen/pingan/v1/phone_pb.js';
import { en } from '$lib/i18n/caregiver/en';
import { zh } from '$lib/i18n/caregiver/zh';
import { addWords } from '$lib/i18n/index.svelte';
import { endedKey, unread } from './notices';

addWords(zh, en);

const ended = (offer: OfferState, taken: boolean, atMs: number) =>
	create(PhoneEndedSchema, { incident: 5n, job: 1, offer, taken, atMs: BigInt(atMs) });

it('has its own words for expired, taken, withdrawn and cancelled, oldest first', () => {
	const list = [
		ended(OfferState.OFFER_NONE, false, 4),
		ended(OfferState.OFFER_WITHDRAWN, false, 3),
		ended(OfferState.OFFER_WITHDRAWN, true, 2),
		ended(OfferState.OFFER_EXPIRED, false, 1),
	];
	expect(unread(list, new Set()).map((n) => n.title)).toEqual([
		'派单已超时',
		'已由他人接单',
		'派单已撤回',
		'任务已取消',
	]);
});

it('shows once what was read once, and again what happened again', () => {
	const one = ended(OfferState.OFFER_EXPIRED, false, 1);
	const read = new Set([endedKey(one)]);
	expect(unread([one], read)).toEqual([]);
	expect(unread([ended(OfferState.OFFER_EXPIRED, false, 2)], read).length).toBe(1);
});
