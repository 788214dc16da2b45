/* index.svelte.ts - words for codes. The daemon sends codes, never sentences.
 *
 * Owns:   the language in use, kept per machine, and the dictionaries: the common one, and the page's own, which
 *         its main.ts adds before anything is drawn, so that a phone does not carry the console's words.
 * Result: t() for a key, word() for an enum value. An enum value newer than this page has a plain word.
 */
import { dayShort } from './format';
import type { zh as caregiver } from './caregiver/zh';
import { zh } from './common/zh';
import type { zh as life } from './console/life/zh';
import type { zh as console } from './console/zh';
import type { zh as roster } from './roster/zh';
import type { zh as home } from './home/zh';
import type { zh as accounts } from './accounts/zh';
import type { zh as unit } from './unit/zh';
import type { zh as wall } from './wall/zh';

export type Key =
	| keyof typeof zh
	| keyof typeof console
	| keyof typeof life
	| keyof typeof caregiver
	| keyof typeof unit
	| keyof typeof roster
	| keyof typeof home
	| keyof typeof accounts
	| keyof typeof wall;
export type Lang = 'zh-CN' | 'en';
export type Params = Record<string, string | number>;

const KEPT = 'pingan.lang';

/** Groups of keys that end in an enum's number or a catalogue code. */
export type Group =
	| 'class'
	| 'kind'
	| 'state'
	| 'job'
	| 'offer'
	| 'outcome'
	| 'decline'
	| 'call'
	| 'result'
	| 'protocol'
	| 'role'
	| 'plan'
	| 'sex'
	| 'lang'
	| 'dialect'
	| 'mobility'
	| 'homekind'
	| 'ability'
	| 'careservice'
	| 'fault'
	| 'risk'
	| 'relation'
	| 'says'
	| 'bring'
	| 'why'
	| 'skill'
	| 'spoke'
	| 'service'
	| 'handover'
	| 'channel'
	| 'card'
	| 'answer'
	| 'aside'
	| 'tell'
	| 'score'
	| 'storm'
	| 'link'
	| 'device_state'
	| 'stage'
	| 'post'
	| 'swap'
	| 'absence';

class Language {
	#lang = $state<Lang>('zh-CN');

	get lang(): Lang {
		return this.#lang;
	}

	/** English words may still have to come; until they are here the page speaks Chinese. */
	async set(lang: Lang): Promise<void> {
		if (lang === 'en' && english !== null) {
			const coming = english;
			Object.assign(words.en, await coming());
			english = null;
		}
		this.#use(lang);
	}

	#use(lang: Lang): void {
		this.#lang = lang;
		if (typeof document === 'undefined') return;
		document.documentElement.lang = lang;
		localStorage.setItem(KEPT, lang);
	}

	/** At start: what this machine used last, else Chinese. */
	async restore(): Promise<void> {
		await this.set(localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh-CN').catch(() => this.#use('zh-CN'));
	}
}

export const language = new Language();

const words: Record<Lang, Record<string, string>> = { 'zh-CN': { ...zh }, en: {} };

const WEEK: Record<Lang, Intl.DateTimeFormat> = {
	'zh-CN': new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', weekday: 'short' }),
	en: new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', weekday: 'short' }),
};

/** 5/4 周日: people know their shifts by the day of the week. */
export function dayOfWeek(ms: number): string {
	return ms === 0 ? dayShort(ms) : `${dayShort(ms)} ${WEEK[language.lang].format(ms)}`;
}

type Words = Record<string, string>;
/** Where a page's English words come from, as long as nobody has asked for them. */
let english: (() => Promise<Words>) | null = null;

/** Adds a page's own words. English ones, with the common ones among them, may come later: a Chinese screen does not
 * carry them. */
export function addWords(inChinese: Words, inEnglish: Words | (() => Promise<Words>)): void {
	Object.assign(words['zh-CN'], inChinese);
	if (typeof inEnglish === 'function') english = inEnglish;
	else Object.assign(words.en, inEnglish);
}

function fill(text: string, params: Params | undefined): string {
	if (params === undefined) return text;
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}

export function t(key: Key, params?: Params): string {
	return fill(words[language.lang][key] ?? key, params);
}

function known(key: string): key is Key {
	return Object.hasOwn(words['zh-CN'], key);
}

/** The word for an enum value or catalogue code; a code without a word is shown as it came. */
export function word(group: Group, code: number | string): string {
	const key = `${group}.${code}`;
	if (known(key)) return t(key);
	const unset = `${group}.0`;
	if (typeof code === 'number' && known(unset)) return t(unset);
	return String(code);
}

/** As t(), for a key made at run time; the second is used when the first has no text. */
export function either(key: string, other: Key, params?: Params): string {
	return t(known(key) ? key : other, params);
}
