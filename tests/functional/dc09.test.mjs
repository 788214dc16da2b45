// SIA DC-09 over TCP against a real daemon and a real Redis: the worked examples get the replies that stand in
// tests/data/dc09, however the bytes arrive; nothing is acknowledged that is not safe; who is unknown is shown and not told.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { dc09, message, Panel } from '../harness/device.mjs'
import { Cell, root, until } from '../harness/index.mjs'
import { caughtUp } from '../harness/registry.mjs'

const STAMP = '_08:30:01,11-22-2026'
const STAMP_MS = 1795336201000
const DIR = path.join(root, 'tests/data/dc09')

function unescape(text) {
	const bytes = []
	for (let i = 0; i < text.length; i++) {
		if (text[i] !== '\\') bytes.push(text.charCodeAt(i))
		else if (text[++i] === 'x') bytes.push(Number.parseInt(text.slice(i + 1, (i += 2) + 1), 16))
		else bytes.push({ n: 10, r: 13 }[text[i]] ?? text.charCodeAt(i))
	}
	return Buffer.from(bytes)
}

const examples = readdirSync(DIR)
	.filter((name) => name.endsWith('.txt'))
	.sort()
	.map((name) => {
		const e = { name, events: [] }
		for (const line of readFileSync(path.join(DIR, name), 'latin1').split('\n')) {
			const found = line.match(/^([a-z_]+): (.*)$/)
			if (!found) continue
			if (found[1] === 'event') e.events.push(found[2])
			else e[found[1]] = found[2]
		}
		e.frame = unescape(e.frame)
		e.reply = e.reply === 'none' ? null : unescape(e.reply)
		return e
	})

async function start(t, options = {}) {
	const cell = await Cell.start(t, { demo: true, ...options })
	await cell.daemon.control(`set ${STAMP_MS}`)
	return cell
}

// The wall clock goes on while a test runs: seconds may have passed.
const steady = (text) => text.replace(/_08:3\d:\d\d,11-22-2026/, STAMP)

const cellIncidents = async (cell) => (await cell.redis.cli('--raw', 'keys', 'pa:incident:*')).split('\n').filter((key) => /incident:[0-9a-f]{16}$/.test(key)).length

/** A panel of its own in the registry, as the administration would enter it: by the one way in which anything changes. */
async function register(cell, account) {
	const body = message([1, 'b', `dc09.${account}`], [2, 'b', 'h0009'], [3, 'u', 2], [7, 'u', true])
	const id = randomBytes(8).toString('hex')
	const keys = ['log', 'head', 'outbox', `device:dc09.${account}`].map((key) => `pa:${key}`)
	const answer = await cell.redis.cli('FCALL', 'commit', '4', ...keys, '1', id, '1', '0', '0', '0', '', '', '0', '0', '', '0', '', 'w', body.toString('latin1'))
	assert.match(answer, /^1\n/, `registering ${account}: ${answer}`)
	await caughtUp(cell)
}

test('every worked example gets its reply, whole and in pieces', async (t) => {
	const cell = await start(t)

	for (const account of ['12345A', '1', '0123456789ABCDEF', '90219125916578', '13800138000', '00D1A2B3C4E5']) await register(cell, account)
	for (const e of examples) {
		for (const pieces of [1, 2, 7]) {
			const panel = await Panel.connect(t, cell.daemon.ports.dc09)
			const size = Math.ceil(e.frame.length / pieces)

			if (e.crc_raw) panel.arrived = () => {}
			for (let at = 0; at < e.frame.length; at += size) {
				panel.send(e.frame.subarray(at, at + size))
				if (pieces > 1) await new Promise((done) => setImmediate(done))
			}
			// A raw CRC may hold CR and LF: the next test reads those.
			if (e.reply && !e.crc_raw) assert.equal(steady(await panel.reply()), e.reply.subarray(9, -1).toString('latin1'), e.name)
			else if (!e.reply) assert.deepEqual(await panel.sync('2468'), [], `${e.name} gets no answer`)
			panel.end()
		}
	}
})

test('a raw CRC is answered with a raw CRC', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const e = examples.find((one) => one.name.startsWith('10-'))

	panel.arrived = () => {}
	panel.send(e.frame)
	await until(() => panel.bytes.length === e.reply.length, { what: 'a raw reply' })
	assert.equal(panel.bytes.subarray(3, 7).toString(), e.reply.subarray(3, 7).toString())
	assert.match(panel.bytes.subarray(7).toString('latin1'), /^"ACK"0002L0#2468\[\]_/)
})

test('many frames in one segment, each answered once and in order', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const wanted = []
	const frames = []

	for (let n = 1; n <= 150; n++) {
		const number = String(n).padStart(4, '0')
		frames.push(n % 3 === 0 ? dc09(`"NULL"${number}L0#2468[]`) : dc09(`"ADM-CID"${number}L0#2468[#2468|1602 00 000]`))
		if (n % 10 === 0) frames.push(Buffer.from('\0\r\nnoise'), dc09(`"ADM-CID"${number}L0#2468[#2468|1602 00 000]`).fill(0x30, 1, 5))
		wanted.push(`"ACK"${number}L0#2468[]`)
	}
	panel.send(...frames)
	for (const want of wanted) assert.equal((await panel.reply()).replace(/_.*/, ''), want)
	// A little later none has come twice.
	assert.deepEqual(await panel.sync('2468'), [])
	assert.equal(await cell.daemon.metric('pingan_dc09_bad_crc_total'), 15)
})

