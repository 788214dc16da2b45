// device.mjs - a home device and an alarm panel, byte by byte: written from proto/pingan/v1/device.proto and the DC-09 text,
// with none of the daemon's code in it.
//
//   const home = await Home.connect(t, port)                 // tls: off; or { tls: { ca } } with a token
//   home.send(hello({ device: 'd0005' }))
//   const welcome = await home.next('welcome')
//   home.send(alarm({ id: 7n, kind: KIND.SOS }))
//   const ack = await home.next('ack')
//
//   const panel = await Panel.connect(t, port)
//   panel.send(dc09('"NULL"0000L0#2468[]'))
//   assert.equal(await panel.frame(), ...)
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import tls from 'node:tls'

import { until } from './until.mjs'

export const KIND = { SOS: 1, PANIC: 2, FALL: 3, DURESS: 4, SMOKE: 6, UNKNOWN: 14, POWER: 17, BATTERY: 18, TEST: 22 }
export const SAY = { NOTHING: 0, HEARD: 1, TALKING: 2, ON_THE_WAY: 3, ARRIVED: 4, CLOSED: 5, NOT_STORED: 6, TRIAL: 7 }
export const STEP = { STORED: 1, ANSWERED: 2, HELP_ON_THE_WAY: 3, ARRIVED: 4, CLOSED: 5 }
export const REFUSE = { BAD_FRAME: 1, BAD_IDENTITY: 2, BAD_VERSION: 3, REPLACED: 4, GO_ELSEWHERE: 5, OVERLOAD: 6 }

// ---- protobuf, as much of it as device and console need

export function varint(value) {
	let n = BigInt.asUintN(64, BigInt(value))
	const bytes = []
	while (n > 127n) {
		bytes.push(Number(n & 127n) | 128)
		n >>= 7n
	}
	bytes.push(Number(n))
	return Buffer.from(bytes)
}

/** Fields as [number, type, value]; type: u (varint), z (zigzag), f (fixed64), b (bytes, text, message). */
export function message(...fields) {
	return Buffer.concat(
		fields.flatMap(([number, type, value]) => {
			if (value === undefined || value === null) return []
			if (type === 'u') return [varint((number << 3) | 0), varint(value === true ? 1 : value === false ? 0 : value)]
			if (type === 'z') return [varint((number << 3) | 0), varint((BigInt(value) << 1n) ^ (BigInt(value) >> 63n))]
			if (type === 'f') {
				const at = Buffer.alloc(8)
				at.writeBigUInt64LE(BigInt(value))
				return [varint((number << 3) | 1), at]
			}
			const bytes = Buffer.from(value)
			return [varint((number << 3) | 2), varint(bytes.length), bytes]
		}),
	)
}

/** {number: [values]}: varints and fixed64 as BigInt, the rest as Buffer. */
export function parse(bytes) {
	const fields = {}
	let at = 0
	const number = () => {
		let value = 0n
		for (let shift = 0n; ; shift += 7n) {
			assert.ok(at < bytes.length, 'a varint is cut off')
			const byte = bytes[at++]
			value |= BigInt(byte & 127) << shift
			if (byte < 128) return value
		}
	}
	while (at < bytes.length) {
		const tag = Number(number())
		let value
		if ((tag & 7) === 0) value = number()
		else if ((tag & 7) === 1) value = bytes.readBigUInt64LE((at += 8) - 8)
		else if ((tag & 7) === 2) {
			const len = Number(number())
			value = bytes.subarray(at, (at += len))
		} else assert.fail(`wire type ${tag & 7}`)
		;(fields[tag >> 3] ??= []).push(value)
	}
	return fields
}

const last = (fields, number, none = 0n) => fields[number]?.at(-1) ?? none
const frame = (body) => Buffer.concat([varint(body.length), body])

// ---- Up

const alarmBody = (a) =>
	message([1, 'f', a.id ?? 1n], [2, 'u', a.kind ?? KIND.SOS], [3, 'u', a.zone], [4, 'u', a.raised], [5, 'u', a.battery ?? 90], [6, 'u', a.mains ?? true],
		[7, 'z', a.signal], [8, 'u', a.restore], [9, 'u', a.heard], [10, 'u', a.tries])
const heldBody = (held = []) => held.map((a) => [6, 'b', message([1, 'b', alarmBody(a)])])

