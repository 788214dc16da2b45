// Who gets in and who does not, against a real cell: passwords, codes, sessions, tokens, and what attackers try. Each is
// refused, counted, and leaves no trace of what was typed.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'

import { ok, refused } from '../harness/ctl.mjs'
import { cookieOf, post, request } from '../harness/http.mjs'
import { Cell, DEMO_PASSWORD, until } from '../harness/index.mjs'
import { RawWs } from '../harness/rawws.mjs'
import { Screen } from '../harness/screen.mjs'
import { codeAt, paperOf, secretOf } from '../harness/totp.mjs'

const get = (cell, where, headers, daemon = cell.daemon) => request(daemon.ports.web, where, { headers })
const me = async (cell, headers, daemon) => (await get(cell, '/api/v1/me', headers, daemon)).status
const login = (cell, account, password, code, more) =>
	post(cell.daemon, '/api/v1/login', code === undefined ? { account, password } : { account, password, code }, more)
const wordOf = (answer) => JSON.parse(answer.body).error
const metric = (cell, name) => cell.daemon.metric(`pingan_${name}_total`)
const said = (daemon) => daemon.child.lines.join('\n')
const bearer = (token) => ({ authorization: `Bearer ${token}` })
const tokenOf = (out) => out.trim().split('\n')[1].split(',')

/** The store's own time, which codes go by. */
const storeMs = async (cell) => {
	const [s, us] = (await cell.redis.cli('--raw', 'time')).trim().split('\n').map(Number)
	return s * 1000 + Math.floor(us / 1000)
}

test('a code beside the password: asked for, good once, on every daemon; without the phone one from paper', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, daemons: 2 })
	const out = await ok(cell, 'user', 'totp', 'op01')
	const secret = secretOf(out)
	const paper = paperOf(out)
	assert.equal(paper.length, 8)
	let answer
	await until(async () => wordOf((answer = await login(cell, 'op01', DEMO_PASSWORD))) === 'code', { what: 'the code is asked for' })
	assert.equal(answer.status, 401)
	assert.equal(cookieOf(answer), null)
	// The code alone opens nothing, nor does a wrong password beside it say so.
	const now = await storeMs(cell)
	assert.deepEqual([(answer = await login(cell, 'op01', 'wrong password', codeAt(secret, now))).status, wordOf(answer)], [401, 'wrong'])
	answer = await login(cell, 'op01', DEMO_PASSWORD, codeAt(secret, now, -10))
	assert.deepEqual([answer.status, wordOf(answer)], [401, 'wrong_code'])
	const code = codeAt(secret, now)
	answer = await login(cell, 'op01', DEMO_PASSWORD, code)
	assert.equal(answer.status, 200)
	const cookie = cookieOf(answer)
	// Seen over a shoulder: it has been used, here and on the other daemon.
	for (const daemon of cell.daemons) {
		await until(async () => (await me(cell, { cookie }, daemon)) === 200, { what: 'the session is known' })
		const again = await post(daemon, '/api/v1/login', { account: 'op01', password: DEMO_PASSWORD, code })
		assert.deepEqual([again.status, wordOf(again)], [401, 'wrong_code'])
	}
	// Two at once, with one code, on two daemons: one gets in. The steps before are used up: a later one.
	const next = codeAt(secret, now, 1)
	await until(async () => wordOf(await login(cell, 'op01', DEMO_PASSWORD)) === 'code')
	const both = await Promise.all(
		cell.daemons.map((daemon) => post(daemon, '/api/v1/login', { account: 'op01', password: DEMO_PASSWORD, code: next })),
	)
	assert.equal(both.filter((a) => a.status === 200).length, 1, both.map((a) => `${a.status} ${a.body}`).join('; '))
	// The phone is lost.
	answer = await login(cell, 'op01', DEMO_PASSWORD, paper[3].toUpperCase().replaceAll('-', ' '))
	assert.equal(answer.status, 200, answer.body)
	answer = await login(cell, 'op01', DEMO_PASSWORD, paper[3])
	assert.deepEqual([answer.status, wordOf(answer)], [401, 'wrong_code'])
	const shown = JSON.parse(await ok(cell, 'user', 'show', 'op01', '--json'))
	assert.deepEqual([shown.code, shown.recovery], [true, 7])
	assert.match(await ok(cell, 'session', 'list', '--json'), /"account":"op01".*"address":"127\.0\.0\.1","code":true/)
	// Neither key nor codes stand in the log or in what the command shows again.
	assert.ok(!JSON.stringify(shown).includes(secret))
	for (const daemon of cell.daemons) for (const word of [secret, code, paper[3]]) assert.ok(!said(daemon).includes(word))

	// A new key: the old one makes no codes any more, and who was in is out.
	await ok(cell, 'user', 'totp', 'op01')
	await until(async () => (await me(cell, { cookie })) === 401, { what: 'the session of the old key ends' })
	answer = await login(cell, 'op01', DEMO_PASSWORD, codeAt(secret, now, 2))
	assert.equal(wordOf(answer), 'wrong_code')
	// Whoever has the password may not try codes without end.
	let slowed = false
	for (let i = 0; i < 12 && !slowed; i++) slowed = (await login(cell, 'op01', DEMO_PASSWORD, codeAt(secret, now, -20 - i))).status === 429
	assert.ok(slowed, 'guesses of codes are slowed')
	for (const daemon of cell.daemons) await daemon.control('advance 61000')
	await ok(cell, 'user', 'totp-off', 'op01')
	await until(async () => (await login(cell, 'op01', DEMO_PASSWORD)).status === 200, { what: 'no code is asked for' })
})

