// Options and configuration: what is refused, with which words, and that a reload is taken whole or not at all.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import tls from 'node:tls'

import { Cell, DEMO_PASSWORD, Redis, folder, program, request, root, until } from '../harness/index.mjs'
import { cookieOf, post } from '../harness/http.mjs'
import { npm } from '../harness/npm.mjs'

const run = (...args) => {
	const done = spawnSync(program('pingand'), args, { encoding: 'utf8' })
	return { code: done.status, out: done.stdout, err: done.stderr }
}

function check(t, text) {
	const file = path.join(folder(t, 'config'), 'x.yaml')
	writeFileSync(file, text)
	return { file, ...run('--check-config', file) }
}

test('the samples are the defaults, and what the program prints', (t) => {
	for (const what of ['config', 'policy']) {
		const name = { config: 'pingand.yaml', policy: 'policy.yaml' }[what]
		const printed = run('--print', what)
		assert.equal(printed.code, 0)
		assert.equal(printed.out, readFileSync(path.join(root, 'config', name), 'utf8'), `config/${name}: pingand --print ${what}`)
	}
	assert.equal(run('--check-config', path.join(root, 'config/pingand.yaml')).code, 0)
	assert.equal(check(t, `policy_file: "${path.join(root, 'config/policy.yaml')}"\n`).code, 0)
	assert.equal(run('--print', 'codes').out, readFileSync(path.join(root, 'config/codes.yaml'), 'utf8'))
	assert.equal(check(t, `codes_file: "${path.join(root, 'config/codes.yaml')}"\n`).code, 0)
})

