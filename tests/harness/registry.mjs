// registry.mjs - what is really in the cell's Redis about a home, past every daemon: what screens are compared with.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import { fromBinary, record } from './proto.mjs'
import { until } from './until.mjs'

const run = promisify(execFile)

async function body(cell, key) {
	const { stdout } = await run('redis-cli', ['-s', cell.redis.socket, 'hget', `pa:${key}`, 'body'], { encoding: 'buffer' })
	assert.ok(stdout.length > 1, `${key} is in Redis`)
	return stdout.subarray(0, -1) // redis-cli's own line end
}

/** What no program of ours would write: this body, past every daemon. */
export const putBody = (cell, key, bytes) =>
	new Promise((done, fail) => {
		const child = execFile('redis-cli', ['-s', cell.redis.socket, '-x', 'hset', `pa:${key}`, 'body'], (error) => (error ? fail(error) : done()))
		child.stdin.end(bytes)
	})

/** Any record, by its key and message. */
export const recordOf = async (cell, key, schema) => fromBinary(schema, await body(cell, key))
export const household = async (cell, id) => fromBinary(record.HouseholdSchema, await body(cell, `household:${id}`))
export const person = async (cell, id) => fromBinary(record.PersonSchema, await body(cell, `person:${id}`))
export const area = async (cell, code) => fromBinary(record.AreaSchema, await body(cell, `area:${code}`))

/** Until this daemon has read all that the log has now. */
export async function caughtUp(cell, daemon = cell.daemon) {
	const { stdout } = await run('redis-cli', ['-s', cell.redis.socket, 'xrevrange', 'pa:log', '+', '-', 'count', '1'], { encoding: 'latin1' })
	const newest = Number(stdout.split('-')[0])
	assert.ok(newest > 0, 'the log has entries')
	await until(async () => (await (await fetch(`${daemon.origin}/readyz`)).json()).newest >= newest, { what: 'the daemon has read the log', child: daemon.child })
}
