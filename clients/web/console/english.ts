/* english.ts - the console's English words, in a file of their own that only an English screen loads. */
import { en as common } from '$lib/i18n/common/en';
import { en as console } from '$lib/i18n/console/en';
import { en as life } from '$lib/i18n/console/life/en';

export const english: Record<string, string> = { ...common, ...console, ...life };
