// vendor.mjs - a vendor's cloud, written from docs/PROTOCOLS.md with none of the daemon's code in it.
//
//   const vendors = await Vendors.make(t)                    // files: vendors.yaml, a secret
//   const cell = await Cell.start(t, { demo: true, config: vendors.config })
//   const answer = await vendors.send(cell.daemon, press('A1023'))        // { status, headers, body, json }
import { createHmac } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

import { folder, request, root } from './index.mjs'

export const SECRET = 'vendor-test-secret-000001'

let count = 0

/** One event as config/vendors.yaml wants it. */
export const event = (sn, { type = 'sos', at = 1795334399250 + ++count, ...more } = {}) => ({ type, at, device: { sn }, ...more })
export const press = (sn, more) => ({ events: [event(sn, more)] })

export class Vendors {
	constructor(dir) {
		this.dir = dir
		this.file = path.join(dir, 'vendors.yaml')
	}

	static make(t, change = (text) => text) {
		const vendors = new Vendors(folder(t, 'vendors'))
		vendors.write(change)
		vendors.secret('sample.secret', SECRET)
		return vendors
	}

	write(change = (text) => text) {
		writeFileSync(this.file, change(readFileSync(path.join(root, 'config/vendors.yaml'), 'utf8')))
	}

	secret(name, text) {
		writeFileSync(path.join(this.dir, name), `${text}\n`)
		chmodSync(path.join(this.dir, name), 0o600)
	}

	get config() {
		return { vendor_file: this.file, listen: { webhook: { address: '127.0.0.1:0', tls: false } } }
	}

	/** Headers of a signed request. */
	static headers(body, { key = `k${++count}`, secret = SECRET, at = Math.floor(Date.now() / 1000), vendor = 'sample', headers = {} } = {}) {
		const mac = createHmac('sha256', secret).update(`${at}.${key}.`).update(body).digest('hex')
		const all = {
			'content-type': 'application/json',
			'content-length': Buffer.byteLength(body),
			'x-sample-timestamp': String(at),
			'x-sample-signature': `sha256=${mac}`,
			'idempotency-key': key,
			...(vendor === null ? {} : { 'pingan-vendor': vendor }),
			...headers,
		}
		return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
	}

	async send(daemon, value, { path: to = '/api/v1/alarms', method = 'POST', tls, ...how } = {}) {
		const body = Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value)
		const answer = await request(daemon.ports.webhook, to, { method, body, headers: Vendors.headers(body, how), tls })
		return { ...answer, json: JSON.parse(answer.body) }
	}
}
