// The API met by somebody with a token for little who wants more, and by whoever writes requests by hand.
import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, describe, test } from 'node:test'

import { ok as ctlOk } from '../harness/ctl.mjs'
import { Cell, request, until } from '../harness/index.mjs'
import { caughtUp } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'

const ends = []
const file = { after: (end) => ends.push(end) }
const MINE = '440190001'
let cell
let whole // a token of the city
let little // one of a sub-district
let homes
let inside
let outside

const token = async (name, scope, area) => JSON.parse(await ctlOk(cell, 'token', 'add', name, '--scope', scope, '--area', area, '--days', '1', '--json')).token

before(async () => {
	cell = await Cell.start(file, { demo: { homes: 30, onDuty: 3 } })
	const scopes = 'homes:read,homes:write,devices:read,incidents:read,people:read,rosters:read,areas:read,statistics:read,audit:read'
	whole = await token('whole', scopes, '4401')
	little = await token('little', scopes, MINE)
	await caughtUp(cell)
	homes = JSON.parse((await ask('/homes?limit=500', { as: whole })).body).items
	inside = homes.find((h) => h.area.startsWith(MINE)).id
	outside = homes.find((h) => !h.area.startsWith(MINE)).id
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

/** No rate is tried here: each ask is some milliseconds later by the daemon's clock. */
async function ask(path, { as = little, method = 'GET', headers = {}, value, body = value === undefined ? undefined : JSON.stringify(value), type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' } = {}) {
	await cell.daemon.control('advance 50')
	const answer = await request(cell.daemon.ports.web, path.startsWith('/api') ? path : `/api/v1${path}`, {
		method,
		body,
		headers: { authorization: `Bearer ${as}`, ...(body === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(body) }), ...headers },
	})
	return { ...answer, json: /json/.test(answer.headers['content-type'] ?? '') && answer.body !== '' ? JSON.parse(answer.body) : undefined }
}

/** Bytes as they are; the answer until the daemon hangs up, or until it has its blank line and body. */
function raw(text) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(cell.daemon.ports.web, '127.0.0.1', () => socket.write(Buffer.isBuffer(text) ? text : Buffer.from(text, 'latin1')))
		let got = ''
		socket.on('data', (d) => {
			got += d.toString('latin1')
			const head = got.indexOf('\r\n\r\n')
			const length = /content-length: (\d+)/i.exec(got)?.[1]
			if (head >= 0 && (/^HTTP\/1\.1 (204|304)/.test(got) || (length !== undefined && got.length >= head + 4 + Number(length)))) socket.end()
		})
		socket.on('close', () => resolve(got))
		socket.on('error', (e) => (e.code === 'ECONNRESET' ? resolve(got) : reject(e)))
	})
}
const status = (answer) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0)

const chain = async () => (await cell.redis.cli('--raw', 'xrange', 'pa:audit', '-', '+')).split(/^\d+-0$/m)

