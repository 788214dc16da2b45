// pinganctl doctor: each thing that is looked at is shown well and not well, with what is then to be done. The last test counts.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { Cell, folder, program, root, until } from '../harness/index.mjs'
import { Lie } from '../harness/redis_lie.mjs'
import { putBody } from '../harness/registry.mjs'
import { Vendors } from '../harness/vendor.mjs'

/** Every check, as the program lists them; how each has been seen. */
const checks = execFileSync(program('pinganctl'), ['doctor', '--list', '--json'], { encoding: 'utf8' }).trim().split('\n').map((l) => JSON.parse(l).check)
const seen = new Map(checks.map((check) => [check, new Set()]))

/** Findings by check; several of one name in their order. */
async function doctor(cell, code, ...more) {
	const done = await ctl(cell, 'doctor', '--json', ...more)
	const lines = done.out.trim().split('\n').map((line) => JSON.parse(line))

	assert.equal(done.code, lines.some((l) => l.finding === 'wrong') ? 1 : 0, done.err)
	if (code !== undefined) assert.equal(done.code, code, lines.filter((l) => l.finding === 'wrong').map((l) => `${l.check}: ${l.found}`).join('\n'))
	for (const line of lines) {
		assert.equal(line.finding === 'ok', line.mend === '', `${line.check}: ${line.mend}`)
		seen.get(line.check).add(line.finding === 'ok' ? 'well' : 'not well')
	}
	return (check) => lines.filter((l) => l.check === check)
}
const one = (found, check) => {
	assert.equal(found(check).length, 1, check)
	return found(check)[0]
}
const is = (found, check, finding, pattern = /./, mend = /./) => {
	const line = one(found, check)
	assert.equal(line.finding, finding, `${check}: ${line.found}`)
	assert.match(line.found, pattern)
	if (finding !== 'ok') assert.match(line.mend, mend)
}

/** The configuration with this in it, as long as `look` takes. */
async function having(cell, change, look) {
	const before = structuredClone(cell.daemon.config)

	change(cell.daemon.config)
	cell.daemon.write()
	try {
		await look()
	} finally {
		cell.daemon.config = before
		cell.daemon.write()
	}
}

test('a cell that is well, and one in which nobody can work', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 3 }, daemons: 2 })

	is(await doctor(cell, 1), 'administrator', 'wrong', /there is none who may log in/, /pinganctl init/)
	await ok(cell, 'init', 'root.admin', '--name', '陈管理', '--area', '4401')
	const found = await doctor(cell, 0, '--disk', '1')
	for (const check of ['configuration', 'configuration mode', 'redis', 'redis access', 'durable', 'disk writes', 'rewrite', 'eviction', 'memory', 'primary', 'function', 'authd', 'clock', 'disk', 'audit chain', 'registry', 'administrator', 'supervisors', 'operators', 'caregivers', 'passwords', 'cover', 'tokens', 'devices', 'homes', 'contacts', 'areas', 'arrival', 'records', 'descriptors'])
		is(found, check, 'ok')
	assert.deepEqual(found('daemon').map((l) => l.finding), ['ok', 'ok'])
	is(found, 'daemons', 'ok', /2 live/)
	const people = await ctl(cell, 'doctor')
	assert.match(people.out, /^ok +redis +answers at /m)
	assert.match(people.out, /^ +-> a replica on another machine/m)
	assert.match(people.out, /^0 wrong, \d+ warnings\n$/m)
	assert.doesNotMatch(people.out, /陈管理/)
	for (const line of (await ok(cell, 'doctor', '--list')).trim().split('\n')) assert.match(line, /^[a-z][a-z ]{19} \S/)

	// An administrator without a code, and then none with one.
	const made = await ctl(cell, 'user', 'add', 'second.admin', '--name', 'B', '--role', 'administrator', '--area', '4401')
	assert.equal(made.code, 0, made.err)
	is(await doctor(cell, 0), 'administrator', 'ok', /2 may/)
	const file = path.join(cell.dir, 'people.csv')
	writeFileSync(file, 'account,name,role,areas\nthird.admin,C,administrator,4401\nnew.op,D,operator,4401\n')
	await ok(cell, 'import', 'people', file)
	is(await doctor(cell, 0), 'passwords', 'warning', /2 have none.*new\.op, third\.admin/, /user password/)
	await ok(cell, 'user', 'password', 'third.admin')
	is(await doctor(cell, 0), 'administrator', 'warning', /1 can't log in without a code: third\.admin/, /user totp/)
	for (const account of ['root.admin', 'second.admin']) await ok(cell, 'user', 'disable', account)
	is(await doctor(cell, 1), 'administrator', 'wrong', /each needs a code/, /user totp/)

	// Another system's token.
	await ok(cell, 'token', 'add', 'hospital', '--scope', 'homes:read', '--area', '4401', '--days', '10')
	is(await doctor(cell), 'tokens', 'warning', /^1 /, /token add/)

	// Nobody of each sort.
	const all = JSON.parse(`[${(await ok(cell, 'user', 'list', '--json')).trim().split('\n').join(',')}]`)
	for (const { account, role } of all) if (['operator', 'supervisor', 'caregiver'].includes(role) && account !== 'new.op') await ok(cell, 'user', 'disable', account)
	const nobody = await doctor(cell, 1)
	is(nobody, 'supervisors', 'wrong', /none/, /--role supervisor/)
	is(nobody, 'operators', 'wrong', /nobody answers/, /--role operator/)
	is(nobody, 'caregivers', 'wrong', /nobody goes/, /--role caregiver/)
	is(nobody, 'cover', 'warning', /to which no caregiver goes: 440190/, /user set/)
})

