// Tables as offices save them: what Excel and WPS do to a table is read as it was meant, or named as what was done to it, with its line
// and column and what to do, in Chinese and in English.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl, ok } from '../harness/ctl.mjs'
import { Cell, folder, program } from '../harness/index.mjs'
import { household } from '../harness/registry.mjs'
import { until } from '../harness/until.mjs'

const HEAD = '住户编号,社区代码,街道,地址,电话,服务开始\n'

async function begun(t, options) {
	const cell = await Cell.start(t, { demo: { homes: 10 }, ...options })
	const dir = folder(t, 'office')
	const write = (name, text) => {
		writeFileSync(path.join(dir, name), text)
		return path.join(dir, name)
	}
	return { cell, write }
}

test('a file that is no table is named as what it is, and what to do, in both languages', async (t) => {
	const { cell, write } = await begun(t)
	const zip = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(3000, 0x8b)])
	const text = `${HEAD}n1,440190001001,街,路1号,,\n`
	const cases = [
		['book.csv', zip, /:1: is a workbook \(\.xlsx\).*save the table as CSV UTF-8/, /:1: 是 Excel 工作簿（\.xlsx）.*另存为/],
		['old.csv', Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), Buffer.alloc(600)]), /:1: is a workbook \(\.xls\)/, /工作簿（\.xls）/],
		['page.csv', '\n<html><table><tr><td>住户编号</td></tr></table></html>', /web page or XML/, /网页或 XML/],
		['paper.csv', '%PDF-1.7\n', /is a PDF/, /是 PDF 文件/],
		['le.csv', Buffer.from(`\ufeff${text}`, 'utf16le'), /is UTF-16/, /是 UTF-16 编码/],
		['be.csv', Buffer.from(`\ufeff${text}`, 'utf16le').swap16(), /is UTF-16/, /是 UTF-16 编码/],
		['bare.csv', Buffer.from(text, 'utf16le'), /is UTF-16/, /是 UTF-16 编码/],
		['wide.csv', '住户编号，社区代码，地址\nn1，440190001001，路\n', /wide comma/, /全角逗号/],
		['title.csv', `2026 年登记表,,,,,\n${HEAD}`, /nothing stands above it/, /上面不能有标题/],
		['none.csv', '\ufeff', /the table is empty/, /表格是空的/],
	]
	for (const kind of ['homes', 'residents', 'contacts', 'devices', 'people'])
		for (const [name, bytes, english, chinese] of cases)
			for (const [lang, why] of [['en', english], ['zh', chinese]]) {
				const { code, out, err } = await ctl(cell, 'import', kind, write(name, bytes), '--dry-run', '--lang', lang)
				assert.deepEqual([code, out], [1, ''], name)
				assert.match(err, why)
				assert.equal(err.trimEnd().split('\n').length, 2, `one reason, one outcome: ${err}`)
			}
	// The other way round it would be read, as characters that nobody wrote.
	const utf8 = await ctl(cell, 'import', 'homes', write('u.csv', text.replaceAll(HEAD, 'household,area,street,address,phone,served_from\n')), '--encoding', 'gb18030', '--dry-run')
	assert.equal(utf8.code, 1)
	assert.match(utf8.err, /:1: is UTF-8, not GB18030: leave --encoding gb18030 away/)
})

