// unit.mjs - a home device on the native link, as simple as one can be: it says what the test tells it to say, and keeps
// what it hears. (The one that keeps the whole promise by itself is pingan-sim's.)
//
//   const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
//   const press = unit.press({ kind: common.Kind.SOS })     // the Alarm; unit.send('alarm', press) says it again
//   await unit.ack(press)                                   // waits for its Ack
//   await unit.step(press, common.Step.ANSWERED)            // waits for a Status
import tls from 'node:tls'

import { common, create, device as proto, fromBinary, randomId, toBinary } from './proto.mjs'
import { until } from './until.mjs'

const varint = (n) => (n < 128 ? [n] : [(n & 127) | 128, n >> 7])

export class Unit {
	static async connect(t, daemon, home, options = {}) {
		const unit = new Unit(daemon, home, options)
		t.after(() => unit.end())
		await unit.open(options)
		return unit
	}

	constructor(daemon, home, { port } = {}) {
		Object.assign(this, { daemon, home, port })
		this.heard = []
		this.closed = false
		this.input = Buffer.alloc(0)
	}

	/** @param held alarms that it says to hold, with `heard` set */
	async open({ held = [] } = {}) {
		this.closed = false
		this.input = Buffer.alloc(0)
		const socket = tls.connect({
			host: '127.0.0.1',
			port: this.port ?? this.daemon.ports.devices,
			minVersion: 'TLSv1.3',
			ciphers: 'TLS_AES_128_GCM_SHA256',
			checkServerIdentity: () => undefined,
			pskCallback: () => ({ psk: Buffer.from(this.home.key, 'hex'), identity: this.home.device }),
		})
		this.socket = socket
		let error = null
		let up = false
		socket.on('secureConnect', () => (up = true))
		socket.on('data', (bytes) => socket === this.socket && this.take(bytes))
		socket.on('error', (e) => (error = e))
		socket.on('close', () => {
			if (socket === this.socket) this.closed = true
		})
		await until(() => up || error, { what: `${this.home.device} is connected`, child: this.daemon.child })
		if (error) throw error
		this.send('hello', { version: 1, device: this.home.device, model: 'test', firmware: '1', held: held.map((alarm) => ({ alarm })) })
		await until(() => this.heard.some((m) => m.case === 'welcome') || this.closed, { what: 'Welcome', child: this.daemon.child })
	}

	/** Connects until the daemon is there. */
	async reopen(options) {
		this.heard = []
		this.socket.destroy()
		await until(() => this.open(options).then(() => !this.closed, () => false), { what: `${this.home.device} is connected again` })
	}

	send(what, value) {
		const bytes = toBinary(proto.UpSchema, create(proto.UpSchema, { body: { case: what, value } }))
		this.socket.write(Buffer.concat([Buffer.from(varint(bytes.length)), bytes]))
	}

	take(bytes) {
		this.input = Buffer.concat([this.input, bytes])
		for (;;) {
			let at = 0
			let len = 0
			let shift = 0
			for (;;) {
				if (at >= this.input.length) return
				const byte = this.input[at++]
				len |= (byte & 127) << shift
				shift += 7
				if (byte < 128) break
			}
			if (this.input.length < at + len) return
			this.heard.push(fromBinary(proto.DownSchema, this.input.subarray(at, at + len)).body)
			this.input = this.input.subarray(at + len)
		}
	}

	press(fields = {}) {
		const alarm = create(proto.AlarmSchema, {
			id: randomId(),
			kind: common.Kind.SOS,
			zone: 1,
			raisedMs: BigInt(Date.now()),
			batteryPct: 90,
			mains: true,
			...fields,
		})
		this.send('alarm', alarm)
		return alarm
	}

	acks(alarm) {
		return this.heard.filter((m) => m.case === 'ack' && m.value.alarm === alarm.id).map((m) => m.value)
	}

	ack(alarm) {
		return until(() => this.acks(alarm)[0], { what: 'Ack', child: this.daemon.child })
	}

	step(alarm, step) {
		return until(() => this.heard.find((m) => m.case === 'status' && m.value.alarm === alarm.id && m.value.step === step)?.value, {
			what: `step ${common.Step[step]}`,
			child: this.daemon.child,
		})
	}

	/** A round trip: whatever the daemon had to say before has been heard. */
	async beat(fields = {}) {
		const before = this.heard.filter((m) => m.case === 'heartbeatAck').length
		this.send('heartbeat', { seq: 1, batteryPct: 90, mains: true, ...fields })
		await until(() => this.heard.filter((m) => m.case === 'heartbeatAck').length > before, { what: 'HeartbeatAck', child: this.daemon.child })
	}

	end() {
		this.socket?.destroy()
	}
}
