// Guessing passwords at several daemons of one cell: it is one attacker, and one count. A restart forgets nothing, and nobody
// who works in the centre is kept out. Sources are addresses of 127.0.0.0/8.
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { post } from '../harness/http.mjs'
import { Cell, DEMO_PASSWORD, until } from '../harness/index.mjs'
import { caughtUp } from '../harness/registry.mjs'

const login = (daemon, account, password, from = '127.0.0.1') => post(daemon, '/api/v1/login', { account, password }, { localAddress: from })
const guess = (daemon, account, from) => login(daemon, account, 'not the password', from)
/** Names are made with the cell's key: until every daemon has it, nobody counts for the others. */
async function keyKnown(cell) {
	await guess(cell.daemon, 'op09', '127.0.0.9')
	await until(async () => (await cell.redis.cli('--raw', 'keys', '*guess:*')).includes('guess:key'), { what: 'the key is stored' })
	await settled(cell)
}

/** Tries until a daemon says no for the sake of the limit; how many it looked at. */
async function tries(cell, account, from, most = 40) {
	const { daemons } = cell
	let looked = 0
	for (let i = 0; i < most; i++) {
		const answer = await guess(daemons[i % daemons.length], account, from)
		if (answer.status === 429) return looked
		assert.equal(answer.status, 401, answer.body)
		looked++
		// The others hear of it with the log, in the same moment or the next: this test is about what they do then.
		await settled(cell)
	}
	return looked
}

const settled = (cell) => Promise.all(cell.daemons.map((daemon) => caughtUp(cell, daemon)))

test('three daemons, one count: an attacker gains nothing by going round, nor by waiting for a restart', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, daemons: 3 })
	await keyKnown(cell)
	// op02 has logged in from the centre before: on one daemon.
	assert.equal((await login(cell.daemons[2], 'op02', DEMO_PASSWORD)).status, 200)

	// Nine where each of the three counts for itself; on a slow machine the first waits are over before the next try.
	for (const account of ['op01', 'no-such-account']) {
		const looked = await tries(cell, account, '127.0.0.66')
		assert.ok(looked >= 3 && looked < 9, `${account}: ${looked} tries of one pair before anybody slowed down`)
	}
	// Every daemon slows it, also one that has just started.
	for (let i = 0; i < 10; i++) {
		await cell.daemons[0].control('advance 31000')
		await guess(cell.daemons[0], 'op01', '127.0.0.66')
	}
	const two = cell.daemons[1]
	await until(async () => (await guess(two, 'op01', '127.0.0.66')).status === 429, { what: 'the second daemon slows it' })
	await two.stop()
	await two.start()
	assert.equal((await guess(two, 'op01', '127.0.0.66')).status, 429, 'a restart forgot it')

	// From elsewhere op01 gets in, on each: it was not shut out.
	for (const daemon of cell.daemons) assert.equal((await login(daemon, 'op01', DEMO_PASSWORD, '127.0.0.2')).status, 200)
})

test('who worked here before gets in whatever is tried from elsewhere, at every daemon and after its restart', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 1 }, daemons: 2 })
	await keyKnown(cell)
	assert.equal((await login(cell.daemons[0], 'op01', DEMO_PASSWORD)).status, 200)
	// Many addresses, one account: until it is slow for whoever is new.
	let slow = false
	for (let i = 0; i < 40 && !slow; i++) slow = (await guess(cell.daemons[i % 2], 'op01', `127.0.1.${i + 1}`)).status === 429
	assert.ok(slow)
	// Longer than a restart takes.
	for (let i = 0; i < 10; i++) {
		await cell.daemons[0].control('advance 31000')
		await guess(cell.daemons[0], 'op01', `127.0.3.${i + 1}`)
	}
	await settled(cell)
	for (const daemon of cell.daemons) {
		assert.equal((await login(daemon, 'op01', DEMO_PASSWORD, '127.0.2.1')).status, 429)
		assert.equal((await login(daemon, 'op01', DEMO_PASSWORD)).status, 200)
	}
	await cell.daemons[1].stop()
	await cell.daemons[1].start()
	assert.equal((await login(cell.daemons[1], 'op01', DEMO_PASSWORD, '127.0.2.1')).status, 429)
	assert.equal((await login(cell.daemons[1], 'op01', DEMO_PASSWORD)).status, 200)
})