describe('whoever has a token for little', () => {
	test('an outside home is none, whatever is asked of it', async () => {
		const tag = (await ask(`/homes/${outside}`, { as: whole })).headers.etag
		const home = (await ask(`/homes/${outside}`, { as: whole })).json
		for (const id of [outside, 'h-none']) {
			for (const more of [{}, { method: 'PATCH', value: { note: 'x' } }, { method: 'PATCH', value: { note: 'x' }, headers: { 'if-match': tag } }, { method: 'PUT', value: { ...home, id }, headers: { 'if-match': tag } }, { method: 'PUT', value: { ...home, id }, headers: { 'if-match': '*' } }]) {
				const answer = await ask(`/homes/${id}`, more)
				assert.equal(answer.status, 404, `${id} ${JSON.stringify(more)}: ${answer.body}`)
				assert.deepEqual(answer.json, { type: 'urn:pingan:problem:not_found', title: 'Not Found', status: 404, error: 'not_found' })
				assert.equal(answer.headers.etag, undefined)
			}
		}
		// The number is taken: that alone cannot be hidden, and nothing more is said.
		const taken = await ask(`/homes/${outside}`, { method: 'PUT', value: { ...home, area: home.area }, headers: { 'if-none-match': '*' } })
		assert.equal(taken.status, 403)
		assert.equal(taken.headers.etag, undefined)
		assert.equal((await ask(`/homes/${outside}`, { as: whole })).headers.etag, tag)
	})

	test('a home is not moved out of sight, nor into it', async () => {
		const mine = await ask(`/homes/${inside}`)
		const away = homes.find((h) => h.id === outside).area
		assert.equal((await ask(`/homes/${inside}`, { method: 'PATCH', value: { area: away } })).status, 403)
		assert.equal((await ask(`/homes/new-9`, { method: 'PUT', value: { ...mine.json, id: 'new-9', area: away }, headers: { 'if-none-match': '*' } })).status, 403)
	})

	test('cursors that nobody gave lead nowhere else', async () => {
		const b64 = (text) => Buffer.from(text).toString('base64url')
		const mine = (await ask('/homes?limit=500')).json.items.map((h) => h.id)
		for (const at of ['household:', 'a', 'household:h0000', 'household:zzz', 'person:op01', '\u00ff', 'login:']) {
			for (const where of ['/homes', '/devices', '/incidents', '/rosters', '/people']) {
				const answer = await ask(`${where}?limit=500&cursor=${b64(at)}`)
				assert.equal(answer.status, 200, where)
				if (where === '/homes') for (const h of answer.json.items) assert.ok(mine.includes(h.id))
				else if (where === '/devices') for (const d of answer.json.items) assert.ok(mine.includes(d.household))
				else if (where !== '/people') for (const i of answer.json.items) assert.ok(i.area.startsWith(MINE))
			}
		}
		for (const wrong of ['=', '', b64('x'.repeat(200)), b64('a\0b'), `${b64('household:h1')}=`, '..%2F..', 'aGk%0A']) assert.equal((await ask(`/homes?cursor=${wrong}`)).status, 400, wrong)
	})

	test('figures are those of their areas', async (t) => {
		const [here, there] = await Promise.all([(h) => h.area.startsWith(MINE), (h) => !h.area.startsWith(MINE)].map((is) => Unit.connect(t, cell.daemon, cell.homes.find((u) => is(homes.find((h) => h.id === u.household))))))
		await here.ack(here.press())
		await there.ack(there.press())
		assert.equal((await ask('/statistics/incidents', { as: whole })).json.opened, 2)
		const mine = await ask('/statistics/incidents')
		assert.equal(mine.json.opened, 1)
		assert.deepEqual(mine.json.districts.map((d) => d.opened), [1])
		assert.equal((await ask('/statistics/incidents?area=4401')).json.opened, 1)
		assert.equal((await ask(`/statistics/incidents?area=${homes.find((h) => h.id === outside).area}`)).status, 404)
		const areas = (await ask('/homes/installed')).json.homes.map((r) => r.area)
		assert.ok(areas.includes(MINE) && areas.includes('4401'))
		assert.ok(areas.every((a) => a.startsWith(MINE) || MINE.startsWith(a)), `${areas}`)
		assert.ok((await ask('/homes/installed', { as: whole })).json.homes.length > areas.length)
	})

	test('what a filter says is never written down, unless it names what there is', async () => {
		const words = ['MARK13800138000', encodeURIComponent('MARK名字')]
		for (const word of words) {
			for (const path of [`/incidents?household=${word}`, `/devices?household=${word}`, `/homes?resident=${word}`, `/audit?person=${word}`, `/audit?home=${word}`, `/audit?by=${word}`]) assert.equal((await ask(path)).status, 200, path)
			await ask(`/homes/${word}`)
		}
		assert.equal((await ask('/incidents?household=%ff%fe')).status, 400)
		await ask(`/incidents?household=${inside}`)
		await until(async () => (await chain()).some((e) => e.includes('GET/incidents') && e.includes(inside)), { what: 'a look that names a home is on record with it' })
		for (const entry of await chain()) assert.ok(!entry.includes('MARK') && !entry.includes('\u00ff\u00fe'))
		assert.ok(!cell.daemon.child.lines.some((line) => line.includes('MARK')))
		assert.match(await ctlOk(cell, 'audit', 'query', '--json'), /GET\/incidents/)
	})

	test('nobody makes or takes the home of units that nobody knows', async () => {
		const mine = (await ask(`/homes/${inside}`)).json
		for (const headers of [{ 'if-none-match': '*' }, { 'if-match': '*' }]) {
			const answer = await ask('/homes/quarantine', { as: whole, method: 'PUT', value: { ...mine, id: 'quarantine' }, headers })
			assert.ok([404, 422].includes(answer.status), `${answer.status} ${answer.body}`)
		}
		assert.equal((await ask('/homes/quarantine', { as: whole })).status, 404)
		assert.equal((await cell.redis.cli('hget', 'pa:household:quarantine', 'rev')).trim(), '1')
	})

	test('what is too deep, too wide or of another sort is said to be so', async () => {
		let deep = { a: 1 }
		for (let i = 0; i < 30; i++) deep = { care_plan: deep }
		for (const value of [deep, { residents: Array.from({ length: 300 }, () => ({})) }, { contacts: {} }, { place: { lat: 1e300, lon: 1 } }, { care_plan: { visits_week: 1.5 } }, { care_plan: { visits_week: 4294967296 } }, { residents: [{ health: { notes: 'x' } }] }, { health: { notes: 'x' } }, { key: 'x' }, { erased_ms: 1 }, { test_until_ms: 1 }, { __proto__x: 1 }, { id: 'other' }]) {
			const answer = await ask(`/homes/${inside}`, { method: 'PATCH', value })
			assert.equal(answer.status, 422, `${JSON.stringify(value).slice(0, 80)}: ${answer.status} ${answer.body}`)
			assert.ok(answer.json.errors.length > 0)
		}
		for (const body of [`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`, '{"note": "\\u0000"}', '{"note": 1e999}', '{"note": 99999999999999999999999}', '\xef\xbb\xbf{}', '{"note": "\ud800"}'.replace('\ud800', '\\ud800'), 'null', '{} {}']) {
			const answer = await ask(`/homes/${inside}`, { method: 'PATCH', body })
			assert.ok([400, 422].includes(answer.status), `${body.slice(0, 30)}: ${answer.status}`)
		}
		assert.equal((await ask(`/homes/${inside}`, { method: 'PATCH', body: Buffer.from('7b226e6f7465223a22ff22 7d'.replace(/ /g, ''), 'hex') })).status, 400)
	})
})

