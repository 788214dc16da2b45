// WebSocket conformance of the code that serves /ws, through --test-echo: RFC 6455 frame by frame, over a plain socket.
// The order follows the groups of the well-known conformance suites: framing, pings, reserved bits, opcodes, fragments,
// UTF-8, closing, sizes.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'

import { Cell } from '../harness/index.mjs'
import { npm } from '../harness/npm.mjs'
import { RawWs, closeOf, frameOf } from '../harness/rawws.mjs'

const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10

let cell
let port
const ends = []
// One daemon for the whole file: what node's context gives a test, until the last one is over.
before(async () => {
	cell = await Cell.start({ after: (end) => ends.push(end) }, { redis: false, authd: false, args: ['--test-echo', '0'] })
	port = Number((await cell.daemon.child.logged(/ev=LISTENING for=echo port=(\d+)/))[1])
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

const open = (options) => RawWs.open(port, '/echo', options)

async function echoes(ws, opcode, payload) {
	const back = await ws.message()
	assert.ok(back, 'hung up instead of an echo')
	assert.equal(back.opcode, opcode)
	assert.ok(back.payload.equals(Buffer.from(payload)), `${back.payload.length} bytes came back of ${Buffer.from(payload).length}`)
}

/** Closes and expects a clean end. */
async function closes(ws, code = 1000) {
	ws.close(code)
	assert.deepEqual(await ws.end({ answer: false }), { code, reason: '' })
}

/** The daemon must end it, with this code or without one where the RFC lets it hang up at once. */
async function fails(ws, code, { silent = false } = {}) {
	const end = await ws.end()
	if (silent && end === null) return
	assert.equal(end?.code, code)
}

describe('framing', () => {
	for (const n of [0, 1, 125, 126, 127, 128, 65535, 65536]) {
		test(`text and binary of ${n} bytes`, async () => {
			const ws = await open()
			const text = '*'.repeat(n)
			const bytes = randomBytes(n)
			ws.frame({ opcode: TEXT, payload: text })
			await echoes(ws, TEXT, text)
			ws.frame({ opcode: BINARY, payload: bytes })
			await echoes(ws, BINARY, bytes)
			await closes(ws)
		})
	}

	for (const chop of [1, 7, 997]) {
		test(`a frame that comes in pieces of ${chop} bytes`, async () => {
			const ws = await open()
			const frame = frameOf({ opcode: TEXT, payload: 'π'.repeat(chop * 40) })
			for (let at = 0; at < frame.length; at += chop) {
				ws.write(frame.subarray(at, at + chop))
				await turn()
			}
			await echoes(ws, TEXT, 'π'.repeat(chop * 40))
			await closes(ws)
		})
	}

	test('a longer form of the length than needed still carries a message', async () => {
		const ws = await open()
		ws.frame({ opcode: BINARY, payload: 'abc', wide: 16 })
		await echoes(ws, BINARY, 'abc')
		ws.frame({ opcode: BINARY, payload: 'abc', wide: 64 })
		await echoes(ws, BINARY, 'abc')
		await closes(ws)
	})

	test('many frames in one write come back in order', async () => {
		const ws = await open()
		const payloads = Array.from({ length: 300 }, (_, i) => `message ${i}`)
		ws.write(Buffer.concat(payloads.map((payload) => frameOf({ opcode: TEXT, payload }))))
		for (const payload of payloads) await echoes(ws, TEXT, payload)
		await closes(ws)
	})

	test('a length with its highest bit set is refused', async () => {
		const ws = await open()
		ws.write(Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]))
		await fails(ws, 1002, { silent: true })
	})
})

