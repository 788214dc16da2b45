// Encrypted DC-09 against a real daemon and a real Redis: every size of key, the time test, and what a panel with a key may
// not do in plain.
import assert from 'node:assert/strict'
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import test from 'node:test'

import { dc09, message, Panel } from '../harness/device.mjs'
import { Cell, program, until } from '../harness/index.mjs'
import { caughtUp } from '../harness/registry.mjs'

const NOW = 1795336201000 // 2026-11-22 08:30:01
const stamp = (ms) => {
	const [date, time] = new Date(ms).toISOString().split(/[TZ.]/)
	const [year, month, day] = date.split('-')
	return `_${time},${month}-${day}-${year}`
}

let setAt = 0
/** What a panel's clock says that is right: it goes on while a test runs. */
const now = () => NOW + Date.now() - setAt

async function start(t) {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	await cell.daemon.control(`set ${NOW}`)
	setAt = Date.now()
	return cell
}

/** A panel with a key in the registry, in a home of its own. */
async function register(cell, account, key, household) {
	const body = message([1, 'b', `dc09.${account}`], [2, 'b', household], [3, 'u', 2], [7, 'u', true], [10, 'b', key])
	const keys = ['log', 'head', 'outbox', `device:dc09.${account}`].map((name) => Buffer.from(`pa:${name}`))
	const args = ['1', randomBytes(8).toString('hex'), '1', '0', '0', '0', '', '', '0', '0', '', '0', '', 'w', body]
	// Bytes as they are: a key is no text.
	const script = Buffer.concat([['FCALL', 'commit', '4', ...keys, ...args]].flatMap((parts) => [Buffer.from(`*${parts.length}\r\n`), ...parts.flatMap((p) => [Buffer.from(`$${Buffer.byteLength(p)}\r\n`), Buffer.from(p), Buffer.from('\r\n')])]))
	const answer = await new Promise((resolve, reject) => {
		const socket = connect(cell.redis.socket, () => socket.write(script))
		socket.once('data', (data) => (socket.destroy(), resolve(data.toString('latin1'))))
		socket.once('error', reject)
	})
	assert.match(answer, /^\*\d+\r\n:1\r\n/, `registering ${account}`)
	await caughtUp(cell)
}

function lock(token, seq, account, key, content, at = now()) {
	const tail = Buffer.from(`|${content}]${stamp(at)}`)
	let pad
	do pad = randomBytes(16 - (tail.length % 16))
	while (pad.some((b) => b === 0x7c || b === 0x5b || b === 0x5d))
	const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16)).setAutoPadding(false)
	const hex = Buffer.concat([cipher.update(Buffer.concat([pad, tail])), cipher.final()]).toString('hex')
	return dc09(`"*${token}"${seq}L0#${account}[${hex.toUpperCase()}`)
}

function unlock(body, key) {
	const cipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, Buffer.alloc(16)).setAutoPadding(false)
	return Buffer.concat([cipher.update(Buffer.from(body.slice(body.indexOf('[') + 1), 'hex')), cipher.final()]).toString('latin1')
}

const openCalls = async (cell) => Number(await cell.redis.cli('scard', 'pa:set:incidents:open'))

test('an encrypted panel is served with its key, of any size, and answered with it', async (t) => {
	const cell = await start(t)
	let home = 5

	for (const size of [16, 24, 32]) {
		const key = randomBytes(size)
		const account = `AE5${size}`
		await register(cell, account, key, `h00${String(++home).padStart(2, '0')}`)
		const panel = await Panel.connect(t, cell.daemon.ports.dc09)

		panel.send(lock('NULL', '0000', account, key, ''))
		const null_ = await panel.reply()
		assert.match(null_, new RegExp(`^"\\*ACK"0000L0#${account}\\[[0-9A-F]{64}$`))
		assert.match(unlock(null_, key), /^[^|[\]]{1,16}\|\]_08:3\d:\d\d,11-22-2026$/s)

		panel.send(lock('ADM-CID', '0001', account, key, `#${account}|1101 01 007`))
		assert.match(unlock(await panel.reply(), key), /\|\]_08:3\d:\d\d,11-22-2026$/)
		// The longest pad: the region is whole blocks already.
		panel.send(lock('SIA-DCS', '0002', account, key, `#${account}|Nri1/QA7^${'x'.repeat(3)}^`))
		assert.match(await panel.reply(), new RegExp(`^"\\*ACK"0002L0#${account}\\[`))
	}
	assert.equal(await openCalls(cell), 3)
})

