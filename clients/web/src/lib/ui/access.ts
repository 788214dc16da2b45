/* access.ts - how to get in, in the order of need: code, key safe, who has a key, then words. */
import { t } from '../i18n/index.svelte';

interface Access {
	access: string;
	doorCode: string;
	keySafe: string;
	keyHolder: string;
}

export const accessParts = (home: Access): string[] => [
	...(home.doorCode === '' ? [] : [t('access.door', { code: home.doorCode })]),
	...(home.keySafe === '' ? [] : [t('access.safe', { where: home.keySafe })]),
	...(home.keyHolder === '' ? [] : [t('access.holder', { who: home.keyHolder })]),
	...(home.access === '' ? [] : [home.access]),
];