export const hello = ({ version = 1, device, token, held, model = 'test', firmware = '1', boot = 1, config, seq, lost, failed }) =>
	frame(
		message([
			1,
			'b',
			message([1, 'u', version], [2, 'b', device], [3, 'b', token], [4, 'b', model], [5, 'b', firmware], ...heldBody(held), [7, 'u', boot], [8, 'u', config],
				[9, 'u', seq], [10, 'u', lost], [11, 'u', failed]),
		]),
	)
export const heartbeat = ({ seq = 1, held } = {}) =>
	frame(message([2, 'b', message([1, 'u', seq], [2, 'u', 90], [3, 'u', true], ...heldBody(held).map(([, type, value]) => [5, type, value]))]))
export const alarm = (a) => frame(message([3, 'b', alarmBody(a)]))
export const cancel = (id) => frame(message([4, 'b', message([1, 'f', id])]))

// ---- Down

const DOWN = {
	1: ['welcome', (f) => ({ serverMs: Number(last(f, 1)), heartbeatS: Number(last(f, 2)) })],
	2: ['beat', (f) => ({ serverMs: Number(last(f, 1)), heartbeatS: Number(last(f, 2)) })],
	3: ['ack', (f) => ({ alarm: last(f, 1), incident: last(f, 2), silent: last(f, 3) === 1n, say: Number(last(f, 4)) })],
	4: ['status', (f) => ({ alarm: last(f, 1), step: Number(last(f, 2)), etaMin: Number(last(f, 3)), say: Number(last(f, 4)) })],
	5: [
		'configure',
		(f) => ({
			heartbeatS: Number(last(f, 1)),
			revision: Number(last(f, 2)),
			language: `${last(f, 3, '')}`,
			prompts: Number(last(f, 4)),
			numbers: (f[5] ?? []).map(String),
			serverMs: Number(last(f, 6)),
		}),
	],
	6: ['refuse', (f) => ({ reason: Number(last(f, 1)), retryS: Number(last(f, 2)) })],
	7: ['newKey', (f) => ({ key: Buffer.from(last(f, 1)), identity: `${last(f, 2)}` })],
}

class Peer {
	constructor(socket) {
		this.socket = socket
		this.bytes = Buffer.alloc(0)
		this.closed = false
		socket.on('data', (piece) => {
			this.bytes = Buffer.concat([this.bytes, piece])
			this.arrived()
		})
		socket.on('error', () => {})
		socket.on('close', () => (this.closed = true))
	}

	send(...pieces) {
		this.socket.write(Buffer.concat(pieces.map((piece) => Buffer.from(piece))))
	}

	end() {
		this.socket.destroy()
	}

	/** Our side is done; what the other still says is read. */
	finish() {
		this.socket.end()
	}

	gone() {
		return until(() => this.closed, { what: 'the daemon closes the connection' })
	}
}

function open(t, port, options, Kind) {
	return new Promise((resolve, reject) => {
		const how = { host: '127.0.0.1', port }
		const socket = options.tls ? tls.connect({ ...how, minVersion: 'TLSv1.3', ...options.tls }) : connect(how)
		t.after(() => socket.destroy())
		socket.once('error', reject)
		socket.once(options.tls ? 'secureConnect' : 'connect', () => {
			socket.off('error', reject)
			socket.setNoDelay?.(true)
			resolve(new Kind(socket))
		})
	})
}

export class Home extends Peer {
	heard = [] // every frame, oldest first: {type, ...}
	#taken = 0

	static connect(t, port, options = {}) {
		return open(t, port, options, Home)
	}

	/** Connected, greeted, welcomed. */
	static async linked(t, port, device, { held, ...options } = {}) {
		const home = await Home.connect(t, port, options)
		home.send(hello({ device, held, token: options.token, config: options.config }))
		await home.next('welcome')
		return home
	}

	arrived() {
		for (;;) {
			let len = this.bytes[0]
			let head = 1
			if (len > 127) {
				len = (len & 127) | (this.bytes[1] << 7)
				head = 2
			}
			if (this.bytes.length < head || !(this.bytes.length >= head + len)) return
			const fields = parse(this.bytes.subarray(head, head + len))
			this.bytes = this.bytes.subarray(head + len)
			const [number] = Object.keys(fields)
			const [type, read] = DOWN[number]
			this.heard.push({ type, ...read(parse(fields[number][0])) })
		}
	}

