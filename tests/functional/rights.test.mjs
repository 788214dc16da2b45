// Every role with every call of the API: allowed or refused, as this table says once more, by hand; and every refusal is in the
// audit chain, with who asked and for what.
import assert from 'node:assert/strict'
import test from 'node:test'

import { API_PATHS } from '../harness/api_paths.mjs'
import { ok } from '../harness/ctl.mjs'
import { cookieOf, ownPassword, post } from '../harness/http.mjs'
import { Cell, request, until } from '../harness/index.mjs'
import { audit, fromBinary, record } from '../harness/proto.mjs'
import { caughtUp, recordOf } from '../harness/registry.mjs'
import { codeAt, secretOf } from '../harness/totp.mjs'

// o operator, s supervisor, a administrator, u auditor: those in the field, walls, and a token that was given nothing may nothing.
const MAY = {
	'GET /homes/installed': 'osau',
	'GET /find': 'sa',
	'GET /paper': 'os',
	'GET /homes': 'sa',
	'GET /homes/{id}': 'sa',
	'PUT /homes/{id}': 'sa',
	'PATCH /homes/{id}': 'sa',
	'GET /homes/{id}/health': '',
	'GET /devices': 'sa',
	'GET /devices/{id}': 'sa',
	'PUT /devices/{id}': 'a',
	'PATCH /devices/{id}': 'a',
	'GET /devices/{id}/status': 'sa',
	'GET /incidents': 's',
	'GET /incidents/{id}': 's',
	'GET /people': 'sau',
	'GET /people/{id}': 'sau',
	'PUT /people/{id}': 'a',
	'PATCH /people/{id}': 'a',
	'GET /duty': 'osa',
	'GET /rosters': 'osa',
	'GET /rosters/{id}': 'osa',
	'PUT /rosters/{id}': 'a',
	'GET /absences': 'sa',
	'GET /absences/{id}': 'sa',
	'PUT /absences/{id}': 'sa',
	'POST /rosters/{id}/shifts': 'sa',
	'POST /rosters/{id}/swaps': 'sa',
	'GET /on-call': 'osa',
	'GET /roster-gaps': 'osa',
	'GET /areas': 'osau',
	'GET /areas/{id}': 'osau',
	'PUT /areas/{id}': 'a',
	'PATCH /areas/{id}': 'a',
	'GET /stations': 'osau',
	'GET /stations/{id}': 'osau',
	'PUT /stations/{id}': 'a',
	'PATCH /stations/{id}': 'a',
	'GET /sessions': 'sau',
	'DELETE /sessions/{id}': 'sa',
	'GET /accounts': 'sau',
	'GET /accounts/changes': 'sau',
	'POST /accounts/{id}': 'sa',
	'GET /me/sessions': 'osauct',
	'DELETE /me/sessions': 'osauct',
	'POST /me/second': 'osauct',
	'GET /audit': 'u',
	'GET /statistics/incidents': 'osau',
}
const OPEN = ['POST /login', 'POST /password', 'POST /logout', 'GET /me', 'GET /openapi.yaml']
const ROLES = { operator: 'o', supervisor: 's', administrator: 'a', auditor: 'u', caregiver: 'c', technician: 't', wallboard: 'w' }

const ALL = "local all = {} for _, e in ipairs(redis.call('xrange', 'pa:audit', '-', '+')) do for i = 1, #e[2], 2 do if e[2][i] == 'body' then all[#all + 1] = (e[2][i + 1]:gsub('.', function(c) return ('%02x'):format(c:byte()) end)) end end end return all"

/** The audit chain, entry by entry. */
const auditOf = async (cell) => (await cell.redis.cli('eval', ALL, '0')).split('\n').map((hex) => fromBinary(audit.AuditEntrySchema, Buffer.from(hex.trim(), 'hex')))
const passwordOf = (out) => out.split('\n')[1].split(',')[1]

/** A log-in of each role; an administrator shows a code too. */
async function everybody(cell) {
	const cookies = {}
	for (const role of Object.keys(ROLES)) {
		const password = passwordOf(await ok(cell, 'user', 'add', `r.${role}`, '--name', role, '--role', role, '--area', '4401'))
		let code
		if (role === 'administrator') {
			const secret = secretOf(await ok(cell, 'user', 'totp', `r.${role}`))
			code = () => codeAt(secret)
		}
		await caughtUp(cell)
		const answer = await post(cell.daemon, '/api/v1/login', { account: `r.${role}`, password, ...(code ? { code: code() } : {}) })
		assert.equal(answer.status, 200, `${role}: ${answer.body}`)
		cookies[role] = { cookie: cookieOf(answer) }
		// The password was printed: until they have one of their own they may nothing else.
		if (role !== 'wallboard') {
			const early = await request(cell.daemon.ports.web, '/api/v1/areas', { headers: cookies[role] })
			assert.equal(early.status, 403, `${role}: ${early.body}`)
			cell.early = (cell.early ?? 0) + 1
			await ownPassword(cell.daemon, cookies[role].cookie, password)
		}
	}
	return cookies
}

