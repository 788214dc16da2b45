// The API for the city's other systems: lists page by page, tags, errors, rights, bounds.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { ctl, ok as commands } from '../harness/ctl.mjs'
import { Cell, request, until } from '../harness/index.mjs'
import { household } from '../harness/registry.mjs'
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

async function ask(path, { cookie = supervisor, method = 'GET', headers = {}, body, patient = true } = {}) {
	// Whoever asks faster than looks become safe is told to come again, sooner while the disk is slow; and whoever asks more than
	// fifty times a second, which all of this does on a fast machine.
	const once = async () => {
		const answer = await request(web, `/api/v1${path}`, {
			method,
			body,
			headers: { ...(cookie ? { cookie } : {}), ...(method === 'GET' ? {} : { origin: cell.daemon.origin }), ...headers },
		})
		const again = patient && (answer.status === 429 || (answer.status === 503 && answer.body.includes('put on record')))
		return !again && answer
	}
	const answer = await until(once, { what: `${path} is answered` })
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

	test('homes of which something is known exactly, out of the index, page by page', async () => {
		const homes = await all('/homes', 500)
		const ids = async (query, limit = 100) => (await all(`/homes?${query}`, limit)).map((h) => h.id)
		const one = homes[8]
		for (const phone of [one.phone, `+86 ${one.phone}`, one.phone.replace(/^(...)/, '$1-')]) assert.deepEqual(await ids(`phone=${encodeURIComponent(phone)}`), [one.id], phone)
		assert.deepEqual(await ids(`phone=${one.phone.slice(1)}`), [], 'a part of it is another number')
		for (const contact of one.contacts) assert.ok((await ids(`phone=${encodeURIComponent(contact.phone)}`)).includes(one.id))
		const unit = (await ok(`/devices?household=${one.id}`)).items[0]
		assert.deepEqual(await ids(`device=${unit.id}`), [one.id])
		assert.deepEqual(await ids(`device=${unit.id}x`), [])
		assert.deepEqual(await ids(`device=${unit.id}&resident=${homes[9].residents[0].id}`), [])
		// Three of one name, in two areas.
		const far = homes.find((h) => h.area.slice(0, 9) !== one.area.slice(0, 9))
		const three = [one, homes[9], far]
		for (const h of three) await ok(`/homes/${h.id}`, { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' }, body: JSON.stringify({ residents: [{ ...h.residents[0], name: '穆同名' }] }) })
		const wanted = three.map((h) => h.id).sort()
		for (const limit of [1, 2, 100]) for (const name of ['穆同名', 'mutongming', 'Mu Tongming']) assert.deepEqual(await ids(`name=${encodeURIComponent(name)}`, limit), wanted, `${name} by ${limit}`)
		assert.deepEqual(await ids(`name=${encodeURIComponent('同名')}`), [])
		assert.deepEqual(await ids(`name=mutongming&area=${far.area.slice(0, 9)}`, 1), [far.id])
		assert.deepEqual(await ids(`name=mutongming&phone=${one.phone}`), [one.id])
		const token = JSON.parse(await commands(cell, 'token', 'add', 'near', '--scope', 'homes:read', '--area', far.area.slice(0, 9), '--days', '1', '--json')).token
		const as = { cookie: '', headers: { authorization: `Bearer ${token}` } }
		const near = await until(async () => ((await ask('/homes?name=mutongming', as)).status === 200 ? ok('/homes?name=mutongming&limit=1', as) : null), { what: 'the token is known' })
		assert.deepEqual([near.items.map((h) => h.id), near.next], [[far.id], undefined], 'no cursor tells of others')
	})

	test('a walk from the last one on meets what has changed, and what is gone', async () => {
		async function feed(since, path = '/homes?', limit = 500) {
			const told = { items: [], gone: [] }
			let page
			do {
				page = await ok(`${path}changed_since=${since}&limit=${limit}${page ? `&cursor=${page.next}` : ''}`)
				assert.equal(page.as_of, told.as_of ?? page.as_of, 'the same on all pages')
				told.as_of = page.as_of
				told.items.push(...page.items.map((h) => h.id))
				told.gone.push(...(page.gone ?? []))
			} while (page.next)
			return told
		}
		const patch = (id, value) => ok(`/homes/${id}`, { method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' }, body: JSON.stringify(value) })
		const whole = (await all('/homes', 500)).map((h) => h.id)
		const first = await feed(0, '/homes?', 7)
		assert.deepEqual(first.items, whole)
		assert.ok(!('as_of' in (await ok('/homes?limit=1'))))
		let at = first
		await until(async () => (at = await feed(at.as_of)).items.length === 0, { what: 'nothing is on its way' })
		await patch(whole[20], { note: '走廊尽头' })
		await patch(whole[3], { note: '后门' })
		const news = await feed(at.as_of, '/homes?', 1)
		assert.deepEqual(news.items, [whole[3], whole[20]])
		assert.deepEqual((await feed(news.as_of)).items, [])
		// One that is changed behind the back of a walk is met by the next.
		const begun = await ok('/homes?changed_since=0&limit=5')
		await patch(whole[0], { note: '换了门锁' })
		await ok(`/homes?changed_since=0&limit=500&cursor=${begun.next}`)
		assert.ok((await feed(begun.as_of)).items.includes(whole[0]))
		// One that is erased is told by its id, where it was.
		const home = await ok(`/homes/${whole[12]}`)
		at = await feed(begun.as_of)
		await ctl(cell, 'home', 'erase', home.id, '--reason', 'left', '--retire')
		let gone
		await until(async () => (gone = await feed(at.as_of)).gone.length > 0, { what: 'it is gone' })
		assert.deepEqual([gone.items, gone.gone], [[], [home.id]])
		assert.deepEqual((await feed(at.as_of, `/homes?area=${home.area}&`)).gone, [home.id])
		assert.deepEqual((await feed(at.as_of, '/homes?area=440199&')).gone, [])
		assert.ok(!(await all('/homes', 500)).some((h) => h.id === home.id))
		await refused(404, 'not_found', `/homes/${home.id}`)
		for (const path of ['devices', 'incidents', 'people', 'rosters', 'absences', 'areas', 'stations']) assert.match((await ok(`/${path}?changed_since=0`)).as_of, /^\d+$/, path)
		await refused(503, 'busy', '/homes?changed_since=999999999')
		for (const wrong of ['x', '-1', '1x', '', '99999999999999999999999']) await refused(400, 'parameters', `/homes?changed_since=${wrong}`)
		await refused(400, 'parameters', `/homes?changed_since=0&cursor=${Buffer.from('household:h0001').toString('base64url')}`)
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

	test('no filter is left out because of what stands before it, or because it is too long', async () => {
		for (const query of [`area=${'4'.repeat(300)}`, `limit=1&area=${'4'.repeat(300)}`, '&area=GZ', 'limit=1&&area=GZ', `limit=1${'&'.repeat(60)}area=GZ`])
			await refused(400, 'parameters', `/homes?${query}`)
		assert.equal((await ok('/homes?&limit=1')).items.length, 1)
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
		const { area, ...same } = figures.districts[0]
		const day = new Date(Date.parse(call.opened) + 8 * 3600e3).toISOString().slice(0, 10)
		assert.deepEqual(figures.days, [{ day, ...same }])
		assert.deepEqual([same.unanswered, same.answered, same.false_alarms, same.arrived], [1, 0, 0, 0])

		// A token has the figures of its own areas, whatever else there is.
		for (const [area, opened] of [[call.area, 1], ['440199', 0]]) {
			const row = (await commands(cell, 'token', 'add', `figures of ${area}`, '--scope', 'statistics:read', '--area', area, '--days', '1')).trim().split('\n')[1].split(',')
			const bearer = { cookie: undefined, headers: { authorization: `Bearer ${row[1]}` } }
			await until(async () => (await ask('/statistics/incidents', bearer)).status === 200, { what: 'the token is known' })
			const own = await ok(`/statistics/incidents?since=${call.opened}`, bearer)
			assert.deepEqual([own.opened, own.districts.length], [opened, opened])
		}
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

describe('changes', () => {
	const json = { 'content-type': 'application/json' }
	const put = (path, value, headers, more) => ask(path, { method: 'PUT', body: JSON.stringify(value), headers: { ...json, 'content-length': Buffer.byteLength(JSON.stringify(value)), ...headers }, ...more })
	const patch = (path, value, headers, more) =>
		ask(path, { method: 'PATCH', body: JSON.stringify(value), headers: { 'content-type': 'application/merge-patch+json', 'content-length': Buffer.byteLength(JSON.stringify(value)), ...headers }, ...more })

	test('a home is corrected as a whole by whoever read it, and by nobody over somebody else', async () => {
		const read = await ask('/homes/h0002')
		const changed = { ...read.json, phone: '02080001111' }
		const saved = await put('/homes/h0002', changed, { 'if-match': read.headers.etag })
		assert.equal(saved.status, 200, saved.body)
		assert.deepEqual(saved.json, changed)
		assert.notEqual(saved.headers.etag, read.headers.etag)
		assert.deepEqual((await ask('/homes/h0002')).json, changed)
		// The answer was lost: the same request again is a yes, and changes nothing.
		const again = await put('/homes/h0002', changed, { 'if-match': read.headers.etag })
		assert.equal(again.status, 200)
		assert.equal(again.headers.etag, saved.headers.etag)
		// Somebody else's words on an old state are not.
		const other = await put('/homes/h0002', { ...read.json, phone: '02080002222' }, { 'if-match': read.headers.etag })
		assert.equal(other.status, 412)
		assert.equal(other.json.error, 'conflict')
		assert.equal(other.headers.etag, saved.headers.etag)
		assert.equal((await ask('/homes/h0002')).json.phone, '02080001111')
		const blind = await put('/homes/h0002', changed, {})
		assert.equal(blind.status, 428)
	})

	test('health, key and tests of a home stay as they are whatever is sent', async () => {
		const before = await household(cell, 'h0003')
		assert.ok(before.health.notes && before.key.length === 32)
		const read = await ask('/homes/h0003')
		assert.equal((await put('/homes/h0003', { ...read.json, note: '门在后面' }, { 'if-match': read.headers.etag })).status, 200)
		const after = await household(cell, 'h0003')
		assert.equal(after.note, '门在后面')
		assert.deepEqual(after.health, before.health)
		assert.deepEqual(after.key, before.key)
		for (const member of ['health', 'key', 'test_until_ms', 'erased_ms', 'nothing'])
			assert.equal((await put('/homes/h0003', { ...read.json, [member]: 1 }, { 'if-match': '*' })).status, 422, member)
	})

	test('a part of it: what is null goes, what is not said stays', async () => {
		const before = (await all('/homes', 500)).find((h) => h.kind === 'ordinary' && !h.note)
		const path = `/homes/${before.id}`
		const saved = await patch(path, { note: '有狗', kind: 'care_bed', care_plan: { services: ['meals', 'bath'], visits_week: 3 } })
		assert.equal(saved.status, 200, saved.body)
		assert.deepEqual(saved.json, { ...before, note: '有狗', kind: 'care_bed', care_plan: { visits_week: 3, services: ['meals', 'bath'] } })
		const less = await patch(path, { note: null, care_plan: null, kind: 'ordinary' }, { 'if-match': saved.headers.etag })
		assert.equal(less.status, 200, less.body)
		assert.deepEqual(less.json, before)
		assert.equal((await patch(path, { note: 'x' }, { 'if-match': saved.headers.etag })).status, 412)
	})

	test('a new one, and only when there is none yet', async () => {
		const area = (await ask('/homes/h0001')).json.area
		const home = { area, street: '天河路', address: '天河路1号', residents: [{ name: '𠮷田' }], contacts: [{ order: 1, name: '李', phone: '13800138000' }] }
		const made = await put('/homes/new-1', home, { 'if-none-match': '*' })
		assert.equal(made.status, 201, made.body)
		assert.equal(made.json.id, 'new-1')
		assert.equal(made.json.residents[0].name, '𠮷田')
		assert.equal((await household(cell, 'new-1')).key.length, 32)
		assert.equal((await ask('/homes/new-1')).headers.etag, made.headers.etag)
		assert.equal((await put('/homes/new-1', { ...home, address: '别处' }, { 'if-none-match': '*' })).status, 412)
		assert.equal((await put('/homes/new-2', home, { 'if-match': made.headers.etag })).status, 404)
		assert.equal((await put('/homes/new-2', { ...home, id: 'new-3' }, { 'if-none-match': '*' })).status, 422)
	})

	test('what a record may not say is said field by field, and not what was typed', async () => {
		const read = await ask('/homes/h0005')
		const contacts = read.json.contacts.map((c, i) => (i === 0 ? { ...c, phone: 'MARK-PHONE' } : c))
		const { json: problem, body } = await (async () => {
			const answer = await put('/homes/h0005', { ...read.json, contacts, served_from: 'MARK-DATE' }, { 'if-match': read.headers.etag })
			assert.equal(answer.status, 422, answer.body)
			return answer
		})()
		assert.equal(problem.error, 'invalid')
		assert.deepEqual(problem.errors.map((e) => e.field).sort(), ['contacts[1].phone', 'served_from'])
		assert.ok(!body.includes('MARK'))
		for (const [wrong, field] of [[{ residents: 5 }, 'residents'], [{ residents: [5] }, 'residents[1]'], [{ phone: 5 }, 'phone'], [{ place: { lat: 91, lon: 0 } }, 'place.lat'], [{ kind: 'castle' }, 'kind'], [{ MARK: 1 }, '?']]) {
			const answer = await patch('/homes/h0005', wrong)
			assert.equal(answer.status, 422, JSON.stringify(wrong))
			assert.deepEqual(answer.json.errors.map((e) => e.field), [field])
			assert.ok(!answer.body.includes('MARK'))
		}
	})

	test('bodies that are none, too large, of another type, or without length', async () => {
		const headers = { 'if-match': '*' }
		assert.equal((await ask('/homes/h0005', { method: 'PUT', body: '{', headers: { ...json, ...headers, 'content-length': 1 } })).status, 400)
		assert.equal((await ask('/homes/h0005', { method: 'PUT', body: '[]', headers: { ...json, ...headers, 'content-length': 2 } })).status, 400)
		assert.equal((await ask('/homes/h0005', { method: 'PUT', body: '{}', headers: { ...headers, 'content-type': 'text/plain', 'content-length': 2 } })).status, 415)
		const large = 'x'.repeat(70000)
		assert.equal((await ask('/homes/h0005', { method: 'PUT', body: large, headers: { ...json, ...headers, 'content-length': large.length } })).status, 413)
		assert.equal((await put('/homes/h0005', { note: 'y'.repeat(60000) }, headers)).status, 422)
		const [a, b] = [{ note: 'a' }, { note: 'b' }]
		const text = `{"note":"${a.note}","note":"${b.note}"}`
		assert.equal((await ask('/homes/h0005', { method: 'PATCH', body: text, headers: { 'content-type': 'application/merge-patch+json', 'content-length': text.length } })).status, 400)
	})

	test('whoever may not, and from elsewhere', async () => {
		const read = await ask('/homes/h0005')
		const headers = { 'if-match': read.headers.etag }
		assert.equal((await put('/homes/h0005', read.json, headers, { cookie: operator })).status, 403)
		assert.equal((await put('/homes/h0005', read.json, headers, { cookie: null })).status, 401)
		assert.equal((await put('/homes/h0005', read.json, { ...headers, origin: 'https://elsewhere.example' })).json.error, 'origin')
		assert.equal((await patch('/areas/4401', { target_homes: 5 })).json.error, 'scope')
		const outside = await put('/homes/h0005', { ...read.json, area: '110101001001' }, headers)
		assert.equal(outside.status, 403, outside.body)
		assert.equal(outside.json.error, 'area')
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

describe('on record', () => {
	// What the chain says, entry by entry, as the text that stands in their bytes.
	const chain = async () => (await cell.redis.cli('--raw', 'xrange', 'pa:audit', '-', '+')).split(/^\d+-0$/m)
	const find = async (...words) => (await chain()).filter((e) => words.every((w) => e.includes(w)))

	test('who looks at a home, a list, a person; not who reads areas', async () => {
		await ok('/homes/h0006')
		await until(async () => (await find('sup01', 'GET/homes/{id}', 'household:h0006')).length === 1, { what: 'the look is on record' })
		await ok('/incidents?household=h0006')
		await until(async () => (await find('sup01', 'GET/incidents', 'h0006')).length === 1, { what: 'the list is' })
		await ok('/people/cg01')
		await until(async () => (await find('sup01', 'GET/people/{id}', 'person:cg01')).length === 1, { what: 'the person is' })
		await ok('/areas')
		await ok('/statistics/incidents')
		assert.equal((await find('GET/areas')).length, 0)
		assert.equal((await find('GET/statistics')).length, 0)
	})

	test('who was refused, and what a filter says is not', async () => {
		await refused(403, 'scope', '/homes?phone=13900007777', { cookie: operator })
		await until(async () => (await find('op01', 'GET/homes')).length > 0, { what: 'the refusal is on record' })
		await ok('/homes?phone=13900008888')
		await until(async () => (await find('sup01', 'GET/homes')).length > 1, { what: 'and the look' })
		for (const entry of await chain()) assert.ok(!/1390000(7777|8888)/.test(entry))
		assert.ok(!cell.daemon.child.lines.some((line) => /1390000(7777|8888)/.test(line)))
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
		// Whoever is logged in learns by what name, and so does not end the own one.
		assert.equal((await ask('/me', { cookie: third })).json.session, added.id)
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
		const answers = []
		const limited = await until(
			async () => {
				answers.push(...(await Promise.all(Array.from({ length: 300 }, () => ask('/areas/4401', { cookie, patient: false })))))
				const some = answers.filter((a) => a.status === 429)
				return some.length > 0 && some
			},
			{ what: 'it is too much' },
		)
		assert.ok(answers.some((a) => a.status === 200))
		assert.equal(limited[0].json.error, 'limited')
		assert.equal(limited[0].headers['retry-after'], '1')
		assert.equal((await ask('/areas/4401', { cookie: operator })).status, 200)
	})

	test('nor a few after the others', async () => {
		const cookie = await cell.login('op03')
		// Eight at a time: one alone may not reach the bound on a slow machine.
		const some = () => Promise.all(Array.from({ length: 8 }, async () => (await ask('/areas/4401', { cookie, patient: false })).status))
		await until(
			async () => {
				for (let i = 0; i < 50; i++) if ((await some()).includes(429)) return true
				return false
			},
			{ what: 'it is too much' },
		)
	})
})

describe('areas', () => {
	test('another system reads what lies in the areas of its token, and is not told what else there is', async () => {
		const homes = await all('/homes', 500)
		const area = homes[0].area
		const row = (await commands(cell, 'token', 'add', 'one community', '--scope', 'homes:read', '--area', area, '--days', '1')).trim().split('\n')[1].split(',')
		const bearer = { cookie: undefined, headers: { authorization: `Bearer ${row[1]}` } }
		const outside = homes.find((h) => h.area !== area)
		await until(async () => (await ask('/homes?limit=1', bearer)).status === 200, { what: 'the token is known' })
		assert.deepEqual((await ok('/homes?limit=500', bearer)).items.map((h) => h.id), homes.filter((h) => h.area === area).map((h) => h.id))
		await refused(404, 'not_found', `/homes/${outside.id}`, bearer)
		assert.deepEqual((await ok(`/homes?area=${outside.area}`, bearer)).items, [])
	})
})
