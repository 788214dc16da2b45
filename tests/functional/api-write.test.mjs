// Other systems keep units, people and rosters right: by the rules of every other writer, and never beyond their areas.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'

import { ok as ctlOk } from '../harness/ctl.mjs'
import { post } from '../harness/http.mjs'
import { Cell, DEMO_PASSWORD, request, until } from '../harness/index.mjs'
import { audit, fromBinary, record } from '../harness/proto.mjs'
import { caughtUp, person, recordOf } from '../harness/registry.mjs'

const ends = []
const file = { after: (end) => ends.push(end) }
const SCOPES = 'homes:read,devices:read,devices:write,people:read,people:write,rosters:read,rosters:write,rosters:plan,absences:read,absences:write,areas:read,health:read'
let cell
let whole
let little
let reader
let homes

const token = async (name, scope, area) => JSON.parse(await ctlOk(cell, 'token', 'add', name, '--scope', scope, '--area', area, '--days', '1', '--json')).token

before(async () => {
	cell = await Cell.start(file, { demo: { homes: 30, onDuty: 3 } })
	whole = await token('whole', SCOPES, '4401')
	little = await token('little', SCOPES, '440190001')
	reader = await token('reader', 'homes:read,devices:read,people:read,rosters:read', '4401')
	await caughtUp(cell)
	homes = (await ask('GET', '/homes?limit=500')).json.items
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

async function ask(method, path, value, { as = whole, headers = {} } = {}) {
	await cell.daemon.control('advance 50')
	const body = value === undefined ? undefined : JSON.stringify(value)
	const answer = await request(cell.daemon.ports.web, `/api/v1${path}`, {
		method,
		body,
		headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json', 'content-length': Buffer.byteLength(body) }), ...headers },
	})
	return { ...answer, json: /json/.test(answer.headers['content-type'] ?? '') && answer.body !== '' ? JSON.parse(answer.body) : undefined }
}
const is = (answer, status, error) => {
	assert.equal(answer.status, status, `${answer.status} ${answer.body}`)
	if (error) assert.equal(answer.json.error, error, answer.body)
	return answer
}
const fields = (answer) => is(answer, 422, 'invalid').json.errors.map((e) => e.field).sort()
const fresh = { headers: { 'if-none-match': '*' } }
const on = (answer) => ({ headers: { 'if-match': answer.headers.etag } })
const device = (id) => recordOf(cell, `device:${id}`, record.DeviceSchema)

const ALL = "local all = {} for _, e in ipairs(redis.call('xrange', 'pa:audit', '-', '+')) do for i = 1, #e[2], 2 do if e[2][i] == 'body' then all[#all + 1] = (e[2][i + 1]:gsub('.', function(c) return ('%02x'):format(c:byte()) end)) end end end return all"
const chain = async () => (await cell.redis.cli('eval', ALL, '0')).split('\n').map((hex) => fromBinary(audit.AuditEntrySchema, Buffer.from(hex.trim(), 'hex')))

describe('units', () => {
	const KEY = 'ab'.repeat(32)

	test('one is entered with its key, which nobody is told', async () => {
		const home = homes[2].id
		const made = is(await ask('PUT', '/devices/api-1', { household: home, protocol: 'native', model: 'P1', report_s: 600, key: KEY }, fresh), 201)
		assert.equal(made.json.state, 'commissioning')
		assert.ok(made.json.entered && made.json.bound && !made.body.includes('abab'))
		assert.equal(Buffer.from((await device('api-1')).psk).toString('hex'), KEY)
		// The answer was lost: the same request again.
		const again = is(await ask('PUT', '/devices/api-1', { household: home, protocol: 'native', model: 'P1', report_s: 600, key: KEY }, fresh), 200)
		assert.equal(again.headers.etag, made.headers.etag)
		is(await ask('PUT', '/devices/api-1', { household: home, protocol: 'native', model: 'P2' }, fresh), 412)
		is(await ask('PUT', '/devices/api-1', { household: home, protocol: 'native' }), 428)
		assert.ok(!cell.daemon.child.lines.some((l) => l.includes('abab')))
		const entry = (await chain()).find((a) => a.device === 'api-1')
		assert.match(entry.who, /^token\./)
	})

	test('what was read can be sent back, and changes nothing but what was changed', async () => {
		const read = is(await ask('GET', '/devices/api-1'), 200)
		const saved = is(await ask('PUT', '/devices/api-1', { ...read.json, model: 'P3' }, on(read)), 200)
		assert.deepEqual(saved.json, { ...read.json, model: 'P3' })
		assert.equal(Buffer.from((await device('api-1')).psk).toString('hex'), KEY, 'the key stays')
		is(await ask('PATCH', '/devices/api-1', { model: 'P4' }, on(read)), 412, 'conflict')
		assert.equal(is(await ask('PATCH', '/devices/api-1', { model: null, carrier: 'cmcc' }), 200).json.model, undefined)
	})

	test('moved to another home it begins again; in service it comes only by a press', async () => {
		const unit = (await ask('GET', '/devices?state=in_service&limit=1')).json.items[0]
		const read = is(await ask('GET', `/devices/${unit.id}`), 200)
		const before = await device(unit.id)
		const to = homes.find((h) => h.id !== unit.household).id
		const moved = is(await ask('PUT', `/devices/${unit.id}`, { ...read.json, household: to }, on(read)), 200)
		assert.equal(moved.json.household, to)
		assert.equal(moved.json.state, 'commissioning')
		assert.equal(moved.json.proved, undefined)
		assert.match(moved.json.installed_by, /^token\./)
		assert.deepEqual((await device(unit.id)).psk, before.psk)
		is(await ask('PUT', `/devices/${unit.id}`, { ...read.json, household: to }, on(read)), 200)
		assert.deepEqual(fields(await ask('PATCH', `/devices/${unit.id}`, { state: 'in_service' })), ['state'])
		assert.equal(is(await ask('PATCH', `/devices/${unit.id}`, { state: 'retired' }), 200).json.state, 'retired')
		is(await ask('PATCH', `/devices/${unit.id}`, { state: 'retired' }), 200)
		assert.equal(is(await ask('PATCH', `/devices/${unit.id}`, { state: 'commissioning' }), 200).json.state, 'commissioning')
		const history = (await chain()).filter((a) => a.device === unit.id && /^token\./.test(a.who) && a.what === audit.AuditWhat.AUDIT_CHANGED)
		assert.ok(history.length >= 3)
	})

	test('away and back', async () => {
		const unit = (await ask('GET', '/devices?state=in_service&limit=1')).json.items[0]
		assert.equal(is(await ask('PATCH', `/devices/${unit.id}`, { state: 'away' }), 200).json.state, 'away')
		assert.equal(is(await ask('PATCH', `/devices/${unit.id}`, { state: 'in_service' }), 200).json.state, 'in_service')
	})

	test('each wrong field is named, none is repeated', async () => {
		const put = (id, value) => ask('PUT', `/devices/${id}`, { household: homes[0].id, protocol: 'native', ...value }, fresh)
		assert.deepEqual(fields(await put('MARKx1', { model: 'x'.repeat(70), report_s: 5, code_table: 'climax' })), ['code_table', 'model', 'report_s'])
		assert.deepEqual(fields(await put('dc09.12', {})), ['id'])
		assert.deepEqual(fields(await put('x1', { protocol: 'dc09' })), ['id'])
		assert.deepEqual(fields(await put('watch.12a', { protocol: 'watch' })), ['id'])
		assert.deepEqual(fields(await put('x1', { protocol: 'manual' })), ['protocol'])
		for (const key of ['zz', KEY.slice(2), `${KEY}00`, 5, '']) assert.deepEqual(fields(await put('x1', { key })), ['key'], String(key))
		assert.deepEqual(fields(await put('watch.12', { protocol: 'watch', key: KEY })), ['key'])
		assert.deepEqual(fields(await put('x1', { state: 'in_service' })), ['state'])
		for (const member of ['psk', 'token_hash', 'next_psk', 'dc09_key', 'proof_by', 'test_until_ms', 'proved_ms', 'nothing']) assert.deepEqual(fields(await put('x1', { [member]: 1 })), ['?'], member)
	})

	test('whoever may not, and elsewhere', async () => {
		const outside = homes.find((h) => !h.area.startsWith('440190001')).id
		const inside = homes.find((h) => h.area.startsWith('440190001')).id
		is(await ask('PUT', '/devices/x2', { household: inside, protocol: 'native' }, { as: reader, ...fresh }), 403, 'scope')
		is(await ask('PUT', '/devices/x2', { household: outside, protocol: 'native' }, { as: little, ...fresh }), 403, 'area')
		is(await ask('PUT', '/devices/x2', { household: 'h-none', protocol: 'native' }, { as: little, ...fresh }), 403, 'area')
		is(await ask('PUT', '/devices/x2', { household: 'quarantine', protocol: 'native' }, fresh), 403, 'area')
		const theirs = (await ask('GET', `/devices?household=${outside}`)).json.items[0].id
		for (const id of [theirs, 'd-none']) {
			is(await ask('PATCH', `/devices/${id}`, { state: 'retired' }, { as: little }), 404)
			is(await ask('PUT', `/devices/${id}`, { household: inside, protocol: 'native' }, { as: little, headers: { 'if-match': '*' } }), 404)
		}
		const mine = (await ask('GET', `/devices?household=${inside}`)).json.items[0].id
		is(await ask('PATCH', `/devices/${mine}`, { household: outside }, { as: little }), 403, 'area')
	})
})

describe('people', () => {
	const nurse = { name: '周护士', role: 'caregiver', areas: ['440190001'], languages: ['yue', 'cmn'], skills: ['care', 'nurse'], phone: '13800001111', base: { lat: 23.1, lon: 113.2 } }

	test('one is entered without a password, and logs in once pinganctl has made one', async () => {
		const made = is(await ask('PUT', '/people/api.nurse', nurse, fresh), 201)
		assert.deepEqual(made.json, { id: 'api.nurse', ...nurse, disabled: false })
		is(await ask('PUT', '/people/api.nurse', nurse, fresh), 200)
		const stored = await person(cell, 'api.nurse')
		assert.equal(stored.account, 'api.nurse')
		assert.equal(stored.passwordHash, '')
		assert.equal((await post(cell.daemon, '/api/v1/login', { account: 'api.nurse', password: '' })).status, 400)
		assert.equal((await post(cell.daemon, '/api/v1/login', { account: 'api.nurse', password: DEMO_PASSWORD })).status, 401)
		const password = (await ctlOk(cell, 'user', 'password', 'api.nurse')).split('\n')[1].split(',')[1]
		await caughtUp(cell)
		assert.equal((await post(cell.daemon, '/api/v1/login', { account: 'api.nurse', password })).status, 200)
		assert.ok((await chain()).some((a) => a.record === 'person:api.nurse' && /^token\./.test(a.who)))
	})

	test('corrected, and shut out at once', async () => {
		const cookie = await cell.login('op01')
		const hash = (await person(cell, 'op01')).passwordHash
		const read = is(await ask('GET', '/people/op01'), 200)
		const saved = is(await ask('PUT', '/people/op01', { ...read.json, phone: '02012345678' }, on(read)), 200)
		assert.deepEqual(saved.json, { ...read.json, phone: '02012345678' })
		is(await ask('PUT', '/people/op01', { ...read.json, phone: '02099999999' }, on(read)), 412, 'conflict')
		assert.equal((await request(cell.daemon.ports.web, '/api/v1/me', { headers: { cookie } })).status, 200, 'a number ends no session')
		is(await ask('PATCH', '/people/op01', { disabled: true }), 200)
		await until(async () => (await request(cell.daemon.ports.web, '/api/v1/me', { headers: { cookie } })).status === 401, { what: 'the session is over' })
		const after = await person(cell, 'op01')
		assert.equal(after.passwordHash, hash)
		assert.ok(after.disabledMs > 0n && after.sessionsFromMs > 0n)
		is(await ask('PATCH', '/people/op01', { disabled: false }), 200)
		assert.equal((await request(cell.daemon.ports.web, '/api/v1/me', { headers: { cookie } })).status, 401, 'it does not come back')
	})

	test('a station is given, read and taken away; one that there is not is refused', async () => {
		const stationOf = async (id) => JSON.parse((await ctlOk(cell, 'user', 'list', '--json')).split('\n').find((line) => line.includes(id))).station
		await ctlOk(cell, 'station', 'add', 'api-st', 'name=云影颐康中心', 'area=440190001', 'address=米铺街 1 号')
		await caughtUp(cell)
		const made = is(await ask('PUT', '/people/api.home', { ...nurse, station: 'api-st' }, fresh), 201)
		assert.equal(made.json.station, 'api-st')
		assert.equal(await stationOf('api.home'), 'api-st')
		assert.equal(is(await ask('GET', '/people/api.home'), 200).json.station, 'api-st')
		for (const station of ['nowhere', 'a b', 'x'.repeat(40)]) assert.deepEqual(fields(await ask('PATCH', '/people/api.home', { station })), ['station'], station)
		assert.equal(await stationOf('api.home'), 'api-st')
		const gone = is(await ask('PATCH', '/people/api.home', { station: null }), 200)
		assert.ok(!('station' in gone.json))
		assert.equal(await stationOf('api.home'), '')
	})

	test('each wrong field is named; what opens a log-in is no member', async () => {
		const put = (value, id = 'api.x') => ask('PUT', `/people/${id}`, { ...nurse, ...value }, fresh)
		assert.deepEqual(fields(await put({ name: '', phone: 'MARK', areas: ['44019'], skills: ['magic'], languages: ['TOO LONG'] })), ['areas[1]', 'languages[1]', 'name', 'phone', 'skills[1]'])
		assert.deepEqual(fields(await put({ base: { lat: 91, lon: 0 } })), ['base.lat'])
		assert.deepEqual(fields(await put({ role: 'machine' })), ['role'])
		assert.deepEqual(fields(await put({ role: 'king' })), ['role'])
		assert.deepEqual(fields(await put({}, 'a%3Ab')), ['id'])
		for (const member of ['password', 'password_hash', 'account', 'totp_key', 'totp_step', 'recovery', 'sessions_from_ms', 'base_place']) {
			assert.deepEqual(fields(await put({ [member]: '$argon2id$x' })), ['?'], member)
			assert.deepEqual(fields(await ask('PATCH', '/people/op02', { [member]: '$argon2id$x' })), ['?'], member)
		}
	})

	test('nobody makes themselves more than they were given', async () => {
		for (const role of ['administrator', 'auditor']) {
			is(await ask('PUT', '/people/api.root', { ...nurse, role }, fresh), 403, 'role')
			is(await ask('PATCH', '/people/op02', { role }), 403, 'role')
		}
		await ctlOk(cell, 'user', 'add', 'api.admin', '--name', 'a', '--role', 'administrator', '--area', '4401')
		await caughtUp(cell)
		is(await ask('PATCH', '/people/api.admin', { role: 'operator' }), 403, 'role')
		is(await ask('PATCH', '/people/api.admin', { disabled: true }), 403, 'role')
		// Beyond the areas of the token.
		is(await ask('PUT', '/people/api.far', { ...nurse, areas: ['4401'] }, { as: little, ...fresh }), 403, 'area')
		is(await ask('PUT', '/people/api.far', { ...nurse, areas: [] }, fresh), 403, 'area')
		is(await ask('PATCH', '/people/api.nurse', { areas: ['440190001', '440190002'] }, { as: little }), 403, 'area')
		is(await ask('PATCH', '/people/sup01', { phone: '02011112222' }, { as: little }), 403, 'area')
		await ctlOk(cell, 'user', 'add', 'api.other', '--name', 'b', '--role', 'operator', '--area', '440199')
		await caughtUp(cell)
		for (const id of ['api.other', 'nobody']) {
			is(await ask('PATCH', `/people/${id}`, { phone: '02011112222' }, { as: little }), 404)
			is(await ask('PUT', `/people/${id}`, { ...nurse, id }, { as: little, headers: { 'if-match': '*' } }), 404)
		}
		is(await ask('PATCH', '/people/op02', { phone: '1' }, { as: reader }), 403, 'scope')
	})
})

describe('health', () => {
	test('of one home, for who has that scope, in its areas, and on record before it is told', async () => {
		const home = 'h0003'
		const stored = await recordOf(cell, `household:${home}`, record.HouseholdSchema)
		const before = (await chain()).length
		const told = is(await ask('GET', `/homes/${home}/health`), 200)
		assert.equal(told.json.id, home)
		assert.equal(told.json.health.notes, stored.health.notes)
		assert.deepEqual(told.json.residents.map((r) => r.id), stored.residents.map((r) => r.id))
		const looks = (await chain()).slice(before).filter((a) => a.what === audit.AuditWhat.AUDIT_LOOKED && a.record === `household:${home}`)
		assert.equal(looks.length, 1, 'on record when it is told, without waiting for it')
		assert.match(looks[0].who, /^token\./)
		assert.deepEqual(looks[0].fields, ['health'])
		assert.ok(!(await ask('GET', `/homes/${home}`)).body.includes('health'))
		assert.ok(!(await ask('GET', '/homes?limit=500')).body.includes('"health"'))
		is(await ask('GET', `/homes/${home}/health`, undefined, { as: reader }), 403, 'scope')
		const outside = homes.find((h) => !h.area.startsWith('440190001')).id
		for (const id of [outside, 'h-none', 'quarantine']) is(await ask('GET', `/homes/${id}/health`, undefined, { as: little }), 404)
	})
})

describe('rosters', () => {
	test('who has a shift on a day is set as at a console, in the areas of who asks', async () => {
		await ctlOk(cell, 'roster', 'template', 'add', '440190001', '--on', 'daily', '--from', '00:00', '--to', '24:00', '--need', '1', '--people', 'cg01')
		await caughtUp(cell)
		const plan = is(await ask('GET', '/rosters/440190001'), 200).json
		const slot = plan.slots[0]
		const day = new Date(Math.floor((Date.now() + 8 * 3600e3) / 86400e3) * 86400e3 - 8 * 3600e3 + 2 * 86400e3).toISOString()
		const set = { slot: slot.id, from: day, person: 'cg01' }
		const after = is(await ask('POST', '/rosters/440190001/shifts', set), 200)
		assert.deepEqual(after.json.changes.map((c) => [c.slot, c.person, c.state]), [[slot.id, 'cg01', 'approved']])
		is(await ask('POST', '/rosters/440190001/shifts', set), 409, 'busy')
		assert.ok((await chain()).some((a) => /^token\./.test(a.who) && a.record === 'roster:440190001'))
		is(await ask('POST', '/rosters/440190001/shifts', { ...set, takes: 'nobody' }), 404)
		is(await ask('POST', '/rosters/440190001/shifts', { ...set, slot: 4000 }), 404)
		assert.deepEqual(fields(await ask('POST', '/rosters/440190001/shifts', { from: 'MARK', post: 'king', more: 1 })), ['?', 'from', 'post', 'until'])
		is(await ask('POST', '/rosters/440190001/shifts', set, { as: reader }), 403, 'scope')
		is(await ask('POST', '/rosters/440190002/shifts', set, { as: little }), 404)
		is(await ask('POST', '/rosters/440190001/swaps', { change: 4000, yes: true }), 404)
		assert.deepEqual(fields(await ask('POST', '/rosters/440190001/swaps', { yes: 'no' })), ['change', 'yes'])
	})

	const SLOT = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from_min: 480, minutes: 480, post: 'field', skill: 'care', need: 1, people: ['cg02'], weeks: 1, week: 0 }

	test('a week is put as a whole, as pinganctl makes it; said again it changes nothing', async () => {
		const at = '/rosters/440190001001'
		is(await ask('GET', at), 404)
		is(await ask('PUT', at, { slots: [] }), 428, 'precondition')
		is(await ask('PUT', at, { slots: [] }, { headers: { 'if-match': '"0"' } }), 404)
		const made = is(await ask('PUT', at, { area: '440190001001', slots: [SLOT] }, fresh), 201)
		assert.deepEqual(made.json, { area: '440190001001', slots: [{ id: 1, ...SLOT }], changes: [] })
		is(await ask('PUT', at, { slots: [SLOT] }, fresh), 200)
		const night = { ...SLOT, from_min: 1200, minutes: 720, people: [], need: 2, until: '2099-01-01T00:00:00.000Z' }
		is(await ask('PUT', at, { slots: [SLOT, night] }, fresh), 412, 'conflict')
		const both = is(await ask('PUT', at, { slots: [...made.json.slots, night], changes: [] }, on(made)), 200)
		assert.deepEqual(both.json.slots, [{ id: 1, ...SLOT }, { id: 2, ...night }])
		assert.equal(is(await ask('PUT', at, { slots: [...made.json.slots, night] }, on(made)), 200).headers.etag, both.headers.etag)
		assert.match(await ctlOk(cell, 'roster', 'template', 'list', '440190001001'), /cg02/)
		// Of one that stands need, people and end change; hours are another shift.
		const [one, two] = both.json.slots
		assert.deepEqual(fields(await ask('PUT', at, { slots: [one, { ...two, minutes: 600 }] }, on(both))), ['slots[2].id'])
		const less = is(await ask('PUT', at, { slots: [{ ...one, need: 3 }] }, on(both)), 200).json.slots
		assert.equal(less[0].need, 3)
		assert.ok(less.length === 1 || less[1].until < night.until, 'what is left out has ended')
		const entry = (await chain()).filter((a) => a.record === 'roster:440190001001')
		assert.ok(entry.length === 3 && entry.every((a) => /^token\./.test(a.who)))
	})

	test('a wrong week is named member by member, and nothing of it is done', async () => {
		const at = '/rosters/440190001002'
		const put = (...slots) => ask('PUT', at, { slots }, fresh)
		assert.deepEqual(fields(await put({ ...SLOT, days: ['mon', 'mon'], from_min: 1440, minutes: 5, post: 'king', skill: undefined, weeks: 9, need: -1, until: 'MARK', more: 1 })), ['slots[1].?', 'slots[1].days', 'slots[1].from_min', 'slots[1].minutes', 'slots[1].need', 'slots[1].post', 'slots[1].until', 'slots[1].week', 'slots[1].weeks'])
		assert.deepEqual(fields(await put(SLOT, { ...SLOT, post: 'desk', people: [] })), ['slots[2].skill'])
		assert.deepEqual(fields(await put(SLOT, 'MARK')), ['slots[2]'])
		assert.deepEqual(fields(await put({ ...SLOT, days: [] })), ['slots[1].days'])
		assert.deepEqual(fields(await put({ ...SLOT, people: ['x'.repeat(40)] })), ['slots[1].people'])
		assert.deepEqual(fields(await put({ ...SLOT, people: ['cg02', 'nobody'] })), ['slots[1].people[2]'])
		assert.deepEqual(fields(await put({ ...SLOT, id: 4 })), ['slots[1].id'])
		assert.deepEqual(fields(await put(...Array(49).fill(SLOT))), ['slots'])
		assert.deepEqual(fields(await ask('PUT', at, { area: '440190001001', weeks: [] }, fresh)), ['?', 'area', 'slots'])
		is(await ask('GET', at), 404)
		for (const area of ['440190001099', '44', 'MARK']) is(await ask('PUT', `/rosters/${area}`, { slots: [] }, fresh), 404)
		is(await ask('PUT', at, { slots: [] }, { as: reader, ...fresh }), 403, 'scope')
	})
})

describe('absences', () => {
	const day = (n, hour = 0) => new Date(Math.floor((Date.now() + 8 * 3600e3) / 86400e3) * 86400e3 - 8 * 3600e3 + n * 86400e3 + hour * 3600e3).toISOString()
	const plain = (answer) => answer.json.absences.map(({ from, until, reason }) => ({ from, until, reason }))
	const sick = { from: day(2), until: day(3), reason: 'sick' }
	const holiday = { from: day(10), until: day(20), reason: 'holiday' }

	test('they are entered, changed and taken back, and the gaps follow', async () => {
		const gaps = async () => (await ask('GET', '/roster-gaps?area=440190001003')).json.items.filter((g) => g.area === '440190001003')
		await ctlOk(cell, 'roster', 'template', 'add', '440190001003', '--on', 'daily', '--from', '00:00', '--to', '24:00', '--need', '1', '--people', 'cg03')
		await caughtUp(cell)
		const none = is(await ask('GET', '/absences/cg03'), 200)
		assert.deepEqual(none.json, { person: 'cg03', absences: [] })
		is(await ask('PUT', '/absences/cg03', { absences: [sick] }), 428, 'precondition')
		const made = is(await ask('PUT', '/absences/cg03', { absences: [sick] }, on(none)), 200)
		assert.deepEqual(plain(made), [sick])
		assert.match(made.json.absences[0].by, /^token\./)
		await until(async () => (await gaps()).some((g) => g.shift === sick.from), { what: 'the gap is seen' })
		assert.match(await ctlOk(cell, 'roster', 'absence', 'list'), /cg03.*sick/)
		// After a lost answer; and from a system that keeps none of our ids.
		is(await ask('PUT', '/absences/cg03', { absences: [sick] }, on(none)), 200)
		assert.equal((await ask('PUT', '/absences/cg03', { absences: [sick] }, on(made))).headers.etag, made.headers.etag)
		// Somebody else has entered one meanwhile.
		await ctlOk(cell, 'roster', 'absence', 'add', 'cg03', '--from', '2097-01-01', '--to', '2097-01-02', '--reason', 'training')
		await caughtUp(cell)
		is(await ask('PUT', '/absences/cg03', { absences: [holiday] }, on(made)), 412, 'conflict')
		const now = is(await ask('GET', '/absences/cg03'), 200)
		const changed = is(await ask('PUT', '/absences/cg03', { ...now.json, absences: [{ ...now.json.absences[0], reason: 'other' }, now.json.absences[1], holiday] }, on(now)), 200)
		assert.deepEqual(changed.json.absences.map((a) => [a.id, a.reason]), [[1, 'other'], [2, 'training'], [3, 'holiday']])
		const asOf = is(await ask('GET', '/absences?changed_since=0'), 200).json.as_of
		const back = is(await ask('PUT', '/absences/cg03', { absences: [] }, on(changed)), 200)
		assert.ok(is(await ask('GET', `/absences?changed_since=${asOf}`), 200).json.items.some((a) => a.person === 'cg03' && a.absences.length === 0), 'taken back is news')
		assert.deepEqual(back.json.absences, [])
		await until(async () => !(await gaps()).some((g) => g.shift === sick.from), { what: 'nobody is missing' })
		const entries = (await chain()).filter((a) => a.record === 'absence:cg03' && /^token\./.test(a.who))
		assert.deepEqual([...new Set(entries.map((a) => a.what))].sort(), [audit.AuditWhat.AUDIT_CHANGED, audit.AuditWhat.AUDIT_LOOKED].sort())
		assert.ok(entries.every((a) => a.subject === 'cg03'))
	})

	test('the list has who is away, in the areas of who asks', async () => {
		is(await ask('PUT', '/absences/cg02', { absences: [sick, holiday] }, on(await ask('GET', '/absences/cg02'))), 200)
		const who = async (query, as) => is(await ask('GET', `/absences${query}`, undefined, { as }), 200).json.items.map((a) => a.person)
		assert.deepEqual(await who(''), ['cg02'])
		assert.deepEqual(await who(`?since=${day(3)}&until=${day(10)}`), [])
		assert.deepEqual(await who(`?since=${day(3)}`), ['cg02'])
		assert.deepEqual(await who(`?until=${day(2, 1)}`), ['cg02'])
		assert.deepEqual(await who('?area=440199'), [])
		const far = await token('far', 'absences:read,absences:write', '440199')
		assert.deepEqual(await who('', far), [])
		for (const id of ['cg02', 'nobody']) {
			is(await ask('GET', `/absences/${id}`, undefined, { as: far }), 404)
			is(await ask('PUT', `/absences/${id}`, { absences: [] }, { as: far, headers: { 'if-match': '*' } }), 404)
		}
		// They are near, but none of their areas is wholly of who asks.
		const below = await token('below', 'absences:write', '440190001001')
		is(await ask('PUT', '/absences/cg02', { absences: [] }, { as: below, headers: { 'if-match': '*' } }), 403, 'area')
		for (const method of ['GET', 'PUT']) is(await ask(method, '/absences/cg02', method === 'PUT' ? { absences: [] } : undefined, { as: reader }), 403, 'scope')
	})

	test('each wrong member is named, and nothing is done', async () => {
		const read = await ask('GET', '/absences/cg02')
		const put = (...absences) => ask('PUT', '/absences/cg02', { absences }, on(read))
		assert.deepEqual(fields(await put(sick, { from: 'MARK', reason: 'MARK', more: 1 })), ['absences[2].?', 'absences[2].from', 'absences[2].reason', 'absences[2].until'])
		assert.deepEqual(fields(await put({ ...sick, from: sick.until, until: sick.from })), ['absences[1].until'])
		assert.deepEqual(fields(await put({ ...sick, from: day(-9), until: day(-8) })), ['absences[1].until'])
		assert.deepEqual(fields(await put({ ...sick, until: day(500) })), ['absences[1].until'])
		assert.deepEqual(fields(await put({ ...sick, id: 99 })), ['absences[1].id'])
		assert.deepEqual(fields(await put('MARK')), ['absences[1]'])
		assert.deepEqual(fields(await put(...Array.from({ length: 17 }, (_, i) => ({ ...sick, until: day(3, i) })))), ['absences'])
		assert.deepEqual(fields(await ask('PUT', '/absences/cg02', { person: 'cg03', note: 'x' }, on(read))), ['?', 'absences', 'person'])
		assert.equal((await ask('GET', '/absences/cg02')).headers.etag, read.headers.etag)
	})
})
