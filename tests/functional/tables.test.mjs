// pinganctl import and export: tables of clerks become the registry and come out of it as they went in; what is wrong is named by
// line, column and reason, and nothing is half entered.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl, ok } from '../harness/ctl.mjs'
import { Cell, folder } from '../harness/index.mjs'
import { console_ as proto, record } from '../harness/proto.mjs'
import { caughtUp, household, recordOf } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { until } from '../harness/until.mjs'

const KINDS = ['areas', 'stations', 'people', 'homes', 'residents', 'contacts', 'devices']
const MARK = '\ufeff'

async function begun(t, options) {
	const cell = await Cell.start(t, { demo: { homes: 30 }, ...options })
	const dir = folder(t, 'tables')
	const at = (name) => path.join(dir, name)
	const write = (name, text) => {
		writeFileSync(at(name), text)
		return at(name)
	}
	return { cell, at, write }
}

/** "line column" of every fault that was named. */
const places = (file, err) =>
	err
		.split('\n')
		.filter((line) => line.startsWith(`${file}:`))
		.map((line) => line.slice(file.length + 1).match(/^(\d+):(?: (\w+):)? ./))
		.map((m) => `${m[1]} ${m[2] ?? ''}`.trim())

/** Another cell in the same Redis, which nobody serves. */
const other = (cell, ...args) => ok(cell, '--cell', 'other', ...args)

