// docs/API.md and docs/openapi.yaml against a daemon: every example does what the page says, and every answer is as the
// schemas say, with no member that they do not know.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'

import { ok as ctlOk } from '../harness/ctl.mjs'
import { Cell, request, root, until } from '../harness/index.mjs'
import { Unit } from '../harness/unit.mjs'
import { npm } from '../harness/npm.mjs'
import { caughtUp } from '../harness/registry.mjs'

const yaml = npm('yaml')
const run = promisify(execFile)
const ends = []
const file = { after: (end) => ends.push(end) }
const spec = yaml.parse(readFileSync(path.join(root, 'docs/openapi.yaml'), 'utf8'))
const SCOPES = 'homes:read,homes:write,devices:read,devices:write,people:write,health:read,incidents:read,people:read,rosters:read,rosters:write,rosters:plan,absences:read,absences:write,areas:read,areas:write,statistics:read,sessions:read,sessions:end,audit:read'
let cell
let token

before(async () => {
	cell = await Cell.start(file, { demo: { homes: 40, onDuty: 3 } })
	// A plan with somebody on call, and with a gap.
	await ctlOk(cell, 'roster', 'template', 'add', '440190001', '--on', 'daily', '--from', '00:00', '--to', '24:00', '--need', '2', '--people', 'cg01')
	await ctlOk(cell, 'roster', 'absence', 'add', 'cg02', '--from', '2097-01-01', '--to', '2097-01-02', '--reason', 'training')
	token = JSON.parse(await ctlOk(cell, 'token', 'add', 'portal', '--scope', SCOPES, '--area', '4401', '--days', '30', '--json')).token
	await caughtUp(cell)
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

const get = (path, headers = {}) => request(cell.daemon.ports.web, path, { headers: { authorization: `Bearer ${token}`, ...headers } })

/** The page's commands, each with the answer that stands behind it. */
function examples() {
	const page = readFileSync(path.join(root, 'docs/API.md'), 'utf8')
	return [...page.matchAll(/```sh\n([^]*?)```\n```json\n([^]*?)```/g)].map(([, command, answer]) => ({ command: command.trim(), answer: JSON.parse(answer) }))
}

/** Every member that the page shows is there and of that type; words that are no ellipsis, numbers aside, are the same. */
function shaped(shown, real, where) {
	if (Array.isArray(shown)) {
		assert.ok(Array.isArray(real), `${where} is a list`)
		if (shown.length > 0) {
			assert.ok(real.length > 0, `${where} has something`)
			shaped(shown[0], real[0], `${where}[0]`)
		}
	} else if (typeof shown === 'object') {
		assert.ok(real !== null && typeof real === 'object', where)
		for (const [key, value] of Object.entries(shown)) {
			assert.ok(key in real, `${where}.${key} is there: ${JSON.stringify(real)}`)
			shaped(value, real[key], `${where}.${key}`)
		}
	} else {
		assert.equal(typeof real, typeof shown, where)
		if (typeof shown === 'string' && shown !== '…' && /^[a-z0-9-]+$/.test(shown) && /\.(id|household|error|kind|state|protocol|level)$/.test(where)) assert.equal(real, shown, where)
	}
}

test('every example of the page does what the page says', async () => {
	const all = examples()
	assert.ok(all.length >= 9)
	for (const { command, answer } of all) {
		const play = async () => JSON.parse((await run('bash', ['-c', command], { env: { ...process.env, API: cell.daemon.origin, TOKEN: token } })).stdout)
		// A look stands in the record a moment after it was had: until a list has as much as the page shows.
		let real = await play()
		if (answer.items?.length > 0 && real.items?.length === 0) real = await until(async () => (await play()).items?.length > 0 && play(), { what: command })
		shaped(answer, real, command)
	}
})

test('the page names every status and error that an answer can have, and every scope', () => {
	const page = readFileSync(path.join(root, 'docs/API.md'), 'utf8')
	for (const scope of SCOPES.split(',')) assert.ok(page.includes(`\`${scope}\``), scope)
	const statuses = new Set(Object.values(spec.paths).flatMap((ops) => Object.values(ops).flatMap((op) => Object.keys(op.responses))))
	for (const status of statuses) if (status >= '400' && status !== '500') assert.match(page, new RegExp(`^\\|.*\\b${status}\\b.*\\|`, 'm'))
})

const follow = (node) => (node?.$ref ? node.$ref.slice(2).split('/').reduce((at, part) => at[part], spec) : node)

/** As the schema says, and nothing besides. */
function valid(schema, value, where) {
	const s = follow(schema)
	if (s.enum) return assert.ok(s.enum.includes(value), `${where}: ${value} is one of ${s.enum}`)
	switch (s.type) {
		case 'object':
			assert.ok(value !== null && typeof value === 'object' && !Array.isArray(value), where)
			for (const name of s.required ?? []) assert.ok(name in value, `${where}.${name} is there`)
			for (const [name, member] of Object.entries(value)) {
				const known = s.properties?.[name] ?? s.additionalProperties
				assert.ok(known, `${where}.${name} is in the schema`)
				valid(known, member, `${where}.${name}`)
			}
			break
		case 'array':
			assert.ok(Array.isArray(value), where)
			for (const [i, item] of value.entries()) valid(s.items, item, `${where}[${i}]`)
			break
		case 'integer':
			assert.ok(Number.isInteger(value), `${where} is a whole number`)
			break
		default:
			assert.equal(typeof value, s.type, where)
			if (s.pattern) assert.match(value, new RegExp(s.pattern), where)
			if (s.format === 'date-time') assert.match(value, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, where)
	}
}

test('every answer is as its schema says', async (t) => {
	// Gaps are as the last look at the rosters found them, which follows the change.
	await until(async () => JSON.parse((await get('/api/v1/roster-gaps')).body).items?.length > 0, { what: 'the gap is seen' })
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === 'h0009'))
	await unit.ack(unit.press())
	await cell.login('op01')
	const cookie = await cell.login('sup01')
	const ids = { homes: 'items.0.id', devices: 'items.0.id', incidents: 'items.0.id', people: 'items.0.id', areas: 'items.0.code', rosters: 'items.0.area', absences: 'items.0.person', stations: 'items.0.id' }
	let asked = 0
	for (const [at, ops] of Object.entries(spec.paths)) {
		const schema = ops.get?.responses?.['200']?.content?.['application/json']?.schema
		if (!schema || ops.get.security.length === 0) continue
		let where = at
		if (at.includes('{id}')) {
			const kind = at.split('/')[3]
			const list = JSON.parse((await get(`/api/v1/${kind}`)).body)
			where = at.replace('{id}', ids[kind].split('.').reduce((v, k) => v[k], list))
		}
		// What no token may ask: people at a page.
		const person = ops.get['x-own'] || ops.get['x-scope'].startsWith('accounts:')
		const by = (path) => (person ? request(cell.daemon.ports.web, path, { headers: { cookie } }) : get(path))
		const answer = await by(where + (at.includes('{id}') || !ops.get.parameters ? '' : '?' + (ops.get.parameters.some((p) => p.$ref?.endsWith('/limit')) ? 'limit=500' : at.includes('/statistics/') ? 'since=2020-01-01T00:00:00Z' : at.endsWith('/find') ? 'text=h0003' : 'area=440190001')))
		assert.equal(answer.status, 200, `${where}: ${answer.body}`)
		const value = JSON.parse(answer.body)
		valid(schema, value, at)
		if (value.items) assert.ok(value.items.length > 0, `${at} has something to be compared`)
		asked++
	}
	assert.ok(asked >= 15, `${asked} answers`)
	for (const [where, status] of [['/api/v1/homes/nobody', 404], ['/api/v1/homes?limit=0', 400], ['/api/v1/nothing', 404]]) {
		const answer = await get(where)
		assert.equal(answer.status, status)
		valid({ $ref: '#/components/schemas/Problem' }, JSON.parse(answer.body), where)
	}
})