test('what is wrong is named: file, key, reason', (t) => {
	const cases = [
		['colour: red\n', /Unexpected key: colour/],
		['redis:\n  timeout_ms: 100\n  colour: red\n', /redis: near line 2: .*colour/],
		['redis: {timeout_ms: soon}\n', /redis\.timeout_ms: must be a number from 100 to 60000, not "soon"/],
		['redis: {timeout_ms: 99}\n', /redis\.timeout_ms/],
		['demo: perhaps\n', /demo: must be on or off/],
		['demo: on\ndemo: off\n', /demo/],
		['serve: [screens, toast]\n', /serve: must be a list of/],
		['cell: "no spaces"\n', /cell: /],
		['listen:\n  web:\n    address: "0.0.0.0:8080"\n', /listen\.web\.tls: off is only for loopback or a Unix socket/],
		['listen:\n  devices: {address: "10.0.0.1:7443", tls: off}\n', /listen\.devices\.tls: off is only for/],
		['listen:\n  admin: {address: "0.0.0.0:8083"}\n', /listen\.admin\.address: only loopback/],
		['listen:\n  web: {address: "localhost:80"}\n', /listen\.web\.address: must be/],
		['listen:\n  web: {address: "127.0.0.1:80", tls: on}\n', /listen\.web\.cert/],
		['limits: {web: 100, screens: 100}\n', /limits\.web/],
		['snapshot: {path: "/tmp/x"}\n', /snapshot\.key_file/],
		['a: &x 1\nb: *x\n', /Unexpected key: a/],
		['cell: pa\n---\ncell: pb\n', /more than one document/],
		['cell: [\n', /line/],
		['\t\n', /line|tab|character/],
		['policy_file: "/nowhere/policy.yaml"\n', /nowhere\/policy\.yaml: can't be read/],
		['codes_file: "/nowhere/codes.yaml"\n', /nowhere\/codes\.yaml: can't be read/],
		['redis: {password_file: "/nowhere/secret"}\n', /redis\.password_file/],
	]
	for (const [text, pattern] of cases) {
		const { code, err, file } = check(t, text)
		assert.equal(code, 1, text)
		assert.match(err, pattern)
		assert.ok(err.startsWith(file), err)
		assert.equal(err.trim().split('\n').length, 1, 'one line')
	}
	assert.match(run('--check-config', '/nowhere/x.yaml').err, /can't be read/)
	assert.equal(run('--check-config', '/nowhere/x.yaml').code, 1)
})

test('a policy that breaks a rule is refused', (t) => {
	const file = path.join(folder(t, 'config'), 'policy.yaml')
	const cases = [
		['life: {duty_phones_s: 0}\n', /line 1: life\.duty_phones_s: class 1/],
		['life: {offer_s: 0}\n', /line 1: life\.offer_s: must be a number from 1/],
		['life: {snooze_s: 5}\n', /life: near line 1: Unexpected key: snooze_s/],
		['no_voice_s: 90000\n', /line 1: no_voice_s: /],
		['rules:\n  - {kinds: [water]}\n  - kinds: [sos]\n    dispatch_s: 0\n', /line 4: rules\.2\.dispatch_s: class 1/],
		['rules:\n  - {area: "440106", from: "22:00"}\n', /line 2: rules\.1\.from: from and to go together/],
	]
	for (const [text, pattern] of cases) {
		writeFileSync(file, text)
		const { code, err } = check(t, `policy_file: "${file}"\n`)
		assert.equal(code, 1, text)
		assert.match(err, /policy\.yaml: /)
		assert.match(err, pattern)
	}
	writeFileSync(file, 'rules: [{kinds: [sos, fall], area: "440106", from: "22:00", to: "06:00", offer_s: 45}]\n')
	assert.equal(check(t, `policy_file: "${file}"\n`).code, 0)
})

test('options', () => {
	assert.match(run('--version').out, /^pingand \d+\.\d+\.\d+\n$/)
	const help = run('--help')
	assert.equal(help.code, 0)
	for (const word of ['--config', '--check-config', '--test-control', '--test-echo', 'Examples:']) assert.ok(help.out.includes(word))
	for (const args of [['--colour'], ['--config'], ['more'], ['--test-echo', 'x'], ['--test-echo', '70000'], ['--check-config'], ['--print', 'x']])
		assert.equal(run(...args).code, 2, args.join(' '))
	assert.match(spawnSync(program('pingan-authd'), ['--help'], { encoding: 'utf8' }).stdout, /--socket PATH/)
	assert.equal(spawnSync(program('pingan-authd'), [], { encoding: 'utf8' }).status, 2)
})

test('a release has no test doors', (t) => {
	const release = path.join(process.env.PINGAN_RELEASE_DIR ?? path.join(root, 'build/release'), 'daemon/pingand')
	if (!existsSync(release) && process.env.PINGAN_RELEASE_DIR === undefined) return t.skip('no release build here')
	for (const args of [['--test-echo', '0'], ['--test-control', '/tmp/x']]) {
		const done = spawnSync(release, args, { encoding: 'utf8' })
		assert.equal(done.status, 2)
		assert.match(done.stderr, /test builds only/)
	}
})

test('a port that is taken is a clear error', async (t) => {
	const cell = await Cell.start(t, { redis: false, authd: false })
	const file = path.join(cell.dir, 'second.yaml')
	for (const [what, other] of [['web', 'admin'], ['admin', 'web'], ['devices', 'web'], ['dc09', 'web']]) {
		const listen = { web: { address: '127.0.0.1:0' }, admin: { address: '127.0.0.1:0' }, [what]: { address: `127.0.0.1:${cell.daemon.ports[other]}` } }
		writeFileSync(file, JSON.stringify({ ...cell.configuration({}), listen }))
		const { code, err } = run('--config', file)
		assert.equal(code, 1, what)
		assert.match(err, /START_FAILED why=".*(in use|can't listen)/i)
	}
})

test('limits that do not fit the descriptors of the process are a clear error', (t) => {
	const { file } = check(t, 'limits: {devices: 1000000}\nserve: [devices]\n')
	const done = spawnSync('sh', ['-c', `ulimit -n 4096; exec ${program('pingand')} --config ${file}`], { encoding: 'utf8' })
	assert.equal(done.status, 1)
	assert.match(done.stderr, /may open 4096 files/)
})

test('a reload takes pages and policy over, names what needs a restart, and keeps the old on an error', async (t) => {
	const site = folder(t, 'site')
	mkdirSync(path.join(site, 'console'))
	writeFileSync(path.join(site, 'console/index.html'), 'one')
	const cell = await Cell.start(t, { redis: false, authd: false, config: { web: { root: site } } })
	const { daemon } = cell
	const page = async () => (await request(daemon.ports.web, '/console/')).body
	const reloaded = async (pattern) => {
		const from = daemon.child.lines.length
		daemon.child.signal('SIGHUP')
		return daemon.child.logged(pattern, { from })
	}
	// Once more, with the ports that the system chose written down.
	await daemon.stop()
	await daemon.start({ ready: false })
	assert.equal(await page(), 'one')
	writeFileSync(path.join(site, 'console/index.html'), 'two')
	assert.equal(await page(), 'one')
	await reloaded(/ev=CONFIG_TAKEN at_next_start=""/)
	assert.equal(await page(), 'two')

	daemon.config.redis.timeout_ms = 2000
	daemon.config.limits.screen_queue_kib = 128
	daemon.write()
	await reloaded(/ev=CONFIG_TAKEN at_next_start="redis\.timeout_ms"/)

	daemon.config.policy_file = path.join(cell.dir, 'policy.yaml')
	daemon.write()
	writeFileSync(daemon.config.policy_file, 'rules: [{kinds: [sos], offer_s: 45}]\n')
	await reloaded(/ev=CONFIG_TAKEN at_next_start=""/)
	writeFileSync(daemon.config.policy_file, 'rules:\n- {kinds: [sos], dispatch_s: 0}\n')
	await reloaded(/ev=CONFIG_KEPT why=".*policy\.yaml: line 2: rules\.1\.dispatch_s: class 1/)
	delete daemon.config.policy_file

	writeFileSync(path.join(site, 'console/index.html'), 'three')
	daemon.config.colour = 'red'
	daemon.write()
	await reloaded(/ev=CONFIG_KEPT why=".*colour/)
	assert.equal(await page(), 'two')
	delete daemon.config.colour
	daemon.config.web.root = '/nowhere'
	daemon.write()
	await reloaded(/ev=CONFIG_KEPT why=".*nowhere|ev=CONFIG_KEPT why=".*No such file/)
	assert.equal(await page(), 'two')
	assert.equal(await daemon.metric('pingan_config_reloads_total'), 3)
	assert.equal(await daemon.metric('pingan_config_reloads_refused_total'), 3)
})

test('TLS: pages, log-in and WebSocket over https, and nothing older than 1.2', async (t) => {
	const dir = folder(t, 'tls')
	const [cert, key] = [path.join(dir, 'cert.pem'), path.join(dir, 'key.pem')]
	const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=pingan.test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert])
	assert.equal(made.status, 0)
	const cell = await Cell.start(t, { demo: { homes: 5 }, config: { listen: { web: { address: '127.0.0.1:0', tls: true, cert, key } } } })
	const { daemon } = cell
	const ca = readFileSync(cert)
	const https = { tls: { ca } }
	const health = await request(daemon.ports.web, '/healthz', https)
	assert.equal(health.status, 200)
	assert.equal(health.headers['strict-transport-security'], 'max-age=31536000')
	assert.match(health.headers['content-security-policy'], /default-src 'none'/)
	const answer = await post(daemon, '/api/v1/login', { account: 'op01', password: DEMO_PASSWORD }, https)
	assert.equal(answer.status, 200)
	assert.match(answer.headers['set-cookie'][0], /^__Host-pingan_session=[^;]+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/)
	// A page of a neighbour under the same domain can set the other name for us: it is not looked at.
	const mine = cookieOf(answer).split('=')[1]
	assert.equal((await request(daemon.ports.web, '/api/v1/me', { ...https, headers: { cookie: `pingan_session=${mine}` } })).status, 401)
	assert.equal((await request(daemon.ports.web, '/api/v1/me', { ...https, headers: { cookie: `pingan_session=${'0'.repeat(64)}; ${cookieOf(answer)}` } })).status, 200)
	assert.equal((await request(daemon.ports.web, '/api/v1/me', { ...https, headers: { cookie: cookieOf(answer) } })).status, 200)
	// From the same host without TLS it is another origin.
	assert.equal((await post(daemon, '/api/v1/login', { account: 'op01', password: DEMO_PASSWORD }, { ...https, headers: { origin: `http://127.0.0.1:${daemon.ports.web}` } })).status, 403)
	const { WebSocket } = npm('ws')
	const ws = new WebSocket(`wss://127.0.0.1:${daemon.ports.web}/ws`, 'pingan.v1', { ca, origin: daemon.origin, headers: { cookie: cookieOf(answer) } })
	await new Promise((resolve, reject) => ws.on('open', resolve).on('error', reject))
	const closed = new Promise((resolve) => ws.on('close', resolve))
	ws.send(Buffer.alloc(20000))
	assert.equal(await closed, 1009)
	const hello = (options) =>
		new Promise((resolve) => {
			const socket = tls.connect({ host: '127.0.0.1', port: daemon.ports.web, ca, ...options }, () => {
				resolve(socket.getProtocol())
				socket.destroy()
			})
			socket.on('error', () => resolve(null))
		})
	assert.equal(await hello({ ALPNProtocols: ['h2', 'http/1.1'] }), 'TLSv1.3')
	assert.equal(await hello({ maxVersion: 'TLSv1.2' }), 'TLSv1.2')
	assert.equal(await hello({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }), null)
})

test('web over a Unix socket, for a proxy in front, with the proxy\'s origin', async (t) => {
	const dir = folder(t, 'unix')
	const socket = path.join(dir, 'web.sock')
	const cell = await Cell.start(t, {
		demo: { homes: 5 },
		config: { listen: { web: { address: `unix:${socket}` } }, web: { origins: ['https://pingan.example.cn'] } },
	})
	const http = await import('node:http')
	const ask = (method, where, headers, body) =>
		new Promise((resolve, reject) => {
			const req = http.request({ socketPath: socket, method, path: where, headers, agent: false }, (res) => {
				res.resume()
				res.on('end', () => resolve(res.statusCode))
			})
			req.on('error', reject)
			req.end(body)
		})
	assert.equal(await ask('GET', '/healthz', {}), 200)
	const body = JSON.stringify({ account: 'op01', password: DEMO_PASSWORD })
	const headers = { 'content-type': 'application/json', 'content-length': body.length, host: 'pingan.example.cn' }
	assert.equal(await ask('POST', '/api/v1/login', { ...headers, origin: 'https://pingan.example.cn' }, body), 200)
	assert.equal(await ask('POST', '/api/v1/login', { ...headers, origin: 'https://evil.example' }, body), 403)
	assert.ok(cell.daemon.child.running)
})

test('a Redis password is read from its file', async (t) => {
	const cell = await Cell.start(t, { ready: false, authd: false })
	await cell.redis.cli('config', 'set', 'requirepass', 'open sesame')
	const secret = path.join(cell.dir, 'secret')
	writeFileSync(secret, 'open sesame\n')
	await cell.daemon.stop()
	await cell.daemon.start({ ready: false })
	await cell.daemon.child.logged(/ev=STORE_(AUTH_REFUSED|LOST|UNREACHABLE|BAD_REPLY|DOWN|NOT)/)
	await cell.daemon.stop()
	cell.daemon.config.redis.password_file = secret
	await cell.daemon.start()
	assert.equal((await cell.daemon.health()).ready, true)
})

test('SIGTERM ends it cleanly, with screens and devices told', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 5 } })
	const cookie = await cell.login('op01')
	const { RawWs } = await import('../harness/rawws.mjs')
	const ws = await RawWs.open(cell.daemon.ports.web, '/ws', { headers: { Origin: cell.daemon.origin, Cookie: cookie, 'Sec-WebSocket-Protocol': 'pingan.v1' } })
	await until(async () => (await cell.daemon.metric('pingan_ws_screens')) === 1)
	const ended = cell.daemon.stop()
	assert.equal((await ws.end()).code, 1001)
	assert.deepEqual(await ended, { code: 0, signal: null })
})

