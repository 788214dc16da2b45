// pinganctl init and user against a real cell: who is entered can log in at once, who is shut out is out everywhere.
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { cookieOf, post, request } from '../harness/http.mjs'
import { Cell, until } from '../harness/index.mjs'
import { codeAt, paperOf, secretOf } from '../harness/totp.mjs'

const passwordOf = (out) => out.split('\n')[1].split(',')[1]
const list = async (cell) => (await ok(cell, 'user', 'list', '--json')).trim().split('\n').map((line) => JSON.parse(line))
const login = async (cell, account, password) => post(cell.daemon, '/api/v1/login', { account, password })
const me = async (cell, cookie) => (await request(cell.daemon.ports.web, '/api/v1/me', { headers: { cookie } })).status

test('the first administrator is made once, and nobody else has a password nobody gave', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	const out = await ok(cell, 'init', 'root.admin', '--name', '陈管理', '--area', '4401')
	assert.match(passwordOf(out), /^[a-z2-9]{5}(-[a-z2-9]{5}){3}$/)
	await refused(cell, /has an administrator/, 'init', 'second', '--name', '李', '--area', '4401')
	await refused(cell, /leave --role out/, 'init', 'second', '--name', '李', '--area', '4401', '--role', 'operator')
	const admin = (await list(cell)).find((p) => p.account === 'root.admin')
	assert.deepEqual(admin, {
		account: 'root.admin',
		name: '陈管理',
		role: 'administrator',
		areas: ['4401'],
		phone: '',
		languages: [],
		skills: [], station: '',
		disabled: false,
		has_password: true,
		password_once: true,
		code: true,
		recovery: 8
	})
	assert.equal(paperOf(out).length, 8)
	assert.match(out, /[█▀▄]/)
	const enter = (code) => post(cell.daemon, '/api/v1/login', { account: 'root.admin', password: passwordOf(out), code })
	await until(async () => (await login(cell, 'root.admin', passwordOf(out))).body.includes('"code"'), { what: 'the code is asked for' })
	assert.equal((await enter(codeAt(secretOf(out)))).status, 200)
})

test('a person is entered, logs in, loses sessions with role, password and account', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	const first = passwordOf(
		await ok(cell, 'user', 'add', 'li.na', '--name', '李娜', '--role', 'operator', '--area', '440106,440104', '--phone', '020 8000 1234', '--language', 'cmn,yue')
	)
	const enter = async (password) => {
		let answer
		await until(async () => (answer = await login(cell, 'li.na', password)).status === 200, { what: 'the log-in' })
		return cookieOf(answer)
	}
	const cookie = await enter(first)
	assert.equal(await me(cell, cookie), 200)
	assert.match(await ok(cell, 'user', 'sessions', 'li.na'), /li\.na +operator +20\d\d-/)

	// A phone number is no right: she stays. Another area is one.
	await ok(cell, 'user', 'set', 'li.na', '--phone', '020 8000 9999')
	assert.equal(await me(cell, cookie), 200)
	await refused(cell, /--station: there is no such station \(pinganctl station list\)/, 'user', 'set', 'li.na', '--station', 'nowhere')
	await ok(cell, 'station', 'add', 's77', 'name=颐康中心', 'area=440190001', 'address=A 1', 'latitude=23.1', 'longitude=113.2')
	await ok(cell, 'user', 'set', 'li.na', '--station', 's77')
	assert.equal(JSON.parse(await (await ok(cell, 'user', 'list', '--json')).split('\n').find((line) => line.includes('"li.na"'))).station, 's77')
	await refused(cell, /s77: person:li\.na still lies there or names it/, 'station', 'remove', 's77')
	await ok(cell, 'user', 'set', 'li.na', '--station', '')
	await ok(cell, 'station', 'remove', 's77')
	assert.match(await ok(cell, 'user', 'set', 'li.na', '--area', '440105'), /1 session ended/)
	await until(async () => (await me(cell, cookie)) === 401, { what: 'her session ends' })
	assert.deepEqual((await list(cell)).find((p) => p.account === 'li.na').areas, ['440105'])

	// A new password: the old one opens nothing, and what was open is closed.
	const again = await enter(first)
	const second = passwordOf(await ok(cell, 'user', 'password', 'li.na'))
	await until(async () => (await me(cell, again)) === 401, { what: 'the session of the old password ends' })
	const third = await enter(second)
	assert.equal((await login(cell, 'li.na', first)).status, 401)

	assert.match(await ok(cell, 'user', 'logout', 'li.na'), /1 session ended/)
	await until(async () => (await me(cell, third)) === 401, { what: 'she is logged out' })

	const fourth = await enter(second)
	await ok(cell, 'user', 'disable', 'li.na')
	await until(async () => (await me(cell, fourth)) === 401, { what: 'who is disabled is out' })
	assert.equal((await login(cell, 'li.na', second)).status, 401)
	await ok(cell, 'user', 'enable', 'li.na')
	await enter(second)
})

test('a password may come from a file; what can not be is refused with the reason', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	const folder = await mkdtemp(join(tmpdir(), 'pingan-user-'))
	const file = join(folder, 'password')
	t.after(() => rm(folder, { recursive: true }))
	const add = (account, ...more) => ['user', 'add', account, '--name', '王', '--role', 'operator', '--area', '4401', ...more]

	await writeFile(file, 'short\n')
	await refused(cell, /10 to 256 bytes/, ...add('wang', '--password-file', file))
	await refused(cell, /can't be read/, ...add('wang', '--password-file', join(folder, 'none')))
	await writeFile(file, 'long enough 123\n')
	const out = await ok(cell, ...add('wang', '--password-file', file))
	assert.ok(!out.includes('long enough'))
	await until(async () => (await login(cell, 'wang', 'long enough 123')).status === 200, { what: 'the password of the file' })

	const before = await ok(cell, 'user', 'list')
	await refused(cell, /there already/, ...add('wang'))
	await refused(cell, /there already/, ...add('op01'))
	await refused(cell, /1 to 31 letters/, ...add('two words'))
	await refused(cell, /1 to 31 letters/, ...add('person:x'))
	await refused(cell, /--role is/, 'user', 'add', 'x', '--name', '王', '--role', 'king', '--area', '4401')
	await refused(cell, /division codes/, 'user', 'add', 'x', '--name', '王', '--role', 'operator', '--area', '44010')
	await refused(cell, /division codes/, 'user', 'add', 'x', '--name', '王', '--role', 'operator', '--area', '4401,')
	await refused(cell, /telephone number/, ...add('x', '--phone', 'call me'))
	await refused(cell, /codes such as/, ...add('x', '--language', 'Mandarin'))
	await refused(cell, /care, nurse/, ...add('x', '--skill', 'doctor'))
	await refused(cell, /say --name, --role/, 'user', 'add', 'x')
	await refused(cell, /no such account/, 'user', 'disable', 'nobody')
	await refused(cell, /say what to change/, 'user', 'set', 'wang')
	assert.equal((await ctl(cell, 'user', 'show')).code, 2)
	assert.equal(await ok(cell, 'user', 'list'), before)
})
