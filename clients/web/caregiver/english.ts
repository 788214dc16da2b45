/* english.ts - the phone's English words, in a file of their own: the service worker keeps it, a Chinese page never reads it. */
import { en as caregiver } from '$lib/i18n/caregiver/en';
import { en as common } from '$lib/i18n/common/en';

export const english: Record<string, string> = { ...common, ...caregiver };