test('every role with every call of the API, and each refusal is on record', { timeout: 180000 }, async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const who = await everybody(cell)
	const wanted = API_PATHS.filter((call) => !OPEN.includes(call))
	assert.deepEqual(wanted.filter((call) => MAY[call] === undefined), [], 'every call has been decided about here')

	let refused = 0
	for (const [role, headers] of Object.entries(who)) {
		const noes = []
		for (const call of wanted) {
			const [method, path] = call.split(' ')
			const answer = await request(cell.daemon.ports.web, `/api/v1${path.replace('{id}', 'h0009')}`, {
				method,
				headers: { ...headers, origin: cell.daemon.origin, ...(method.startsWith('P') ? { 'content-type': 'application/json', 'content-length': 2 } : {}) },
				body: method.startsWith('P') ? '{}' : undefined,
			})
			if (MAY[call].includes(ROLES[role])) {
				assert.ok(![401, 403, 405, 429].includes(answer.status), `${role} may ${call}: ${answer.status} ${answer.body}`)
				continue
			}
			assert.equal(answer.status, 403, `${role} may not ${call}: ${answer.status} ${answer.body}`)
			assert.equal(JSON.parse(answer.body).error, 'scope')
			noes.push(call)
			// As many as are written down one by one.
			await cell.daemon.control('advance 1500')
			await cell.daemon.control('advance 1500')
			await cell.daemon.control('advance 1500')
			await cell.daemon.control('advance 1500')
		}
		refused += noes.length
		// One of them from before there was a password of their own.
		const all = noes.length + (role === 'wallboard' ? 0 : 1)
		const lines = () => cell.daemon.child.said(new RegExp(`ev=RIGHTS_REFUSED person=r.${role} `)).length
		await until(() => lines() >= all, { what: `each of ${role} is in the log` })
		assert.equal(lines(), all, `each of ${role} is in the log, once`)
	}
	assert.ok(refused > 80)
	const noes = async () => (await auditOf(cell)).filter((a) => a.what === audit.AuditWhat.AUDIT_REFUSED)
	await until(async () => (await noes()).length >= refused + cell.early, { what: 'each is in the audit chain' })
	const chain = await noes()
	assert.equal(chain.length, refused + cell.early, 'each is in the audit chain, once')
	for (const a of chain) assert.match(`${a.who} ${a.note}`, /^r\.\w+ (GET|PUT|PATCH|POST|DELETE)\//)
})

test('a home of another area is none to whoever asks, and that they asked is on record', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const codes = [...new Set(await Promise.all(cell.homes.map(async (h) => (await recordOf(cell, `household:${h.household}`, record.HouseholdSchema)).area.slice(0, 9))))]
	assert.ok(codes.length >= 2, 'the demo has two sub-districts')
	const password = passwordOf(await ok(cell, 'user', 'add', 'sup.near', '--name', 'near', '--role', 'supervisor', '--area', codes[0]))
	await caughtUp(cell)
	const cookie = cookieOf(await post(cell.daemon, '/api/v1/login', { account: 'sup.near', password }))
	await ownPassword(cell.daemon, cookie, password)
	const home = async (wanted) => {
		for (const h of cell.homes) if ((await recordOf(cell, `household:${h.household}`, record.HouseholdSchema)).area.startsWith(wanted)) return h.household
	}
	const [mine, other] = [await home(codes[0]), await home(codes[1])]
	const get = (id) => request(cell.daemon.ports.web, `/api/v1/homes/${id}`, { headers: { cookie } })
	assert.equal((await get(mine)).status, 200)
	assert.equal((await get(other)).status, 404)
	assert.equal((await get('h-none')).status, 404)
	await until(() => cell.daemon.child.said(/ev=RIGHTS_REFUSED/).length === 1, { what: 'the one that is there is said' })
	assert.match(cell.daemon.child.said(/ev=RIGHTS_REFUSED/)[0], new RegExp(`person=sup.near what=0 about=household:${other} `))
})
