// words.mjs - the catalogues of clients/web for tests, as plain objects.
//
//   const zh = await words('zh')        // all catalogues in one: key -> text
//   say(zh, 'row.years', { n: 86 })     // "86 岁"
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { webRoot } from './npm.mjs'

const PARTS = ['common', 'console', 'console/life', 'caregiver', 'roster', 'home', 'accounts', 'unit']

async function catalogue(part, language) {
	const text = readFileSync(path.join(webRoot, 'src/lib/i18n', part, `${language}.ts`), 'utf8')
	// TypeScript, but no more of it than one object: its braces are all that is wanted.
	const body = text.slice(text.indexOf('{', text.search(/export const \w+/)), text.lastIndexOf('}') + 1).replace(/^[^{]*(?=\{\n)/, '')
	const { default: words } = await import(`data:text/javascript,${encodeURIComponent(`export default ${body}`)}`)
	return words
}

/** @param language 'zh' or 'en' */
export async function words(language) {
	return Object.assign({}, ...(await Promise.all(PARTS.map((part) => catalogue(part, language)))))
}

export function say(words, key, params = {}) {
	if (!(key in words)) throw new Error(`no such word: ${key}`)
	return words[key].replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole)
}