describe('pings and pongs', () => {
	for (const payload of ['', 'Hello', Buffer.from([0, 255, 254, 253, 0]), Buffer.alloc(125, 0xfe)]) {
		test(`a ping of ${payload.length} bytes is answered with the same`, async () => {
			const ws = await open()
			ws.frame({ opcode: PING, payload })
			const pong = await ws.next()
			assert.equal(pong.opcode, PONG)
			assert.ok(pong.payload.equals(Buffer.from(payload)))
			await closes(ws)
		})
	}

	test('a ping of 126 bytes is refused', async () => {
		const ws = await open()
		ws.frame({ opcode: PING, payload: Buffer.alloc(126) })
		await fails(ws, 1002, { silent: true })
	})

	test('a pong nobody asked for is ignored', async () => {
		const ws = await open()
		ws.frame({ opcode: PONG, payload: 'unasked' })
		ws.frame({ opcode: PING, payload: 'asked' })
		const pong = await ws.next()
		assert.equal(pong.opcode, PONG)
		assert.equal(pong.payload.toString(), 'asked')
		await closes(ws)
	})

	test('ten pings one after the other: ten pongs, in order', async () => {
		const ws = await open()
		for (let i = 0; i < 10; i++) {
			ws.frame({ opcode: PING, payload: `payload-${i}` })
			const pong = await ws.next()
			assert.equal(pong.opcode, PONG)
			assert.equal(pong.payload.toString(), `payload-${i}`)
		}
		await closes(ws)
	})

	// libwebsockets 4.1 answers the first of pings that wait together and drops the others (docs/decisions/0004).
	test('ten pings in one write: a pong, and the link goes on', async () => {
		const ws = await open()
		ws.write(Buffer.concat(Array.from({ length: 10 }, (_, i) => frameOf({ opcode: PING, payload: `payload-${i}` }))))
		const pong = await ws.next()
		assert.equal(pong.opcode, PONG)
		assert.match(pong.payload.toString(), /^payload-\d$/)
		ws.frame({ opcode: TEXT, payload: 'on' })
		for (;;) {
			const next = await ws.message()
			if (next.opcode === PONG) continue
			assert.equal(next.payload.toString(), 'on')
			break
		}
		await closes(ws)
	})
})

describe('reserved bits and opcodes', () => {
	for (const rsv of [1, 2, 3, 4, 5, 6, 7]) {
		test(`reserved bits ${rsv}`, async () => {
			const ws = await open()
			ws.frame({ opcode: TEXT, payload: 'first' })
			ws.frame({ opcode: rsv === 5 ? BINARY : rsv === 6 ? PING : rsv === 7 ? CLOSE : TEXT, rsv, payload: rsv === 7 ? closeOf(1000) : 'x' })
			await echoes(ws, TEXT, 'first')
			await fails(ws, 1002, { silent: true })
		})
	}
	for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
		test(`reserved opcode ${opcode}`, async () => {
			const ws = await open()
			ws.frame({ opcode, payload: 'x' })
			await fails(ws, 1002, { silent: true })
		})
	}
})

