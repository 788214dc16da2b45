// proxy.mjs - a wire that can be bad: between a daemon and Redis, or a client and a daemon.
//
//   const wire = await Proxy.start(t, { to: { path: cell.redis.socket }, listen: { path: '/tmp/x/redis.sock' } })
//   wire.hold('down')   // answers are kept back ('up': what is asked; 'both'); a half-open peer looks just so
//   wire.release()      // and come, in order
//   wire.delay(200)     // each piece comes so many ms later, both ways; 0 ends it
//   wire.cut()          // every connection is reset, now
//   wire.refuse(true)   // new connections are closed at once
import { connect, createServer } from 'node:net'
import { once } from 'node:events'

class Way {
	#queue = []
	#last = 0

	constructor(proxy, name, to) {
		this.proxy = proxy
		this.name = name
		this.to = to
		this.bytes = 0
	}

	take(piece) {
		this.bytes += piece?.length ?? 0
		this.#queue.push({ piece, at: Date.now() + this.proxy.delayMs })
		this.move()
	}

	/** Passes on what may pass. */
	move() {
		while (this.#queue.length > 0 && !this.proxy.held(this.name)) {
			const wait = this.#queue[0].at - Date.now()
			if (wait > 0) {
				clearTimeout(this.#last)
				this.#last = setTimeout(() => this.move(), wait)
				return
			}
			const { piece } = this.#queue.shift()
			if (this.to.destroyed) continue
			if (piece === null) this.to.end()
			else this.to.write(piece)
		}
	}

	stop() {
		clearTimeout(this.#last)
		this.#queue = []
	}
}

export class Proxy {
	static async start(t, { to, listen = { host: '127.0.0.1', port: 0 } }) {
		const proxy = new Proxy(to)
		proxy.server.listen(listen)
		await once(proxy.server, 'listening')
		t.after(() => proxy.end())
		return proxy
	}

	constructor(to) {
		this.to = to
		this.delayMs = 0
		this.refusing = false
		this.holding = new Set()
		this.pairs = new Set()
		this.accepted = 0
		// A peer that only stops writing has not gone.
		this.server = createServer({ allowHalfOpen: true }, (socket) => this.#take(socket))
	}

	get port() {
		return this.server.address().port
	}

	held(name) {
		return this.holding.has(name)
	}

	hold(way = 'both') {
		for (const name of way === 'both' ? ['up', 'down'] : [way]) this.holding.add(name)
	}

	release() {
		this.holding.clear()
		for (const pair of this.pairs) for (const way of pair.ways) way.move()
	}

	delay(ms) {
		this.delayMs = ms
	}

	refuse(on) {
		this.refusing = on
	}

	cut() {
		// A Unix socket knows no reset.
		for (const pair of this.pairs) for (const socket of pair.sockets) socket.remoteAddress === undefined ? socket.destroy() : socket.resetAndDestroy()
	}

	/** Bytes that went each way over all connections that stand. */
	get bytes() {
		const sum = { up: 0, down: 0 }
		for (const pair of this.pairs) for (const way of pair.ways) sum[way.name] += way.bytes
		return sum
	}

	#take(near) {
		if (this.refusing) {
			near.destroy()
			return
		}
		this.accepted++
		const far = connect({ ...this.to, allowHalfOpen: true })
		const pair = { sockets: [near, far], ways: [new Way(this, 'up', far), new Way(this, 'down', near)] }
		this.pairs.add(pair)
		const over = () => {
			if (!this.pairs.delete(pair)) return
			for (const way of pair.ways) way.stop()
			for (const socket of pair.sockets) socket.destroy()
		}
		for (const [i, socket] of pair.sockets.entries()) {
			socket.setNoDelay?.(true)
			socket.on('data', (piece) => pair.ways[i].take(piece))
			socket.on('end', () => pair.ways[i].take(null))
			socket.on('error', over)
			socket.on('close', () => {
				// The other end is told after what is under way to it.
				if (pair.sockets.every((s) => s.destroyed || s.readableEnded)) over()
			})
		}
	}

	async end() {
		this.cut()
		this.server.close()
		await once(this.server, 'close').catch(() => {})
	}
}
