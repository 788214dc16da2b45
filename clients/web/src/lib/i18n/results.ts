/* results.ts - a refusal in words; who won is named. */
import { Result } from '../gen/pingan/v1/console_pb.js';
import { clockTime } from './format';
import { either, t } from './index.svelte';

export function resultWords(result: Result, whoName: string, atMs: number, number: number): string {
	if (result === Result.LOST_RACE)
		return whoName === '' ? t('say.2.nobody') : t('say.2', { who: whoName, at: clockTime(atMs) });
	if (result === Result.WITHDRAWN && whoName !== '') return t('say.15.who', { who: whoName });
	return either(`say.${result}`, 'say.other', { n: result === Result.LIMIT ? number : result });
}
