// Accounts looked after at a page: what each role may do to whom, what it does to sessions at once, a password for once, a key
// for codes, one's own log-ins; and log-ins that end because nobody uses them, never on duty. One cell for all.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'

import { ok } from '../harness/ctl.mjs'
import { cookieOf, OWN_PASSWORD, post } from '../harness/http.mjs'
import { Cell, DEMO_PASSWORD, request, until } from '../harness/index.mjs'
import { console_ as proto } from '../harness/proto.mjs'
import { caughtUp } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { codeAt, secretOf } from '../harness/totp.mjs'

const ends = []
const file = { after: (end) => ends.push(end) }
const ADMIN = 'acts.admin'
let cell
let admin
let sup

const at = (cookie, method, path, body) =>
	request(cell.daemon.ports.web, path, {
		method,
		headers: {
			cookie,
			origin: cell.daemon.origin,
			...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(JSON.stringify(body)) }),
		},
		body: body === undefined ? undefined : JSON.stringify(body),
	})
const act = (cookie, id, what) => at(cookie, 'POST', `/api/v1/accounts/${id}`, { act: what })
const me = async (cookie) => (await at(cookie, 'GET', '/api/v1/me')).status
const account = async (cookie, id) => JSON.parse((await at(cookie, 'GET', `/api/v1/accounts?person=${id}`)).body).items[0]
const enter = (id, password, code) => post(cell.daemon, '/api/v1/login', { account: id, password, ...(code ? { code } : {}) })
const audited = async (find) => {
	const out = await ok(cell, 'audit', 'query', '--json')
	return out.split('\n').filter(Boolean).map((line) => JSON.parse(line)).some(find)
}

