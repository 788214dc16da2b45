// sight.mjs - what can be seen to be wrong with a page without knowing it: words in another language, and what is drawn over an edge.
import { area, household, person } from './registry.mjs'

/** Everything a person of the registry wrote or is called: data stays in its language. */
export async function dataOf(cell, ...more) {
	const data = new Set(more)
	const take = (value) => {
		if (typeof value === 'string') data.add(value)
		else if (Array.isArray(value)) value.forEach(take)
		else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) Object.values(value).forEach(take)
	}
	const people = await cell.redis.cli('--raw', 'keys', 'pa:person:*')
	for (const key of people.split('\n')) take((await person(cell, key.slice('pa:person:'.length))).name)
	const areas = await cell.redis.cli('--raw', 'keys', 'pa:area:*')
	for (const key of areas.split('\n')) take((await area(cell, key.slice('pa:area:'.length))).name)
	const homes = await cell.redis.cli('--raw', 'keys', 'pa:household:*')
	for (const key of homes.split('\n')) take(await household(cell, key.slice('pa:household:'.length)))
	return [...data].filter((text) => /\p{Script=Han}/u.test(text)).sort((a, b) => b.length - a.length)
}

/** Words on the page that are neither data nor marked as Chinese. */
export async function leftovers(seat, data) {
	const texts = await seat.page.evaluate(() => {
		const out = []
		const foreign = (element) => {
			const marked = element.closest('[lang]:not([lang=""])')
			return marked !== null && marked !== document.documentElement && marked.lang.startsWith('zh')
		}
		const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
		for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
			if (node.nodeType === Node.TEXT_NODE) {
				if (!foreign(node.parentElement) && !/^(STYLE|SCRIPT)$/.test(node.parentElement.tagName)) out.push(node.data)
			} else for (const name of ['aria-label', 'title', 'placeholder', 'alt']) if (node.hasAttribute(name) && !foreign(node)) out.push(node.getAttribute(name))
		}
		return [document.title, ...out]
	})
	const cleaned = texts.map((text) => data.reduce((rest, known) => rest.replaceAll(known, ''), text).trim())
	return [...new Set(cleaned.filter((text) => /\p{Script=Han}/u.test(text)))]
}

/** What is drawn over the edge of the page, of its own box, or of a button. */
export const overflows = (seat) =>
	seat.page.evaluate(() => {
		const out = []
		const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
		if (wide > 0) out.push(`the page is ${wide} px too wide`)
		const name = (e) => `${e.tagName.toLowerCase()}.${[...e.classList].join('.')} "${e.textContent.replace(/\s+/g, ' ').trim().slice(0, 60)}"`
		for (const element of document.querySelectorAll('body *')) {
			if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
			const style = getComputedStyle(element)
			if (element.closest('.sr, svg') !== null || style.clipPath !== 'none') continue
			const direct = [...element.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE && n.data.trim() !== '')
			if (direct.length === 0) continue
			const box = element.getBoundingClientRect()
			if (box.width === 0 || box.height === 0) continue
			// Cut off without an ellipsis.
			if (style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll' && style.textOverflow !== 'ellipsis' && element.scrollWidth > element.clientWidth + 1)
				out.push(`cut: ${name(element)}`)
			for (const text of direct) {
				const range = document.createRange()
				range.selectNodeContents(text)
				const at = range.getBoundingClientRect()
				const button = element.closest('button, a.button, [class~=mark], [class~=tag]')
				const edge = button?.getBoundingClientRect()
				if (edge && style.textOverflow !== 'ellipsis' && (at.right > edge.right + 1 || at.left < edge.left - 1 || at.bottom > edge.bottom + 1)) out.push(`over its button: ${name(element)}`)
				// Up to what cuts it off: there it ends, unless an ellipsis or a scroll bar says that it goes on.
				let cut = element
				let flows = true // an ellipsis is put for text, not for a box
				while (cut !== document.documentElement && getComputedStyle(cut).overflowX === 'visible') {
					flows &&= getComputedStyle(cut).display === 'inline'
					cut = cut.parentElement
				}
				const { overflowX, textOverflow } = getComputedStyle(cut)
				const said = flows && textOverflow === 'ellipsis'
				const border = cut === document.documentElement ? { left: 0, right: innerWidth } : cut.getBoundingClientRect()
				if (!said && !/auto|scroll/.test(overflowX) && (at.right > border.right + 1 || at.left < border.left - 1)) out.push(`over its edge: ${name(element)}`)
			}
		}
		return [...new Set(out)]
	})