describe('fragments', () => {
	test('a ping in two fragments is refused', async () => {
		const ws = await open()
		ws.frame({ opcode: PING, payload: 'a', fin: false })
		ws.frame({ opcode: 0, payload: 'b' })
		await fails(ws, 1002)
	})

	test('a message in two fragments, with pings between', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: 'fragment1', fin: false })
		ws.frame({ opcode: PING, payload: 'ping' })
		ws.frame({ opcode: 0, payload: 'fragment2' })
		const pong = await ws.next()
		assert.equal(pong.opcode, PONG)
		assert.equal(pong.payload.toString(), 'ping')
		await echoes(ws, TEXT, 'fragment1fragment2')
		await closes(ws)
	})

	test('the same in one write: the pong still comes first', async () => {
		const ws = await open()
		ws.write(Buffer.concat([frameOf({ opcode: TEXT, payload: 'fragment1', fin: false }), frameOf({ opcode: PING, payload: 'ping' }), frameOf({ opcode: 0, payload: 'fragment2' })]))
		const pong = await ws.next()
		assert.equal(pong.opcode, PONG)
		assert.equal(pong.payload.toString(), 'ping')
		await echoes(ws, TEXT, 'fragment1fragment2')
		await closes(ws)
	})

	test('a pong of any bytes between fragments of text leaves the text alone', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: Buffer.from([0xe6]), fin: false })
		ws.frame({ opcode: PONG, payload: Buffer.from([0xff, 0xfe]) })
		ws.frame({ opcode: 0, payload: Buffer.from([0xb4, 0xbe]) })
		await echoes(ws, TEXT, '派')
		await closes(ws)
	})

	test('empty fragments', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, fin: false })
		ws.frame({ opcode: 0, fin: false })
		ws.frame({ opcode: 0 })
		await echoes(ws, TEXT, '')
		ws.frame({ opcode: TEXT, fin: false })
		ws.frame({ opcode: 0, payload: 'middle', fin: false })
		ws.frame({ opcode: 0 })
		await echoes(ws, TEXT, 'middle')
		await closes(ws)
	})

	for (const fin of [true, false]) {
		test(`a continuation of nothing, ${fin ? 'whole' : 'unfinished'}`, async () => {
			const ws = await open()
			ws.frame({ opcode: 0, payload: 'x', fin })
			await fails(ws, 1002)
		})
	}

	test('a new message inside another is refused', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: 'fragment1', fin: false })
		ws.frame({ opcode: TEXT, payload: 'fragment2' })
		await fails(ws, 1002)
	})

	test('a good message and a broken frame in one write: the echo, then the Close', async () => {
		const ws = await open()
		ws.write(Buffer.concat([
			frameOf({ opcode: TEXT, payload: 'fragment1', fin: false }), frameOf({ opcode: 0, payload: 'fragment2' }),
			frameOf({ opcode: TEXT, payload: 'second' }), frameOf({ opcode: 0, payload: 'of nothing', fin: false }),
			frameOf({ opcode: TEXT, payload: 'never seen' }),
		]))
		await echoes(ws, TEXT, 'fragment1fragment2')
		await echoes(ws, TEXT, 'second')
		await fails(ws, 1002)
	})

	test('a continuation after a message that was whole', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: 'whole' })
		ws.frame({ opcode: 0, payload: 'more' })
		await echoes(ws, TEXT, 'whole')
		await fails(ws, 1002)
	})
})

describe('UTF-8', () => {
	const bytes = (...list) => Buffer.from(list)

	test('Chinese, Greek, emoji and the ends of the ranges', async () => {
		const ws = await open()
		for (const text of ['派單 κόσμε 🚑', '\u0000', '\u007f', '\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}', '\ud7ff\ue000\ufffd']) {
			ws.frame({ opcode: TEXT, payload: text })
			await echoes(ws, TEXT, text)
		}
		await closes(ws)
	})

	test('text cut inside a character by every fragment', async () => {
		const ws = await open()
		const all = Buffer.from('κόσμε派🚑')
		for (let i = 0; i < all.length; i++)
			ws.frame({ opcode: i === 0 ? TEXT : 0, payload: all.subarray(i, i + 1), fin: i === all.length - 1 })
		await echoes(ws, TEXT, all)
		await closes(ws)
	})

	const bad = {
		'a continuation byte alone': bytes(0x80),
		'a lonely lead byte': bytes(0xc3),
		'three of four bytes': bytes(0xf0, 0x9f, 0x9a),
		'overlong slash': bytes(0xc0, 0xaf),
		'overlong in three bytes': bytes(0xe0, 0x80, 0xaf),
		'overlong in four bytes': bytes(0xf0, 0x80, 0x80, 0xaf),
		'five bytes': bytes(0xf8, 0x88, 0x80, 0x80, 0x80),
		'a surrogate': bytes(0xed, 0xa0, 0x80),
		'above U+10FFFF': bytes(0xf4, 0x90, 0x80, 0x80),
		'the byte FE': bytes(0xfe),
		'the byte FF': bytes(0xff),
		'text, then a wrong byte': Buffer.concat([Buffer.from('κόσμε'), bytes(0xed, 0xa0, 0x80), Buffer.from('edited')]),
	}
	for (const [what, payload] of Object.entries(bad)) {
		test(`refused: ${what}`, async () => {
			const ws = await open()
			ws.frame({ opcode: TEXT, payload })
			await fails(ws, 1007)
		})
	}

	test('a character left unfinished by an empty last fragment', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: bytes(0xe6), fin: false })
		ws.frame({ opcode: 0 })
		await fails(ws, 1007)
	})

	test('a wrong byte ends it before the message does', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: Buffer.from('κόσμε'), fin: false })
		ws.frame({ opcode: 0, payload: bytes(0xf4, 0x90, 0x80, 0x80), fin: false })
		await fails(ws, 1007)
	})

	test('and before its frame does', async () => {
		const ws = await open()
		const frame = frameOf({ opcode: TEXT, payload: Buffer.concat([Buffer.from('κόσμε'), bytes(0xf4, 0x90), Buffer.alloc(100, 0x61)]) })
		ws.write(frame.subarray(0, frame.length - 80))
		await fails(ws, 1007)
	})

	test('a message after one whose last byte was fine begins afresh', async () => {
		const ws = await open()
		ws.frame({ opcode: BINARY, payload: bytes(0xff, 0xfe) })
		await echoes(ws, BINARY, bytes(0xff, 0xfe))
		ws.frame({ opcode: TEXT, payload: '派' })
		await echoes(ws, TEXT, '派')
		await closes(ws)
	})
})