describe('whoever writes requests by hand', () => {
	const head = (line, more = '') => `${line} HTTP/1.1\r\nHost: 127.0.0.1:${cell.daemon.ports.web}\r\nAuthorization: Bearer ${whole}\r\nConnection: close\r\n${more}\r\n`
	const is = async (wanted, text, what = text) => assert.equal(status(await raw(text)), wanted, String(what).split('\r\n')[0])

	test('methods', async () => {
		await is(200, head('GET /api/v1/areas/4401'))
		await is(200, head('HEAD /api/v1/areas/4401'))
		for (const method of ['DELETE', 'POST', 'PUT', 'PATCH']) {
			const answer = await raw(head(`${method} /api/v1/duty`, 'Content-Length: 0\r\n'))
			assert.equal(status(answer), 405, method)
			assert.match(answer, /^allow: GET, HEAD, OPTIONS\r$/im)
		}
		const options = await raw(head('OPTIONS /api/v1/homes/h0001'))
		assert.equal(status(options), 204)
		assert.match(options, /^allow: .*GET, HEAD.*PUT.*PATCH.*OPTIONS\r$/im)
		assert.doesNotMatch(options, /access-control/i)
		for (const method of ['TRACE', 'CONNECT', 'PROPFIND', 'FOO']) assert.ok(![200, 201, 500].includes(status(await raw(head(`${method} /api/v1/areas/4401`)))), method)
		await is(404, head('OPTIONS /api/v1/nothing'))
	})

	test('paths', async () => {
		await is(404, head('GET /api/v1/areas/'))
		await is(404, head('GET /api/v1/areas/4401/'))
		await is(404, head('GET /api/v1/areas/4401%2f'))
		await is(404, head('GET /api/v1/AREAS/4401'))
		await is(404, head('GET /api/v1'))
		await is(404, head('GET /api/v2/areas'))
		await is(200, head('GET /api/v1/areas/%34401'), 'a letter that is written otherwise')
		for (const path of ['/api/v1/areas/4401%00', '/api/v1/areas/44%0001', '/api/v1/homes/%ff%fe', '/api/v1/homes/%', '/api/v1/homes/%zz', '/api/v1/homes/..%2f..%2fetc', `/api/v1/homes/${'%e5'.repeat(60)}`]) {
			const answer = status(await raw(head(`GET ${path}`)))
			assert.ok([0, 400, 403, 404].includes(answer), `${path}: ${answer}`)
		}
		await is(404, head('GET /api/v1/homes/../../etc/passwd'))
	})

	test('parameters', async () => {
		await is(400, head('GET /api/v1/areas?limit=1&limit=1'))
		await is(400, head('GET /api/v1/areas?limit='))
		await is(400, head('GET /api/v1/areas?limit'))
		for (const nul of ['limit=%31%00', 'limit=1%00', '%00limit=1']) assert.ok([0, 400].includes(status(await raw(head(`GET /api/v1/areas?${nul}`)))), nul)
		for (const line of ['limit=1%0A', '%0Aauthorization:x', 'limit=1%0D%0AX: y', 'limit=1%0Ahttp/1.1 HTTP/1.1%0AX: y']) assert.ok([0, 400].includes(status(await raw(head(`GET /api/v1/areas?${line.replaceAll(' ', '%20')}`)))), line)
		assert.equal((await raw(`GET /api/v1/areas?x=%0AAuthorization:%20Bearer%20${whole}%0A%0A HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).match(/HTTP\/1\.1 200/), null)
		await is(200, head('GET /api/v1/areas?limit=%31'))
		await is(400, head('GET /api/v1/areas?LIMIT=1'))
		await is(400, head('GET /api/v1/areas?limit=+1'))
		await is(400, head('GET /api/v1/areas?limit=0x10'))
		await is(400, head('GET /api/v1/areas/4401?x=1'))
		for (const nothing of ['areas?', 'areas?&', 'areas?limit=1&', 'openapi.yaml?', 'openapi.yaml?&&']) await is(200, head(`GET /api/v1/${nothing}`))
		await is(400, head('GET /api/v1/openapi.yaml?limit=1'))
		await is(400, head('GET /api/v1/find?text=%ff%ff%ff'))
	})

	test('headers', async () => {
		const plain = (more) => `GET /api/v1/areas/4401 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`
		await is(401, plain(''))
		await is(401, plain(`Authorization: Bearer ${whole}\r\nAuthorization: Bearer ${whole}\r\n`), 'two tokens')
		await is(401, plain(`Authorization: Bearer ${whole},Bearer ${whole}\r\n`))
		await is(401, plain(`Authorization: Basic ${whole}\r\n`))
		await is(401, plain(`Authorization: Bearer ${whole}x\r\n`))
		await is(401, plain(`Authorization: Bearer ${whole.toUpperCase()}\r\n`))
		await is(401, plain(`Authorization: Bearer ${'x'.repeat(2000)}\r\n`))
		await is(200, plain(`authorization: bearer   ${whole}\r\n`))
		await is(200, plain(`Authorization: Bearer ${whole}\r\nX-HTTP-Method-Override: DELETE\r\nX-Original-URL: /api/v1/homes\r\nX-Forwarded-For: 127.0.0.1\r\n`))
		await is(200, plain(`Authorization: Bearer ${whole}\r\nIf-None-Match: ${'"x", '.repeat(300)}"y"\r\n`), 'a long list of tags')
	})

	test('bodies', async () => {
		const text = '{"note": "by hand"}'
		const patch = (more, body = text) => head(`PATCH /api/v1/homes/${inside}`, more) + body
		const type = 'Content-Type: application/merge-patch+json\r\n'
		await is(200, patch(`${type}Content-Length: ${text.length}\r\n`))
		await is(200, patch(`Content-Type: Application/Merge-Patch+JSON; charset=utf-8\r\nContent-Length: ${text.length}\r\n`))
		await is(415, patch(`Content-Type: application/json\r\nContent-Length: ${text.length}\r\n`))
		await is(415, patch(`Content-Length: ${text.length}\r\n`))
		await is(411, patch(type))
		await is(400, patch(`${type}Transfer-Encoding: chunked\r\n`, `13\r\n${text}\r\n0\r\n\r\n`))
		await is(400, patch(`${type}Content-Length: ${text.length}\r\nTransfer-Encoding: chunked\r\n`))
		await is(400, patch(`${type}Content-Length: +${text.length}\r\n`))
		await is(400, patch(`${type}Content-Length: 0\r\n`, ''))
		await is(413, patch(`${type}Content-Length: 70000\r\n`))
		await is(413, patch(`${type}Content-Length: 99999999999999999999\r\n`))
		await is(400, head(`GET /api/v1/homes/${inside}`, `Content-Length: ${text.length}\r\n`) + text)
		assert.notEqual(status(await raw(patch(`${type}Content-Length: ${text.length}\r\nContent-Length: ${text.length + 1}\r\n`))), 200, 'two lengths')
		// Whoever waits to be asked for the body sends it after a while.
		const late = await new Promise((resolve, reject) => {
			let got = ''
			const socket = net.connect(cell.daemon.ports.web, '127.0.0.1', () => {
				socket.write(head(`PATCH /api/v1/homes/${inside}`, `${type}Content-Length: ${text.length}\r\nExpect: 100-continue\r\n`))
				setImmediate(() => socket.write(text))
			})
			socket.on('data', (d) => (got += d))
			socket.on('close', () => resolve(got))
			socket.on('error', reject)
		})
		assert.match(late, /HTTP\/1\.1 200/)
	})
})
