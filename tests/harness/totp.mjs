// totp.mjs - codes beside the password, as an app on a phone makes them (RFC 6238).
import { createHmac } from 'node:crypto'

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function base32(text) {
	let bits = ''
	for (const letter of text) bits += DIGITS.indexOf(letter).toString(2).padStart(5, '0')
	return Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)))
}

/** The secret in what pinganctl printed. */
export const secretOf = (out) => /otpauth:\/\/totp\/[^?]+\?secret=([A-Z2-7]+)&/.exec(out)[1]
/** The codes on paper in it. */
export const paperOf = (out) => [...out.matchAll(/^ {2}([a-z2-9]{4}(?:-[a-z2-9]{4}){3})$/gm)].map((m) => m[1])

/** The code at this time; `steps` of 30 s later or earlier. */
export function codeAt(secret, ms = Date.now(), steps = 0) {
	const counter = Buffer.alloc(8)
	counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30000) + steps))
	const mac = createHmac('sha1', base32(secret)).update(counter).digest()
	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, '0')
}