describe('closing', () => {
	test('without a code', async () => {
		const ws = await open()
		ws.close()
		assert.deepEqual(await ws.end({ answer: false }), { code: null, reason: '' })
	})

	for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]) {
		test(`code ${code} is answered with the same`, async () => {
			const ws = await open()
			await closes(ws, code)
		})
	}

	for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]) {
		test(`code ${code} is a protocol error`, async () => {
			const ws = await open()
			ws.close(code)
			assert.equal((await ws.end({ answer: false }))?.code, 1002)
		})
	}

	test('with a reason of 123 bytes', async () => {
		const ws = await open()
		ws.close(1000, '*'.repeat(123))
		assert.deepEqual(await ws.end({ answer: false }), { code: 1000, reason: '*'.repeat(123) })
	})

	test('with a reason of 124 bytes: too long for a control frame', async () => {
		const ws = await open()
		ws.close(1000, '*'.repeat(124))
		await fails(ws, 1002, { silent: true })
	})

	test('a payload of one byte is a protocol error', async () => {
		const ws = await open()
		ws.frame({ opcode: CLOSE, payload: 'x' })
		assert.equal((await ws.end({ answer: false }))?.code, 1002)
	})

	for (const [what, reason] of [['wrong', Buffer.from([0xce, 0xba, 0xe1, 0xbd, 0xf4, 0x90, 0x80, 0x80])], ['unfinished', Buffer.from([0xe6, 0xb4])]]) {
		test(`a reason with ${what} UTF-8`, async () => {
			const ws = await open()
			ws.frame({ opcode: CLOSE, payload: Buffer.concat([closeOf(1000), reason]) })
			assert.equal((await ws.end({ answer: false }))?.code, 1007)
		})
	}

	test('nothing is echoed after a Close', async () => {
		const ws = await open()
		ws.write(Buffer.concat([frameOf({ opcode: CLOSE, payload: closeOf(1000) }), frameOf({ opcode: TEXT, payload: 'late' })]))
		const first = await ws.next()
		assert.equal(first.opcode, CLOSE)
		assert.equal(await ws.next(), null)
	})

	test('a Close inside a fragmented message', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: 'half', fin: false })
		ws.close(1000)
		assert.deepEqual(await ws.end({ answer: false }), { code: 1000, reason: '' })
	})

	test('the peer just hangs up', async () => {
		const ws = await open()
		ws.frame({ opcode: TEXT, payload: 'half', fin: false })
		ws.destroy()
		const other = await open()
		other.frame({ opcode: TEXT, payload: 'still there' })
		await echoes(other, TEXT, 'still there')
		await closes(other)
	})
})