test('the configuration and what it names', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 3 } })
	const at = (name) => path.join(cell.dir, name)
	const secret = at('doctor.key')

	await ok(cell, 'init', 'root.admin', '--name', '陈管理', '--area', '4401')
	is(await doctor(cell, 0), 'demo', 'warning', /nothing here is real/)
	is(await doctor(cell, 0), 'demo accounts', 'warning', /cg01/)
	await having(cell, (c) => { c.demo = false }, async () => {
		const found = await doctor(cell, 1)
		is(found, 'demo', 'ok')
		is(found, 'demo accounts', 'wrong', /^cg01, .*everybody knows/, /user disable/)
	})
	await having(cell, (c) => { c.nonsense = 1 }, async () => is(await doctor(cell, 1), 'configuration', 'wrong', /nonsense/, /--check-config/))
	chmodSync(cell.daemon.file, 0o666)
	is(await doctor(cell, 1), 'configuration mode', 'wrong', /0666/, /chmod/)
	chmodSync(cell.daemon.file, 0o640)
	const bare = execFileSync(program('pinganctl'), ['--redis', cell.redis.socket, 'doctor', '--json'], { encoding: 'utf8' }).split('\n')
	assert.equal(JSON.parse(bare[0]).finding, 'warning')
	assert.match(bare[0], /--config FILE/)

	for (const [name, key] of [['policy', 'policy_file'], ['codes', 'codes_file']]) {
		cpSync(path.join(root, `config/${name}.yaml`), at(`${name}.yaml`))
		await having(cell, (c) => { c[key] = at(`${name}.yaml`) }, async () => {
			chmodSync(at(`${name}.yaml`), 0o644)
			is(await doctor(cell, 0), name, 'ok')
			chmodSync(at(`${name}.yaml`), 0o664)
			is(await doctor(cell, 1), name, 'wrong', /others may change it/, /chmod go-w/)
			writeFileSync(at(`${name}.yaml`), 'nonsense: 1\n')
			is(await doctor(cell, 1), 'configuration', 'wrong', /nonsense/)
		})
	}
	const vendors = Vendors.make(t)
	await having(cell, (c) => { c.vendor_file = vendors.file }, async () => {
		is(await doctor(cell, 0), 'vendors', 'ok')
		chmodSync(vendors.file, 0o666)
		is(await doctor(cell, 1), 'vendors', 'wrong', /others may change it/)
		chmodSync(path.join(vendors.dir, 'sample.secret'), 0o644)
		is(await doctor(cell, 1), 'vendors', 'wrong', /sample\.secret/)
	})
	writeFileSync(at('redis.password'), 'x\n', { mode: 0o600 })
	await having(cell, (c) => { c.redis.password_file = at('redis.password') }, async () => {
		is(await doctor(cell, 0), 'redis password', 'ok')
		chmodSync(at('redis.password'), 0o604)
		is(await doctor(cell, 1), 'redis password', 'wrong', /0604/, /renew/)
	})
	await having(cell, (c) => { c.web.root = at('web') }, async () => {
		is(await doctor(cell, 1), 'web pages', 'wrong', /console\/index\.html/, /cmake --install/)
		for (const page of ['console', 'caregiver']) {
			mkdirSync(at(`web/${page}`), { recursive: true })
			writeFileSync(at(`web/${page}/index.html`), '<!doctype html>')
		}
		is(await doctor(cell, 0), 'web pages', 'ok')
	})

	// Keys, snapshot, password helper.
	is(await doctor(cell, 0), 'audit key', 'warning', /could rewrite who did what/)
	await having(cell, (c) => { c.audit = { key_file: secret } }, async () => {
		is(await doctor(cell, 1), 'audit key', 'wrong', /No such file/)
		await ok(cell, 'audit', 'key')
		is(await doctor(cell, 0), 'audit key', 'ok')
		chmodSync(secret, 0o644)
		is(await doctor(cell, 1), 'audit key', 'wrong')
		chmodSync(secret, 0o600)
	})
	is(await doctor(cell, 0), 'snapshot', 'warning', /knows nobody/)
	await having(cell, (c) => { c.snapshot = { path: at('doctor.snapshot'), key_file: secret } }, async () => {
		is(await doctor(cell, 0), 'snapshot', 'warning', /none is written/)
		writeFileSync(at('doctor.snapshot'), 'PINGANS1 and nothing else')
		is(await doctor(cell, 1), 'snapshot', 'wrong')
		chmodSync(secret, 0o644)
		is(await doctor(cell, 1), 'snapshot', 'wrong', /doctor\.key/)
	})
	await cell.authd.child.end('SIGTERM')
	is(await doctor(cell, 1), 'authd', 'wrong', /nobody can log in/, /systemctl status pingan-authd/)
})