test('the file that is served is the one in docs', async () => {
	const answer = await request(cell.daemon.ports.web, '/api/v1/openapi.yaml')
	assert.equal(answer.status, 200)
	assert.equal(answer.headers['content-type'], 'application/yaml')
	assert.equal(answer.body, readFileSync(path.join(root, 'docs/openapi.yaml'), 'utf8'))
	assert.equal((await request(cell.daemon.ports.web, '/api/v1/openapi.yaml', { headers: { 'if-none-match': answer.headers.etag } })).status, 304)
})

test('a token may what it was given and where, until it is revoked', async () => {
	const one = JSON.parse(await ctlOk(cell, 'token', 'add', 'little', '--scope', 'homes:read', '--area', '440190001', '--days', '1', '--json'))
	const as = (path, headers) => request(cell.daemon.ports.web, path, { headers: { authorization: `Bearer ${one.token}`, ...headers } })
	await caughtUp(cell)
	const mine = JSON.parse((await as('/api/v1/homes?limit=500')).body).items
	const whole = JSON.parse((await get('/api/v1/homes?limit=500')).body).items
	assert.ok(mine.length > 0 && mine.length < whole.length)
	assert.ok(mine.every((h) => h.area.startsWith('440190001')))
	assert.equal((await as(`/api/v1/homes/${whole.find((h) => !h.area.startsWith('440190001')).id}`)).status, 404)
	assert.equal((await as('/api/v1/devices')).status, 403)
	assert.equal((await as('/api/v1/homes', { cookie: await cell.login('sup01') })).status, 200)
	// How to get in is for those who keep it right.
	const secrets = ['access', 'door_code', 'key_safe', 'key_holder']
	assert.ok(whole.some((h) => secrets.some((s) => s in h)))
	assert.ok(!mine.some((h) => secrets.some((s) => s in h)))
	await ctlOk(cell, 'token', 'revoke', one.id)
	await until(async () => (await as('/api/v1/homes')).status === 401, { what: 'it opens nothing any more' })
})
