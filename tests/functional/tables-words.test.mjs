// What a clerk reads of an import is in the clerk's language: Chinese when LANG or --lang says so, and then all of it.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl } from '../harness/ctl.mjs'
import { Cell, folder, root } from '../harness/index.mjs'

const source = (name) => readFileSync(path.join(root, 'clients/ctl', name), 'utf8')

/** What C says in its string literals, neighbours joined. */
const literals = (text) =>
	[...text.replace(/\/\*[^]*?\*\//g, '').matchAll(/"(?:[^"\\\n]|\\.)*"(?:\s*(?:PRIu64)?\s*"(?:[^"\\\n]|\\.)*")*/g)].map((m) =>
		[...m[0].replace(/" *PRIu64\s*"?/g, 'llu" "').matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map((part) => part[1]).join(''),
	)

test('every reason that a table can be refused for is in the catalogue', () => {
	const catalogue = new Set(literals(source('table_words.c')).flatMap((s) => s))
	let looked = 0
	for (const file of ['csv_file.c', 'csv_table.c', 'table_cell.c', 'table_settle.c', 'table_check.c', 'table_import.c', 'table_rows.c', 'table_hours.c']) {
		const text = source(file)
			.replace(/#include.*/g, '')
			.replace(/(fprintf\(stderr|ENSURE_NEVER\(|_Static_assert\()[^;]*;/g, '')
		for (const literal of literals(text)) {
			// Sentences: a letter, and a blank that stands between words.
			if (!/^(?:--|[a-z%,;]).*[a-z%] [a-z%]/.test(literal)) continue
			looked++
			const named = literal.replace(/%\.?\d*(?:zu|llu|s|u)/g, '{}')
			assert.ok(catalogue.has(named), `${file}: "${named}" is not in table_words.c`)
		}
	}
	assert.ok(looked > 60, `${looked} sentences`)
})

test('a clerk whose system is Chinese reads the list of bad rows, the report and the outcome in Chinese; --lang en is English', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const dir = folder(t, 'words')
	const file = path.join(dir, 'homes.csv')
	const report = path.join(dir, 'bad.csv')
	writeFileSync(
		file,
		'household,area,street,address,phone,latitude,longitude,kind,care_visits_week,care_from\n' +
			'n1,440190001001,街,路1号,020 1,23.1,113.2,,,\n' +
			'n2,440190001999,街,路1号,,,,,,\n' +
			'n3,4.40190E+11,街,路1号,,,,,,\n' +
			'n4,440190001001,街,,,,,,,\n' +
			'n5,440190001001,街,路1号,无,95.0,x,palace,many,31.12.2026\n' +
			'n1,440190001001,街,路2号,,,,,,\n' +
			'h0001,440190001001,别的街,路1号,,,,,,\n' +
			'n6,440190001001,街\n' +
			`n7,440190001001,街,${'长'.repeat(500)},,,,,,\n` +
			'n8,440190001001,"街"x,路,,,,,,\n',
	)
	const faults = ({ err }) => err.split('\n').filter((line) => line.startsWith(`${file}:`)).map((line) => line.slice(file.length + 1))
	const chinese = (line) => assert.match(line.replace(/UTF-8|WGS-84|LANG|--\w+(?:-\w+)*|\w+\.md/g, ''), /[\u4e00-\u9fff]/, line)

	cell.lang = 'zh_CN.UTF-8'
	const dry = await ctl(cell, 'import', 'homes', file, '--dry-run', '--report', report)
	assert.equal(dry.code, 1)
	assert.ok(faults(dry).length >= 10)
	for (const line of faults(dry)) {
		chinese(line)
		assert.doesNotMatch(line, /\b(?:is|not|the|there|has|must|already)\b/, line)
	}
	assert.match(dry.err, /:3: \S+: 登记库里没有这个区域\n/)
	assert.match(dry.err, /:7: \S+: 与第 2 行重复\n/)
	assert.match(dry.err, /:9: 有 3 格，表头有 10 格\n/)
	assert.equal(dry.out, '将新增 1 行，将修改 0 行，已有 0 行，有误 9 行；未写入任何内容\n')
	const rows = readFileSync(report, 'utf8').trimEnd().split('\n')
	assert.equal(rows[0], '\ufeff行,列,原因')
	for (const row of rows.slice(1)) chinese(row)
	assert.match((await ctl(cell, 'import', 'homes', file)).err, /有误 9 行：什么都没有写入；请改正，或加 --skip-bad\n/)
	assert.equal((await ctl(cell, 'import', 'homes', file, '--skip-bad')).out, '已新增 1 行，已修改 0 行，已有 0 行，有误 9 行\n')

	// --lang goes before the system's; its own columns and words.
	const english = await ctl(cell, 'import', 'homes', file, '--dry-run', '--lang', 'en', '--report', report)
	assert.match(english.err, /:3: area: there is no such area\n/)
	assert.ok(readFileSync(report, 'utf8').startsWith('\ufeffline,column,reason\n'))
	cell.lang = 'C.UTF-8'
	assert.match((await ctl(cell, 'import', 'homes', file, '--dry-run')).err, /:3: area: there is no such area\n/)
	assert.match((await ctl(cell, 'import', 'homes', file, '--dry-run', '--lang', 'zh')).err, /没有这个区域/)
	assert.notEqual((await ctl(cell, 'import', 'homes', file, '--dry-run', '--lang', 'fr')).code, 0)
	const empty = path.join(dir, 'empty.csv')
	writeFileSync(empty, '')
	const none = await ctl(cell, 'import', 'homes', empty, '--lang', 'zh')
	assert.match(none.err, /:1: 表格是空的：第一行应为列名\npinganctl: 表格无法读取：什么都没有写入\n/)
})
