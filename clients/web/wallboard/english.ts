/* english.ts - the wall's English words, in a file of their own that only an English wall loads. */
import { en as common } from '$lib/i18n/common/en';
import { en as wall } from '$lib/i18n/wall/en';

export const english: Record<string, string> = { ...common, ...wall };
