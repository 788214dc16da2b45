// docs/INCIDENT.md names the settings with their defaults: as they stand in config/policy.yaml, or the page is wrong.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { root } from '../harness/index.mjs'

const page = readFileSync(path.join(root, 'docs/INCIDENT.md'), 'utf8')
const number = (text) => Number(text.replaceAll(',', ''))

/** {"owner_gone_s": "30", "life.ring_wider_s": "10", ...} */
function defaults() {
	const values = {}
	let block = ''
	for (const line of readFileSync(path.join(root, 'config/policy.yaml'), 'utf8').split('\n')) {
		const [, indent, key, value] = line.match(/^( {2})?([a-z_0-9]+):\s*(.*)$/) ?? []
		if (key === undefined) continue
		if (indent === undefined) block = value === '' ? `${key}.` : ''
		values[`${indent === undefined ? '' : block}${key}`] = value
	}
	return values
}

test('every number on the page is the default of its setting', () => {
	const values = defaults()
	const named = [...page.matchAll(/`([a-z_.]+)`: ([0-9,]*[0-9])/g)]
	assert.ok(named.length > 20, 'the rows name their settings')
	for (const [, key, value] of named) assert.equal(number(value), Number(values[key] ?? values[`life.${key}`]), key)
})

test('the plan of each class is the default plan', () => {
	const values = defaults()
	const rows = page.split('\n').flatMap((line) => {
		const cells = line.split('|').map((cell) => cell.trim())
		const key = cells[7]?.match(/^`([a-z_]+_s)`$/)?.[1]
		return key === undefined ? [] : [{ key, cells: cells.slice(3, 7) }]
	})
	assert.deepEqual(rows.map((r) => r.key), ['ring_wider_s', 'dispatch_s', 'contacts_s', 'duty_phones_s', 'duty_turn_s'])
	for (const { key, cells } of rows)
		for (const [i, level] of ['life', 'welfare', 'general', 'device'].entries())
			assert.equal(cells[i] === '–' ? 0 : number(cells[i].replace('every ', '')), Number(values[`${level}.${key}`]), `${level}.${key}`)
})

test('what the page names is there', () => {
	const values = defaults()
	for (const [, key] of page.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)) assert.ok(key in values || `life.${key}` in values || `emergency.${key}` in values, key)
	for (const [, link] of page.matchAll(/\]\(([^)#]+)\)/g)) assert.ok(existsSync(path.join(root, 'docs', link)), link)
})