test('tabs, semicolons, old line ends, blank rows and columns, full width: read as they were meant', async (t) => {
	const { cell, write } = await begun(t)
	const row = (n) => [`w${n}`, '440190001001', '街', `路${n}号`, '020 12345678', '2026-01-05']
	const head = HEAD.trim().split(',')
	const table = (by, end, rows) => [head, ...rows].map((cells) => cells.join(by)).join(end) + end
	const cases = [
		table('\t', '\r\n', [row(1)]),
		table(';', '\r\n', [row(1)]),
		`sep=|\r\n${table('|', '\r\n', [row(1)])}`,
		table(',', '\r', [row(1)]),
		`${head.join(',')}\n${row(1).join(',')}\r\n\r\r\n`,
		`${head.join(',')},,,\r\n${row(1).join(',')},,,\r\n,,,,,,,,\r\n,,,,,,,,\r\n\r\n`,
		`${head.join(',')},,\r\n${row(1).join(',')}\r\n`,
		`　住户编号　,AREA ,Ｓtreet,ＡＤＤＲＥＳＳ,电话,服务开始\n${row(1).join(',')}\n`,
		`${HEAD}ｗ１,４４０１９０００１００１,街,路1号,０２０　１２３４５６７８,２０２６／１／５\n`,
		`${HEAD} w1\u00a0,440190001001,街,路1号,\u202d020 12345678\u202c,2026年1月5日\n`,
	]
	for (const [n, text] of cases.entries()) {
		const name = write('h.csv', text)
		for (const lang of ['en', 'zh']) {
			const { code, err } = await ctl(cell, 'import', 'homes', name, '--dry-run', '--lang', lang)
			assert.deepEqual([code, err], [0, ''], `${n}: ${JSON.stringify(text)}`)
		}
		assert.match(await ok(cell, 'import', 'homes', name), n === 0 ? /^1 entered, 0 changed, 0 there already, 0 bad/ : /^0 entered, 0 changed, 1 there already, 0 bad/, `${n}: the same home`)
	}
	const home = await household(cell, 'w1')
	assert.deepEqual([home.area, home.street, home.address, home.phone, home.servedFrom], ['440190001001', '街', '路1号', '020 12345678', '2026-01-05'])
	// What people wrote stays as they wrote it.
	await ok(cell, 'import', 'homes', write('t.csv', `${HEAD}w2,440190001001,Ａ街,路１号－２,,\n`))
	assert.deepEqual([(await household(cell, 'w2')).street, (await household(cell, 'w2')).address], ['Ａ街', '路１号－２'])
})

test('what a spreadsheet did to a number or a day is named as that, by line and column', async (t) => {
	const { cell, write } = await begun(t)
	const file = write(
		'h.csv',
		HEAD +
			'n2,440190001001,街,路1号,1.38E+10,\n' + // 2
			'n3,440190001001,街,路1号,13800138000.0,\n' + // 3
			'n4,440190001001,街,路1号,2012345678,\n' + // 4: in doubt
			'n5,440190001001,街,路1号,,46348\n' + // 5
			'n6,4.40190E+11,街,路1号,,\n' + // 6
			'n7,440190001001,街,路1号,,11/22/2026\n' + // 7
			HEAD + // 8
			'n9,440190001001,街,路1号,4008123123,,多\n' + // 9
			'n10,440190001001,街\0,路1号,13800138000,\n' + // 10
			'n11,440190001001,街,路1号,020,\n',
	)
	const said = async (lang) => {
		const { code, out, err } = await ctl(cell, 'import', 'homes', file, '--dry-run', '--lang', lang)
		assert.equal(code, 1)
		return { out, lines: err.trimEnd().split('\n').map((line) => line.slice(file.length + 1)) }
	}
	const english = await said('en')
	assert.deepEqual(english.lines, [
		'2: phone: a spreadsheet has cut this number short: make its column text, and enter it anew',
		'3: phone: a spreadsheet took this number for an amount: make its column text, and enter it without what is behind the dot',
		'4: phone: (a doubt) has a spreadsheet dropped the 0 at its front? make its column text',
		'5: served_from: a spreadsheet shows this day as a number: give its column the form of a date, 2026-11-22',
		'6: area: a spreadsheet has cut this number short: make its column text, and enter it anew',
		'7: served_from: a day looks so: 2026-11-22',
		'8: is the heading once more: take this row out',
		'9: has 7 cells, the heading has 6',
		'10: street: a control character that no text has',
	])
	assert.match(english.out, /^2 to be entered, 0 to be changed, 0 there already, 8 bad; nothing was written/)
	const chinese = await said('zh')
	assert.deepEqual(chinese.lines, [
		'2: 电话: 电子表格截短了这个号码：请把该列设为文本，重新填写',
		'3: 电话: 电子表格把这个号码当成了金额：请把该列设为文本，去掉小数点及后面的部分',
		'4: 电话: （请核对）像是被电子表格去掉了开头的 0：请把该列设为文本',
		'5: 服务开始: 电子表格把日期变成了数字：请把该列设为日期格式（2026-11-22）后重新保存',
		'6: 社区代码: 电子表格截短了这个号码：请把该列设为文本，重新填写',
		'7: 服务开始: 日期的写法：2026-11-22',
		'8: 又是一行表头：请删除这一行',
		'9: 有 7 格，表头有 6 格',
		'10: 街道: 含有控制字符，文字里不应有',
	])
	// A doubt alone keeps nobody out: the number is entered as it stands, and said once.
	const doubt = write('d.csv', '账号,姓名,角色,电话\np-doubt,李雷,caregiver,75512345678\n')
	const done = await ctl(cell, 'import', 'people', doubt, '--lang', 'en')
	assert.deepEqual([done.code, done.out], [0, '1 entered, 0 changed, 0 there already, 0 bad\n'])
	assert.equal(done.err, `${doubt}:2: phone: (a doubt) has a spreadsheet dropped the 0 at its front? make its column text\n`)
	// And none of the rest is half entered.
	assert.equal((await ctl(cell, 'import', 'homes', file)).code, 1)
	await assert.rejects(household(cell, 'n11'))
	// Nothing is said under no heading without a word, and nothing of a cell is repeated.
	const under = await ctl(cell, 'import', 'residents', write('r.csv', '住户编号,,老人编号,姓名\nh0001,密语,x1,王一\n'), '--lang', 'zh')
	assert.match(under.err, /:2: 在没有列名的列里填了内容\n/)
	assert.ok(!under.err.includes('密语'))
})

