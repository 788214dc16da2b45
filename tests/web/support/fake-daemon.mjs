// fake-daemon.mjs - a stand-in for the daemon, for looking at the pages alone: it speaks the real messages and knows
// just enough of the rules to play a call from press to closure. The story with the real daemon is told elsewhere.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

import { npm } from '../../harness/npm.mjs'
import { common as C, console_ as P, create, fromBinary, toBinary } from '../../harness/proto.mjs'
import { life } from './fake-life.mjs'

const { WebSocketServer } = npm('ws')

const TYPES = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
	'.webmanifest': 'application/manifest+json',
}
export const CSP =
	"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; " +
	"media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; " +
	"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html app-sw"

const order = (row) => {
	// class; waiting before answered; older first: the same shape as the real one, in 10 bytes.
	const bytes = new Uint8Array(10)
	const view = new DataView(bytes.buffer)
	view.setUint8(0, row.class)
	view.setUint8(1, row.state === C.IncidentState.INCIDENT_WAITING ? 0 : 1)
	view.setBigUint64(2, row.openedMs)
	return bytes
}

const isWall = (screen) => screen.page === P.ScreenHello_Page.WALLBOARD
/** A wall's rows have nobody in them. */
const seen = (screen, row) =>
	isWall(screen) ? { ...row, resident: '', age: 0, street: '', owner: '', ownerName: '', caregiverName: '', device: '', language: '' } : row

export class FakeDaemon {
	constructor(root, people) {
		this.root = root
		this.people = people.map((p) => ({ ready: false, onDuty: false, busy: false, ...p }))
		this.rows = new Map()
		this.details = new Map()
		this.offers = []
		this.jobs = new Map()
		this.ended = new Map()
		this.screens = new Set()
		this.id = 100n
		this.frozen = false
		this.away = false
		this.silentReplies = new Set()
		/** Nobody is told the detail that they opened, until it changes. */
		this.slow = false
		this.requests = []
		this.storeUp = true
		this.answers = new Map()
		this.skewMs = 0
		this.violations = []
		this.storms = []
		this.stormAreas = [
			{ area: '440104', name: '越秀区' },
			{ area: '440104006', name: '六榕街' },
		]
		this.out = []
	}

	async start() {
		this.http = createServer((req, res) => this.#http(req, res))
		this.wss = new WebSocketServer({ noServer: true, handleProtocols: () => 'pingan.v1' })
		this.http.on('upgrade', (req, socket, head) => {
			const person = this.#session(req)
			if (person === undefined || this.away) {
				socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
				return
			}
			this.wss.handleUpgrade(req, socket, head, (ws) => this.#screen(ws, person))
		})
		await new Promise((done) => this.http.listen(this.port ?? 0, '127.0.0.1', done))
		this.port = this.http.address().port
		this.url = `http://127.0.0.1:${this.port}`
		return this
	}

	async stop() {
		for (const screen of this.screens) screen.ws.terminate()
		this.http.closeAllConnections()
		await new Promise((done) => this.http.close(done))
	}

	/** The line is cut, and stays cut until back(). */
	cut() {
		this.away = true
		for (const screen of this.screens) screen.ws.terminate()
	}

	back() {
		this.away = false
	}

	now() {
		return BigInt(Date.now() + this.skewMs)
	}

	// ---------------------------------------------------------------- http

	#session(req) {
		const id = /sid=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1]
		return this.people.find((p) => p.id === id)
	}

