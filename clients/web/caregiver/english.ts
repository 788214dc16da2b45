/* english.ts - the phone's English words, in a file of their own: the service worker keeps it, a Chinese page never reads it. */
export { en as english } from '$lib/i18n/caregiver/en';
