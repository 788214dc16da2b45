/* notices.ts - what ended without this person, in words that need to be read once. Pure. */
import { OfferState } from '$lib/gen/pingan/v1/common_pb.js';
import type { PhoneEnded } from '$lib/gen/pingan/v1/phone_pb.js';
import { t } from '$lib/i18n/index.svelte';
import { hex } from '$lib/wire/codec';

export interface Notice {
	key: string;
	title: string;
	text: string;
	tone: 'good' | 'bad' | 'plain';
}

export function endedKey(ended: PhoneEnded): string {
	return `${hex(ended.incident)}:${ended.job}:${ended.offer}:${ended.atMs}`;
}

/** Oldest first; only what nobody has read on this phone. */
export function unread(ended: readonly PhoneEnded[], read: ReadonlySet<string>): Notice[] {
	return [...ended]
		.reverse()
		.map((e): Notice => {
			const key = endedKey(e);
			if (e.offer === OfferState.OFFER_NONE)
				return {
					key,
					title: t('cg.ended.cancelled'),
					text: t('cg.ended.cancelled.text'),
					tone: 'bad',
				};
			if (e.taken)
				return { key, title: t('cg.ended.taken'), text: t('cg.ended.taken.text'), tone: 'plain' };
			if (e.offer === OfferState.OFFER_EXPIRED)
				return { key, title: t('cg.ended.expired'), text: t('cg.ended.expired.text'), tone: 'plain' };
			return { key, title: t('cg.ended.withdrawn'), text: t('cg.ended.withdrawn.text'), tone: 'plain' };
		})
		.filter((notice) => !read.has(notice.key));
}
