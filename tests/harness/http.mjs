// http.mjs - plain requests, with every header as the test wants it: node's fetch would add and forbid some.
import assert from 'node:assert/strict'
import http from 'node:http'
import https from 'node:https'

/** {status, headers, body (text), bytes}. `tls`: options of https, or undefined for plain http. */
export function request(port, path, { method = 'GET', headers = {}, body, tls, host = '127.0.0.1', agent = false, localAddress } = {}) {
	return new Promise((resolve, reject) => {
		const how = { host, port, path, method, headers, agent, localAddress, ...tls }
		const req = (tls === undefined ? http : https).request(how, (res) => {
			const parts = []
			res.on('data', (part) => parts.push(part))
			res.on('end', () => {
				const bytes = Buffer.concat(parts)
				resolve({ status: res.statusCode, headers: res.headers, body: bytes.toString(), bytes })
			})
			res.on('error', reject)
		})
		req.on('error', reject)
		req.end(body)
	})
}

/** POST of JSON as a page of ours does it. */
export function post(daemon, path, value, { headers = {}, ...more } = {}) {
	const body = value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)
	return request(daemon.ports.web, path, {
		method: 'POST',
		body,
		headers: {
			origin: daemon.origin,
			...(value === undefined ? {} : { 'content-type': 'application/json' }),
			'content-length': Buffer.byteLength(body),
			...headers,
		},
		...more,
	})
}

/** The cookie that an answer sets, "pingan_session=..."; null when it sets none. */
export const cookieOf = (answer) => answer.headers['set-cookie']?.[0]?.split(';')[0] ?? null

export async function login(daemon, account, password) {
	const answer = await post(daemon, '/api/v1/login', { account, password })
	assert.equal(answer.status, 200, `log-in of ${account}: ${answer.status} ${answer.body}`)
	return cookieOf(answer)
}

export const OWN_PASSWORD = 'one of their own 26'

/** Somebody else made the password of this session's person: they take one of their own, and the session goes on. */
export async function ownPassword(daemon, cookie, password) {
	const answer = await post(daemon, '/api/v1/password', { password, new_password: OWN_PASSWORD }, { headers: { cookie } })
	if (answer.status !== 200) throw new Error(`a password of their own: ${answer.status} ${answer.body}`)
}
