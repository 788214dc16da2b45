// tested.mjs - every test that docs/DEVICES-TESTED.md names exists, and no row is without one.
//
//   node tools/tested.mjs DIR          0, or 1 with a line for each row that is wrong
//   node tools/tested.mjs --self-test  that it can say no
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

const KINDS = [
	// Must be run, not only be there.
	[/^(\w+\.c) (test_\w+)$/, (read, [, file, name]) => read(`tests/unit/${file}`)?.includes(`cmocka_unit_test(${name})`)],
	[/^([\w-]+\.test\.mjs) "(.+)"$/, (read, [, file, title]) => read(`tests/functional/${file}`)?.includes(`\ntest('${title}`)],
	[/^data: (\S+)$/, (read, [, name]) => read(`tests/data/dc09/${name}.txt`) !== null],
]

/** Cells of a row of a table; `\|` is no border. */
const cells = (row) => row.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim())

/** What is wrong with this text, a line each. */
export function wrong(text, read) {
	const found = []
	let rows = 0
	let table = false
	for (const [at, line] of text.split('\n').entries()) {
		if (!line.startsWith('|')) {
			table = false
			continue
		}
		if (/^\|[-|]+\|$/.test(line)) {
			table = true
			continue
		}
		if (!table) continue
		rows++
		const last = cells(line).at(-1)
		const names = [...last.matchAll(/`([^`]+)`/g)].map((m) => m[1])
		if (names.length === 0) found.push(`line ${at + 1}: no test: ${line}`)
		for (const name of names) {
			const kind = KINDS.find(([form]) => form.test(name))
			if (!kind) found.push(`line ${at + 1}: how is this a test: ${name}`)
			else if (!kind[1](read, name.match(kind[0]))) found.push(`line ${at + 1}: no such test: ${name}`)
		}
	}
	if (rows === 0) found.push('no rows at all')
	return found
}

if (process.argv[2] === '--self-test') {
	const read = (name) => ({ 'tests/unit/a.c': 'cmocka_unit_test(test_one),', 'tests/functional/b.test.mjs': "\ntest('it does so', ", 'tests/data/dc09/01-x.txt': 'x' })[name] ?? null
	const table = (cell) => `| fact | test |\n|---|---|\n| a \\| b | ${cell} |\n`
	for (const good of ['`a.c test_one`', '`b.test.mjs "it does"`', '`data: 01-x`', '`a.c test_one`, `data: 01-x`']) assert.deepEqual(wrong(table(good), read), [], good)
	for (const bad of ['', 'none', '`a.c test_two`', '`a.c test_on`', '`c.c test_one`', '`b.test.mjs "does"`', '`data: 02-x`', '`a.c`', '`a.c test_one`, `data: 02-x`']) assert.equal(wrong(table(bad), read).length, 1, bad)
	assert.equal(wrong('no table', read).length, 1)
} else {
	const dir = process.argv[2]
	const read = (name) => (existsSync(path.join(dir, name)) ? readFileSync(path.join(dir, name), 'utf8') : null)
	const found = wrong(readFileSync(path.join(dir, 'docs/DEVICES-TESTED.md'), 'utf8'), read)
	for (const line of found) console.error(`docs/DEVICES-TESTED.md: ${line}`)
	process.exitCode = found.length === 0 ? 0 : 1
}