test('certificates: good, ending, ended, of another key, with a key that others read', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 3 } })
	const at = (name) => path.join(cell.dir, name)
	const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore', cwd: cell.dir })
	const day = (n) => `${new Date(Date.now() + n * 86_400_000).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`
	const made = (name, until) => {
		openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=pingan test', '-keyout', `${name}.key`, '-out', `${name}.csr`)
		writeFileSync(at('index'), '')
		writeFileSync(at('ca.cnf'), '[ca]\ndefault_ca=c\n[c]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\npolicy=p\ndefault_md=sha256\n[p]\ncommonName=supplied\n')
		openssl('ca', '-batch', '-config', 'ca.cnf', '-selfsign', '-keyfile', `${name}.key`, '-in', `${name}.csr`, '-startdate', day(-30), '-enddate', day(until), '-out', `${name}.pem`, '-notext')
		chmodSync(at(`${name}.key`), 0o600)
		return { key: at(`${name}.key`), cert: at(`${name}.pem`) }
	}
	const [mine, soon, ended] = [made('mine', 90), made('soon', 5), made('ended', -3)]

	await ok(cell, 'init', 'root.admin', '--name', 'A', '--area', '4401')
	for (const [what, check] of [['web', 'tls web'], ['devices', 'tls devices'], ['webhook', 'tls webhook']]) {
		const using = (files, look) => having(cell, (c) => { c.listen[what] = { address: '127.0.0.1:0', ...c.listen[what], tls: true, ...files } }, look)
		await using(mine, async () => {
			const found = await doctor(cell, 0)
			is(found, check, 'ok', / (89|90) days left/)
			is(found, 'tls key', 'ok')
		})
		await using(soon, async () => is(await doctor(cell, 0), check, 'warning', / [45] days left/, /renew it, then systemctl reload/))
		await using(ended, async () => is(await doctor(cell, 1), check, 'wrong', /has expired, [23] days ago/, /renew/))
		await using({ cert: mine.cert, key: soon.key }, async () => is(await doctor(cell, 1), check, 'wrong', /not the key/))
		await using({ cert: at('index'), key: mine.key }, async () => is(await doctor(cell, 1), check, 'wrong', /index can't be read/))
		chmodSync(mine.key, 0o644)
		await using(mine, async () => is(await doctor(cell, 1), 'tls key', 'wrong', /0644/, /renew what it holds/))
		chmodSync(mine.key, 0o600)
	}
	await having(cell, (c) => { c.listen.devices.tls = true }, async () => is(await doctor(cell, 0), 'tls devices', 'ok', /keys of the devices alone/))
})

