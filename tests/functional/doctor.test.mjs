// pinganctl doctor: what is well is said to be well, and what is broken is found, with what to do.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { Cell, folder } from '../harness/index.mjs'

/** Findings by check; several of one name in their order. */
async function doctor(cell, code) {
	const done = await ctl(cell, 'doctor', '--json')
	const lines = done.out.trim().split('\n').map((line) => JSON.parse(line))

	assert.equal(done.code, lines.some((l) => l.finding === 'wrong') ? 1 : 0)
	if (code !== undefined) assert.equal(done.code, code, lines.filter((l) => l.finding === 'wrong').map((l) => `${l.check}: ${l.found}`).join('\n'))
	for (const line of lines) assert.equal(line.finding === 'ok', line.mend === '', `${line.check}: ${line.mend}`)
	return (check) => lines.filter((l) => l.check === check)
}
const one = (found, check) => {
	assert.equal(found(check).length, 1, check)
	return found(check)[0]
}
const is = (found, check, finding, pattern = /./) => {
	const line = one(found, check)
	assert.equal(line.finding, finding, `${check}: ${line.found}`)
	assert.match(line.found, pattern)
}

test('a cell that is well, and each thing that is not', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 3 } })
	const secret = path.join(cell.dir, 'doctor.key')

	let found = await doctor(cell, 1)
	is(found, 'administrator', 'wrong', /none/)
	await ok(cell, 'init', 'root.admin', '--name', '陈管理', '--area', '4401')
	found = await doctor(cell, 0)
	for (const check of ['configuration', 'redis', 'durable', 'copies', 'function', 'authd', 'clock', 'administrator', 'devices']) is(found, check, 'ok')
	is(found, 'daemon', 'ok', /proved/)
	is(found, 'daemons', 'warning', /one alone/)
	is(found, 'descriptors', 'ok')
	is(found, 'rosters', 'warning', /there are none/)
	const people = await ctl(cell, 'doctor')
	assert.match(people.out, /^ok +redis +answers at /m)
	assert.match(people.out, /^ +-> run a second one/m)
	assert.match(people.out, /^0 wrong, \d+ warnings\n$/m)
	assert.doesNotMatch(people.out, /陈管理/)

	// Redis forgets; a foreign function; too few copies.
	await cell.redis.cli('config', 'set', 'appendfsync', 'everysec')
	is(await doctor(cell, 1), 'durable', 'wrong', /everysec/)
	await cell.redis.cli('config', 'set', 'appendfsync', 'always')
	await cell.redis.cli('function', 'flush')
	is(await doctor(cell, 1), 'function', 'wrong')
	assert.equal(await cell.redis.cli('function', 'list'), '', 'it only looks')
	await ok(cell, 'status')
	is(await doctor(cell, 0), 'function', 'ok')

	// A device without a home, a home without device and contact.
	await ok(cell, 'home', 'add', 'h9999', 'area=440190001001', 'street=S', 'address=A 1', 'phone=02088880000')
	found = await doctor(cell, 0)
	is(found, 'homes', 'warning', /h9999/)
	is(found, 'contacts', 'warning', /h9999/)

	// What the configuration names.
	cell.daemon.config.audit = { key_file: secret }
	cell.daemon.write()
	is(await doctor(cell, 1), 'audit key', 'wrong', /No such file/)
	await ok(cell, 'audit', 'key')
	is(await doctor(cell, 0), 'audit key', 'ok')
	chmodSync(secret, 0o644)
	is(await doctor(cell, 1), 'audit key', 'wrong')
	chmodSync(secret, 0o600)
	cell.daemon.config.snapshot = { path: path.join(cell.dir, 'doctor.snapshot'), key_file: secret }
	cell.daemon.write()
	is(await doctor(cell, 0), 'snapshot', 'warning', /none is written/)
	writeFileSync(path.join(cell.dir, 'doctor.snapshot'), 'PINGANS1 and nothing else')
	is(await doctor(cell, 1), 'snapshot', 'wrong')
	delete cell.daemon.config.snapshot
	cell.daemon.config.redis.replicas = 1
	cell.daemon.write()
	is(await doctor(cell, 1), 'copies', 'wrong', /0 replicas of 1/)
	cell.daemon.config.redis.replicas = 0
	cell.daemon.config.nonsense = 1
	cell.daemon.write()
	is(await doctor(cell, 1), 'configuration', 'wrong', /nonsense/)
	delete cell.daemon.config.nonsense
	cell.daemon.write()

	// A certificate that ends soon, one with another's key.
	const made = (name) => {
		const [key, cert] = ['key', 'pem'].map((end) => path.join(cell.dir, `${name}.${end}`))
		execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=pingan test', '-keyout', key, '-out', cert], { stdio: 'ignore' })
		chmodSync(key, 0o600)
		return { key, cert }
	}
	const [mine, other] = [made('mine'), made('other')]
	const plain = cell.daemon.config.listen.web
	cell.daemon.config.listen.web = { ...plain, tls: true, ...mine }
	cell.daemon.write()
	is(await doctor(cell, 0), 'tls web', 'warning', / [12] days left/)
	cell.daemon.config.listen.web = { ...plain, tls: true, cert: mine.cert, key: other.key }
	cell.daemon.write()
	is(await doctor(cell, 1), 'tls web', 'wrong', /not the key/)
	chmodSync(other.key, 0o644)
	is(await doctor(cell, 1), 'tls key', 'wrong', /0644/)
	cell.daemon.config.listen.web = plain
	cell.daemon.write()

	// Nobody lives; nobody can log in; the store is away.
	await cell.daemon.kill()
	const dead = await doctor(cell)
	assert.ok(['ok', 'warning'].includes(one(dead, 'daemon').finding))
	is(dead, 'descriptors', 'warning', /no pingand/)
	await cell.redis.cli('shutdown', 'nosave').catch(() => {})
	is(await doctor(cell, 1), 'redis', 'wrong')
})

test('the local snapshot: whole, what it holds; a byte of it changed is found', async (t) => {
	const keep = folder(t, 'snapshot')
	const [file, key] = [path.join(keep, 'snapshot'), path.join(keep, 'key')]
	writeFileSync(key, `${'5a'.repeat(32)}\n`, { mode: 0o600 })
	const cell = await Cell.start(t, { demo: { homes: 3 }, config: { snapshot: { path: file, key_file: key, every_s: 5 } } })
	await cell.daemon.stop()

	const held = JSON.parse(await ok(cell, 'snapshot', 'check', '--json'))
	assert.ok(held.household >= 3 && held.device >= 3 && held.person > 0 && held.records > 10, JSON.stringify(held))
	assert.match(await ok(cell, 'snapshot', 'check'), /is whole/)
	is(await doctor(cell), 'snapshot', 'ok', /is whole/)

	const bytes = readFileSync(file)
	bytes[bytes.length >> 1] ^= 1
	writeFileSync(file, bytes)
	await refused(cell, /snapshot: /, 'snapshot', 'check')
	is(await doctor(cell, 1), 'snapshot', 'wrong')
})