	/** The next frame of this type that was not taken yet; frames before it are passed over. */
	next(type, match = () => true) {
		return until(
			() => {
				const at = this.heard.findIndex((f, i) => i >= this.#taken && f.type === type && match(f))
				if (at < 0) {
					assert.ok(!this.closed, `no ${type}: the connection was closed after ${JSON.stringify(this.heard, (_, v) => (typeof v === 'bigint' ? `${v}` : v))}`)
					return null
				}
				this.#taken = at + 1
				return this.heard[at]
			},
			{ what: `a ${type} from the daemon` },
		)
	}

	of(type) {
		return this.heard.filter((f) => f.type === type)
	}

	/** A beat there and back: what was sent before it has been read. */
	async sync() {
		const beats = this.of('beat').length
		this.send(heartbeat())
		await until(() => this.of('beat').length > beats, { what: 'a heartbeat is answered' })
	}
}

// ---- DC-09

export function crc16(bytes) {
	let crc = 0
	for (const byte of bytes) {
		crc ^= byte
		for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
	}
	return crc
}

const hex = (value, digits) => value.toString(16).toUpperCase().padStart(digits, '0')

/** A whole frame around a body: "...] or Buffer. */
export function dc09(body) {
	const bytes = Buffer.from(body, 'latin1')
	return Buffer.concat([Buffer.from(`\n${hex(crc16(bytes), 4)}0${hex(bytes.length, 3)}`), bytes, Buffer.from('\r')])
}

export class Panel extends Peer {
	frames = [] // bodies, as latin1 text; each had the right CRC and length
	#taken = 0

	static connect(t, port) {
		return open(t, port, {}, Panel)
	}

	arrived() {
		for (;;) {
			const end = this.bytes.indexOf(13)
			if (end < 0) return
			const whole = this.bytes.subarray(0, end + 1)
			this.bytes = this.bytes.subarray(end + 1)
			assert.equal(whole[0], 10, `a reply begins with LF: ${JSON.stringify(whole.toString('latin1'))}`)
			const body = whole.subarray(9, -1)
			assert.equal(whole.subarray(1, 9).toString(), `${hex(crc16(body), 4)}0${hex(body.length, 3)}`, 'CRC and length of a reply')
			this.frames.push(body.toString('latin1'))
		}
	}

	/** Body of the next reply. */
	reply() {
		return until(
			() => {
				if (this.frames.length > this.#taken) return this.frames[this.#taken++]
				assert.ok(!this.closed, 'no reply: the connection was closed')
				return null
			},
			{ what: 'a DC-09 reply' },
		)
	}

	/** A link test of a known account there and back: whatever was sent before has been looked at. */
	async sync(account) {
		this.send(dc09(`"NULL"0000L0#${account}[]`))
		const before = this.#taken
		await until(() => this.frames.slice(before).some((f) => f.startsWith('"ACK"0000')), { what: 'a link test is answered' })
		const at = this.frames.findIndex((f, i) => i >= before && f.startsWith('"ACK"0000'))
		return this.frames.splice(before, at - before + 1).slice(0, -1)
	}
}

// ---- elder watches

/** A frame of a watch, "[MM*ID*LEN*CONTENT]", with an index where `index` says one. */
export function watch(id, content, { maker = '3G', index } = {}) {
	const length = hex(Buffer.byteLength(content), 4)
	return Buffer.from(`[${maker}*${id}*${index ? `${index}*` : ''}${length}*${content}]`)
}

export class Watch extends Peer {
	frames = [] // whole, as text
	#taken = 0

	static connect(t, port) {
		return open(t, port, {}, Watch)
	}

	arrived() {
		for (let end; (end = this.bytes.indexOf(93)) >= 0; this.bytes = this.bytes.subarray(end + 1)) this.frames.push(this.bytes.subarray(0, end + 1).toString('latin1'))
	}

	/** The next reply, whole. */
	reply() {
		return until(
			() => {
				if (this.frames.length > this.#taken) return this.frames[this.#taken++]
				assert.ok(!this.closed, 'no reply: the connection was closed')
				return null
			},
			{ what: 'a reply to a watch' },
		)
	}
}