test('the machine: descriptors, journal, memory for a fork, copies', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 3 } })
	const machine = folder(t, 'root')
	const at = (name, text) => {
		mkdirSync(path.dirname(path.join(machine, name)), { recursive: true })
		if (text !== undefined) writeFileSync(path.join(machine, name), text)
		return path.join(machine, name)
	}
	const look = (code) => doctor(cell, code, '--root', machine)

	await ok(cell, 'init', 'root.admin', '--name', 'A', '--area', '4401')
	let found = await look(0)
	is(found, 'descriptors', 'warning', /no pingand with this configuration/, /systemctl start pingand/)
	is(found, 'journal', 'warning', /takes the daemons' log with it/, /mkdir \/var\/log\/journal/)
	is(found, 'overcommit', 'warning', /can't be read/)
	at('proc/77/cmdline', `/usr/bin/pingand\0--config\0${cell.daemon.file}\0`)
	at('proc/77/limits', 'Limit  Soft\nMax open files            1024                 524288               files\n')
	at('proc/sys/vm/overcommit_memory', '0\n')
	at('etc/systemd/journald.conf', '[Journal]\nStorage=volatile\n')
	found = await look(1)
	is(found, 'descriptors', 'wrong', /may open 1024 files, limits need 2/, /LimitNOFILE/)
	is(found, 'journal', 'warning', /in memory/, /Storage=persistent/)
	is(found, 'overcommit', 'warning', /not 1/, /sysctl/)
	at('proc/77/limits', 'Max open files            65536                 524288               files\n')
	at('proc/sys/vm/overcommit_memory', '1\n')
	at('var/log/journal/x', '')
	rmSync(at('etc/systemd/journald.conf'))
	found = await look(0)
	for (const check of ['descriptors', 'journal', 'overcommit']) is(found, check, 'ok')

	const copies = folder(t, 'copies')
	is(found, 'backup', 'warning', /none is named/, /--backup DIR/)
	is(await doctor(cell, 1, '--backup', copies), 'backup', 'wrong', /no copy is there/)
	mkdirSync(path.join(copies, '2026-11-23/appendonlydir'), { recursive: true })
	const copy = path.join(copies, '2026-11-23/appendonlydir/appendonly.aof.1.base.rdb')
	writeFileSync(copy, 'x')
	is(await doctor(cell, 0, '--backup', copies), 'backup', 'ok')
	utimesSync(copy, new Date(), new Date(Date.now() - 30 * 3_600_000))
	is(await doctor(cell, 1, '--backup', copies), 'backup', 'wrong', /30 hours old/)
	is(await doctor(cell, 0, '--backup', copies, '--backup-hours', '40'), 'backup', 'ok')
})

/** A cell, and another configuration of it whose Redis says what `lie.rule` and `lie.edit` want. */
async function lied(t, options) {
	const cell = await Cell.start(t, { demo: { homes: 3 }, ...options })
	const socket = path.join(cell.dir, 'lie.sock')
	const lie = await Lie.start(t, cell.redis.socket, socket)

	await ok(cell, 'init', 'root.admin', '--name', 'A', '--area', '4401')
	cell.daemon.config.redis.socket = socket
	cell.daemon.write()
	/** One line of INFO, otherwise. */
	lie.info = (...changes) => {
		lie.edit = (args, reply) => {
			if (args[0].toUpperCase() !== 'INFO') return reply
			let text = reply.toString('utf8').replace(/^\$\d+\r\n/, '').slice(0, -2)
			for (const [name, value] of changes) text = text.replace(new RegExp(`\n${name}:[^\r]*`), `\n${name}:${value}`)
			return lie.text(text)
		}
	}
	lie.honest = () => {
		lie.rule = () => undefined
		lie.edit = (_args, reply) => reply
	}
	/** Its clock, so far off. */
	lie.time = (offMs) => {
		lie.rule = ([command]) => {
			const us = (Date.now() + offMs) * 1000
			return command.toUpperCase() === 'TIME' ? lie.list([String(Math.floor(us / 1e6)), String(us % 1e6)]) : undefined
		}
	}
	return { cell, lie }
}

