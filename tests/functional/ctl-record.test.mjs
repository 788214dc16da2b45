// pinganctl home, resident, contact, area and station against a real cell: what is corrected shows on consoles at once, what
// is wrong is named by its field, and the log says who did it and never what.
import assert from 'node:assert/strict'
import test from 'node:test'

import { ok, refused } from '../harness/ctl.mjs'
import { Cell } from '../harness/index.mjs'

const json = async (cell, ...args) => JSON.parse(await ok(cell, ...args, '--json'))

test('a home is made, corrected and shown; each thing that is wrong is named', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 30 } })
	const home = ['area=440190001001', 'street=米铺街', 'address=演示市云影区米铺街 5 号 301', 'phone=020-0000 7777', 'latitude=23.129000', 'longitude=113.258000']
	await refused(cell, /street: must not be empty[\s\S]*address: must not be empty/, 'home', 'add', 'n1', 'area=440190001001')
	await refused(cell, /area: names a record that does not exist/, 'home', 'add', 'n1', ...home, 'area=440190001099')
	await refused(cell, /phone: /, 'home', 'add', 'n1', ...home, 'phone=none')
	await refused(cell, /no such field/, 'home', 'add', 'n1', ...home, 'nothing=1')
	await refused(cell, /not in the registry/, 'home', 'show', 'n1')
	assert.match(await ok(cell, 'home', 'add', 'n1', ...home, 'door_code=77-MARK#', 'kind=care_bed', 'care_provider=st01', 'care_services=meals; bath'), /entered/)
	await refused(cell, /there already/, 'home', 'add', 'n1', ...home)
	await ok(cell, 'resident', 'add', 'n1', 'n1-r1', 'name=区𠮷祥', 'spelling=ou jixiang', 'birth_year=1938', 'risks=alone; very_old', 'mobility=with_aid', 'dialect=toishan')
	await ok(cell, 'contact', 'add', 'n1', '2', 'name=李明', 'phone=13800000002', 'tell=yes', 'consent=yes', 'consent_on=2026-01-05')
	await ok(cell, 'contact', 'add', 'n1', '1', 'name=李红', 'phone=13800000001', 'hours=mon-fri 08:00-20:00', 'has_key=yes')
	assert.match(await ok(cell, 'resident', 'set', 'n1', 'n1-r1', 'allergies=青霉素'), /residents\[1\]\.health\.allergies changed/)
	assert.match(await ok(cell, 'resident', 'set', 'n1', 'n1-r1', 'allergies='), /residents\[1\]/)
	await refused(cell, /there already/, 'contact', 'add', 'n1', '1', 'name=x', 'phone=13800000001')
	await refused(cell, /phone: must not be empty/, 'contact', 'set', 'n1', '1', 'phone=')

	const shown = await json(cell, 'home', 'show', 'n1')
	assert.equal(shown.residents[0].name, '区𠮷祥')
	assert.equal(shown.residents[0].birth_year, 1938)
	assert.deepEqual(
		shown.contacts.map((c) => [c.order, c.name, c.tell]),
		[
			[1, '李红', false],
			[2, '李明', true]
		]
	)
	assert.equal(shown.door_code, undefined)
	assert.equal((await json(cell, 'home', 'show', 'n1', '--with-private')).door_code, '77-MARK#')

	// Nothing to do is done without a word in the log; what is done is named by its field.
	assert.match(await ok(cell, 'home', 'set', 'n1', 'phone=020-0000 7777'), /so already/)
	assert.match(await ok(cell, 'home', 'set', 'n1', 'phone=02000007778', 'place.lat_e6=23.129100'), /phone, place\.lat_e6 changed|phone.*changed/)
	assert.match(await ok(cell, 'contact', 'remove', 'n1', '2'), /contacts\[2\] changed/)

	// The log says who and which field, never what.
	const key = (await cell.redis.cli('keys', '*:log')).split('\n')[0]
	const log = await cell.redis.cli('--no-raw', 'xrange', key, '-', '+')
	assert.match(log, /ctl:/)
	assert.match(log, /contacts\[2\]/)
	for (const said of ['77-MARK', '13800000001', '02000007778', 'ou jixiang']) assert.ok(!log.includes(said), said)
})

test('areas and stations: a tree with targets, removed when nothing lies there', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	await refused(cell, /code: names a record that does not exist/, 'area', 'add', '440190003001', 'name=新社区')
	await ok(cell, 'area', 'add', '440190003', 'name=新街道', 'name_en=New', 'neighbours=440190001; 440190002', 'arrival_due_min=25', 'target_homes=300')
	await ok(cell, 'area', 'add', '440190003001', 'name=新社区')
	assert.match(await ok(cell, 'area', 'list', '--area', '440190003'), /440190003 +25 +300[\s\S]*440190003001/)
	await refused(cell, /neighbours/, 'area', 'set', '440190003', 'neighbours=440190003')
	await refused(cell, /area:440190003001 still lies there/, 'area', 'remove', '440190003')
	await ok(cell, 'station', 'add', 'st09', 'name=新颐康中心', 'area=440190003', 'address=新街 1 号', 'kind=centre', 'duty_phone=10000009109', 'hours=mon-sun 08:00-20:00')
	await ok(cell, 'area', 'set', '440190003001', 'station=st09')
	await refused(cell, /names it/, 'station', 'remove', 'st09')
	await ok(cell, 'area', 'set', '440190003001', 'station=')
	await ok(cell, 'station', 'remove', 'st09')
	await ok(cell, 'area', 'remove', '440190003001')
	await ok(cell, 'area', 'remove', '440190003')
	await refused(cell, /still lies there/, 'area', 'remove', '440190001001')
	assert.match(await ok(cell, 'home', 'list', '--area', '440190001'), /h0001 /)
	// Every demo home stands before the one judge.
	for (const id of ['h0001', 'h0005', 'h0009']) assert.match(await ok(cell, 'home', 'set', id, 'note=已核对'), /note changed/)
})