test('an administrator does not log in without a code, and keeps the key', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	await ok(cell, 'user', 'set', 'op02', '--role', 'administrator')
	let answer
	await until(async () => (answer = await login(cell, 'op02', DEMO_PASSWORD)).status === 403, { what: 'she is an administrator' })
	assert.equal(wordOf(answer), 'no_key')
	assert.equal(cookieOf(answer), null)
	await refused(cell, /may not log in without a code/, 'user', 'totp-off', 'op02')
	const secret = secretOf(await ok(cell, 'user', 'totp', 'op02'))
	await until(async () => wordOf(await login(cell, 'op02', DEMO_PASSWORD)) === 'code')
	assert.equal((await login(cell, 'op02', DEMO_PASSWORD, codeAt(secret, await storeMs(cell)))).status, 200)
})

test('a person changes the password at the page: every other session is over at once', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, daemons: 2 })
	const [here, there] = [await cell.login('op01'), await cell.login('op01')]
	const other = await cell.login('op02')
	const desk = await Screen.open(t, cell.daemons[1], there)
	const change = (cookie, value, headers = {}) => post(cell.daemon, '/api/v1/password', value, { headers: { cookie, ...headers } })
	const next = '新密码 2026 abc'

	for (const [value, status, word] of [
		[{ password: 'wrong password', new_password: next }, 403, 'wrong'],
		[{ password: DEMO_PASSWORD, new_password: 'short' }, 422, 'weak'],
		[{ password: DEMO_PASSWORD, new_password: 'aaaaaaaaaaaaaaaa' }, 422, 'weak'],
		[{ password: DEMO_PASSWORD, new_password: DEMO_PASSWORD }, 422, 'weak'],
		[{ password: DEMO_PASSWORD, new_password: 'x'.repeat(257) }, 400, 'json'],
		[{ password: DEMO_PASSWORD }, 400, 'json'],
		[{ password: DEMO_PASSWORD, new_password: next, account: 'op02' }, 400, 'json'],
		['[]', 400, 'json'],
	]) {
		const answer = await change(here, value)
		assert.deepEqual([answer.status, wordOf(answer)], [status, word], JSON.stringify(value))
	}
	// From a page of somebody else's, or without a session, it is not even looked at.
	const foreign = await change(here, { password: DEMO_PASSWORD, new_password: next }, { origin: 'https://evil.example' })
	assert.deepEqual([foreign.status, wordOf(foreign)], [403, 'origin'])
	assert.equal((await post(cell.daemon, '/api/v1/password', { password: DEMO_PASSWORD, new_password: next })).status, 401)

	assert.equal((await change(here, { password: DEMO_PASSWORD, new_password: next })).status, 200)
	assert.equal(await me(cell, { cookie: here }), 200)
	await until(async () => (await me(cell, { cookie: there }, cell.daemons[1])) === 401, { what: 'the other session is over' })
	await until(() => desk.goAway !== null, { what: 'its console is sent away' })
	assert.equal(await me(cell, { cookie: other }), 200)
	assert.equal((await login(cell, 'op01', DEMO_PASSWORD)).status, 401)
	assert.equal((await login(cell, 'op01', next)).status, 200)
	for (const daemon of cell.daemons) assert.ok(!said(daemon).includes('新密码'))
})

