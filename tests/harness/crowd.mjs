// crowd.mjs - many sockets that mean no good, from one address or many.
//
//   const crowd = new Crowd(t, port, '127.7.7.7')
//   await crowd.open(2000, Buffer.from('GET / HTTP/1.1\r\n\r\n'))
//   await until(() => crowd.closed === 2000)
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

const AT_ONCE = 200

export class Crowd {
	sockets = []
	closed = 0

	constructor(t, port, from = '127.0.0.1') {
		Object.assign(this, { port, from })
		t.after(() => this.end())
	}

	/** `n` more, each saying `say`; resolves when each has connected or was refused. */
	async open(n, say = null) {
		for (let left = n; left > 0; left -= AT_ONCE) await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => this.#one(say)))
	}

	#one(say) {
		return new Promise((resolve) => {
			const socket = connect({ host: '127.0.0.1', port: this.port, localAddress: this.from })
			this.sockets.push(socket)
			socket.on('error', () => {})
			socket.on('data', () => {})
			socket.on('connect', () => {
				if (say) socket.write(say)
				resolve()
			})
			socket.on('close', () => {
				this.closed++
				resolve()
			})
		})
	}

	/** The same words again, from those that are still there. */
	say(bytes) {
		for (const socket of this.sockets) if (!socket.destroyed) socket.write(bytes)
	}

	end() {
		for (const socket of this.sockets) socket.destroy()
	}
}

// What was freed is not kept back: else nearly all that a test build grows by is its sanitizer's.
process.env.ASAN_OPTIONS = ['quarantine_size_mb=1', process.env.ASAN_OPTIONS].filter(Boolean).join(':')

/** Resident memory of the daemon, KiB. */
export const memoryKb = (cell) => Number(readFileSync(`/proc/${cell.daemon.child.pid}/status`, 'latin1').match(/^VmRSS:\s+(\d+)/m)[1])

/** By how much it has grown since; the sanitizer's shadow of it included. */
export function grownKb(cell) {
	const before = memoryKb(cell)
	return () => memoryKb(cell) - before
}

/** Nothing of the demo's people and homes, nor of `more`, stands in the daemon's log; and no code fills it. */
export function logIsClean(cell, more = []) {
	const { lines } = cell.daemon.child
	const all = lines.join('\n')
	const codes = {}
	assert.doesNotMatch(all, /\b1[3-9]\d{9}\b/, 'a telephone number')
	assert.doesNotMatch(all, /[\u4e00-\u9fff]/, 'a name or an address')
	for (const text of more) assert.ok(!all.includes(text), `the log holds ${text}`)
	for (const [, code] of all.matchAll(/ev=(\w+)/g)) codes[code] = (codes[code] ?? 0) + 1
	for (const [code, n] of Object.entries(codes)) assert.ok(n < 400, `${n} lines of ${code}`)
}