	#http(req, res) {
		const headers = {
			'content-security-policy': CSP,
			'x-content-type-options': 'nosniff',
			'cache-control': 'no-cache',
		}
		const json = (status, body, more = {}) => {
			res.writeHead(status, { ...headers, 'content-type': 'application/json', ...more })
			res.end(JSON.stringify(body))
		}
		const me = (p) => ({ person: p.id, name: p.name, role: C.Role[p.role].toLowerCase() })
		const url = new URL(req.url, this.url).pathname
		if (url === '/api/v1/me') {
			const person = this.#session(req)
			return person === undefined ? json(401, {}) : json(200, me(person))
		}
		if (url === '/api/v1/logout') return json(200, {}, { 'set-cookie': 'sid=; Max-Age=0; Path=/' })
		if (url === '/api/v1/login') {
			let text = ''
			req.on('data', (part) => (text += part))
			req.on('end', () => {
				const { account, password } = JSON.parse(text)
				if (account === 'busy') return json(503, {})
				if (account === 'slow') return json(429, { retry_after_s: 30 })
				const person = this.people.find((p) => p.account === account && password === 'demo')
				if (person === undefined) return json(401, {})
				json(200, me(person), {
					'set-cookie': `sid=${person.id}; HttpOnly; SameSite=Strict; Path=/`,
				})
			})
			return undefined
		}
		let file = path.normalize(path.join(this.root, url))
		if (!file.startsWith(this.root)) return json(404, {})
		if (existsSync(file) && statSync(file).isDirectory()) file = path.join(file, 'index.html')
		if (!existsSync(file)) return json(404, {})
		res.writeHead(200, {
			...headers,
			'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
		})
		createReadStream(file).pipe(res)
		return undefined
	}

	// ---------------------------------------------------------------- screens

	#screen(ws, person) {
		const screen = { ws, person, page: 0, open: 0n, sent: 0n }
		for (const other of this.screens)
			if (other.person === person && person.role !== C.Role.WALLBOARD) this.#send(other, 'goAway', { why: P.GoAway_Why.REPLACED })
		this.screens.add(screen)
		ws.on('close', () => {
			this.screens.delete(screen)
			this.presence()
		})
		ws.on('message', (bytes) => {
			if (this.frozen) return
			const { body } = fromBinary(P.ToDaemonSchema, bytes)
			if (body.case === 'hello') this.#hello(screen, body.value)
			else if (body.case === 'heartbeat')
				this.#send(screen, 'heartbeat', {
					screenMs: body.value.screenMs,
					serverMs: this.now(),
					newest: this.id,
				})
			else if (body.case === 'request') this.#request(screen, body.value)
		})
	}

	#send(screen, kind, value) {
		if (this.frozen) return
		const frame = create(P.ToScreenSchema, { body: { case: kind, value } })
		screen.ws.send(toBinary(P.ToScreenSchema, frame))
	}

	#hello(screen, hello) {
		screen.page = hello.page
		const { person } = screen
		const lost = hello.holds
			.map((id) => this.rows.get(id))
			.filter((row) => row !== undefined && row.owner !== person.id)
			.map((row) => ({ incident: row.id, owner: row.owner, ownerName: row.ownerName }))
		this.#send(screen, 'welcome', {
			person: person.id,
			name: person.name,
			role: person.role,
			serverMs: this.now(),
			daemon: 'd1',
			build: 'test',
			areas: ['越秀区六榕街', '荔湾区沙面街'],
			demo: true,
			lost,
			offerS: 30,
			deskPhone: '02083331234',
			stormAreas: person.role === C.Role.SUPERVISOR ? this.stormAreas : [],
		})
		this.#send(screen, 'store', {
			up: this.storeUp,
			oneCopy: this.oneCopy ?? false,
			sinceMs: this.now(),
		})
		if (hello.page === P.ScreenHello_Page.CAREGIVER) this.#phone(screen)
		else if (hello.resumeId !== 0n && hello.resumeId === this.id)
			this.#send(screen, 'delta', { prev: this.id, id: this.id, ...this.#view(person) })
		else {
			const rows = [...this.rows.values()].map((row) => seen(screen, row))
			for (let at = 0; at === 0 || at < rows.length; at += 200) {
				const last = at + 200 >= rows.length
				this.#send(screen, 'snapshot', {
					id: this.id,
					commit: this.id,
					rows: rows.slice(at, at + 200),
					last,
					...(last ? this.#view(person) : {}),
				})
			}
		}
		screen.sent = this.id
		this.presence()
		this.tellStorms()
		this.tellWall()
	}

	#view(person) {
		const rows = [...this.rows.values()]
		const waiting = rows.filter((r) => r.state === C.IncidentState.INCIDENT_WAITING && r.aside === C.Aside.NONE)
		const care = this.people.filter((p) => p.role === C.Role.CAREGIVER)
		const of = (cls) => rows.filter((r) => r.class === cls && r.aside === C.Aside.NONE).length
		return {
			ringing: [...waiting.filter((r) => r.class <= 2), ...rows.filter((r) => r.rerung && r.owner === person.id)].map(
				(r) => r.id,
			),
			counts: {
				life: of(1),
				welfare: of(2),
				general: of(3),
				device: of(4),
				mine: rows.filter((r) => r.owner === person.id).length,
				waiting: waiting.length,
				longestWaitingSinceMs: waiting.reduce(
					(min, r) => (min === 0n || r.waitingSinceMs < min ? r.waitingSinceMs : min),
					0n,
				),
				caregiversFree: care.filter((p) => p.onDuty && !p.busy).length,
				caregiversOnDuty: care.filter((p) => p.onDuty).length,
				answered10sPctX10: 962,
				answered60sPctX10: 981,
				answeredToday: 41,
				shelved: rows.filter((r) => r.aside === C.Aside.SHELVED).length,
				heldBack: rows.filter((r) => r.aside === C.Aside.STORM).length,
				drills: rows.filter((r) => r.drill).length,
			},
		}
	}

	presence() {
		const people = (screen) =>
			this.people.map((p) => ({
				...p,
				me: p === screen.person,
				reachable: p.reachable ?? [...this.screens].some((s) => s.person === p),
			}))
		for (const screen of this.screens)
			if (screen.page === P.ScreenHello_Page.CONSOLE) this.#send(screen, 'presence', { people: people(screen) })
	}

	tellStorms() {
		for (const screen of this.screens)
			if (screen.page === P.ScreenHello_Page.CONSOLE || isWall(screen)) this.#send(screen, 'storms', { storms: this.storms })
	}

	tellWall() {
		for (const screen of this.screens) if (isWall(screen) && this.wall !== undefined) this.#send(screen, 'wall', { atMs: this.now(), ...this.wall })
	}

	tellStore() {
		for (const screen of this.screens) this.#send(screen, 'store', { up: this.storeUp, oneCopy: this.oneCopy ?? false, sinceMs: this.now() })
	}

	/** Tells every console of changed or removed rows. */
	publish(rows, removed = []) {
		const prev = this.id
		this.id++
		for (const row of rows) {
			row.rev++
			row.order = order(row)
		}
		for (const screen of this.screens) {
			if (screen.page !== P.ScreenHello_Page.CONSOLE && !isWall(screen)) continue
			this.#send(screen, 'delta', {
				prev,
				id: this.id,
				commit: this.id,
				upserts: rows.map((row) => seen(screen, row)),
				removed,
				...this.#view(screen.person),
			})
			const open = this.details.get(screen.open)
			if (open !== undefined && rows.some((r) => r.id === screen.open)) this.#send(screen, 'detail', open)
		}
	}

	// ---------------------------------------------------------------- calls

	raise(row, detail = {}) {
		const at = this.now()
		const made = create(P.IncidentRowSchema, {
			state: C.IncidentState.INCIDENT_WAITING,
			openedMs: at,
			waitingSinceMs: at,
			dueMs: at + 10_000n,
			lastAlarmMs: at,
			device: `PA-${String(row.id).padStart(6, '0')}`,
			...row,
		})
		made.order = order(made)
		this.rows.set(made.id, made)
		this.details.set(
			made.id,
			create(P.IncidentDetailSchema, {
				incident: made.id,
				row: made,
				lines: [{ code: C.LineCode.LINE_ALARM, atMs: made.openedMs, kind: made.kind, protocol: 1 }],
				linesTotal: 1n,
				...detail,
			}),
		)
		this.publish([made])
		return made
	}

	line(id, code, more = {}) {
		const detail = this.details.get(id)
		detail.lines.push(create(P.DetailLineSchema, { code, atMs: this.now(), ...more }))
		detail.linesTotal++
	}

	change(id, more) {
		const row = this.rows.get(id)
		Object.assign(row, more)
		this.publish([row])
	}

	#phone(screen) {
		const mine = this.offers.filter((o) => o.caregiver === screen.person.id && o.phone.untilMs > this.now())
		this.#send(screen, 'phone', {
			onDuty: screen.person.onDuty,
			offers: mine.map((o) => o.phone),
			job: this.jobs.get(screen.person.id),
			ended: this.ended.get(screen.person.id) ?? [],
			newest: this.id,
			serverMs: this.now(),
			storeUp: this.storeUp,
			deskPhone: '02083331234',
		})
	}

	phones() {
		for (const screen of this.screens) if (screen.page === P.ScreenHello_Page.CAREGIVER) this.#phone(screen)
	}

	/** Ends what a caregiver was offered or has in hand. */
	end(person, incident, offer, taken) {
		this.offers = this.offers.filter((o) => !(o.caregiver === person && o.phone.incident === incident))
		this.jobs.delete(person)
		this.ended.set(person, [{ incident, job: 1, offer, taken, atMs: this.now() }])
		this.phones()
	}

	offer(person, incident, more = {}) {
		const row = this.rows.get(incident)
		this.offers.push({
			caregiver: person,
			phone: {
				incident,
				job: 1,
				class: row.class,
				kind: row.kind,
				community: '旧南海社区',
				street: row.street,
				distanceM: 1240,
				travelS: 370,
				madeMs: this.now(),
				untilMs: this.now() + 30_000n,
				state: C.OfferState.OFFER_MADE,
				bring: ['first_aid', 'bp_meter'],
				...more,
			},
		})
		this.phones()
	}

	#request(screen, request) {
		this.requests.push(request.what)
		const kind = request.what.case
		if (this.silentReplies.has(kind)) return
		let answer = this.answers.get(request.cmd)
		if (answer === undefined) {
			answer = this.#do(screen, request.what) ?? { result: P.Result.OK }
			this.answers.set(request.cmd, answer)
		}
		this.#send(screen, 'reply', { cmd: request.cmd, ...answer })
	}

	#do(screen, what) {
		const { person } = screen
		const v = what.value
		const row = this.rows.get(v.incident)
		const detail = this.details.get(v.incident)
		const by = { whoName: person.name }
		if (!this.storeUp && !['calling', 'open', 'closeDetail', 'candidates'].includes(what.case))
			return { result: P.Result.NO_STORE }
		const reply = life(this, person, what)
		if (reply !== null) return reply
		switch (what.case) {
			case 'open':
				screen.open = v.incident
				if (this.slow) return undefined
				if (detail === undefined) return { result: P.Result.NOT_FOUND }
				this.#send(screen, 'detail', detail)
				return undefined
			case 'closeDetail':
				screen.open = 0n
				return undefined
			case 'ready':
				person.ready = v.ready
				this.presence()
				return undefined
			case 'calling':
				this.change(v.incident, { noteOwner: person.name })
				return undefined
			case 'claim':
				if (row.owner !== '' && row.owner !== person.id && person.role === C.Role.SUPERVISOR && v.reason === '')
					return { result: P.Result.NEEDS_REASON }
				if (row.owner !== '' && row.owner !== person.id && !row.ownerGone && v.reason === '')
					return {
						result: P.Result.LOST_RACE,
						who: row.owner,
						whoName: row.ownerName,
						atMs: row.waitingSinceMs + 3000n,
					}
				this.line(v.incident, C.LineCode.LINE_CLAIMED, by)
				detail.voiceDueMs = row.silent ? 0n : this.now() + 120_000n
				this.change(v.incident, {
					state: C.IncidentState.INCIDENT_ANSWERED,
					owner: person.id,
					ownerName: person.name,
					ownerGone: false,
					returnedFrom: '',
					dueMs: this.now() + 120_000n,
				})
				return undefined
			case 'note':
				this.line(v.incident, C.LineCode.LINE_NOTE, { ...by, text: v.text })
				break
			case 'call':
				this.line(v.incident, C.LineCode.LINE_CALLED, {
					...by,
					number: BigInt(v.contact),
					call: v.result,
				})
				break
			case 'spoke':
				detail.spoke = true
				detail.voiceDueMs = 0n
				this.line(v.incident, C.LineCode.LINE_SPOKE_RESIDENT, by)
				break
			case 'seenRepeat':
				row.rerung = false
				break
			case 'candidates':
				return { result: P.Result.OK, candidates: { list: this.candidates ?? [] } }
			case 'dispatch': {
				const job = {
					number: detail.jobs.length + 1,
					state: C.JobState.JOB_OFFERING,
					madeMs: this.now(),
					arrivalDueMs: this.now() + 900_000n,
					wave: 1,
					offers: v.caregivers.map((id) => ({
						caregiver: id,
						caregiverName: this.people.find((p) => p.id === id)?.name ?? id,
						state: C.OfferState.OFFER_MADE,
						madeMs: this.now(),
						untilMs: this.now() + 30_000n,
						reachable: true,
						wave: 1,
					})),
				}
				detail.jobs.push(create(P.DetailJobSchema, job))
				this.line(v.incident, C.LineCode.LINE_JOB, { ...by, job: job.number })
				row.progress = C.JobState.JOB_OFFERING
				for (const id of v.caregivers) {
					const name = this.people.find((p) => p.id === id)?.name ?? id
					this.line(v.incident, C.LineCode.LINE_OFFERED, { subjectName: name, number: 1n })
					this.offer(id, v.incident, { job: job.number })
				}
				break
			}
			case 'cancelJob': {
				const job = detail.jobs.find((j) => j.number === v.job)
				job.state = C.JobState.JOB_CANCELLED
				row.progress = C.JobState.JOB_CANCELLED
				if (job.caregiver !== '') this.end(job.caregiver, v.incident, C.OfferState.OFFER_NONE, false)
				for (const offer of [...job.offers])
					if (offer.caregiver !== job.caregiver)
						this.end(offer.caregiver, v.incident, C.OfferState.OFFER_WITHDRAWN, false)
				this.line(v.incident, C.LineCode.LINE_JOB_CANCELLED, { ...by, job: v.job })
				break
			}
			case 'close':
				if (
					(v.outcome === C.Outcome.FALSE_ALARM || v.outcome === C.Outcome.TEST) &&
					!detail.spoke &&
					!detail.jobs.some((j) => j.arrivedMs > 0n)
				)
					return { result: P.Result.NEEDS_CONTACT }
				if (row.class === 1 && !detail.spoke && !detail.jobs.some((j) => j.arrivedMs > 0n) && !row.closeAsked) {
					row.closeAsked = true
					detail.askedByName = person.name
					detail.askedOutcome = v.outcome
					this.line(v.incident, C.LineCode.LINE_CLOSE_ASKED, { ...by, number: BigInt(v.outcome) })
					this.publish([row])
					return { result: P.Result.NEEDS_SECOND }
				}
				row.state = C.IncidentState.INCIDENT_CLOSED
				detail.outcome = v.outcome
				this.line(v.incident, C.LineCode.LINE_CLOSED, { ...by, number: BigInt(v.outcome) })
				this.publish([row], [row.id])
				this.rows.delete(row.id)
				for (const other of this.screens)
					if (other.open === row.id) this.#send(other, 'detail', { incident: row.id, gone: true })
				return undefined
			case 'duty':
				person.onDuty = v.on
				this.presence()
				this.phones()
				return undefined
			case 'receipt': {
				const state = v.seen ? C.OfferState.OFFER_SEEN : C.OfferState.OFFER_DELIVERED
				const mine = this.offers.find((o) => o.caregiver === person.id && o.phone.incident === v.incident)
				if (mine !== undefined) mine.phone.state = state
				const job = detail?.jobs.find((j) => j.number === v.job)
				const offer = job?.offers.find((o) => o.caregiver === person.id)
				if (offer === undefined) return undefined
				offer.state = state
				break
			}
			case 'answer': {
				const mine = this.offers.find((o) => o.caregiver === person.id && o.phone.incident === v.incident)
				if (mine === undefined) return { result: P.Result.WITHDRAWN }
				const job = detail.jobs.find((j) => j.number === v.job)
				const offer = job?.offers.find((o) => o.caregiver === person.id)
				this.offers = this.offers.filter((o) => o !== mine)
				if (!v.accept) {
					if (offer !== undefined) {
						offer.state = C.OfferState.OFFER_DECLINED
						offer.reason = v.reason
					}
					this.line(v.incident, C.LineCode.LINE_OFFER_DECLINED, {
						subjectName: person.name,
						number: BigInt(v.reason),
					})
					this.phones()
					break
				}
				if (offer !== undefined) offer.state = C.OfferState.OFFER_ACCEPTED
				if (job !== undefined)
					Object.assign(job, {
						state: C.JobState.JOB_ACCEPTED,
						caregiver: person.id,
						caregiverName: person.name,
						caregiverPhone: '13800138000',
						acceptedMs: this.now(),
					})
				this.line(v.incident, C.LineCode.LINE_OFFER_ACCEPTED, { subjectName: person.name })
				person.busy = true
				this.jobs.set(person.id, {
					incident: v.incident,
					job: v.job,
					state: C.JobState.JOB_ACCEPTED,
					class: row.class,
					kind: row.kind,
					residents: detail.residents,
					address: detail.address,
					access: detail.access,
					homePhone: detail.homePhone,
					drill: row.drill,
					skill: mine.phone.skill ?? 0,
					latE6: 23129000,
					lonE6: 113264000,
					healthNotes: detail.healthNotes,
					medicines: detail.medicines,
					allergies: detail.allergies,
					acceptedMs: this.now(),
					arrivalDueMs: this.now() + 900_000n,
					contacts: detail.contacts.filter((c) => c.hasKey),
					silent: row.silent,
					lines: detail.lines.filter((l) => l.code === C.LineCode.LINE_NOTE),
				})
				row.progress = C.JobState.JOB_ACCEPTED
				row.caregiverName = person.name
				this.phones()
				this.presence()
				break
			}
			case 'progress': {
				const held = this.jobs.get(person.id)
				if (held === undefined) return { result: P.Result.WRONG_STATE }
				held.state = v.to
				const job = detail.jobs.find((j) => j.number === v.job)
				const stamp = { 3: 'departedMs', 4: 'arrivedMs', 5: 'endedMs' }[v.to]
				if (job !== undefined) Object.assign(job, { state: v.to, result: v.result, [stamp]: v.occurredMs })
				const code = {
					3: C.LineCode.LINE_DEPARTED,
					4: C.LineCode.LINE_ARRIVED,
					5: C.LineCode.LINE_DONE,
				}[v.to]
				this.line(v.incident, code, {
					subjectName: person.name,
					number: BigInt(v.result),
					atMs: v.occurredMs,
					storedMs: this.now(),
				})
				if (v.to === C.JobState.JOB_DONE) {
					this.jobs.delete(person.id)
					person.busy = false
				}
				row.progress = v.to
				this.phones()
				this.presence()
				break
			}
			case 'giveBack':
				this.jobs.delete(person.id)
				person.busy = false
				row.progress = C.JobState.JOB_OFFERING
				this.line(v.incident, C.LineCode.LINE_GIVEN_BACK, {
					subjectName: person.name,
					number: BigInt(v.reason),
				})
				this.phones()
				break
			case 'jobNote':
				this.line(v.incident, C.LineCode.LINE_NOTE, { ...by, text: v.text, atMs: v.occurredMs })
				break
			default:
				return undefined
		}
		if (row !== undefined) this.publish([row])
		return undefined
	}
}