test('sessions are listed and ended, one or all, everywhere', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, daemons: 2 })
	const [a, b] = [await cell.login('op01'), await cell.login('op01')]
	const desk = await Screen.open(t, cell.daemons[1], b)
	const rows = async () => (await ok(cell, 'session', 'list', '--json')).trim().split('\n').filter(Boolean).map((line) => JSON.parse(line))
	await until(async () => (await rows()).length === 2)
	// The name of a session opens nothing.
	for (const row of await rows()) assert.equal(await me(cell, { cookie: `pingan_session=${row.session.padEnd(64, '0')}` }), 401)
	await refused(cell, /12 digits/, 'session', 'end', 'abc')
	await refused(cell, /no such session/, 'session', 'end', '0123456789ab')
	const [first] = await rows()
	await ok(cell, 'session', 'end', first.session)
	const left = await until(async () => {
		const open = [await me(cell, { cookie: a }, cell.daemons[1]), await me(cell, { cookie: b }, cell.daemons[1])]
		return open.filter((status) => status === 200).length === 1 ? open : null
	})
	assert.ok(left.includes(401))
	assert.match(await ok(cell, 'user', 'logout', 'op01'), /1 session ended/)
	await until(() => desk.goAway !== null, { what: 'the console is sent away' })
	assert.equal((await rows()).length, 0)
})

test('a table that changes what somebody may ends their sessions, and nobody else\'s', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	const [changed, kept, demoted] = [await cell.login('op01'), await cell.login('op02'), await cell.login('sup01')]
	const file = path.join(cell.dir, 'people.csv')
	const before = (await ok(cell, 'user', 'list', '--json')).trim().split('\n').map((line) => JSON.parse(line))
	const row = (account, more) => {
		const p = { ...before.find((one) => one.account === account), ...more }
		return `${p.account},${p.name},${p.role},${p.areas.join(';')}`
	}
	await writeFile(file, `account,name,role,areas\n${row('op01', { areas: ['440105'] })}\n${row('op02', { name: '新名字' })}\n${row('sup01', { role: 'operator' })}\n`)
	await ok(cell, 'import', 'people', file, '--update')
	await until(async () => (await me(cell, { cookie: demoted })) === 401, { what: 'who has another role is out' })
	await until(async () => (await me(cell, { cookie: changed })) === 401, { what: 'who has another area is out' })
	assert.equal(await me(cell, { cookie: kept }), 200)
	await writeFile(file, 'account,name,role,areas\nrobot,R,machine,4401\n')
	await refused(cell, /no account: pinganctl token add/, 'import', 'people', file)
})

test('a session that has run out opens nothing, though its cookie is still shown', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, config: { sessions: { length_min: 10 } } })
	const cookie = await cell.login('op02')
	assert.equal(await me(cell, { cookie }), 200)
	await cell.daemon.control(`advance ${10 * 60 * 1000 + 1000}`)
	await until(async () => (await me(cell, { cookie })) === 401, { what: 'the session has expired' })
	const headers = { Origin: cell.daemon.origin, Cookie: cookie, 'Sec-WebSocket-Protocol': 'pingan.v1' }
	assert.equal((await RawWs.handshake(cell.daemon.ports.web, '/ws', { headers })).status, 401)
})