test('a daemon that starts before Redis waits for it', async (t) => {
	const cell = await Cell.start(t, { redis: false, authd: false })
	assert.equal((await request(cell.daemon.ports.admin, '/readyz')).status, 503)
	assert.equal((await request(cell.daemon.ports.admin, '/healthz')).status, 200)
	assert.ok(cell.redis instanceof Redis)
	await cell.redis.start()
	await cell.daemon.ready()
	await cell.daemon.child.logged(/ev=READY/)
})

test('a daemon that starts without Redis knows people and homes from its snapshot', async (t) => {
	const keep = folder(t, 'snapshot')
	const cell = await Cell.start(t, {
		demo: { homes: 5 },
		config: { snapshot: { path: path.join(keep, 'snapshot'), key_file: path.join(keep, 'key'), every_s: 5 } },
	})
	const cookie = await cell.login('op01')
	const [, households] = await cell.daemon.child.logged(/ev=LOADED .*households=(\d+) .*stale_ms=0$/)
	await cell.daemon.stop()
	assert.ok(existsSync(path.join(keep, 'snapshot')))
	await cell.redis.stop()
	await cell.daemon.start({ ready: false })
	const [, known] = await cell.daemon.child.logged(/ev=LOADED .*households=(\d+) .*stale_ms=[1-9]/)
	assert.ok(Number(known) >= Number(households))
	const health = await cell.daemon.health()
	assert.equal(health.loaded, true)
	assert.equal(health.ready, false)
	assert.equal((await request(cell.daemon.ports.web, '/api/v1/me', { headers: { cookie } })).status, 200)
	await cell.redis.start()
	await cell.daemon.ready()
	assert.equal((await cell.daemon.health()).stale_ms, 0)
})