test('a wrong time gets NAK with ours; a clock that stays wrong does not hide a call', async (t) => {
	const cell = await start(t)
	const key = randomBytes(16)
	await register(cell, 'C10C', key, 'h0006')
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const send = (seq, at) => panel.send(lock('ADM-CID', seq, 'C10C', key, '#C10C|1101 01 007', at))

	for (const [seq, off] of [['0001', -3600_000], ['0002', 300_000]]) {
		send(seq, now() + off)
		assert.match(await panel.reply(), /^"NAK"0000R0L0A0\[\]_08:3\d:\d\d,11-22-2026$/)
		assert.equal(await openCalls(cell), 0)
	}
	// It took our time.
	send('0002', now())
	assert.match(await panel.reply(), /^"\*ACK"0002/)
	assert.equal(await openCalls(cell), 1)
	assert.equal(await cell.daemon.metric('pingan_dc09_nak_total'), 2)

	await register(cell, 'C10D', key, 'h0007')
	const stubborn = await Panel.connect(t, cell.daemon.ports.dc09)
	for (const [seq, seen] of [['0001', 1], ['0002', 1], ['0003', 2]]) {
		stubborn.send(lock('ADM-CID', seq, 'C10D', key, '#C10D|1101 01 007', now() - 86400_000))
		assert.match(await stubborn.reply(), /^"NAK"/)
		assert.equal(await openCalls(cell), seen)
	}
})

test('a wrong key is shown and not answered; a panel with a key is not served in plain', async (t) => {
	const cell = await start(t)
	await register(cell, 'FA15E', randomBytes(16), 'h0006')
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)

	panel.send(lock('ADM-CID', '0001', 'FA15E', randomBytes(16), '#FA15E|1101 01 007'))
	await until(async () => (await openCalls(cell)) === 1, { what: 'a person sees it' })
	panel.send(dc09('"ADM-CID"0002L0#FA15E[#FA15E|1101 01 007]'), dc09('"NULL"0000L0#FA15E[]'))
	await until(async () => (await cell.daemon.metric('pingan_alarms_stored_total')) === 2, { what: 'the plain one is on record' })
	// Somebody else on the same line gets the first answer there is.
	assert.deepEqual(await panel.sync('2468'), [])
	assert.equal(await openCalls(cell), 1)
})

test('pingan-sim speaks it: encrypted with keys of all sizes, over TCP and UDP', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const sim = (...args) =>
		new Promise((done) => {
			execFile(program('pingan-sim'), ['dc09', ...args, '--port', cell.daemon.ports.dc09, '--json'].map(String), (error, out) => done({ code: error?.code ?? 0, said: out === '' ? null : JSON.parse(out) }))
		})

	for (const [size, home, ...how] of [[16, 'h0006'], [24, 'h0007', '--udp'], [32, 'h0008', '--code', 'QA7']]) {
		const key = randomBytes(size)
		const account = `51A${size}`
		await register(cell, account, key, home)
		const alarm = await sim(account, '--secret', key.toString('hex'), ...how)
		assert.equal(alarm.code, 0, JSON.stringify(alarm))
		assert.equal(alarm.said.reply, '*ACK')
		assert.equal((await sim(account, '--null', '--secret', key.toString('hex'), ...how)).said.reply, '*ACK')
		assert.equal((await sim(account, '--secret', randomBytes(size).toString('hex'), '--timeout', 1, ...how)).code, 1)
	}
	assert.equal((await sim('2468', '--udp')).said.reply, 'ACK')
	assert.equal((await sim('2468', '--secret', '00')).code, 2)
	assert.equal(await openCalls(cell), 4)
})