test('a token may what it says, until it is over or revoked, and is known to nobody but its system', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, daemons: 2 })
	const [id, token] = tokenOf(await ok(cell, 'token', 'add', '市平台', '--scope', 'statistics:read,homes:read', '--area', '440103'))
	assert.match(token, /^pat_[0-9a-f]{16}_[0-9a-f]{64}$/)
	const secret = token.split('_')[2]
	let answer
	for (const daemon of cell.daemons) await until(async () => (answer = await get(cell, '/api/v1/me', bearer(token), daemon)).status === 200, { what: 'the token is known' })
	assert.deepEqual(JSON.parse(answer.body), {
		person: `token.${id}`,
		name: '市平台',
		role: 'machine',
		scopes: ['homes:read', 'statistics:read'],
		areas: ['440103'],
	})
	// It is not kept anywhere in clear.
	for (const key of (await cell.redis.cli('--raw', 'keys', '*token*')).trim().split('\n'))
		assert.ok(!(await cell.redis.cli('--raw', 'hgetall', key)).includes(secret))
	assert.ok(!(await ok(cell, 'token', 'list', '--json')).includes(secret))

	const session = await cell.login('op01')
	const [short] = tokenOf(await ok(cell, 'token', 'add', 'one day', '--scope', 'statistics:read', '--area', '4401', '--days', '1'))
	const wrong = [
		'Bearer', 'Bearer ', `Bearer ${token}0`, `Bearer ${token.slice(0, -1)}`, `Bearer ${token.toUpperCase()}`,
		`Bearer pat_${id}_${'0'.repeat(64)}`, `Bearer pat_${short}_${secret}`, `Bearer pat_${'f'.repeat(16)}_${secret}`,
		`Basic ${Buffer.from(`op01:${DEMO_PASSWORD}`).toString('base64')}`, token, `Bearer ${'x'.repeat(3000)}`,
		`Bearer pat_../../person_${secret}`, `Bearer ${id}`,
	]
	const before = await metric(cell, 'token_refused')
	for (const authorization of wrong) {
		answer = await get(cell, '/api/v1/me', { authorization })
		assert.deepEqual([answer.status, wordOf(answer)], [401, 'token'], authorization.slice(0, 60))
		assert.match(answer.headers['www-authenticate'], /^Bearer/)
		// A good cookie beside it does not help.
		assert.equal(await me(cell, { authorization, cookie: session }), 401, authorization.slice(0, 60))
	}
	assert.equal((await metric(cell, 'token_refused')) - before, wrong.length * 2)
	// A token is no session: it opens no WebSocket, as header or as cookie.
	const headers = { Origin: cell.daemon.origin, 'Sec-WebSocket-Protocol': 'pingan.v1' }
	for (const more of [{ Authorization: `Bearer ${token}` }, { Cookie: `pingan_session=${secret}` }])
		assert.equal((await RawWs.handshake(cell.daemon.ports.web, '/ws', { headers: { ...headers, ...more } })).status, 401)

	await refused(cell, /no scope "everything"/, 'token', 'add', 'x', '--scope', 'everything', '--area', '4401')
	await refused(cell, /say what it may do/, 'token', 'add', 'x', '--area', '4401')
	await refused(cell, /division codes/, 'token', 'add', 'x', '--scope', 'homes:read', '--area', 'all')
	await refused(cell, /division codes/, 'token', 'add', 'x', '--scope', 'homes:read')
	await refused(cell, /never by itself/, 'token', 'revoke', token)
	await refused(cell, /no such token/, 'token', 'revoke', '0123456789abcdef')
	await ok(cell, 'token', 'revoke', id)
	for (const daemon of cell.daemons) await until(async () => (await me(cell, bearer(token), daemon)) === 401, { what: 'revoked everywhere' })
	for (const daemon of cell.daemons) assert.ok(!said(daemon).includes(secret))
})

