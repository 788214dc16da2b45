// `pinganctl snapshot save`: every daemon's snapshot written now and confirmed; or the cell, out of Redis, as of one entry of its
// log, in a file that a daemon takes for its own.
import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { Cell, folder, until } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const json = async (cell, ...args) => (await ok(cell, ...args, '--json')).trim().split('\n').map((line) => JSON.parse(line))
/** What it holds, without when it was written. */
const holds = ({ saved_ms, age_s, ...rest }) => rest
const mode = (file) => (statSync(file).mode & 0o777).toString(8)

async function kept(t, options = {}) {
	const dir = folder(t, 'snapshot')
	const files = { snapshot: path.join(dir, 'snapshot'), key: path.join(dir, 'key') }
	// Once an hour: what is written sooner was asked for.
	const config = { snapshot: { path: files.snapshot, key_file: files.key, every_s: 3600 } }
	const cell = await Cell.start(t, { demo: { homes: 12, onDuty: 2 }, config, ...options })
	return { cell, dir, files }
}

test('the daemon writes its snapshot now, and says as of which entry', async (t) => {
	const { cell, files } = await kept(t)
	await until(() => existsSync(files.snapshot), { what: 'the first one, at the start' })
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	await unit.ack(unit.press({ kind: common.Kind.SOS }))
	assert.equal(JSON.parse(await ok(cell, 'snapshot', 'check', '--json')).incident, 0, 'it does not know the call yet')

	const [saved] = await json(cell, 'snapshot', 'save')
	assert.equal(JSON.parse(await ok(cell, 'snapshot', 'check', '--json')).incident, 1)
	assert.equal(mode(files.snapshot), '600')
	const entries = await cell.redis.cli('xrange', 'pa:log', '-', '+')
	assert.ok(saved.entry >= 1 && entries.includes(`${saved.entry}-0`))
	assert.match(await ok(cell, 'snapshot', 'save'), new RegExp(`${saved.daemon} on .*: written as of entry \\d+`))
	assert.match(await ok(cell, 'audit', 'query', '--count', '1000'), /changed +ctl:.*snapshot:cell/)
})

test('out of Redis into a file: what a daemon would keep, whole, its owner only, on record', async (t) => {
	const { cell, dir, files } = await kept(t)
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	await unit.ack(unit.press({ kind: common.Kind.SOS }))
	await until(() => desk.rows.size === 1, { what: 'a call is open' })
	await ok(cell, 'snapshot', 'save')

	const file = path.join(dir, 'before')
	const [saved] = await json(cell, 'snapshot', 'save', file)
	assert.ok(saved.records > 30 && saved.entry > 0)
	assert.equal(mode(file), '600')
	assert.deepEqual(readdirSync(dir).sort(), ['before', 'key', 'snapshot'], 'nothing is left beside it')
	const [own] = await json(cell, 'snapshot', 'check')
	const [copy] = await json(cell, 'snapshot', 'check', file)
	assert.deepEqual(holds(copy), holds(own), 'the same records of each sort')
	assert.equal(copy.records, saved.records)
	assert.match(await ok(cell, 'audit', 'query', '--count', '1000'), /exported.*snapshot/)

	// A daemon starts from it while Redis is away.
	await cell.daemon.stop()
	await cell.redis.stop()
	copyFileSync(file, files.snapshot)
	await cell.daemon.start({ ready: false })
	await cell.daemon.child.logged(/ev=LOADED .*incidents=1 .*stale_ms=[1-9]/)

	// A byte of it changed, or another key, is found.
	const bytes = readFileSync(file)
	bytes[bytes.length >> 1] ^= 1
	writeFileSync(file, bytes)
	assert.equal((await ctl(cell, 'snapshot', 'check', file)).code, 1)
})

test('while people act: the file stands as of one entry; without a keeper a FILE is to be named, and a key is made', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 12 } })
	const dir = folder(t, 'snapshot')
	const [file, key] = [path.join(dir, 'copy'), path.join(dir, 'key')]

	await refused(cell, /no daemon of this cell that lives keeps a snapshot .*name a FILE/, 'snapshot', 'save')
	await refused(cell, /names no snapshot\.key_file: --key-file FILE/, 'snapshot', 'save', file)
	const units = await Promise.all(cell.homes.map((home) => Unit.connect(t, cell.daemon, home)))
	const [saved] = await Promise.all([
		json(cell, 'snapshot', 'save', file, '--key-file', key),
		...units.map((unit) => unit.ack(unit.press({ kind: common.Kind.SOS }))),
	])
	assert.equal(mode(key), '600')
	// As many open calls as the log had opened by that entry.
	const log = await cell.redis.cli('--no-raw', 'xrange', 'pa:log', '-', `${saved[0].entry}-0`)
	const calls = new Set([...log.matchAll(/incident:[0-9a-f]{16}/g)].map((m) => m[0]))
	const copy = JSON.parse(await ok(cell, 'snapshot', 'check', file, '--key-file', key, '--json'))
	assert.equal(copy.incident, calls.size)

	await refused(cell, /No such file or directory/, 'snapshot', 'save', path.join(dir, 'nowhere', 'copy'), '--key-file', key)
	writeFileSync(key, 'short\n')
	assert.equal((await ctl(cell, 'snapshot', 'save', file, '--key-file', key)).code, 1)
})