describe('sizes', () => {
	for (const [n, fragment] of [[1 << 20, 1 << 20], [4 << 20, 65536], [1 << 20, 512], [16 << 20, 16 << 20], [16 << 20, 1 << 20]]) {
		test(`${n / 1048576} MiB in fragments of ${fragment}`, async () => {
			const ws = await open()
			const payload = randomBytes(n)
			for (let at = 0; at < n; at += fragment)
				ws.frame({ opcode: at === 0 ? BINARY : 0, payload: payload.subarray(at, at + fragment), fin: at + fragment >= n })
			await echoes(ws, BINARY, payload)
			await closes(ws)
		})
	}

	test('16 MiB of text', async () => {
		const ws = await open()
		const text = Buffer.from('派'.repeat(5592405) + 'x')
		assert.equal(text.length, 16 << 20)
		ws.frame({ opcode: TEXT, payload: text })
		await echoes(ws, TEXT, text)
		await closes(ws)
	})

	test('one byte more is too big, and is known from the announcement', async () => {
		const ws = await open()
		const whole = frameOf({ opcode: BINARY, payload: Buffer.alloc((16 << 20) + 1) })
		ws.write(whole.subarray(0, 100))
		const close = await ws.next()
		assert.equal(close.opcode, CLOSE)
		assert.equal(close.payload.readUInt16BE(), 1009)
		ws.destroy()
	})

	test('and so it is in fragments', async () => {
		const ws = await open()
		for (let i = 0; i < 16; i++) ws.frame({ opcode: i === 0 ? BINARY : 0, payload: Buffer.alloc(1 << 20), fin: false })
		ws.frame({ opcode: 0, payload: 'x' })
		await fails(ws, 1009)
	})

	test('an echo that nobody reads holds back what is read, and nothing is lost', async () => {
		const ws = await open()
		const payload = randomBytes(4 << 20)
		ws.socket.pause()
		for (let i = 0; i < 16; i++) ws.frame({ opcode: BINARY, payload })
		// It stops taking: what we write stays here.
		ws.socket.resume()
		for (let i = 0; i < 16; i++) await echoes(ws, BINARY, payload)
		await closes(ws)
	})
})

describe('handshake', () => {
	const upgrade = (options, path = '/echo') => RawWs.handshake(port, path, options)

	test('any subprotocol is accepted, and named', async () => {
		const one = await upgrade({ headers: { 'Sec-WebSocket-Protocol': 'something-else, another' } })
		assert.equal(one.status, 101)
		assert.equal(one.headers['sec-websocket-protocol'], 'something-else')
		one.raw.frame({ opcode: TEXT, payload: 'x' })
		await echoes(one.raw, TEXT, 'x')
		await closes(one.raw)
		const none = await upgrade()
		assert.equal(none.status, 101)
		assert.equal(none.headers['sec-websocket-protocol'], undefined)
		await closes(none.raw)
	})

	test('compression is not offered', async () => {
		const answer = await upgrade({ headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' } })
		assert.equal(answer.status, 101)
		assert.equal(answer.headers['sec-websocket-extensions'], undefined)
		await closes(answer.raw)
	})

	const wrong = {
		'another version': [{ version: '8' }, 426],
		'no version': [{ version: null }, 426],
		'no key': [{ key: null }, 400],
		'a key that is none': [{ key: 'abc' }, 400],
		'POST': [{ method: 'POST' }, 404],
		'another connection': [{ connection: 'keep-alive' }, 400],
		'another protocol to upgrade to': [{ upgrade: 'h2c' }, 400],
		'something unknown to upgrade to': [{ upgrade: 'teapot' }, 403],
	}
	for (const [what, [options, status]] of Object.entries(wrong)) {
		test(`refused: ${what}`, async () => {
			const answer = await upgrade(options)
			answer.raw.destroy()
			assert.equal(answer.status, status)
		})
	}

	test('refused: another path', async () => {
		const answer = await upgrade({}, '/ws')
		answer.raw.destroy()
		assert.equal(answer.status, 404)
	})

	test('the ws library of npm talks with it', async () => {
		const { WebSocket } = npm('ws')
		const ws = new WebSocket(`ws://127.0.0.1:${port}/echo`, ['a', 'b'])
		await new Promise((resolve, reject) => ws.on('open', resolve).on('error', reject))
		assert.equal(ws.protocol, 'a')
		const back = new Promise((resolve) => ws.on('message', (data, binary) => resolve([data.toString(), binary])))
		ws.send('派')
		assert.deepEqual(await back, ['派', false])
		const closed = new Promise((resolve) => ws.on('close', (code, reason) => resolve([code, reason.toString()])))
		ws.close(4001, 'bye')
		assert.deepEqual(await closed, [4001, 'bye'])
	})
})