test('guessing gets slow for whoever guesses, and locks out nobody who works', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	// The centre sits behind one address; somebody there, or with a stolen list, tries op01 for all it is worth.
	const desk = await cell.login('op01')
	let limited = null
	for (let i = 0; i < 12 && limited === null; i++) {
		const answer = await login(cell, 'op01', `guess number ${i}`)
		if (answer.status === 429) limited = answer
		else assert.equal(answer.status, 401)
	}
	assert.ok(limited !== null, 'guesses are slowed')
	assert.ok(Number(limited.headers['retry-after']) >= 1)
	// Whoever works there goes on, also op01 with the session that is open; others log in from the same address.
	assert.equal(await me(cell, { cookie: desk }), 200)
	assert.equal((await login(cell, 'op01', DEMO_PASSWORD, undefined, { headers: { cookie: desk } })).status, 200)
	assert.equal((await login(cell, 'op02', DEMO_PASSWORD)).status, 200)
	// An open session is no licence to guess its password, at whichever door.
	let late = false
	for (let i = 0; i < 12 && !late; i++) late = (await login(cell, 'op01', `guess ${i} more`, undefined, { headers: { cookie: desk } })).status === 429
	assert.ok(late)
	await cell.daemon.control(`advance ${61 * 1000}`)
	let slowed = false
	for (let i = 0; i < 12 && !slowed; i++)
		slowed = (await post(cell.daemon, '/api/v1/password', { password: `guess ${i} again`, new_password: 'another one 123' }, { headers: { cookie: desk } })).status === 429
	assert.ok(slowed)
	// The delay ends by itself.
	await cell.daemon.control(`advance ${61 * 1000}`)
	assert.equal((await login(cell, 'op01', DEMO_PASSWORD)).status, 200)
	assert.ok((await metric(cell, 'login_limited')) > 0)
})

test('what attackers try at the door is refused and counted', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	const cookie = await cell.login('op01')
	const { web } = cell.daemon.ports
	const before = { origin: await metric(cell, 'web_wrong_origin'), session: await metric(cell, 'ws_no_session') }

	// Cross-site request forgery: a logged-in browser on somebody else's page.
	for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${web + 1}`, `https://127.0.0.1:${web}`, '']) {
		for (const where of ['/api/v1/logout', '/api/v1/login', '/api/v1/password']) {
			const headers = { cookie, origin, 'content-type': 'text/plain', 'content-length': '2' }
			if (origin === '') delete headers.origin
			const answer = await request(web, where, { method: 'POST', headers, body: '{}' })
			assert.equal(answer.status, 403, `${where} from ${origin}`)
			assert.equal(answer.headers['access-control-allow-origin'], undefined)
		}
	}
	assert.equal(await me(cell, { cookie }), 200, 'and nothing happened to the session')

	// A WebSocket from somebody else's page, with the cookie; from ours, without, with a forged one and one that is over.
	const ws = async (headers) => (await RawWs.handshake(web, '/ws', { headers: { 'Sec-WebSocket-Protocol': 'pingan.v1', ...headers } })).status
	for (const Origin of ['https://evil.example', 'null', `http://localhost:${web}`]) assert.equal(await ws({ Origin, Cookie: cookie }), 403)
	assert.equal(await ws({ Cookie: cookie }), 403)
	for (const Cookie of ['', 'pingan_session=', `pingan_session=${'0'.repeat(64)}`, `pingan_session=${'g'.repeat(64)}`, `${cookie.slice(0, -1)}x`, `PINGAN_SESSION=${cookie.split('=')[1]}`])
		assert.equal(await ws({ Origin: cell.daemon.origin, Cookie }), 401, Cookie.slice(0, 40))
	assert.equal((await post(cell.daemon, '/api/v1/logout', undefined, { headers: { cookie } })).status, 200)
	assert.equal(await ws({ Origin: cell.daemon.origin, Cookie: cookie }), 401)
	assert.ok((await metric(cell, 'web_wrong_origin')) - before.origin >= 18)
	assert.ok((await metric(cell, 'ws_no_session')) - before.session >= 7)

	// Bodies: too large, of a wrong kind, with a field too many, nested without end.
	for (const [body, status] of [
		[JSON.stringify({ account: 'op01', password: 'x'.repeat(5000) }), 413],
		[JSON.stringify({ account: 'op01', password: 'x'.repeat(300) }), 400],
		[JSON.stringify({ account: 'op01', password: DEMO_PASSWORD, role: 'administrator' }), 400],
		['{"account":"op02","account":"op01","password":"x"}', 400],
		['{"account":"op01\\u0000","password":"x"}', 400],
		[`${'['.repeat(3000)}`, 400],
		['{"account":["op01"],"password":{"a":1}}', 400],
	]) {
		const answer = await post(cell.daemon, '/api/v1/login', body)
		assert.equal(answer.status, status, body.slice(0, 60))
	}
	// Nothing that was typed stands in the log.
	assert.ok(!said(cell.daemon).includes(DEMO_PASSWORD))
})

