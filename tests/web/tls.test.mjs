// The web port with a certificate: what every address but loopback needs. Browsers get a secure cookie and wss, and a daemon
// that would serve people's data in the clear does not start.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { launch, Stage } from '../harness/browser.mjs'
import { folder, program } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { household } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'

const run = promisify(execFile)
const { Kind } = common
const HOME = 'h0009'

/** A certificate of our own for loopback, and the digest by which Chromium may be told to trust its key. */
async function certificate(t) {
	const dir = folder(t, 'tls')
	const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(dir, name))
	await run('openssl', [
		...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'],
		...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
	])
	const { stdout } = await run('sh', ['-c', `openssl x509 -in "$0" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`, cert])
	return { cert, key, spki: stdout.trim() }
}

test('with a certificate: secure cookie, wss, and the whole page', async (t) => {
	const { cert, key, spki } = await certificate(t)
	const browser = await launch([`--ignore-certificate-errors-spki-list=${spki}`])
	// Cell asks over plain HTTP whether the admin port is ready, and the device link has its own TLS: only web changes.
	const stage = await Stage.open(t, 'tls', { browser, config: { listen: { web: { tls: true, cert, key } } } })
	const { cell } = stage
	const [elder] = (await household(cell, HOME)).residents
	const desk = await stage.desk('op01')
	const phone = await stage.phone('cg01')

	for (const seat of [desk, phone]) {
		assert.match(seat.page.url(), /^https:/)
		assert.ok(seat.sockets.length > 0)
		for (const url of seat.sockets) assert.match(url, /^wss:/)
		const [cookie, ...more] = await seat.context.cookies()
		assert.equal(more.length, 0)
		assert.equal(cookie.secure, true)
		assert.equal(cookie.httpOnly, true)
		assert.equal(cookie.sameSite, 'Strict')
		assert.equal(await seat.page.evaluate(() => isSecureContext), true)
		assert.equal(await seat.page.evaluate(() => document.cookie), '', 'out of reach of the page')
	}
	// The phone's page is kept for a start without a network.
	await phone.page.waitForFunction(() => navigator.serviceWorker.ready.then((r) => r.active !== null))
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === HOME))
	await unit.ack(unit.press({ kind: Kind.SOS }))
	await desk.region('待接报警').getByText(elder.name).waitFor()
	await desk.shot('ringing')
})

test('a browser that does not know the certificate is kept out', async (t) => {
	const { cert, key } = await certificate(t)
	const stage = await Stage.open(t, 'tls-unknown', { config: { listen: { web: { tls: true, cert, key } } } })
	const context = await stage.browser.newContext()
	const page = await context.newPage()
	await assert.rejects(page.goto(`${stage.cell.daemon.origin}/console/`), /ERR_CERT_AUTHORITY_INVALID/)
	await context.close()
})

test('tls: off is refused on any address but loopback, before anything listens', async (t) => {
	const dir = folder(t, 'clear')
	const check = async (web) => {
		const file = path.join(dir, 'pingand.yaml')
		writeFileSync(file, JSON.stringify({ listen: { web } }))
		return run(program('pingand'), ['--config', file, '--check-config']).then(
			() => '',
			(fault) => `${fault.code}: ${fault.stdout}${fault.stderr}`,
		)
	}
	for (const address of ['0.0.0.0:8443', '10.1.2.3:8443', '[::]:8443', '[2001:db8::1]:8443'])
		for (const off of [{ tls: false }, {}]) assert.match(await check({ address, ...off }), /^[1-9].*listen\.web/s, address)
	for (const address of ['127.0.0.1:8443', '[::1]:8443']) assert.equal(await check({ address, tls: false }), '', address)
	const { cert, key } = await certificate(t)
	assert.equal(await check({ address: '0.0.0.0:8443', tls: true, cert, key }), '')
})