for (const encoding of ['utf-8', 'gb18030'])
	test(`what is exported in ${encoding} and imported into an empty cell comes out as the same files`, async (t) => {
		const { cell, at, write } = await begun(t)
		// What is rare, and what a spreadsheet would run: characters beyond GBK and beyond two bytes, formulas, quotes, lines.
		const names = ['𠮷田𩙿', '龦㐂𪚥', '=HYPERLINK("http://x")', '+86 哥', "'=1+1", '＝全角', '陈,"秀"英', '@SUM(A1)', '-1']
		// A clerk who means the mark itself writes it twice, as an export does.
		const cell_ = (text) => `"${text.replace(/^'/, "''").replaceAll('"', '""')}"`
		await ok(cell, 'import', 'residents', write('rare.csv', `household,resident,name\n${names.map((name, n) => `h00${10 + n},rare-${n},${cell_(name)}\n`).join('')}`))
		await ok(cell, 'import', 'homes', write('n.csv', 'household,area,street,address,note\nh0030,440190001001,米铺街,演示市 1号,"两行\n=文字"\n'), '--update')
		await ok(cell, 'import', 'contacts', write('c.csv', 'household,order,name,phone,hours,tell\nh0003,7,"李, 四",+86 138 0000,"周一-周五 8:00-18:00；sat 22:00-06:00",是\n'))
		await ok(cell, 'import', 'stations', write('s.csv', 'station,name,area,address,kind,covers,hours\nst9,云影颐康中心,440190001,米铺街 1 号,centre,440190;4401,mon-fri 08:00-18:00\n'))
		for (const kind of KINDS) await ok(cell, 'export', kind, at(`${kind}.csv`), '--encoding', encoding, '--with-private')
		assert.equal(statSync(at('homes.csv')).mode & 0o777, 0o600)
		for (const kind of KINDS) {
			assert.match(await other(cell, 'import', kind, at(`${kind}.csv`), '--encoding', encoding), / entered, 0 changed, 0 there already, 0 bad\n$/, kind)
			await other(cell, 'export', kind, at(`${kind}.2.csv`), '--encoding', encoding, '--with-private')
			assert.ok(readFileSync(at(`${kind}.csv`)).equals(readFileSync(at(`${kind}.2.csv`))), `${kind} is the same, byte for byte`)
			// And once more it changes nothing.
			assert.match(await other(cell, 'import', kind, at(`${kind}.csv`), '--encoding', encoding), /^0 entered, 0 changed, \d+ there already, 0 bad\n$/, kind)
		}
		const home = await household(cell, 'h0030')
		assert.equal(home.note, '两行\n=文字')
		assert.deepEqual((await Promise.all(names.map((_, n) => household(cell, `h00${10 + n}`)))).map((h) => h.residents.at(-1).name), names)
		const contact = (await household(cell, 'h0003')).contacts.find((c) => c.order === 7)
		assert.deepEqual([contact.name, contact.tell, contact.hours.map((h) => [h.days, h.fromMin, h.untilMin])], ['李, 四', true, [[31, 480, 1080], [32, 1320, 360]]])
		assert.ok(home.key.length === 32)
		// A spreadsheet runs none of it.
		const decoded = new TextDecoder(encoding).decode(readFileSync(at('residents.csv')))
		for (const line of decoded.split('\n').slice(1)) for (const one of line.split(',')) assert.doesNotMatch(one.replace(/^"/, ''), /^[=+\-@＝＋－＠]/, line)
		if (encoding === 'utf-8') assert.ok(readFileSync(at('homes.csv'), 'utf8').startsWith(MARK))
	})

test('what opens a door, a body or an account is in an export only when it is asked for', async (t) => {
	const { cell, at, write } = await begun(t)
	const homes = await household(cell, 'h0001')
	for (const kind of KINDS) await ok(cell, 'export', kind, at(`${kind}.csv`))
	const all = KINDS.map((kind) => readFileSync(at(`${kind}.csv`), 'utf8')).join('\n')
	assert.ok(all.includes(homes.address))
	for (const secret of [homes.health.notes, homes.health.medicines, '$argon2id', 'password_hash', 'door_code', Buffer.from((await recordOf(cell, 'device:d0005', record.DeviceSchema)).psk).toString('hex')]) {
		assert.ok(secret.length > 2)
		assert.ok(!all.includes(secret), 'nothing private')
	}
	// Columns that a table lacks stay as they are.
	assert.match(await ok(cell, 'import', 'homes', at('homes.csv'), '--update'), /^0 entered, 0 changed, 30 there/)
	// A unit keeps its key, or it would not be let in any more.
	const unit = await recordOf(cell, 'device:d0005', record.DeviceSchema)
	await ok(cell, 'import', 'devices', at('devices.csv'), '--update')
	await ok(cell, 'import', 'devices', write('d.csv', 'device,household,protocol,model\nd0005,h0005,native,another\n'), '--update')
	const after = await recordOf(cell, 'device:d0005', record.DeviceSchema)
	assert.equal(after.model, 'another')
	assert.equal(after.household, unit.household)
	assert.deepEqual(after.psk, unit.psk)
	// And its home, until somebody unbinds it there: it hangs on a wall.
	const moved = await ctl(cell, 'import', 'devices', write('m.csv', 'device,household,protocol\nd0005,h0006,native\n'), '--update')
	assert.match(moved.err, /:2: household: this device is bound to another home/)
	assert.equal((await recordOf(cell, 'device:d0005', record.DeviceSchema)).household, unit.household)
	assert.deepEqual((await household(cell, 'h0001')).health, homes.health)
	assert.ok((await ok(cell, 'export', 'homes', '-', '--with-private')).includes(homes.health.notes))
})

test('a table that is wrong is a list for its clerk, and nothing of it is entered', async (t) => {
	const { cell, at, write } = await begun(t)
	const file = write(
		'homes.csv',
		'household,area,street,address,phone,latitude,longitude,kind,care_visits_week,care_from\n' +
			'n1,440190001001,街,路1号,020 1,23.1,113.2,,,\n' + // 2: good
			'n2,440190001999,街,路1号,,,,,,\n' + // 3: no such area
			'n3,4.40190E+11,街,路1号,,,,,,\n' + // 4: cut short by a spreadsheet
			'n4,440190001001,街,,,,,,,\n' + // 5: empty
			'n5,440190001001,街,路1号,无,95.0,x,palace,many,31.12.2026\n' + // 6: six cells
			'n1,440190001001,街,路2号,,,,,,\n' + // 7: twice
			'h0001,440190001001,别的街,路1号,,,,,,\n' + // 8: there, and otherwise
			'"a b",440190001001,街,路,,,,,,\n' + // 9
			'n6,440190001001,街\n' + // 10: too few cells
			`n7,440190001001,街,${'长'.repeat(500)},,,,,,\n` + // 11
			'n8,440190001001,"街"x,路,,,,,,\n' + // 12: quotation mark
			`n9,440190001001,街,${'x'.repeat(10 << 20)},,,,,,\n` + // 13: a line of ten megabytes
			'n10,440190001001,街,路10号,,,,care_bed,3,2026/1/5\n', // 14: good
	)
	const dry = await ctl(cell, 'import', 'homes', file, '--dry-run', '--report', at('bad.csv'))
	assert.equal(dry.code, 1)
	const named = places(file, dry.err)
	for (const place of ['3 area', '4 area', '5 address', '6 phone', '6 latitude', '6 longitude', '6 kind', '6 care_visits_week', '6 care_from', '7 household', '8 street', '9 household', '10', '11 address', '12', '13'])
		assert.ok(named.includes(place), `${place} in ${named}`)
	assert.deepEqual([...new Set(named.map((place) => Number(place.split(' ')[0])))], [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], 'in the order of the lines, and no others')
	assert.match(dry.err, /:4: area: a spreadsheet has cut this number short/)
	assert.match(dry.out, /^2 to be entered, 0 to be changed, 0 there already, 11 bad; nothing was written/)
	assert.ok(!dry.err.includes('路') && !dry.err.includes('别的街'), 'what stood in a cell is not repeated')
	const report = readFileSync(at('bad.csv'), 'utf8')
	assert.ok(report.startsWith(`${MARK}line,column,reason\n3,area,`))
	assert.equal(report.trim().split('\n').length, named.length + 1)

	const refused = await ctl(cell, 'import', 'homes', file)
	assert.equal(refused.code, 1)
	assert.match(refused.err, /11 bad: nothing was entered/)
	await assert.rejects(household(cell, 'n1'))
	const skipped = await ctl(cell, 'import', 'homes', file, '--skip-bad')
	assert.equal(skipped.out, '2 entered, 0 changed, 0 there already, 11 bad\n')
	assert.equal((await household(cell, 'n1')).phone, '020 1')
	const bed = await household(cell, 'n10')
	assert.deepEqual([bed.kind, bed.carePlan.visitsWeek, bed.carePlan.from], [record.HomeKind.HOME_CARE_BED, 3, '2026-01-05'])
	assert.equal((await household(cell, 'h0001')).street === '别的街', false)
})

test('a heading that lacks a column, has none, or another encoding: one line says so, without what stands there', async (t) => {
	const { cell, write } = await begun(t)
	const tried = async (kind, text, why) => {
		const file = write('x.csv', text)
		const { code, out, err } = await ctl(cell, 'import', kind, file)
		assert.deepEqual([code, out], [1, ''])
		assert.match(err, why)
		assert.match(err, /nothing was entered/)
		assert.ok(!err.includes('陈秀英'))
	}
	await tried('residents', '陈秀英,020,h0001\n', /:1: this row names none of the columns/)
	await tried('residents', 'household,resident\nh0001,r1\n', /:1: name: the heading lacks this column/)
	await tried('residents', '住户编号,老人编号,姓名,colour\nh0001,r1,陈秀英,red\n', /:1: colour: there is no such column/)
	await tried('residents', Buffer.from('\ufeffhousehold,resident,name\nh0001,r1,陈秀英\n', 'utf16le'), /UTF-16/)
	await tried('residents', '', /empty/)
	await tried('residents', Buffer.from('household,resident,name\nh0001,r1,\xb3\xc2\xd0\xe3\xd3\xa2\n', 'latin1'), /--encoding gb18030/)
	const none = await ctl(cell, 'import', 'cats', write('x.csv', 'a\n'))
	assert.match(none.err, /cats: tables are areas/)
	assert.match((await ctl(cell, 'import', 'homes', '/nowhere/x.csv')).err, /No such file/)
})

test('residents and contacts join their home; a bad one leaves the others; one who lives elsewhere is said', async (t) => {
	const { cell, write } = await begun(t)
	const file = write('r.csv', 'household,resident,name,birth_year,sex,risks,mobility\n' + 'h0005,x1,王一,1931,女,"alone;heart",wheelchair\n' + 'h0005,x2,王二,abc,,,\n' + 'h0005,h0006-r1,王三,,,,\n' + 'h9999,x4,王四,,,,\n' + 'h0006,x1,王五,,,,\n')
	const before = (await household(cell, 'h0005')).residents.length
	const done = await ctl(cell, 'import', 'residents', file, '--skip-bad')
	assert.deepEqual(places(file, done.err), ['3 birth_year', '4 resident', '5 household', '6 resident'])
	assert.match(done.err, /:4: resident: lives in household h0006/)
	assert.match(done.err, /:6: resident: stands in line 2 already/)
	assert.equal(done.out, '1 entered, 0 changed, 0 there already, 4 bad\n')
	const now = await household(cell, 'h0005')
	assert.equal(now.residents.length, before + 1)
	assert.deepEqual([now.residents.at(-1).name, now.residents.at(-1).sex, now.residents.at(-1).risks], ['王一', 2, ['alone', 'heart']])

	const contacts = write('c.csv', 'household,order,name,phone\nh0005,2,换人,139\nh0005,3,新人,138\n')
	assert.match((await ctl(cell, 'import', 'contacts', contacts)).err, /:2: name: stands in the registry otherwise; --update/)
	const relation = now.contacts.find((c) => c.order === 2).relation
	assert.equal(await ok(cell, 'import', 'contacts', contacts, '--update'), '1 entered, 1 changed, 0 there already, 0 bad\n')
	const after = await household(cell, 'h0005')
	assert.deepEqual(after.contacts.map((c) => c.order), [1, 2, 3])
	assert.deepEqual([after.contacts[1].name, after.contacts[1].relation], ['换人', relation], 'a column that the table lacks stays')
})

test('a table is judged as the console is: too many, too long, out of bounds; an erased home stays erased', async (t) => {
	const { cell, write } = await begun(t)
	const rows = Array.from({ length: 9 }, (_, n) => `h0007,many-${n},王${n}\n`)
	assert.match((await ctl(cell, 'import', 'residents', write('many.csv', `household,resident,name\n${rows.join('')}`))).err, /many.csv:2: household: this home would have more of them than there may be/)
	const file = write('r.csv', 'household,resident,name,birth_year,risks,language\nh0007,a1,王一,1700,,\nh0007,a2,王二,,Heart Attack,\nh0007,a3,"王\n三",,,\nh0007,a4,王四,,,Cantonese\n')
	const { err } = await ctl(cell, 'import', 'residents', file)
	assert.deepEqual(places(file, err), ['2 birth_year', '3 risks', '4 name', '6 language'])
	const contact = write('c.csv', 'household,order,name,phone,consent_on\nh0007,40,王,139,\nh0007,3,王,1,2026-02-30\n')
	assert.deepEqual(places(contact, (await ctl(cell, 'import', 'contacts', contact)).err), ['2 order', '3 consent_on'])
	await ctl(cell, 'home', 'erase', 'h0008', '--reason', 'asked', '--retire')
	assert.ok((await household(cell, 'h0008')).erasedMs > 0n)
	assert.match((await ctl(cell, 'import', 'residents', write('e.csv', 'household,resident,name\nh0008,z,王\n'))).err, /:2: household: this home was erased/)
	const homes = await ok(cell, 'export', 'homes', '-')
	assert.ok(!homes.includes('h0008') && homes.includes('h0009') && !(await ok(cell, 'export', 'residents', '-')).includes(`h0008,`))
})

test('an import that breaks off is made again, and what is missing is entered; nobody hears anything twice', async (t) => {
	const { cell, write } = await begun(t)
	const homes = 60000
	const rows = Array.from({ length: homes }, (_, n) => `big${n},440190001001,米铺街,云影区米铺街${n}号\n`)
	const file = write('homes.csv', `household,area,street,address\n${rows.join('')}`)
	const redis = (...args) => execFileSync('redis-cli', ['-s', cell.redis.socket, ...args], { encoding: 'utf8' })
	const count = () => Number(redis('eval', "return #redis.call('keys', 'pa:household:big*')", '0'))
	const before = Number(redis('xlen', 'pa:log'))
	const first = ctl(cell, 'import', 'homes', file)
	await until(() => Number(redis('xlen', 'pa:log')) > before + 500, { what: 'some are in' })
	await cell.redis.kill()
	const broken = await first
	assert.equal(broken.code, 1)
	await cell.redis.start()
	const had = count()
	assert.ok(had >= 500 && had < homes, `${had} were in`)
	const again = await ok(cell, 'import', 'homes', file)
	assert.equal(again, `${homes - had} entered, 0 changed, ${had} there already, 0 bad\n`)
	assert.equal(count(), homes)
	await cell.daemon.ready()
	await caughtUp(cell) // a log-in waits behind them all
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	await until(async () => {
		const reply = await desk.ask('find', { text: 'big59999' })
		return reply.result === proto.Result.OK && reply.found.list[0]?.household === 'big59999'
	}, { what: 'the daemon knows the last of them' })
})

test('who took a table, entered one, or searched is on record, and the chain is whole', async (t) => {
	const { cell, at } = await begun(t)
	await ok(cell, 'export', 'homes', at('homes.csv'), '--with-private')
	await ok(cell, 'export', 'areas', at('areas.csv'))
	await other(cell, 'import', 'areas', at('areas.csv'))
	await ok(cell, 'find', 'h0009')
	const query = async (what, run = ok) => (await run(cell, 'audit', 'query', '--what', what, '--json')).trim().split('\n').map((line) => JSON.parse(line))
	const exported = await query('exported')
	assert.deepEqual(exported.map((a) => [a.note, a.count]), [['homes with-private', 30], ['areas', 12]])
	assert.ok(exported.every((a) => a.who.startsWith('ctl:')))
	assert.deepEqual((await query('imported', other)).map((a) => [a.note, a.count]), [['areas', 12]])
	assert.equal((await query('changed', other)).length, 12)
	assert.deepEqual((await query('found')).map((a) => a.count), [1])
	assert.ok(!JSON.stringify(await query('found')).includes('h0009'), 'not what for')
})

test('an export appears whole or not at all', async (t) => {
	const { cell, at } = await begun(t)
	await ok(cell, 'export', 'homes', at('homes.csv'))
	const before = readFileSync(at('homes.csv'))
	await cell.redis.kill()
	assert.equal((await ctl(cell, 'export', 'homes', at('homes.csv'))).code, 1)
	assert.ok(readFileSync(at('homes.csv')).equals(before))
	assert.equal(existsSync(at('homes.csv.new')), false)
	await cell.redis.start()
})