test('behind a proxy that has the TLS the cookie is as safe as behind ours', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, config: { web: { origins: ['https://pingan.example'] } } })
	const headers = { origin: 'https://pingan.example' }
	const answer = await login(cell, 'op01', DEMO_PASSWORD, undefined, { headers })
	assert.match(answer.headers['set-cookie'][0], /^__Host-pingan_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/)
	const cookie = cookieOf(answer)
	assert.equal(await me(cell, { cookie }), 200)
	// The one that only we can have set goes first, wherever it stands, and whatever the other says.
	const other = cookieOf(await login(cell, 'op02', DEMO_PASSWORD))
	assert.match(other, /^pingan_session=/)
	for (const both of [`${other}; ${cookie}`, `${cookie}; ${other}`]) assert.equal(JSON.parse((await get(cell, '/api/v1/me', { cookie: both })).body).person, 'op01')
	assert.equal(await me(cell, { cookie: `__Host-pingan_session=; ${other}` }), 401)
	const out = await post(cell.daemon, '/api/v1/logout', undefined, { headers: { ...headers, cookie } })
	assert.match(out.headers['set-cookie'][0], /^__Host-pingan_session=; .*Max-Age=0; Secure$/)
	assert.equal(await me(cell, { cookie }), 401)

	// A wall's is written anew while it is on, by a page that doesn't say where it comes from: as safe as it was.
	const [, password] = (await ok(cell, 'user', 'add', 'wall1', '--name', 'hall', '--role', 'wallboard', '--area', '4401')).trim().split('\n')[1].split(',')
	let wall
	await until(async () => (wall = await login(cell, 'wall1', password, undefined, { headers })).status === 200, { what: 'the account is known' })
	const again = await get(cell, '/api/v1/me', { cookie: cookieOf(wall) })
	assert.equal(again.status, 200)
	assert.match(again.headers['set-cookie'][0], /^__Host-pingan_session=[0-9a-f]{64}; .*Max-Age=34560000; Secure$/)
	const plain = await get(cell, '/api/v1/me', { cookie: cookieOf(await login(cell, 'wall1', password)) })
	assert.match(plain.headers['set-cookie'][0], /^pingan_session=[0-9a-f]{64}; .*Max-Age=34560000$/)
})

test('a flood of guesses from everywhere keeps nobody out who has logged in before', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, config: { authd: { timeout_ms: 60000 } } })
	assert.equal((await login(cell, 'op01', DEMO_PASSWORD)).status, 200)
	cell.authd.freeze()
	t.after(() => cell.authd.thaw())
	const told = []
	const flood = Array.from({ length: 100 }, (_, i) =>
		login(cell, `op${(i % 9) + 11}`, `guess ${i}`, undefined, { localAddress: `127.0.7.${i + 1}` }).then((a) => told.push(a.status)))
	// As many as may wait for the helper wait; the others hear at once that it is busy.
	await until(() => told.length >= 84, { what: 'the flood is told to come later' })
	assert.ok(told.every((status) => status === 503), told.join(' '))
	const work = login(cell, 'op01', DEMO_PASSWORD)
	await until(async () => (await metric(cell, 'web_requests')) >= 102, { what: 'her request is in' })
	assert.ok(told.length <= 84)
	cell.authd.thaw()
	assert.equal((await work).status, 200, (await work).body + said(cell.daemon).slice(-1500))
	await Promise.all(flood)
	assert.equal(told.filter((status) => status === 401).length, 16, told.join(' '))
})

test('the command refuses what can not be, and says what', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	const file = path.join(cell.dir, 'password')
	await writeFile(file, 'long enough 123\n')
	await refused(cell, /no such account/, 'user', 'totp', 'nobody')
	await refused(cell, /--role is/, 'user', 'add', 'robot', '--name', 'R', '--role', 'machine', '--area', '4401', '--password-file', file)
	const roles = (await ok(cell, 'role', 'list', '--json')).trim().split('\n').map((line) => JSON.parse(line))
	assert.equal(roles.length, 8)
	assert.deepEqual(roles.find((r) => r.role === 'caregiver').scopes, [])
	assert.ok(roles.find((r) => r.role === 'machine').scopes.includes('audit:read'))
})
