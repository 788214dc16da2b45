// rawws.mjs - a WebSocket client that may do everything wrong: frames by hand over a plain socket.
//
//   const ws = await RawWs.open(port, '/echo', { headers: { Origin: '...' } })
//   ws.frame({ opcode: 1, payload: 'hi' })          // fin, rsv, masked, length (a false one) as given
//   const { opcode, payload } = await ws.next()     // next frame of the server, or null when it hung up
//   const end = await ws.end()                      // {code, reason} of its Close, or null: hung up without one
import { connect } from 'node:net'
import { createHash, randomBytes } from 'node:crypto'
import assert from 'node:assert/strict'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** A client's frame. `length` lies about the payload's length, `mask` false leaves it bare. */
export function frameOf({ opcode = 1, payload = '', fin = true, rsv = 0, mask = true, length = null, wide = 0 } = {}) {
	const data = Buffer.from(payload)
	const n = length ?? data.length
	const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
	let extra = Buffer.alloc(0)
	if (wide === 64 || n > 65535) {
		head.push((mask ? 0x80 : 0) | 127)
		extra = Buffer.alloc(8)
		extra.writeBigUInt64BE(BigInt(n))
	} else if (wide === 16 || n > 125) {
		head.push((mask ? 0x80 : 0) | 126)
		extra = Buffer.alloc(2)
		extra.writeUInt16BE(n)
	} else {
		head.push((mask ? 0x80 : 0) | n)
	}
	if (!mask) return Buffer.concat([Buffer.from(head), extra, data])
	const key = randomBytes(4)
	const masked = Buffer.allocUnsafe(data.length)
	for (let i = 0; i < data.length; i++) masked[i] = data[i] ^ key[i & 3]
	return Buffer.concat([Buffer.from(head), extra, key, masked])
}

export const closeOf = (code, reason = '') => {
	const text = Buffer.from(reason)
	const payload = Buffer.alloc(2 + text.length)
	payload.writeUInt16BE(code)
	text.copy(payload, 2)
	return payload
}

export class RawWs {
	#parts = []
	#size = 0
	#wake = null
	#closed = false

	/** Sends an upgrade; {status, headers} of the answer, and the socket when it is 101. */
	static async handshake(port, path, { headers = {}, host = '127.0.0.1', version = '13', key = randomBytes(16).toString('base64'), method = 'GET', connection = 'Upgrade', upgrade = 'websocket' } = {}) {
		const socket = connect(port, host)
		const raw = new RawWs(socket)
		const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}:${port}`, `Connection: ${connection}`, `Upgrade: ${upgrade}`]
		if (version !== null) lines.push(`Sec-WebSocket-Version: ${version}`)
		if (key !== null) lines.push(`Sec-WebSocket-Key: ${key}`)
		for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`)
		socket.setNoDelay(true)
		socket.write(lines.join('\r\n') + '\r\n\r\n')
		const head = await raw.#head()
		if (head === null) return { status: 0, headers: {}, raw }
		const [first, ...rest] = head.split('\r\n')
		const answer = { status: Number(first.split(' ')[1]), headers: {}, raw }
		for (const line of rest) {
			const at = line.indexOf(':')
			if (at > 0) answer.headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim()
		}
		if (answer.status === 101 && key !== null)
			assert.equal(answer.headers['sec-websocket-accept'], createHash('sha1').update(key + GUID).digest('base64'))
		return answer
	}

	static async open(port, path, options) {
		const answer = await RawWs.handshake(port, path, options)
		assert.equal(answer.status, 101, `upgrade of ${path}`)
		return answer.raw
	}

	constructor(socket) {
		this.socket = socket
		socket.on('data', (part) => {
			this.#parts.push(part)
			this.#size += part.length
			this.#wake?.()
		})
		const over = () => {
			this.#closed = true
			this.#wake?.()
		}
		socket.on('end', over)
		socket.on('close', over)
		socket.on('error', over)
	}

	write(bytes) {
		if (!this.socket.destroyed) this.socket.write(bytes)
	}

	frame(what) {
		this.write(frameOf(what))
	}

	close(code, reason) {
		this.frame({ opcode: 8, payload: code === undefined ? '' : closeOf(code, reason) })
	}

	destroy() {
		this.socket.destroy()
	}

	async #take(n) {
		while (this.#size < n && !this.#closed) await new Promise((resolve) => (this.#wake = resolve))
		this.#wake = null
		if (this.#size < n) return null
		const all = this.#parts.length === 1 ? this.#parts[0] : Buffer.concat(this.#parts)
		this.#parts = all.length > n ? [all.subarray(n)] : []
		this.#size -= n
		return all.subarray(0, n)
	}

	async #head() {
		let text = ''
		for (;;) {
			const byte = await this.#take(1)
			if (byte === null) return null
			text += byte.toString('latin1')
			if (text.endsWith('\r\n\r\n')) return text.slice(0, -4)
		}
	}

	/** Next frame: {fin, rsv, opcode, payload}; null when the server hung up. */
	async next() {
		const head = await this.#take(2)
		if (head === null) return null
		let n = head[1] & 0x7f
		assert.equal(head[1] & 0x80, 0, 'a server does not mask')
		if (n === 126) n = (await this.#take(2))?.readUInt16BE() ?? 0
		else if (n === 127) n = Number((await this.#take(8))?.readBigUInt64BE() ?? 0n)
		const payload = n === 0 ? Buffer.alloc(0) : await this.#take(n)
		return payload === null ? null : { fin: (head[0] & 0x80) !== 0, rsv: (head[0] >> 4) & 7, opcode: head[0] & 15, payload: Buffer.from(payload) }
	}

	/** Next whole message or control frame: {opcode, payload}. */
	async message() {
		const parts = []
		let opcode = 0
		for (;;) {
			const f = await this.next()
			if (f === null) return null
			assert.equal(f.rsv, 0)
			if (f.opcode >= 8) {
				assert.ok(f.fin && f.payload.length <= 125)
				return { opcode: f.opcode, payload: f.payload }
			}
			if (f.opcode !== 0) opcode = f.opcode
			parts.push(f.payload)
			if (f.fin) return { opcode, payload: Buffer.concat(parts) }
		}
	}

	/** Reads to the end. {code (null: none given), reason} of the server's Close; null when it hung up without. */
	async end({ answer = true } = {}) {
		for (;;) {
			const f = await this.next()
			if (f === null) return null
			if (f.opcode !== 8) continue
			if (answer) this.frame({ opcode: 8, payload: f.payload })
			while ((await this.next()) !== null);
			this.destroy()
			return { code: f.payload.length >= 2 ? f.payload.readUInt16BE() : null, reason: f.payload.subarray(2).toString() }
		}
	}
}
