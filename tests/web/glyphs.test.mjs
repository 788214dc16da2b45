// Chinese is drawn as Chinese: without a CJK font every picture of the screens would be boxes, and every test still green.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { before, test } from 'node:test'

import { launch } from '../harness/browser.mjs'
import { root } from '../harness/index.mjs'
import { words } from '../harness/words.mjs'
import { webRoot } from '../harness/npm.mjs'

// Code points that nobody has a glyph for: not characters, and unassigned.
const MISSING = ['\u{4fffe}', '\u{50123}']
let page
/** The pages' own font stack. */
const family = readFileSync(path.join(webRoot, 'src/lib/css/base.css'), 'utf8').match(/font-family:([^;]+);/)[1].trim()

before(async () => {
	const browser = await launch()
	page = await (await browser.newContext()).newPage()
	await page.setContent('<html lang="zh-CN"><canvas width=64 height=64></canvas>')
})

/** What each character looks like: the pixels it covers, as a text to compare. */
const draw = (characters) =>
	page.evaluate(
		({ characters, family }) => {
			const canvas = document.querySelector('canvas').getContext('2d', { willReadFrequently: true })
			canvas.font = `40px ${family}`
			canvas.textBaseline = 'middle'
			return characters.map((character) => {
				canvas.clearRect(0, 0, 64, 64)
				canvas.fillText(character, 8, 32)
				const { data } = canvas.getImageData(0, 0, 64, 64)
				let text = ''
				for (let i = 3; i < data.length; i += 4) text += data[i] > 96 ? '#' : '.'
				return text
			})
		},
		{ characters, family },
	)

test('派 has a glyph', async () => {
	const [dispatch, care, one, two] = await draw(['派', '护', ...MISSING])
	assert.ok(one === two, 'what is missing all looks the same, so that this test can see it')
	assert.ok(dispatch.includes('#'), 'it is drawn')
	assert.ok(dispatch !== one, 'and is no box')
	assert.ok(dispatch !== care)
})

test('so has every character of the catalogues and of the demo data', async () => {
	const all = Object.values(await words('zh')).join('') + readFileSync(path.join(root, 'clients/ctl/demo_data.h'), 'utf8')
	const han = [...new Set(all.match(/\p{Script=Han}|[，。；：？！“”（）…—·]/gu))]
	assert.ok(han.length > 300)
	const [missing] = await draw(MISSING)
	const looks = await draw(han)
	assert.deepEqual(han.filter((_, i) => looks[i] === missing || !looks[i].includes('#')), [])
})
