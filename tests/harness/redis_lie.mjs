// redis_lie.mjs - a Redis that says what a test wants: what is asked goes on to the real one, but for commands that a rule answers.
//
//   const lie = await Lie.start(t, cell.redis.socket, path.join(cell.dir, 'lie.sock'))
//   lie.rule = (args, answer) => args[0] === 'TIME' ? lie.list(['1', '0']) : undefined
//
// A rule returns bytes to send instead (error, status, list, text make them), null to say nothing for ever, false to cut the
// connection, undefined to pass it on; `lie.edit(args, reply)` may change the bytes of the real answer.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Where the value that begins at `at` ends; -1 = it is not whole yet. RESP2. */
function end(bytes, at) {
	const line = bytes.indexOf('\r\n', at)
	if (line === -1) return -1
	const kind = String.fromCharCode(bytes[at])
	const n = Number(bytes.toString('latin1', at + 1, line))
	if (kind === '$') return n < 0 ? line + 2 : line + 4 + n <= bytes.length ? line + 4 + n : -1
	if (kind !== '*') return line + 2
	let next = line + 2
	for (let i = 0; i < n && next !== -1; i++) next = end(bytes, next)
	return next
}

/** The words of a command. */
function words(bytes) {
	const list = []
	let at = bytes.indexOf('\r\n') + 2
	for (const stop = bytes.length; at < stop; ) {
		const line = bytes.indexOf('\r\n', at)
		const n = Number(bytes.toString('latin1', at + 1, line))
		list.push(bytes.toString('utf8', line + 2, line + 2 + n))
		at = line + 4 + n
	}
	return list
}

export class Lie {
	static async start(t, to, listen) {
		const lie = new Lie(to)
		lie.server.listen(listen)
		await once(lie.server, 'listening')
		t.after(async () => {
			for (const socket of lie.sockets) socket.destroy()
			lie.server.close()
			await once(lie.server, 'close').catch(() => {})
		})
		return lie
	}

	constructor(to) {
		this.rule = () => undefined
		this.edit = (_args, reply) => reply
		this.asked = []
		this.sockets = new Set()
		this.server = createServer((near) => this.#serve(near, connect(to)))
	}

	error = (text) => `-${text}\r\n`
	text = (text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`
	list = (items) => `*${items.length}\r\n${items.map(this.text).join('')}`

	#serve(near, far) {
		const queue = [] // commands that wait for their answer, in order
		let [up, down] = [Buffer.alloc(0), Buffer.alloc(0)]
		const over = () => {
			for (const socket of [near, far]) {
				this.sockets.delete(socket)
				socket.destroy()
			}
		}
		const settle = () => {
			while (queue.length > 0) {
				const head = queue[0]
				if (head.said === undefined) {
					const stop = down.length === 0 ? -1 : end(down, 0)
					if (stop === -1) return
					head.said = this.edit(head.args, down.subarray(0, stop))
					down = down.subarray(stop)
				}
				if (head.said === false) return over()
				if (head.said === null) return
				near.write(head.said)
				queue.shift()
			}
		}
		near.on('data', (piece) => {
			up = Buffer.concat([up, piece])
			for (let stop = end(up, 0); up.length > 0 && stop !== -1; stop = up.length > 0 ? end(up, 0) : -1) {
				const command = up.subarray(0, stop)
				const args = words(command)
				const said = this.rule(args)
				up = up.subarray(stop)
				this.asked.push(args)
				queue.push({ args, said })
				if (said === undefined) far.write(command)
			}
			settle()
		})
		far.on('data', (piece) => {
			down = Buffer.concat([down, piece])
			settle()
		})
		for (const socket of [near, far]) {
			this.sockets.add(socket)
			socket.on('error', over)
			socket.on('close', over)
		}
	}
}
