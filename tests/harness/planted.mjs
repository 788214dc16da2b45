// planted.mjs - marked names, numbers and words in a registry, and the search for them in everything a cell has written.
//
//   const planted = new Planted()
//   planted.mark('address', '植标路77号909房')        // remembered; the same text comes back
//   planted.look('log of pingand0', text or bytes)    // where a mark is found, it is noted
//   planted.found                                     // ["address in log of pingand0: ..."]
//
// A mark is looked for as it is, and as it looks in JSON, in a URL, in base64 and in hex: whoever copies a name does not
// always copy its letters.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The forms in which these bytes may stand in a text. */
function forms(text) {
	const bytes = Buffer.from(text)
	const escaped = [...text].map((c) => (c.codePointAt(0) < 128 ? c : `\\u${c.codePointAt(0).toString(16).padStart(4, '0')}`)).join('')
	const base64 = [0, 1, 2].map((skip) => {
		// Three places that it may have among the bytes before it; its edges belong to its neighbours.
		const whole = Buffer.concat([Buffer.alloc(skip), bytes]).toString('base64').replaceAll('=', '')
		return whole.slice(skip === 0 ? 0 : 4, whole.length - 2)
	})
	return [...new Set([text, escaped, escaped.toUpperCase().replaceAll('\\U', '\\u'), encodeURIComponent(text), encodeURIComponent(text).toLowerCase(), bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64])]
		.filter((form) => form.length >= 5 || form === text)
		.map((form) => Buffer.from(form))
}

export class Planted {
	constructor() {
		this.marks = new Map()
		this.found = []
		this.looked = []
	}

	mark(what, text) {
		this.marks.set(what, { text, forms: forms(text) })
		return text
	}

	/** Notes every mark but those of `except`. */
	look(where, what, { except = [] } = {}) {
		const bytes = Buffer.isBuffer(what) ? what : Buffer.from(what)
		this.looked.push({ where, bytes: bytes.length })
		for (const [name, { forms: all }] of this.marks) {
			if (except.includes(name)) continue
			for (const form of all) {
				const at = bytes.indexOf(form)
				if (at < 0) continue
				const around = bytes.subarray(Math.max(0, at - 60), at + form.length + 30).toString('latin1').replace(/[^\x20-\x7e]+/g, '.')
				this.found.push(`${name} in ${where}: ${around}`)
				break
			}
		}
	}
}

const READS = {
	string: (key) => ['get', key],
	hash: (key) => ['hgetall', key],
	set: (key) => ['smembers', key],
	zset: (key) => ['zrange', key, '0', '-1', 'withscores'],
	list: (key) => ['lrange', key, '0', '-1'],
	stream: (key) => ['xrange', key, '-', '+'],
}

/** Everything that is in this Redis: [{key, bytes}], each key's name among its bytes. */
export async function redisAll(redis) {
	const ask = async (...args) => (await run('redis-cli', ['-s', redis.socket, '--raw', ...args], { encoding: 'buffer', maxBuffer: 256 << 20 })).stdout
	const keys = (await ask('keys', '*')).toString().trim().split('\n')
	const all = []
	for (const key of keys) {
		const type = (await ask('type', key)).toString().trim()
		if (type === 'none') continue // it has run out since
		all.push({ key, type, bytes: Buffer.concat([Buffer.from(`${key}\n`), await ask(...READS[type](key))]) })
	}
	return all
}
