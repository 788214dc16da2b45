// pingan-authd by itself: what it answers, when it is too busy, and what it does not put up with.
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

import { Authd, folder, program, until } from '../harness/index.mjs'

const [VERIFY, HASH] = [1, 2]
const [YES, NO, BUSY] = [0, 1, 2]

async function start(t) {
	const authd = new Authd(folder(t, 'authd'))
	t.after(async () => assert.deepEqual(await authd.child.finish(), []))
	await authd.start()
	return authd
}

function question(op, id, password, hash = '') {
	const [p, h] = [Buffer.from(password), Buffer.from(hash)]
	const frame = Buffer.alloc(2 + 1 + 8 + 2 + p.length + 2 + h.length)
	frame.writeUInt16BE(frame.length - 2, 0)
	frame[2] = op
	frame.writeBigUInt64BE(BigInt(id), 3)
	frame.writeUInt16BE(p.length, 11)
	p.copy(frame, 13)
	frame.writeUInt16BE(h.length, 13 + p.length)
	h.copy(frame, 15 + p.length)
	return frame
}

class Asker {
	constructor(path) {
		this.socket = connect(path)
		this.answers = new Map()
		this.order = []
		this.closed = false
		let rest = Buffer.alloc(0)
		this.socket.on('data', (part) => {
			rest = Buffer.concat([rest, part])
			while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
				const body = rest.subarray(2, 2 + rest.readUInt16BE())
				const id = Number(body.readBigUInt64BE())
				this.answers.set(id, { status: body[8], hash: body.subarray(11).toString() })
				this.order.push(id)
				rest = rest.subarray(2 + body.length)
			}
		})
		this.socket.on('close', () => (this.closed = true))
		this.socket.on('error', () => {})
	}

	async ask(op, id, password, hash) {
		this.socket.write(question(op, id, password, hash))
		return until(() => this.answers.get(id), { what: `answer ${id}` })
	}

	end() {
		this.socket.destroy()
	}
}

test('hashes, and knows its hashes again', async (t) => {
	const authd = await start(t)
	const asker = new Asker(authd.socket)
	const made = await asker.ask(HASH, 1, '电话 123')
	assert.equal(made.status, YES)
	assert.match(made.hash, /^\$argon2id\$v=19\$m=65536,t=2,p=1\$/)
	assert.equal((await asker.ask(VERIFY, 2, '电话 123', made.hash)).status, YES)
	assert.equal((await asker.ask(VERIFY, 3, '电话 124', made.hash)).status, NO)
	assert.equal((await asker.ask(VERIFY, 4, '', made.hash)).status, NO)
	assert.equal((await asker.ask(VERIFY, 5, '电话 123', '')).status, NO)
	assert.equal((await asker.ask(VERIFY, 6, '电话 123', 'not a hash')).status, NO)
	assert.notEqual((await asker.ask(HASH, 7, '电话 123')).hash, made.hash)
	asker.end()
})

test('beyond its queue it says so at once, and answers the rest', async (t) => {
	const authd = await start(t)
	const asker = new Asker(authd.socket)
	const many = 150
	asker.socket.write(Buffer.concat(Array.from({ length: many }, (_, i) => question(HASH, i + 1, 'x'))))
	await until(() => asker.answers.size === many)
	const busy = [...asker.answers.values()].filter((a) => a.status === BUSY).length
	const done = [...asker.answers.values()].filter((a) => a.status === YES).length
	assert.equal(busy + done, many)
	assert.ok(done >= 64 && done <= 64 + 4, `${done} were done`)
	// A refusal does not wait for the work before it.
	assert.equal(asker.answers.get(asker.order[0]).status, BUSY)
	asker.end()
})

test('frames that are none end that connection only', async (t) => {
	const authd = await start(t)
	for (const bytes of [
		[0xff, 0xff], [0, 0], [0, 13, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0], [0, 13, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 0, 0],
		[0, 14, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
	]) {
		const bad = new Asker(authd.socket)
		bad.socket.write(Buffer.from(bytes))
		await until(() => bad.closed)
	}
	const good = new Asker(authd.socket)
	assert.equal((await good.ask(HASH, 1, 'x')).status, YES)
	good.end()
})

test('a daemon that hangs up takes its questions along', async (t) => {
	const authd = await start(t)
	const gone = new Asker(authd.socket)
	gone.socket.write(Buffer.concat(Array.from({ length: 64 }, (_, i) => question(HASH, i + 1, 'x'))))
	await until(() => gone.answers.size > 0)
	gone.end()
	// Its places are free again: 64 more fit at once.
	await until(async () => {
		const asker = new Asker(authd.socket)
		asker.socket.write(Buffer.concat(Array.from({ length: 60 }, (_, i) => question(VERIFY, i + 1, 'x'))))
		await until(() => asker.answers.size === 60)
		asker.end()
		return [...asker.answers.values()].every((a) => a.status === NO)
	})
})

test('only its group may ask, and nothing of it may be read', async (t) => {
	const authd = await start(t)
	assert.equal(statSync(authd.socket).mode & 0o777, 0o660)
	const status = readFileSync(`/proc/${authd.child.pid}/status`, 'utf8')
	assert.match(status, /NoNewPrivs:\t1/)
	const limits = readFileSync(`/proc/${authd.child.pid}/limits`, 'utf8')
	assert.match(limits, /Max core file size\s+0\s+0/)
})

test('a second one on the same socket is refused; a dead one\'s socket is taken over', async (t) => {
	const authd = await start(t)
	const second = spawnSync(program('pingan-authd'), ['--socket', authd.socket], { encoding: 'utf8' })
	assert.equal(second.status, 1)
	assert.match(second.stderr, /in use/)
	await authd.child.end('SIGKILL')
	await authd.start()
	const asker = new Asker(authd.socket)
	assert.equal((await asker.ask(HASH, 1, 'x')).status, YES)
	asker.end()
})
