// The API for the city's other systems: lists page by page, tags, errors, rights, bounds.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { Cell, request, until } from '../harness/index.mjs'
import { Unit } from '../harness/unit.mjs'

const ends = []
const file = { after: (end) => ends.push(end) }
const HOMES = 30
let cell
let web
let supervisor
let operator

before(async () => {
	cell = await Cell.start(file, { demo: { homes: HOMES } })
	web = cell.daemon.ports.web
	supervisor = await cell.login('sup01')
	operator = await cell.login('op01')
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

async function ask(path, { cookie = supervisor, method = 'GET', headers = {}, body } = {}) {
	const answer = await request(web, `/api/v1${path}`, {
		method,
		body,
		headers: { ...(cookie ? { cookie } : {}), ...(method === 'GET' ? {} : { origin: cell.daemon.origin }), ...headers },
	})
	const type = answer.headers['content-type'] ?? ''
	return { ...answer, type, json: type.includes('json') && answer.body !== '' ? JSON.parse(answer.body) : undefined }
}

async function ok(path, more) {
	const answer = await ask(path, more)
	assert.equal(answer.status, 200, `${path}: ${answer.status} ${answer.body}`)
	assert.equal(answer.type, 'application/json')
	return answer.json
}

async function refused(status, error, path, more) {
	const answer = await ask(path, more)
	assert.equal(answer.status, status, `${path}: ${answer.status} ${answer.body}`)
	assert.equal(answer.type, 'application/problem+json')
	assert.equal(answer.json.status, status)
	assert.equal(answer.json.error, error)
	assert.equal(answer.json.type, `urn:pingan:problem:${error}`)
	assert.ok(answer.json.title)
	return answer
}

/** Every item of a list, by pages of `limit`. */
async function all(path, limit) {
	const items = []
	let cursor
	do {
		const page = await ok(`${path}${path.includes('?') ? '&' : '?'}limit=${limit}${cursor ? `&cursor=${cursor}` : ''}`)
		assert.ok(page.items.length <= limit)
		items.push(...page.items)
		cursor = page.next
	} while (cursor)
	return items
}

describe('lists', () => {
	test('all homes, once each, in order, however long the pages are', async () => {
		const whole = await ok('/homes?limit=500')
		assert.equal(whole.next, undefined)
		assert.equal(whole.items.length, HOMES)
		const ids = whole.items.map((h) => h.id)
		assert.deepEqual(ids, [...ids].sort())
		for (const limit of [1, 7, 30]) assert.deepEqual(await all('/homes', limit), whole.items)
	})

	test('a home is told with its residents and contacts, without health and without its key', async () => {
		const { items } = await ok('/homes?limit=1')
		const home = items[0]
		assert.match(home.area, /^\d{12}$/)
		assert.ok(home.address && home.residents.length > 0 && home.residents[0].name && home.contacts.length > 0)
		assert.deepEqual(await ok(`/homes/${home.id}`), home)
		for (const word of ['health', 'key', 'notes', 'medicines', 'allergies']) assert.ok(!(word in home), word)
	})

	test('filters: area, telephone, household, state', async () => {
		const homes = await all('/homes', 500)
		const one = homes[3]
		const same = homes.filter((h) => h.area.startsWith(one.area.slice(0, 9)))
		assert.deepEqual(await all(`/homes?area=${one.area.slice(0, 9)}`, 2), same)
		assert.deepEqual((await ok(`/homes?phone=${one.phone}`)).items.map((h) => h.id), [one.id])
		assert.deepEqual((await ok(`/homes?resident=${one.residents[0].id}`)).items.map((h) => h.id), [one.id])
		const units = await all(`/devices?household=${one.id}`, 10)
		assert.ok(units.length > 0)
		for (const unit of units) assert.equal(unit.household, one.id)
		const every = await all('/devices', 500)
		assert.deepEqual(await all('/devices?state=in_service', 500), every.filter((d) => d.state === 'in_service'))
		assert.deepEqual((await ok('/devices?state=retired')).items, [])
		for (const unit of every) for (const word of ['psk', 'token', 'dc09_key', 'next_psk', 'token_hash']) assert.ok(!(word in unit), word)
	})

	test('what is misspelt or cannot be is refused by name, and says nothing of what was typed', async () => {
		const bad = async (path, field) => {
			const { json, body } = await refused(400, 'parameters', path)
			assert.deepEqual(json.errors.map((e) => e.field), [field])
			assert.ok(json.errors[0].reason)
			assert.ok(!body.includes('13800138000'), 'what was typed')
		}
		await bad('/homes?limt=5', 'limt')
		await bad('/homes?limit=0', 'limit')
		await bad('/homes?limit=501', 'limit')
		await bad('/homes?limit=-1', 'limit')
		await bad('/homes?limit=5&limit=6', 'limit')
		await bad('/homes?area=GZ', 'area')
		await bad('/homes?cursor=***', 'cursor')
		await bad('/homes?13800138000=1', '?')
		await bad('/incidents?since=yesterday', 'since')
		await bad('/incidents?state=lost', 'state')
		await bad('/incidents?kind=none', 'kind')
		await bad('/devices?silent=maybe', 'silent')
		await bad(`/homes?phone=${'1'.repeat(200)}`, 'phone')
		await bad('/homes/h0001?limit=3', 'limit')
	})

	test('areas and people, and who is on duty', async () => {
		const areas = await all('/areas', 3)
		assert.ok(areas.length > 3 && areas.every((a) => a.code && a.name))
		assert.deepEqual(await ok(`/areas/${areas[0].code}`), areas[0])
		assert.deepEqual(await all('/areas?within=4401', 500), areas.filter((a) => a.code.startsWith('4401')))
		const people = await all('/people', 2)
		const caregiver = people.find((p) => p.role === 'caregiver')
		assert.ok(caregiver.name && caregiver.areas.length > 0 && caregiver.skills.length > 0)
		for (const p of people) for (const word of ['password_hash', 'account', 'totp_key', 'recovery']) assert.ok(!(word in p), word)
		assert.deepEqual((await all('/people?role=caregiver', 500)).map((p) => p.id), people.filter((p) => p.role === 'caregiver').map((p) => p.id))
		for (const p of await all('/duty', 500)) assert.ok('free' in p || 'ready' in p)
	})
})

describe('calls', () => {
	test('a call is there as soon as it is safe, newest first, with no word that anybody said', async (t) => {
		const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0009'))
		const { incident } = await unit.ack(unit.press())
		const id = incident.toString(16).padStart(16, '0')
		const call = await ok(`/incidents/${id}`)
		assert.equal(call.id, id)
		assert.equal(call.household, 'h0009')
		assert.equal(call.kind, 'sos')
		assert.equal(call.class, 'life')
		assert.equal(call.state, 'waiting')
		assert.match(call.opened, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
		assert.equal((await ok('/incidents?limit=1')).items[0].id, id)
		assert.deepEqual((await ok('/incidents?household=h0009&state=waiting')).items.map((i) => i.id), [id])
		assert.deepEqual((await ok('/incidents?household=h0009&class=device')).items, [])
		assert.deepEqual((await ok(`/incidents?since=${call.opened}&household=h0009`)).items.map((i) => i.id), [id])
		assert.deepEqual((await ok(`/incidents?until=${call.opened}&household=h0009`)).items, [])
		const later = new Date(Date.parse(call.opened) + 1).toISOString()
		assert.deepEqual((await ok(`/incidents?until=${later}&household=h0009`)).items.map((i) => i.id), [id])
		assert.deepEqual((await ok(`/incidents?since=${later}&household=h0009`)).items, [])
		const device = unit.home.device
		assert.equal((await ok(`/devices/${device}/status`)).incident, id)

		const figures = await ok(`/statistics/incidents?since=${call.opened}`)
		assert.equal(figures.opened, 1)
		assert.equal(figures.kinds.sos, 1)
		assert.equal(figures.classes.life, 1)
		assert.equal(figures.answer.unanswered, 1)
		assert.equal(figures.complete, true)
		assert.deepEqual(figures.districts.map((d) => [d.area, d.opened]), [[call.area.slice(0, 6), 1]])
	})
})

describe('tags', () => {
	test('what has not changed is not sent again', async () => {
		const first = await ask('/homes/h0001')
		assert.match(first.headers.etag, /^"[0-9a-f]{16}"$/)
		for (const tags of [first.headers.etag, `W/${first.headers.etag}`, `"x", ${first.headers.etag}`, '*']) {
			const again = await ask('/homes/h0001', { headers: { 'if-none-match': tags } })
			assert.equal(again.status, 304, tags)
			assert.equal(again.body, '')
		}
		assert.equal((await ask('/homes/h0001', { headers: { 'if-none-match': '"0000000000000000"' } })).status, 200)
		const list = await ask('/homes?limit=5')
		assert.equal((await ask('/homes?limit=5', { headers: { 'if-none-match': list.headers.etag } })).status, 304)
		assert.equal((await ask('/homes?limit=6', { headers: { 'if-none-match': list.headers.etag } })).status, 200)
		assert.equal(list.headers['cache-control'], 'private, no-cache')
	})

	test('HEAD says the same without a body; OPTIONS what a path takes', async () => {
		const get = await ask('/homes/h0001')
		const head = await ask('/homes/h0001', { method: 'HEAD' })
		assert.equal(head.status, 200)
		assert.equal(head.headers.etag, get.headers.etag)
		assert.equal(Number(head.headers['content-length']), Buffer.byteLength(get.body))
		assert.equal(head.body, '')
		const options = await ask('/homes/h0001', { method: 'OPTIONS' })
		assert.equal(options.status, 204)
		assert.match(options.headers.allow, /^GET, HEAD, .*OPTIONS$/)
		assert.equal(options.headers['access-control-allow-origin'], undefined)
	})
})

describe('refusals', () => {
	test('nobody, and whoever may not', async () => {
		await refused(401, 'no_session', '/homes', { cookie: null })
		const bearer = await refused(401, 'token', '/homes', { cookie: null, headers: { authorization: 'Bearer pat_x' } })
		assert.match(bearer.headers['www-authenticate'], /^Bearer/)
		// A token that is none is not made good by a cookie beside it.
		await refused(401, 'token', '/homes', { headers: { authorization: 'Bearer pat_x' } })
		const { json } = await refused(403, 'scope', '/homes', { cookie: operator })
		assert.equal(json.detail, 'homes:read')
		await refused(403, 'scope', '/sessions/00000000000000000000000000000000', { cookie: operator, method: 'DELETE' })
		await ok('/statistics/incidents', { cookie: operator })
	})

	test('what is not there, and methods that a path does not take', async () => {
		await refused(404, 'not_found', '/homes/nobody')
		await refused(404, 'not_found', '/nothing')
		await refused(404, 'not_found', '/homes/')
		await refused(404, 'not_found', '/homes/h0001/x')
		await refused(404, 'not_found', '/incidents/zz')
		await refused(404, 'not_found', `/homes/${'x'.repeat(80)}`)
		await refused(404, 'not_found', '/homes/quarantine')
		const { headers } = await refused(405, 'method', '/areas/4401', { method: 'DELETE' })
		assert.match(headers.allow, /GET, HEAD/)
		await refused(405, 'method', '/me', { method: 'DELETE' })
	})

	test('a change with a cookie must come from a page of ours', async () => {
		await refused(403, 'origin', '/sessions/00000000000000000000000000000000', { method: 'DELETE', headers: { origin: 'https://elsewhere.example' } })
	})
})

describe('sessions', () => {
	test('a supervisor sees them and ends one, everywhere at once', async () => {
		const cookie = await cell.login('op01')
		const mine = (await ok('/sessions?person=op01')).items
		assert.ok(mine.length >= 2)
		assert.ok(mine.every((s) => s.person === 'op01' && s.role === 'operator' && /^[0-9a-f]{32}$/.test(s.id)))
		const before = new Set(mine.map((s) => s.id))
		const third = await cell.login('op01')
		const added = (await ok('/sessions?person=op01')).items.find((s) => !before.has(s.id))
		assert.equal((await ask('/statistics/incidents', { cookie: third })).status, 200)
		const end = await ask(`/sessions/${added.id}`, { method: 'DELETE' })
		assert.equal(end.status, 204)
		assert.equal(end.body, '')
		await until(async () => (await ask('/statistics/incidents', { cookie: third })).status === 401, { what: 'that session is over' })
		assert.equal((await ask('/statistics/incidents', { cookie })).status, 200)
		await refused(404, 'not_found', `/sessions/${added.id}`, { method: 'DELETE' })
	})
})

describe('bounds', () => {
	test('one person cannot ask without end; the others go on', async () => {
		const cookie = await cell.login('op02')
		const answers = await Promise.all(Array.from({ length: 300 }, () => ask('/areas/4401', { cookie })))
		const limited = answers.filter((a) => a.status === 429)
		assert.ok(limited.length > 0)
		assert.ok(answers.filter((a) => a.status === 200).length > 0)
		assert.equal(limited[0].json.error, 'limited')
		assert.equal(limited[0].headers['retry-after'], '1')
		assert.equal((await ask('/areas/4401', { cookie: operator })).status, 200)
	})
})
