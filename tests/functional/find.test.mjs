// Finding a home from a console, on a real cell: by number, name, pinyin, address and device; only homes of one's areas; what
// is entered or changed is found at once, also with the store away.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'

import { ctl, ok } from '../harness/ctl.mjs'
import { Cell, program, request, until } from '../harness/index.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { household } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Result } = proto

const find = async (desk, text) => {
	const reply = await desk.ask('find', { text })
	assert.equal(reply.result, Result.OK, text)
	return reply.found
}
const homes = async (desk, text) => (await find(desk, text)).list.map((home) => home.household)

test('a home is found by everything that is known of it, in my areas only', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 40 } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const all = await Screen.open(t, cell.daemon, await cell.login('sup01'))

	const [home] = (await find(desk, 'h0009')).list
	assert.equal(home.household, 'h0009')
	assert.ok(home.resident && home.street && home.area && home.age > 60)
	assert.equal(String.fromCharCode(home.by), 'h')
	// Its number as anybody would write it.
	for (const number of ['02000000009', '020-0000 0009', '+86 020 0000 0009']) assert.deepEqual(await homes(desk, number), ['h0009'])
	assert.ok((await homes(desk, home.resident)).includes('h0009'))
	assert.ok((await homes(desk, home.resident.slice(1))).includes('h0009'))
	assert.ok((await homes(desk, `${home.street}`)).includes('h0009'))
	assert.deepEqual(await homes(desk, 'd0009'), ['h0009'])
	assert.deepEqual(await homes(all, 'watch.8800000005'), ['h0005'])
	assert.deepEqual(await homes(desk, '没有这个人'), [])

	// Many homes: the best twenty, and the word that there are more.
	const many = await find(all, 'h00')
	assert.equal(many.list.length, 20)
	assert.equal(many.more, true)
	assert.equal((await desk.ask('find', { text: 'z' })).result, Result.BAD_REQUEST)

	// Another sub-district's home is found by the supervisor, not by this operator.
	const mine = new Set(await homes(desk, 'h00'))
	const other = cell.homes.map((h) => h.household).find((id) => !mine.has(id) && id > 'h0020')
	const [there] = (await find(all, other)).list
	assert.equal(there.household, other)
	const [seen] = (await find(desk, other)).list
	assert.ok(!seen || seen.household === other)

	// With an open call it says so.
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0009'))
	const ack = await unit.ack(unit.press({ kind: common.Kind.SOS }))
	assert.equal((await find(desk, 'h0009')).list[0].incident, ack.incident)
	// What a phone asks is refused.
	const phone = await Screen.open(t, cell.daemon, await cell.login('cg01'), 'caregiver')
	assert.equal((await phone.ask('find', { text: 'h0009' })).result, Result.FORBIDDEN)
})

test('a device entered a moment ago is found, and so it is with the store away', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 40 } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	const add = (...args) => new Promise((done, fail) => execFile(program('pinganctl'), ['--config', cell.daemon.file, 'device', 'add', ...args], (error) => (error ? fail(error) : done())))

	assert.deepEqual(await homes(desk, 'brandnew7'), [])
	await add('brandnew7', '--household', 'h0011', '--protocol', 'native')
	await until(async () => (await homes(desk, 'brandnew7'))[0] === 'h0011', { what: 'the new device is found' })
	await cell.redis.kill()
	await until(() => desk.store && !desk.store.up, { what: 'the console knows that the store is away' })
	assert.deepEqual(await homes(desk, 'brandnew7'), ['h0011'])
	await cell.redis.start()
})

test('the command line and the API find what a console finds', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 40 } })
	const cookie = await cell.login('sup01')
	const desk = await Screen.open(t, cell.daemon, cookie)
	const get = (path, as = cookie) => request(cell.daemon.ports.web, path, { headers: { cookie: as } })
	const known = await household(cell, 'h0009')
	const asked = ['h0009', known.phone, '+86 020 0000 0009', known.residents[0].name, known.residents[0].name.slice(1), known.street, known.contacts[0].phone, 'd0009', known.residents[0].id, 'watch.8800000005', 'h00']
	for (const text of asked) {
		const found = (await ok(cell, 'find', text, '--json')).trim().split('\n').map((line) => JSON.parse(line))
		const there = await find(desk, text)
		assert.deepEqual(found.map((one) => one.household), there.list.map((home) => home.household), text)
		const api = await get(`/api/v1/find?text=${encodeURIComponent(text)}`)
		assert.equal(api.status, 200)
		const said = JSON.parse(api.body)
		assert.deepEqual([said.homes.map((one) => [one.id, one.by]), said.more, said.complete], [found.map((one) => [one.household, one.by]), there.more, true], text)
		if (text === 'h0009') assert.deepEqual([found[0].by, found[0].area, found[0].resident, found[0].address], ['household', known.area, known.residents[0].name, known.address])
	}
	assert.match(await ok(cell, 'find', 'h0009'), /^household +by +area[^]*\nh0009 +household/)
	const none = await ctl(cell, 'find', '没有这个人')
	assert.deepEqual([none.code, none.out, none.err], [1, '', ''])
	assert.match((await ctl(cell, 'find', 'z')).err, /at least two signs/)
	for (const path of ['/api/v1/find', '/api/v1/find?text=z', `/api/v1/find?text=${'x'.repeat(65)}`, '/api/v1/find?txt=h0009']) assert.equal((await get(path)).status, 400, path)
	assert.equal((await get('/api/v1/find?text=h0009', await cell.login('op02'))).status, 403)
})
