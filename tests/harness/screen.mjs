// screen.mjs - a console or a phone without a browser: speaks console.proto, and holds what a screen would show.
//
//   const desk = await Screen.open(t, cell.daemon, await cell.login('op01'), 'console')
//   const row = await desk.row((r) => r.kind === Kind.SOS)        // waits until a row like this is shown
//   const reply = await desk.ask('claim', { incident: row.id })    // Reply
//   desk.rows, desk.ringing, desk.detail, desk.phone, desk.store, desk.gaps
//
// It reconnects by itself, as the pages do, resumes, and asks again what has no answer; `gaps` counts Deltas whose `prev` it did not know.
import { npm } from './npm.mjs'
import { console_ as proto, create, fromBinary, randomId, toBinary } from './proto.mjs'
import { until } from './until.mjs'

const { WebSocket } = npm('ws')
const PAGES = { console: proto.ScreenHello_Page.CONSOLE, caregiver: proto.ScreenHello_Page.CAREGIVER, wallboard: proto.ScreenHello_Page.WALLBOARD }
const BEAT_MS = 1000

export class Screen {
	static async open(t, daemon, cookie, page = 'console', options = {}) {
		const screen = new Screen(daemon, cookie, page, options)
		t.after(() => screen.end())
		screen.connect()
		await until(() => screen.live, { what: `${page} is live`, child: daemon.child })
		return screen
	}

	constructor(daemon, cookie, page, { port, holds = [], ready = page === 'console' } = {}) {
		Object.assign(this, { daemon, cookie, page, port, holds, ready })
		this.rows = new Map()
		this.ringing = []
		this.welcome = null
		this.counts = null
		this.detail = null
		this.phone = null
		this.presence = null
		this.roster = null
		this.rosterPage = null
		this.card = null
		this.store = null
		this.goAway = null
		this.live = false
		this.ended = false
		this.gaps = 0
		this.snapshots = 0
		this.resumes = 0
		this.newest = { id: 0n, commit: 0n }
		this.waiting = new Map()
		this.history = [] // every message, oldest first
		this.half = null
	}

	connect() {
		if (this.ended) return
		this.live = false
		this.half = null
		const socket = new WebSocket(`${this.daemon.origin.replace('http', 'ws').replace(/:\d+$/, '')}:${this.port ?? this.daemon.ports.web}/ws`, 'pingan.v1', {
			headers: { cookie: this.cookie, origin: this.daemon.origin },
		})
		this.socket = socket
		socket.binaryType = 'nodebuffer'
		socket.on('open', () => {
			this.send({
				case: 'hello',
				value: {
					page: PAGES[this.page],
					resumeId: this.newest.id,
					resumeCommit: this.newest.commit,
					holds: this.holds,
					build: 'test',
					ready: this.ready,
				},
			})
			this.beat = setInterval(() => this.send({ case: 'heartbeat', value: { screenMs: BigInt(Date.now()), visible: true } }), BEAT_MS)
		})
		socket.on('message', (bytes) => this.take(fromBinary(proto.ToScreenSchema, bytes).body))
		socket.on('error', () => {})
		socket.on('close', () => this.again(socket))
	}

	again(socket) {
		if (socket !== this.socket) return
		clearInterval(this.beat)
		this.live = false
		if (this.ended || this.goAway?.why === proto.GoAway_Why.REPLACED) return
		this.retry = setTimeout(() => this.connect(), 100)
	}

	/** Cuts the socket, as a bad line would; it comes back by itself. */
	cut() {
		this.socket.terminate()
	}

	send(body) {
		if (this.socket.readyState === WebSocket.OPEN) this.socket.send(toBinary(proto.ToDaemonSchema, create(proto.ToDaemonSchema, { body })))
	}

	take(body) {
		this.history.push(body)
		const value = body.value
		switch (body.case) {
			case 'welcome':
				this.welcome = value
				// What was asked over a line that broke before the answer: a page asks again, and the daemon knows it by its cmd.
				for (const { request } of this.waiting.values()) this.send(request)
				this.live = this.page === 'caregiver' || this.newest.id !== 0n
				break
			case 'snapshot':
				this.half ??= new Map()
				for (const row of value.rows) this.half.set(row.id, row)
				if (!value.last) break
				this.rows = this.half
				this.half = null
				this.snapshots++
				this.stand(value)
				break
			case 'delta':
				if (value.prev !== this.newest.id) {
					this.gaps++
					this.newest = { id: 0n, commit: 0n }
					this.cut()
					break
				}
				for (const row of value.upserts) this.rows.set(row.id, row)
				for (const id of value.removed) this.rows.delete(id)
				this.stand(value)
				break
			case 'reply':
				this.waiting.get(value.cmd)?.heard(value)
				this.waiting.delete(value.cmd)
				break
			case 'detail':
				this.detail = value
				break
			case 'phone':
				this.phone = value
				this.live = true
				break
			case 'device':
				this.card = value
				break
			case 'presence':
				this.presence = value
				break
			case 'roster':
				this.roster = value
				break
			case 'rosterPage':
				this.rosterPage = value
				break
			case 'store':
				this.store = value
				break
			case 'goAway':
				this.goAway = value
				break
		}
	}

	stand(value) {
		this.newest = { id: value.id, commit: value.commit }
		this.ringing = value.ringing
		if (value.counts) this.counts = value.counts
		this.live = true
	}

	/** Sends a request once; resolves with its Reply the moment that it is heard, and only then. */
	request(what, value = {}, cmd = randomId()) {
		const request = { case: 'request', value: { cmd, what: { case: what, value } } }
		return new Promise((heard) => {
			this.waiting.set(cmd, { heard, request })
			this.send(request)
		})
	}

	/**
	 * Sends a request; `cmd` may be given to send the same one again. Resolves with its Reply. Whoever asks in a loop is told to
	 * slow down, on a fast machine sooner than on a slow one: it then asks once more.
	 */
	async ask(what, value = {}, cmd = undefined) {
		let reply = null
		const once = async () => {
			reply = null
			void this.request(what, value, cmd).then((said) => (reply = said))
			await until(() => reply, { what: `reply to ${what}`, child: this.daemon.child })
			return reply.result !== proto.Result.RATE
		}
		await until(once, { what: `${what} is not too often`, child: this.daemon.child })
		return reply
	}

	/** Waits for a row that fits. */
	row(fits, what = 'a row') {
		return until(() => [...this.rows.values()].find(fits), { what: `${what} at the ${this.page}`, child: this.daemon.child })
	}

	/** Waits until the phone shows what is asked for. */
	phoneShows(fits, what = 'the phone shows it') {
		return until(() => this.phone !== null && fits(this.phone) && this.phone, { what, child: this.daemon.child })
	}

	/** Waits until the card of a unit shows what is asked for. */
	cardShows(fits, what = 'the card shows it') {
		return until(() => this.card !== null && fits(this.card) && this.card, { what, child: this.daemon.child })
	}

	end() {
		this.ended = true
		clearInterval(this.beat)
		clearTimeout(this.retry)
		this.socket?.terminate()
	}
}
