// pinganctl where things are not as they should be: Redis says no, is away or silent; nobody reads; the disk is full.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { Cell, program } from '../harness/index.mjs'
import { Lie } from '../harness/redis_lie.mjs'

const TELLS = [
	['LOADING Redis is loading the dataset in memory', /still reads its file/],
	['NOAUTH Authentication required.', /wants a password: redis\.user and redis\.password_file/],
	["READONLY You can't write against a read only replica.", /is a replica, which changes nothing: name the primary/],
	["MISCONF Errors writing to the AOF file: No space left on device", /can't write to its disk/],
	["OOM command not allowed when used memory > 'maxmemory'.", /memory is full/],
	["NOPERM this user has no permissions to run the 'fcall' command", /ACL/],
	['ERR something else', /it says: ERR something else/],
]
// Looks, and changes one thing.
const COMMANDS = [['status'], ['user', 'list'], ['find', '02088880000'], ['roster', 'now'], ['audit', 'query'], ['home', 'show', 'h0001'], ['area', 'set', '4401', 'name=X'], ['export', 'homes', '-'], ['doctor']]

test('whatever Redis says instead of an answer is told in words that say where and what to do; nothing hangs', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 5 } })
	const socket = path.join(cell.dir, 'lie.sock')
	const lie = await Lie.start(t, cell.redis.socket, socket)

	cell.daemon.config.redis.socket = socket
	cell.daemon.write()
	for (const [says, means] of TELLS)
		for (const command of COMMANDS) {
			lie.rule = ([name]) => (name.toUpperCase() === 'FCALL_RO' && command[0] === 'area' ? undefined : lie.error(says))
			const done = await ctl(cell, ...command)
			assert.equal(done.code, 1, `${command.join(' ')}: ${says}`)
			assert.match(done.out + done.err, means, command.join(' '))
			if (command[0] !== 'doctor') assert.ok(done.err.includes(socket), done.err)
			assert.ok(done.err.split('\n').length <= 3, done.err)
		}

	// In the middle: the connection goes; what was on its way may have been stored, and that is said.
	lie.rule = ([name]) => (name.toUpperCase() === 'FCALL' ? false : undefined)
	await refused(cell, /Redis at .*closed the connection.*whether it was stored is not known/, 'area', 'set', '4401', 'name=Y')
	// It says nothing: five seconds, not for ever.
	lie.rule = ([name]) => (name.toUpperCase() === 'HMGET' ? null : undefined)
	const silent = await ctl(cell, 'user', 'list')
	assert.equal(silent.code, 1)
	assert.match(silent.err, /no answer within 5 s/)
	// A wrong password.
	const password = path.join(cell.dir, 'password')
	writeFileSync(password, 'x\n')
	chmodSync(password, 0o600)
	cell.daemon.config.redis.password_file = password
	cell.daemon.write()
	lie.rule = ([name]) => (name.toUpperCase() === 'AUTH' ? lie.error('WRONGPASS invalid username-password pair or user is disabled.') : undefined)
	await refused(cell, /refuses user or password/, 'status')
	cell.daemon.config.redis = { socket: path.join(cell.dir, 'nowhere.sock') }
	cell.daemon.write()
	await refused(cell, /nowhere\.sock: no connection: No such file/, 'status')
})

test('a session or token that is written to at this moment is ended all the same', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 } })
	await cell.login('op01')
	const { id } = JSON.parse(await ok(cell, 'token', 'add', 'city', '--scope', 'homes:read', '--area', '4401', '--days', '1', '--json'))
	const socket = path.join(cell.dir, 'lie.sock')
	const lie = await Lie.start(t, cell.redis.socket, socket)
	const redis = (...args) => execFileSync('redis-cli', ['-s', cell.redis.socket, ...args], { encoding: 'utf8' }).trim()
	/** Between the look of pinganctl and its commit somebody else is faster, so many times. */
	const faster = (times, type) => {
		let left = times
		lie.rule = (args) => {
			const key = args[0].toUpperCase() === 'FCALL' ? args.find((arg) => arg.startsWith(`pa:${type}:`)) : undefined
			if (key !== undefined && left-- > 0) redis('hset', key, 'commits', `${String(left).padStart(16, 'f')} ${redis('hget', key, 'commits')}`.slice(0, 16 * 8 + 7))
			return undefined
		}
	}

	cell.daemon.config.redis.socket = socket
	cell.daemon.write()
	faster(3, 'login')
	assert.match(await ok(cell, 'user', 'logout', 'op01'), /1 session ended/)
	assert.equal(redis('keys', 'pa:login:*'), '')
	faster(3, 'token')
	assert.match(await ok(cell, 'token', 'revoke', id), /revoked/)
	assert.equal(redis('keys', `pa:token:${id}`), '')
	// Not for ever: whoever is always faster is told of.
	cell.daemon.config.redis.socket = cell.redis.socket
	cell.daemon.write()
	await cell.login('op01')
	cell.daemon.config.redis.socket = socket
	cell.daemon.write()
	faster(1000, 'login')
	await refused(cell, /^pinganctl: login:\w+ is changed by somebody else all the time/, 'session', 'end', redis('keys', 'pa:login:*').replace('pa:login:', ''))
})

test('nobody reads, a full disk, no output at all, other languages', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 300 } })
	const shell = (line, env = {}) => spawnSync('bash', ['-c', line], { encoding: 'utf8', env: { ...process.env, P: program('pinganctl'), C: cell.daemon.file, ...env } })

	let done = shell('"$P" --config "$C" home list | head -1; echo "${PIPESTATUS[0]}"')
	assert.match(done.stdout, /\n(0|141)\n$/)
	assert.equal(done.stderr, '')
	for (const command of ['home list', 'user list --json', 'status', 'help', 'man', 'export homes -', 'doctor --list', 'paper --lang en']) {
		done = shell(`"$P" --config "$C" ${command} > /dev/full`)
		assert.equal(done.status, 1, command)
		assert.match(done.stderr, /standard output: No space left on device/, command)
	}
	// What is shown this once would be lost: the command says so and has not gone well.
	done = shell('"$P" --config "$C" device add dfull --household h0001 --protocol native > /dev/full')
	assert.equal(done.status, 1)
	assert.match(done.stderr, /not all was printed, but it was done/)
	// Closed from the start: no connection takes the place of standard output.
	done = shell('"$P" --config "$C" user list >&-')
	assert.equal(done.status, 1)
	assert.match(done.stderr, /standard output: Bad file descriptor/)
	assert.equal(shell('"$P" --config "$C" user list 2>&- <&- | wc -l').status, 0)
	assert.match(await ok(cell, 'status'), /./)

	const plain = shell('"$P" --config "$C" user list --json', { LC_ALL: 'C.UTF-8' }).stdout
	for (const lang of ['C', 'zh_CN.GB18030', 'nonsense']) assert.equal(shell('"$P" --config "$C" user list --json', { LC_ALL: lang, LANG: lang }).stdout, plain, lang)
	for (const line of plain.trim().split('\n')) assert.ok(JSON.parse(line).account)
})