test('an alarm rings like any other, and a copy rings nobody twice', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const frame = dc09('"ADM-CID"0042L0#2468[#2468|1101 01 001]_08:00:00,11-22-2026')

	for (let copy = 0; copy < 3; copy++) {
		panel.send(frame)
		assert.match(await panel.reply(), /^"ACK"0042L0#2468\[\]_/)
	}
	assert.equal(await cellIncidents(cell), 1)
	assert.equal(await cell.daemon.metric('pingan_alarms_stored_total'), 1)
	// The same press with the next number is a press of its own: it joins.
	panel.send(dc09('"ADM-CID"0043L0#2468[#2468|1101 01 001]_08:00:09,11-22-2026'))
	await panel.reply()
	assert.equal(await cellIncidents(cell), 1)
	assert.equal(await cell.daemon.metric('pingan_alarms_stored_total'), 2)
})

test('more than the last number is remembered: a copy among others is a copy, and gets its ACK', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const other = await Panel.connect(t, cell.daemon.ports.dc09)
	const stored = () => cell.daemon.metric('pingan_alarms_stored_total')
	const say = async (by, number, content) => {
		by.send(dc09(`"SIA-DCS"${number}L0#2468[#2468|${content}]`))
		assert.match(await by.reply(), new RegExp(`^"ACK"${number}L0#2468\\[\\]_`))
	}

	// The standard's own test: three messages.
	for (const [number, content] of [['9995', 'NQA1'], ['9996', 'NQA2'], ['9995', 'NQA1'], ['9997', 'NQA3']]) await say(panel, number, content)
	assert.equal(await stored(), 3)
	// However many came between, and on whatever line.
	for (let n = 1; n <= 40; n++) await say(panel, String(n).padStart(4, '0'), 'NQA9')
	await say(other, '9995', 'NQA1')
	assert.equal(await stored(), 43)
	assert.equal(await cellIncidents(cell), 1)
	// A burst of events, then all of it again, and a fault of the line: each event once.
	const burst = [['7001', 'Nri1/QA1'], ['7002', 'Nri1/FA2'], ['7003', 'Nri1/PA3'], ['7001', 'Nri1/QA1'], ['7002', 'Nri1/FA2'], ['7004', 'NYC1']]
	for (const [number, content] of burst) await say(panel, number, content)
	assert.equal(await stored(), 47)
})

test('an unknown token is DUH, counted and shown', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)

	panel.send(dc09('"SIA-XYZ"0007R9L0#2468[#2468|whatever]'))
	assert.match(await panel.reply(), /^"DUH"0007R9L0#2468\[\]_/)
	assert.equal(await cellIncidents(cell), 1)
	assert.equal(await cell.daemon.metric('pingan_dc09_duh_total'), 1)
	assert.equal(await cell.daemon.metric('pingan_alarms_unknown_code_total'), 1)
})

test('an unknown account is stored, rung in quarantine, and not acknowledged', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)

	panel.send(dc09('"ADM-CID"0001L0#ABCDEF[#ABCDEF|1101 01 001]'))
	await until(async () => (await cellIncidents(cell)) === 1, { what: 'it is stored' })
	assert.deepEqual(await panel.sync('2468'), [])
	assert.equal(await cell.daemon.metric('pingan_alarms_unknown_device_total'), 1)
	// Nor does its link test get an answer.
	panel.send(dc09('"NULL"0009L0#ABCDEF[]'))
	assert.deepEqual(await panel.sync('2468'), [])
})

test('no acknowledgement while the store is away, one when it is back', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	const frame = dc09('"ADM-CID"0077L0#1001[#1001|1101 01 001]')

	cell.redis.freeze()
	panel.send(frame, frame, frame)
	await until(async () => (await cell.daemon.metric('pingan_dc09_frames_total')) === 3, { what: 'the frames are read' })
	assert.deepEqual(panel.frames, [])
	cell.redis.thaw()
	assert.match(await panel.reply(), /^"ACK"0077L0#1001\[\]_/)
	assert.deepEqual(await panel.sync('1001'), [], 'once, not three times')
})

test('what is no DC-09 is counted and cut off', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)

	panel.send('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n', 'x'.repeat(8192))
	await panel.gone()
	assert.deepEqual(panel.frames, [])
	assert.ok((await cell.daemon.metric('pingan_dc09_bad_frame_total')) >= 1)
	await cell.daemon.child.logged(/ev=DC09_JUNK/)
	// A frame that promises 4 KiB and never ends does not keep the next one from being heard.
	const other = await Panel.connect(t, cell.daemon.ports.dc09)
	other.send('\n12340FFF"', 'x'.repeat(5000), dc09('"NULL"0001L0#2468[]'))
	assert.match(await other.reply(), /^"ACK"0001/)
})

test('a connection stays open after the ACK, for link tests two hours apart; who falls silent is let go', async (t) => {
	const cell = await start(t)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)

	panel.send(dc09('"ADM-CID"0001L0#2468[#2468|1602 00 000]'))
	assert.match(await panel.reply(), /^"ACK"0001/)
	// Twice: together longer than it may be silent. Each second of it is lived through, which takes its time.
	for (const n of [2, 3]) {
		await cell.daemon.control('advance 7200000')
		panel.send(dc09(`"NULL"000${n}L0#2468[]`))
		assert.match(await panel.reply(), new RegExp(`^"ACK"000${n}`))
	}
	panel.send(dc09('"ADM-CID"0004L0#2468[#2468|1101 01 001]'))
	assert.match(await panel.reply(), /^"ACK"0004/)
	await cell.daemon.control('advance 8160000')
	await panel.gone()
})