before(async () => {
	cell = await Cell.start(file, { demo: { homes: 4 }, config: { sessions: { length_min: 14, once_hours: 1, idle_desk_min: 5, idle_field_min: 8 } } })
	const made = (await ok(cell, 'user', 'add', ADMIN, '--name', '管理', '--role', 'administrator', '--area', '4401')).split('\n')[1].split(',')[1]
	const secret = secretOf(await ok(cell, 'user', 'totp', ADMIN))
	await caughtUp(cell)
	const answer = await enter(ADMIN, made, codeAt(secret))
	assert.equal(answer.status, 200, answer.body)
	assert.deepEqual(JSON.parse(answer.body).must, ['password'])
	admin = cookieOf(answer)
	assert.equal((await at(admin, 'GET', '/api/v1/accounts')).status, 403, 'nothing before a password of their own')
	assert.equal((await at(admin, 'POST', '/api/v1/password', { password: made, new_password: OWN_PASSWORD })).status, 200)
	assert.equal(JSON.parse((await at(admin, 'GET', '/api/v1/me')).body).must, undefined)
	sup = await cell.login('sup01')
	assert.deepEqual((await account(admin, 'op03')).area_names, ['听雨街道'])
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

test('who is shut out loses every log-in at once, and gets in again when let in', async () => {
	const cookie = await cell.login('op02')
	const screen = await Screen.open(file, cell.daemon, cookie)
	assert.equal((await act(sup, 'op02', 'shut')).status, 200)
	assert.equal(await me(cookie), 401)
	await until(() => screen.goAway?.why === proto.GoAway_Why.LOGGED_OUT, { what: 'the console is out' })
	screen.end()
	assert.equal((await enter('op02', DEMO_PASSWORD)).status, 401)
	assert.equal((await account(sup, 'op02')).disabled, true)
	assert.equal((await act(sup, 'op02', 'open')).status, 200)
	assert.equal((await enter('op02', DEMO_PASSWORD)).status, 200)
	assert.ok(await audited((a) => a.who === 'sup01' && a.note === 'shut_out' && a.record === 'person:op02'))
})

test('a supervisor keeps operators and caregivers, an administrator supervisors too, nobody an administrator or themself', async () => {
	assert.deepEqual((await account(sup, 'cg01')).may, ['shut', 'open', 'logout', 'reset', 'reset_code'])
	assert.deepEqual((await account(sup, 'sup01')).may, ['logout'])
	assert.deepEqual((await account(admin, 'sup01')).may, ['shut', 'open', 'logout', 'reset', 'reset_code'])
	assert.deepEqual((await account(admin, ADMIN)).may, ['logout'])
	for (const what of ['shut', 'reset', 'reset_code']) {
		assert.equal((await act(sup, 'sup01', what)).status, 403)
		assert.equal((await act(sup, ADMIN, what)).status, 403)
		assert.equal((await act(admin, ADMIN, what)).status, 403)
	}
	assert.equal((await act(sup, 'nobody', 'shut')).status, 404)
	assert.equal((await act(sup, 'cg01', 'promote')).status, 422)
	assert.equal((await act(await cell.login('op01'), 'cg01', 'shut')).status, 403)
})

test('a password for once opens the way to one of their own, and nothing else', async () => {
	const before = await cell.login('cg01')
	const answer = await act(sup, 'cg01', 'reset')
	assert.equal(answer.status, 200, answer.body)
	const { password, hours } = JSON.parse(answer.body)
	assert.match(password, /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
	assert.equal(hours, 1)
	assert.match(answer.headers['cache-control'], /no-store/)
	assert.equal(await me(before), 401, 'what was open is over')
	assert.equal((await enter('cg01', DEMO_PASSWORD)).status, 401, 'the old one opens nothing')
	const first = await enter('cg01', password)
	assert.deepEqual(JSON.parse(first.body).must, ['password'])
	const cookie = cookieOf(first)
	const early = new Screen(cell.daemon, cookie, 'caregiver')
	early.connect()
	await until(() => early.goAway?.why === proto.GoAway_Why.FORBIDDEN, { what: 'no page before that' })
	early.end()
	assert.equal((await at(cookie, 'POST', '/api/v1/password', { password, new_password: password })).status, 422)
	assert.equal((await at(cookie, 'POST', '/api/v1/password', { password, new_password: OWN_PASSWORD })).status, 200)
	assert.equal(JSON.parse((await at(cookie, 'GET', '/api/v1/me')).body).must, undefined)
	assert.equal((await enter('cg01', password)).status, 401)
	assert.equal((await account(sup, 'cg01')).once, undefined)
})

test('a key for codes is taken with the password and a code of it, once', async () => {
	const cookie = await cell.login('op01')
	const { key, text, uri } = JSON.parse((await at(cookie, 'POST', '/api/v1/me/second', {})).body)
	assert.ok(uri.includes(text))
	const code = () => codeAt(text)
	const take = (more) => at(cookie, 'POST', '/api/v1/me/second', { key, code: code(), password: DEMO_PASSWORD, ...more })
	assert.equal((await take({ code: '000000' })).status, 422)
	assert.equal((await take({ password: 'not the one at all' })).status, 403)
	const other = await cell.login('op01')
	const taken = await take({})
	assert.equal(taken.status, 200, taken.body)
	const { recovery } = JSON.parse(taken.body)
	assert.equal(recovery.length, 8)
	assert.equal(await me(cookie), 200, 'this log-in goes on')
	assert.equal(await me(other), 401, 'the others are over')
	assert.equal(JSON.parse((await enter('op01', DEMO_PASSWORD)).body).error, 'code')
	assert.equal((await enter('op01', DEMO_PASSWORD, recovery[0])).status, 200)
	assert.equal((await enter('op01', DEMO_PASSWORD, recovery[0])).status, 401)
	// There is one now: a screen left open is no place to put another in its place.
	assert.equal((await take({})).status, 422)
	// The telephone is lost.
	const { password } = JSON.parse((await act(sup, 'op01', 'reset_code')).body)
	const first = await enter('op01', password)
	assert.equal(first.status, 200, first.body)
	assert.equal((await account(sup, 'op01')).second_factor, false)
})

test('one\'s own log-ins are listed, and the others end', async () => {
	const [a, b] = [await cell.login('cg03'), await cell.login('cg03')]
	const mine = JSON.parse((await at(a, 'GET', '/api/v1/me/sessions')).body).items
	assert.equal(mine.length, 2)
	assert.ok(mine.every((one) => one.person === 'cg03'))
	assert.equal((await at(a, 'DELETE', '/api/v1/me/sessions')).status, 204)
	// Over is over: it is not shown as open until it is swept away.
	const open = async (cookie, path) => JSON.parse((await at(cookie, 'GET', path)).body).items.length
	assert.equal(await open(a, '/api/v1/me/sessions'), 1)
	assert.equal(await open(sup, '/api/v1/sessions?person=cg03'), 1)
	assert.equal(await me(a), 200)
	assert.equal(await me(b), 401)
})

test('failed log-ins are seen, and the numbers that a page watches move with them', async () => {
	const numbers = async () => (await at(sup, 'GET', '/api/v1/accounts/changes')).body
	const was = await numbers()
	assert.equal(await numbers(), was)
	assert.equal((await enter('cg03', 'wrong wrong wrong')).status, 401)
	assert.equal((await enter('cg03', 'wrong wrong wrong')).status, 401)
	await until(async () => (await numbers()) !== was, { what: 'the numbers move' })
	assert.equal((await account(sup, 'cg03')).failed, 2)
})

test('a password for once has an end', async () => {
	const { password } = JSON.parse((await act(sup, 'cg02', 'reset')).body)
	await cell.daemon.control(`advance ${61 * 60_000}`)
	await caughtUp(cell)
	const answer = await enter('cg02', password)
	assert.equal(answer.status, 403)
	assert.equal(JSON.parse(answer.body).error, 'over')
	sup = await cell.login('sup01')
})

test('a log-in that nobody uses ends, a phone on duty never', async () => {
	const cookie = await cell.login('cg03', { password: DEMO_PASSWORD })
	const phone = await Screen.open(file, cell.daemon, cookie, 'caregiver')
	assert.equal((await phone.ask('duty', { on: true })).result, proto.Result.OK)
	phone.end()
	const off = await cell.login('cg04')
	sup = await cell.login('sup01')
	// The page of accounts looks by itself, again and again: that is no use.
	for (let n = 1; n <= 5; n++) {
		await cell.daemon.control(`advance ${60_000}`)
		await caughtUp(cell)
		assert.equal((await at(sup, 'GET', '/api/v1/accounts/changes')).status, 200, `${n} minutes`)
		// Somebody somewhere logs in, and it reads the lists anew: nobody's hand did that either.
		for (const list of ['accounts', 'sessions']) assert.equal((await at(sup, 'GET', `/api/v1/${list}`)).status, 200, `${list} at ${n} minutes`)
	}
	await cell.daemon.control(`advance ${2 * 60_000}`)
	await caughtUp(cell)
	assert.equal((await at(sup, 'GET', '/api/v1/accounts/changes')).status, 401, 'nobody sat there for five minutes, and one more')
	assert.equal(await me(off), 200, 'a phone may lie for longer')
	await cell.daemon.control(`advance ${15 * 60_000}`)
	await caughtUp(cell)
	assert.equal(await me(off), 401)
	assert.equal(await me(cookie), 200, 'on duty, without a line, older than a log-in may be')
})