test('Redis: what it keeps, what it has room for, whom it lets in', async (t) => {
	const { cell, lie } = await lied(t)
	const set = (...words) => cell.redis.cli('config', 'set', ...words)
	const dir = path.join(cell.dir, 'redis')

	assert.equal(statSync(cell.redis.socket).mode & 0o777, 0o770, 'config/redis.conf')
	chmodSync(path.join(cell.dir, 'lie.sock'), 0o770)
	is(await doctor(cell, 0), 'redis access', 'ok')
	chmodSync(path.join(cell.dir, 'lie.sock'), 0o777)
	is(await doctor(cell, 1), 'redis access', 'wrong', /everybody on this machine/, /unixsocketperm 770/)
	chmodSync(path.join(cell.dir, 'lie.sock'), 0o770)
	const open = await Lie.start(t, cell.redis.socket, { host: '127.0.0.1', port: 0 })
	const open6 = await Lie.start(t, cell.redis.socket, { host: '::1', port: 0 }).catch(() => null)
	for (const [host, there] of [['127.0.0.1', open], ['[::1]', open6]].filter(([, there]) => there !== null)) {
		// An address goes before the socket, as the daemon has it, whether one is named or not.
		await having(cell, (c) => { Object.assign(c.redis, { address: `${host}:${there.server.address().port}`, socket: '/nowhere/redis.sock' }) }, async () => {
			is(await doctor(cell, 1), 'redis access', 'wrong', /asks for no password/, /password_file/)
			assert.ok(there.asked.length > 0)
		})
	}

	await set('appendfsync', 'everysec')
	is(await doctor(cell, 1), 'durable', 'wrong', /everysec/, /appendfsync always/)
	await set('appendfsync', 'always')
	await set('maxmemory-policy', 'allkeys-lru')
	is(await doctor(cell, 1), 'eviction', 'wrong', /may throw records away/, /noeviction/)
	await set('maxmemory-policy', 'noeviction')
	lie.rule = ([command]) => (command.toUpperCase() === 'CONFIG' ? lie.error("NOPERM this user has no permissions to run the 'config|get' command") : undefined)
	let found = await doctor(cell, 0)
	for (const check of ['durable', 'eviction']) is(found, check, 'warning', /would not say/, /allow CONFIG GET/)
	is(found, 'disk', 'warning', /can't be looked at from here/)
	lie.honest()

	lie.info(['aof_last_write_status', 'err'], ['aof_last_bgrewrite_status', 'err'])
	found = await doctor(cell, 1)
	is(found, 'disk writes', 'wrong', /err/, /disk full/)
	is(found, 'rewrite', 'wrong', /err/, /overcommit/)
	lie.info(['used_memory', 9 << 20], ['maxmemory', 10 << 20])
	is(await doctor(cell, 0), 'memory', 'warning', /9 of 10 MiB, 90%/)
	lie.info(['used_memory', 10 << 20], ['maxmemory', 10 << 20])
	is(await doctor(cell, 1), 'memory', 'wrong', /100%/, /no call can be stored/)
	lie.info(['used_memory', ''])
	is(await doctor(cell, 0), 'memory', 'warning', /would not say/)
	lie.info(['role', 'slave'])
	is(await doctor(cell, 1), 'primary', 'wrong', /is a replica/)
	lie.honest()
	is(await doctor(cell, 0), 'copies', 'warning', /one disk alone/)
	await having(cell, (c) => { c.redis.replicas = 1 }, async () => {
		is(await doctor(cell, 1), 'copies', 'wrong', /0 replicas of 1/, /bring the replica back/)
		lie.info(['connected_slaves', 1])
		is(await doctor(cell, 0), 'copies', 'ok')
	})
	lie.honest()

	const free = Number(/(\d+) MiB free/.exec(one(await doctor(cell, 0, '--disk', '1'), 'disk').found)[1])
	is(await doctor(cell, 0, '--disk', `${free * 2}`), 'disk', 'warning', /ought to be/, /no call can be stored/)
	is(await doctor(cell, 1, '--disk', `${free * 8}`), 'disk', 'wrong')
	is(await doctor(cell, 0, '--disk', '1'), 'marker', 'warning', /is not there/)
	writeFileSync(path.join(dir, 'cell.marker'), '')
	is(await doctor(cell, 0, '--disk', '1'), 'marker', 'warning', /empty although the cell runs/)
	writeFileSync(path.join(dir, 'cell.marker'), 'this cell has run\n')
	is(await doctor(cell, 0, '--disk', '1'), 'marker', 'ok')

	lie.rule = ([command]) => (command.toUpperCase() === 'FCALL_RO' ? lie.error('ERR Function not found') : undefined)
	is(await doctor(cell, 1), 'function', 'wrong', /Function not found/, /start a daemon/)
	lie.rule = ([command]) => (command.toUpperCase() === 'FCALL_RO' ? ':1\r\n' : undefined)
	is(await doctor(cell, 1), 'function', 'wrong', /another version/, /upgrade all daemons/)
	lie.honest()
	is(await doctor(cell, 0), 'function', 'ok')

	// It only looks.
	const READS = ['PING', 'CONFIG', 'INFO', 'TIME', 'FCALL_RO', 'SCAN', 'HMGET', 'XREVRANGE', 'AUTH']
	assert.deepEqual([...new Set(lie.asked.map(([command]) => command.toUpperCase()))].filter((command) => !READS.includes(command)), [])
	assert.ok(lie.asked.filter(([command]) => command.toUpperCase() === 'CONFIG').every(([, what]) => what.toUpperCase() === 'GET'))
})

test('time, daemons, and the seals of the record of who did what', async (t) => {
	const { cell, lie } = await lied(t)

	is(await doctor(cell, 0), 'daemons', 'warning', /one alone/)
	lie.time(2000)
	is(await doctor(cell, 0), 'clock', 'warning', /Redis' clock is [12]\d{3} ms off/, /chrony/)
	lie.time(-3_600_000)
	is(await doctor(cell, 1), 'clock', 'wrong', /was set back/)
	lie.time(60_000)
	let found = await doctor(cell, 1)
	is(found, 'daemon', 'warning', /not been heard of for [5-9]\d s/, /systemctl status pingand/)
	is(found, 'daemons', 'wrong', /nobody is served/, /systemctl start pingand/)
	lie.honest()
	is(await doctor(cell, 0, '--days', '1'), 'clock', 'ok')

	// Half an hour after an act of a person at a daemon no seal has come: there is no key.
	await cell.login('op01')
	await until(async () => (await ok(cell, 'audit', 'query', '--what', 'logged_in', '--json')).includes('op01'), { what: 'the log-in is on record' })
	lie.time(31 * 60_000)
	found = await doctor(cell, 1)
	is(found, 'audit chain', 'wrong', /wait for a seal, the first for 3\d minutes/, /audit\.key_file/)
	lie.rule = ([command]) => (command.toUpperCase() === 'XREVRANGE' ? lie.error('NOPERM') : undefined)
	is(await doctor(cell, 1), 'audit chain', 'wrong', /can't be read/)
	lie.edit = (args, reply) => (args[1] === 'pa:audit' ? Buffer.from(reply.toString('latin1').replace('\r\nbody\r\n', '\r\nbxdy\r\n'), 'latin1') : reply)
	lie.rule = () => undefined
	is(await doctor(cell, 1), 'audit chain', 'wrong', /unreadable/, /audit verify/)
})

test('the registry: what is missing in it', async (t) => {
	const { cell, lie } = await lied(t, { demo: { homes: 10 } })

	let found = await doctor(cell, 0)
	is(found, 'rosters', 'warning', /there are none/)
	is(found, 'roster cover', 'warning', /no roster, nor what lies above/, /roster template add/)
	await ok(cell, 'roster', 'template', 'add', '4401', '--on', 'daily', '--from', '08:00', '--to', '08:00', '--skill', 'care', '--need', '1')
	found = await doctor(cell, 0)
	is(found, 'rosters', 'warning', /gaps in the next 7 days, in 1 areas: 4401/, /roster gaps/)
	is(found, 'roster cover', 'ok')
	await ok(cell, 'roster', 'template', 'set', '4401', '1', '--people', 'cg01')
	is(await doctor(cell, 0), 'rosters', 'ok', /1, no gap/)

	await ok(cell, 'home', 'add', 'h9999', 'area=440190001001', 'street=S', 'address=A 1', 'phone=02088880000')
	found = await doctor(cell, 0)
	is(found, 'homes', 'warning', /^1 without a device: h9999$/)
	is(found, 'contacts', 'warning', /h9999/, /contact add/)
	await ok(cell, 'device', 'add', 'd9999', '--household', 'h9999', '--protocol', 'native')
	found = await doctor(cell, 0)
	is(found, 'homes', 'ok')
	is(found, 'units', 'warning', /never tried/, /press each/)
	await ok(cell, 'area', 'add', '440190003', 'name=新街道')
	for (const code of ['4401', '440190']) await ok(cell, 'area', 'set', code, 'arrival_due_min=')
	found = await doctor(cell, 0)
	is(found, 'areas', 'warning', /440190003/, /station=ID/)
	is(found, 'arrival', 'warning', /440190003/, /arrival_due_min/)
	const [device] = cell.homes
	await cell.redis.cli('del', `pa:household:${device.household}`)
	is(await doctor(cell, 0), 'devices', 'warning', new RegExp(device.device), /device retire/)
	await putBody(cell, 'person:cg01', Buffer.from([0xff, 0xff]))
	found = await doctor(cell, 1)
	is(found, 'records', 'wrong', /1 are unreadable/)

	lie.rule = ([command]) => (command.toUpperCase() === 'SCAN' ? false : undefined)
	is(await doctor(cell, 1), 'registry', 'wrong', /can't be read/)
	assert.match((await ctl(cell, 'doctor')).err, /pinganctl: .*\n/)
	for (const [says, means] of [['LOADING Redis is loading the dataset in memory', /still reads its file/], ['NOAUTH Authentication required.', /wants a password/]]) {
		lie.rule = () => lie.error(says)
		is(await doctor(cell, 1), 'redis', 'wrong', means)
	}
	lie.honest()
	await cell.redis.cli('shutdown', 'nosave').catch(() => {})
	cell.daemon.config.redis.socket = cell.redis.socket
	cell.daemon.write()
	is(await doctor(cell, 1), 'redis', 'wrong', /does not answer, or refuses us/, /systemctl status pingan-redis/)
	await cell.redis.start()
})

test('a cell without the demo: each unit tried, no account of the demo', async (t) => {
	const cell = await Cell.start(t, { config: { demo: false } })
	await ok(cell, 'init', 'root.admin', '--name', 'A', '--area', '4401')
	const found = await doctor(cell, 1)
	for (const check of ['demo', 'demo accounts', 'units', 'devices', 'homes', 'contacts', 'tokens', 'passwords']) is(found, check, 'ok')
})

test('the local snapshot: whole, what it holds; an old one, and one with a byte changed, are found', async (t) => {
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

	// Written by a daemon whose store says that it is an hour earlier.
	rmSync(file)
	const lie = await Lie.start(t, cell.redis.socket, path.join(cell.dir, 'lie.sock'))
	lie.rule = ([command]) => (command.toUpperCase() === 'TIME' ? lie.list([String(Math.floor(Date.now() / 1000) - 3600), '0']) : undefined)
	cell.daemon.config.redis.socket = path.join(cell.dir, 'lie.sock')
	await cell.daemon.start()
	await cell.daemon.stop()
	is(await doctor(cell), 'snapshot', 'warning', /3[5-9]\d\d s old/, /is the daemon alive/i)
})

test('every check was shown well and not well', () => {
	for (const [check, ways] of seen) assert.deepEqual([...ways].sort(), ['not well', 'well'], check)
})
