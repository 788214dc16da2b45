// docs/DEVICE-LINK.md against a real daemon: the bytes of its examples, sent as they stand there, get the answers that it says.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ok } from '../harness/ctl.mjs'
import { Home, REFUSE, SAY, STEP } from '../harness/device.mjs'
import { Cell, root, until } from '../harness/index.mjs'
import { Screen } from '../harness/screen.mjs'

const TOKEN = '00112233445566778899aabbccddeeff'
const PAGE = readFileSync(path.join(root, 'docs/DEVICE-LINK.md'), 'utf8')
/** The examples: what they say, and their bytes. */
const FRAMES = [...PAGE.matchAll(/```frame\n([\s\S]*?)\n\n([\s\S]*?)```/g)].map(([, words, hex]) => ({
	words,
	bytes: Buffer.from(hex.split('\n').map((line) => line.replace(/ {2,}.*/, '')).join('').replaceAll(' ', ''), 'hex'),
}))
const frame = (pattern) => {
	const found = FRAMES.filter((f) => pattern.test(f.words))
	assert.ok(found.length > 0, `no example ${pattern}`)
	return found[0].bytes
}

test('a session of bytes from the page', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 }, config: { listen: { devices: { tls: false } } } })
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))

	await ok(cell, 'device', 'add', 'd4711', '--household', 'h0009', '--protocol', 'native')
	await ok(cell, 'device', 'token', 'd4711', '--key', TOKEN)
	const greeted = async () => {
		const home = await Home.connect(t, cell.daemon.ports.devices)
		home.send(frame(/^Up Hello .* token=/))
		await until(() => home.heard.length > 0, { what: 'an answer to Hello' })
		return home.heard[0].type === 'welcome' ? home : (home.end(), null)
	}
	// Entered a moment ago: until the daemon has read it.
	const home = await until(greeted, { what: 'Welcome' })
	assert.ok((await home.next('configure')).revision !== 0)
	home.send(frame(/^Up Heartbeat seq=2 /))
	await home.next('beat')
	const press = 0x1122334455667788n
	home.send(frame(/^Up Alarm .* kind=sos .* signal_dbm=-71$/))
	const ack = await home.next('ack')
	assert.deepEqual([ack.alarm, ack.say], [press, SAY.HEARD])
	// The same press with one more try is no second one.
	home.send(frame(/^Up Alarm .* kind=sos .* tries=1$/))
	assert.equal((await home.next('ack')).incident, ack.incident)
	home.send(frame(/^Up Cancel/))
	const row = await desk.row((r) => r.id === ack.incident && r.residentCancelled, 'the press, cancelled')
	assert.equal(row.repeats, 0)
	assert.equal((await desk.ask('claim', { incident: ack.incident })).result, 1)
	assert.deepEqual(await home.next('status'), { type: 'status', alarm: press, step: STEP.ANSWERED, etaMin: 0, say: SAY.TALKING })
	// It heard more than there is: told by level where its call stands.
	home.send(frame(/^Up Heartbeat seq=5 /))
	await home.next('beat')
	await home.sync()
	assert.equal(home.of('refuse').length, 0)
	home.send(frame(/^Up Alarm .* kind=power .* restore=1/))
	await home.next('ack', (a) => a.alarm === 0xa1a2a3a4a5a6a7a8n)
	// A second unit of that id ends this link; without its token nobody is.
	assert.ok(await greeted())
	assert.deepEqual(await home.next('refuse'), { type: 'refuse', reason: REFUSE.REPLACED, retryS: 30 })
	const nobody = await Home.connect(t, cell.daemon.ports.devices)
	nobody.send(frame(/^Up Hello .*\n {2}held/))
	assert.equal((await nobody.next('refuse')).reason, REFUSE.BAD_IDENTITY)
})

test('OpenSSL alone opens the link with a key, and Hello typed by hand is greeted, as the page says', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 10 } })
	const key = (await ok(cell, 'device', 'add', 'd4711', '--household', 'h0009', '--protocol', 'native')).split('\n')[1].split(',')[1]
	const args = ['s_client', '-quiet', '-connect', `127.0.0.1:${cell.daemon.ports.devices}`, '-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256',
		'-psk_identity', 'd4711', '-psk', key]
	const typed = Buffer.from(PAGE.match(/\(echo ([0-9a-f ]+) \|/)[1].replaceAll(' ', ''), 'hex')
	const attempt = async () => {
		const client = spawn('openssl', args, { stdio: ['pipe', 'pipe', 'ignore'] })
		const heard = []
		let ended = false
		client.stdin.on('error', () => {})
		client.stdout.on('data', (bytes) => heard.push(bytes))
		client.on('close', () => (ended = true))
		t.after(() => client.kill())
		client.stdin.write(typed)
		await until(() => ended || heard.length > 0, { what: 'an answer, or none' })
		return heard.length > 0 && Buffer.concat(heard)
	}

	for (const option of args.filter((a) => a.startsWith('-'))) assert.ok(PAGE.includes(option), option)
	// Entered a moment ago: until the daemon has read it no key opens.
	const answer = await until(attempt, { what: 'Welcome' })
	assert.deepEqual([answer[1], answer[2]], [0x0a, answer[0] - 2], 'Down.welcome')
})
