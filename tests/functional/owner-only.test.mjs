// What holds keys, homes or names on disk is readable by its owner alone, whatever the umask and whatever stood there before; a
// program that holds them leaves no core.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { ok, refused } from '../harness/ctl.mjs'
import { Cell, folder, program, until } from '../harness/index.mjs'

const mode = (file) => (statSync(file).mode & 0o777).toString(8)

test('keys, exports, copies and sockets are their owner\'s', async (t) => {
	const keep = folder(t, 'owner')
	const at = (name) => path.join(keep, name)
	const before = process.umask(0)
	t.after(() => process.umask(before))
	for (const name of ['audit.key', 'snapshot.key']) writeFileSync(at(name), 'ab'.repeat(32), { mode: 0o600 })
	const cell = await Cell.start(t, {
		demo: { homes: 3 },
		config: { audit: { key_file: at('audit.key'), anchor_file: at('audit.seals') }, snapshot: { path: at('snapshot'), key_file: at('snapshot.key'), every_s: 5 } },
	})
	await ok(cell, 'export', 'homes', at('homes.csv'), '--with-private')
	writeFileSync(at('devices.csv'), '', { mode: 0o666 })
	chmodSync(at('devices.csv'), 0o666)
	await ok(cell, 'demo', 'load', '--homes', '3', '--devices', at('devices.csv'), '--tokens', at('tokens.csv'))
	await until(() => statSync(at('snapshot'), { throwIfNoEntry: false })?.size > 0, { what: 'a snapshot' })
	for (const name of ['homes.csv', 'devices.csv', 'tokens.csv', 'snapshot', 'snapshot.key']) assert.equal(mode(at(name)), '600', name)
	assert.equal(mode(cell.authd.socket), '660')
})

test('the demo\'s accounts do not come into a cell of others', async (t) => {
	const cell = await Cell.start(t, {})
	const password = path.join(cell.dir, 'password')
	writeFileSync(password, 'long enough 123\n', { mode: 0o600 })
	await ok(cell, 'user', 'add', 'chen', '--name', '陈', '--role', 'operator', '--area', '4401', '--password-file', password)
	await refused(cell, /this cell has people, and none of the demo's/, 'demo', 'load', '--homes', '3')
	assert.doesNotMatch(await ok(cell, 'user', 'list', '--json'), /op01/)
	// In its own it may be loaded again, whoever has come to it since.
	await ok(cell, 'user', 'disable', 'chen')
	const demo = await Cell.start(t, { demo: { homes: 1 } })
	writeFileSync(path.join(demo.dir, 'password'), 'long enough 123\n', { mode: 0o600 })
	await ok(demo, 'user', 'add', 'chen', '--name', '陈', '--role', 'operator', '--area', '4401', '--password-file', path.join(demo.dir, 'password'))
	await ok(demo, 'demo', 'load', '--homes', '2')
})

test('the command line leaves no core with homes in it', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 3 } })
	cell.redis.freeze()
	const child = spawn(program('pinganctl'), ['--config', cell.daemon.file, 'find', 'zhang'], { stdio: 'ignore' })
	t.after(() => {
		cell.redis.thaw()
		child.kill('SIGKILL')
	})
	await until(() => /pinganctl/.test(readFileSync(`/proc/${child.pid}/comm`, 'utf8')), { what: 'it runs' })
	await until(() => /Max core file size +0 +0 /.test(readFileSync(`/proc/${child.pid}/limits`, 'utf8')), { what: 'no core' })
})