test('Ctrl-C in the middle of an import: a batch is whole, the command says so, and the same command enters what is missing', async (t) => {
	const { cell, write } = await begun(t)
	const homes = 30000
	const file = write('big.csv', HEAD + Array.from({ length: homes }, (_, n) => `big${n},440190001001,街,路${n}号,,\n`).join(''))
	const redis = (...args) => execFileSync('redis-cli', ['-s', cell.redis.socket, ...args], { encoding: 'utf8' })
	const count = () => Number(redis('eval', "return #redis.call('keys', 'pa:household:big*')", '0'))
	const before = Number(redis('xlen', 'pa:log'))
	for (const signal of ['SIGINT', 'SIGTERM']) {
		const had = count()
		const at = Number(redis('xlen', 'pa:log'))
		const child = spawn(program('pinganctl'), ['--config', cell.daemon.file, 'import', 'homes', file, '--lang', 'zh'], { stdio: ['ignore', 'pipe', 'inherit'] })
		let out = ''
		child.stdout.on('data', (bytes) => (out += bytes))
		const ended = once(child, 'close')
		await until(() => Number(redis('xlen', 'pa:log')) > at + 500, { what: 'some are in' })
		child.kill(signal)
		const [code] = await ended
		const have = count()
		assert.equal(code, 1, `it ended by itself: ${out}`)
		assert.ok(have > had && have < homes, `${have} are in`)
		assert.equal(out, `已新增 ${have - had} 行，已修改 0 行，已有 ${had} 行，有误 0 行；中断了：请再导入一次，会补上缺的\n`)
	}
	const have = count()
	assert.equal(await ok(cell, 'import', 'homes', file), `${homes - have} entered, 0 changed, ${have} there already, 0 bad\n`)
	assert.equal(count(), homes)
	// Each home came with its entry in the log: once.
	assert.ok(Number(redis('xlen', 'pa:log')) >= before + homes)
	await ok(cell, 'audit', 'verify')
})
