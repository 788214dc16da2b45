// Every record stands as chain, log and checkpoint say: whoever overwrites, puts back, swaps, plants or removes one in Redis is
// found, whatever kind it is of.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { Cell, folder } from '../harness/index.mjs'
import { ctl, ok } from '../harness/ctl.mjs'
import { common } from '../harness/proto.mjs'
import { caughtUp } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

// Another byte at the end of a body, the commit and the revision left as they are.
const TOUCH = `
local body = redis.call('HGET', KEYS[1], 'body')
redis.call('HSET', KEYS[1], 'body', string.sub(body, 1, -2) .. string.char((string.byte(body, -1) + 1) % 256))
`
// Two records, each in the other's place.
const SWAP = `
redis.call('RENAME', KEYS[1], KEYS[1] .. '.t') redis.call('RENAME', KEYS[2], KEYS[1]) redis.call('RENAME', KEYS[1] .. '.t', KEYS[2])
`
// One body in another's record, which keeps its own commit and revision: somebody else's password, somebody else's rights.
const TAKE = `redis.call('HSET', KEYS[1], 'body', redis.call('HGET', KEYS[2], 'body'))`
// A machine's change in the log told otherwise, and the record with it: nothing of it is an act.
const RELOG = `
local all = redis.call('XRANGE', KEYS[1], '-', '+')
redis.call('DEL', KEYS[1])
for _, e in ipairs(all) do
  if e[1] == ARGV[1] .. '-0' then
    for i = 9, #e[2] - 7, 8 do
      if e[2][i + 1] == ARGV[2] then e[2][i + 7] = e[2][i + 7] .. string.char(0xf8, 0x7f, 1) redis.call('HSET', KEYS[2], 'body', e[2][i + 7]) end
    end
  end
  redis.call('XADD', KEYS[1], e[1], unpack(e[2]))
end
`

async function verify(cell, ...args) {
	const { code, out, err } = await ctl(cell, 'audit', 'verify', '--json', ...args)
	const lines = out
		.trim()
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line))
	return { code, err, findings: lines.slice(0, -1).map((f) => f.finding), sum: lines.at(-1), at: lines.slice(0, -1).map((f) => f.entry) }
}

async function whole(cell, what) {
	const now = await verify(cell)
	assert.deepEqual(now.findings, [], `${what}: ${now.err}`)
	assert.equal(now.code, 0, what)
	return now.sum.records
}

test('each kind of record, changed by hand in each way, is found; put back, all is whole again', async (t) => {
	const dir = folder(t, 'audit')
	const archive = folder(t, 'archive')
	const audit = { key_file: path.join(dir, 'audit.key'), archive_dir: archive }
	writeFileSync(audit.key_file, `${'5a'.repeat(32)}\n`, { mode: 0o600 })
	const cell = await Cell.start(t, { demo: { homes: 20 }, config: { audit } })
	const cli = (...args) => cell.redis.cli(...args)
	const lua = (script, keys, ...args) => cli('eval', script, String(keys.length), ...keys, ...args)
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const { incident } = await unit.ack(unit.press({ kind: common.Kind.SOS }))
	await desk.row((r) => r.id === incident)
	const call = `incident:${BigInt(incident).toString(16).padStart(16, '0')}`
	const home = `household:${cell.homes[1].household}`
	// As it stands before somebody renames her, and before the call is taken: what an older one is put back from.
	await cli('copy', 'pa:person:op02', 'pa:old_person')
	await cli('copy', `pa:${call}`, 'pa:old_call')
	await ok(cell, 'user', 'set', 'op02', '--name', 'renamed')
	await desk.ask('claim', { incident })
	await ok(cell, 'token', 'add', 'x', '--scope', 'statistics:read', '--area', '4401')
	await caughtUp(cell)

	const first = await whole(cell, 'at first')
	assert.ok(first.chain > 60 && first.log > 0 && first.before === 0 && first.unbound <= 1 && first.open === 1, JSON.stringify(first))
	assert.match(await ok(cell, 'audit', 'verify'), /records stand as the chain says/)

	/** Each done to its keys, found as that of one of them, all in one look, and put back. */
	const found = async (...acts) => {
		const kept = (key) => `pa:kept.${key.replaceAll(':', '.')}`
		const keys = [...new Set(acts.flatMap((a) => a.keys))]
		assert.equal(keys.length, acts.flatMap((a) => a.keys).length, 'nothing twice at once')
		for (const key of keys) await cli('copy', `pa:${key}`, kept(key), 'replace')
		for (const a of acts) await a.does()
		const now = await verify(cell)
		assert.equal(now.code, 1)
		for (const { what, keys, why, about = keys[0] } of acts)
			assert.ok(
				now.findings.some((f) => f.includes(about) && why.test(f)),
				`${what}: ${JSON.stringify(now.findings)}`,
			)
		for (const key of keys)
			if ((await cli('exists', kept(key))).trim() === '1') await cli('rename', kept(key), `pa:${key}`)
			else await cli('del', `pa:${key}`)
	}
	const kind = async (pattern) => (await cli('--scan', '--pattern', `pa:${pattern}`)).trim().split('\n')[0].slice(3)
	const area = await kind('area:4401*')
	const login = await kind('login:*')
	const token = await kind('token:*')
	const device = `device:${cell.homes[1].device}`

	const touched = []
	for (const key of [home, 'person:op02', area, login, token, device, call, 'caregiver:cg01', 'operator:op01'])
		if ((await cli('exists', `pa:${key}`)).trim() === '1')
			touched.push({ what: `body of ${key}`, keys: [key], does: () => lua(TOUCH, [`pa:${key}`]), why: /another body than this entry wrote/ })
	assert.ok(touched.length >= 8)
	await found(...touched)
	await found(
		{ what: 'a revision', keys: [home], does: () => cli('hincrby', `pa:${home}`, 'rev', '1'), why: /another revision/ },
		{ what: 'a password of somebody else', keys: ['person:op02'], does: () => lua(TAKE, ['pa:person:op02', 'pa:person:op04']), why: /another body/ },
		{ what: 'rights widened', keys: ['person:op03'], does: () => lua(TAKE, ['pa:person:op03', 'pa:person:sup01']), why: /another body/ },
		{ what: 'an older state of a call', keys: [call], does: () => cli('copy', 'pa:old_call', `pa:${call}`, 'replace'), why: /an older one put back/ },
		{ what: 'a session taken away', keys: [login], does: () => cli('del', `pa:${login}`), why: /is gone: removed by hand/ },
		{ what: 'a person put in', keys: ['person:op99'], does: () => cli('copy', 'pa:person:op03', 'pa:person:op99'), why: /no entry wrote it: put in by hand/ },
		{ what: 'no record', keys: [device], does: () => cli('hdel', `pa:${device}`, 'commits'), why: /unreadable: written by hand/ },
		{ what: 'a name that is another call’s', keys: ['link:open:h9999'], does: () => cli('set', 'pa:link:open:h9999', call), why: /not open under it/, about: 'open:h9999' },
		{ what: 'a call that is none', keys: ['set:incidents:open'], does: () => cli('sadd', 'pa:set:incidents:open', 'incident:0000000000000001'), why: /not open, but stands among/, about: 'incident:0000000000000001' },
	)
	await found(
		{ what: 'two swapped', keys: ['person:op03', 'person:op04'], does: () => lua(SWAP, ['pa:person:op03', 'pa:person:op04']), why: /another was put in its place/ },
		{ what: 'an older person', keys: ['person:op02'], does: () => cli('copy', 'pa:old_person', 'pa:person:op02', 'replace'), why: /an older one put back/ },
		{ what: 'a home taken away', keys: [home], does: () => cli('del', `pa:${home}`), why: /is gone: removed by hand/ },
		{ what: 'a session put in', keys: [`login:${'ab'.repeat(16)}`], does: () => cli('copy', `pa:${login}`, `pa:login:${'ab'.repeat(16)}`), why: /put in by hand/ },
		{ what: 'the name of an open call', keys: [`link:open:${cell.homes[0].household}`], does: () => cli('del', `pa:link:open:${cell.homes[0].household}`), why: /its name .* is free/, about: call },
		{ what: 'the set of open calls', keys: ['set:incidents:open'], does: () => cli('srem', 'pa:set:incidents:open', call), why: /not among those that are open/, about: call },
	)
	await whole(cell, 'all put back')
	// Nobody writes to the log while it is made anew, and trimmed.
	await cell.daemon.stop()
	// An act told otherwise in the log, and in the record: the chain has another hash.
	const entry = (await cli('eval', `for _, e in ipairs(redis.call('XREVRANGE', 'pa:log', '+', '-')) do for i = 9, #e[2] - 7, 8 do if e[2][i + 1] == ARGV[1] then return string.match(e[1], '^%d+') end end end`, '0', call)).trim()
	await found({ what: 'the log with it', keys: ['log', call], does: () => lua(RELOG, ['pa:log', `pa:${call}`], entry, call), why: /the log was rewritten/, about: call })

	// Machines write on in what people wrote: a session runs out, a unit speaks.
	const sessions = (await cli('--scan', '--pattern', 'pa:login:*')).trim().split('\n')
	const over = sessions.find((key) => key !== `pa:${login}`) ?? `pa:${login}`
	const machine = async (key, ...how) => {
		const stood = (await cli('hget', key, 'commits')).slice(0, 16)
		const id = how[0] === 'r' ? 'ab'.repeat(8) : 'ac'.repeat(8)
		const head = ['1', id, '1', '0', '0', '0', '', '', '0', '0', '', '0']
		const done = await cli('fcall', 'commit', '4', 'pa:log', 'pa:head', 'pa:outbox', key, ...head, stood, ...how)
		assert.match(done, /^1\n/)
	}
	await machine(over, 'r', '')
	await machine(`pa:${device}`, 'w', 'as it is now')
	await whole(cell, 'machines wrote')
	// The log forgets it, and no checkpoint knows: nothing is called wrong that may have been a machine's, all else is.
	await cli('copy', 'pa:log', 'pa:whole_log')
	await cli('xtrim', 'pa:log', 'MAXLEN', '1')
	const forgotten = await whole(cell, 'the log trimmed, and no checkpoint')
	assert.ok(forgotten.before > 0 && forgotten.checkpoint === 0, JSON.stringify(forgotten))
	const rights = () => lua(TAKE, ['pa:person:op03', 'pa:person:sup01'])
	await found({ what: 'what only people change', keys: ['person:op03'], does: rights, why: /another body/ })
	await cli('rename', 'pa:whole_log', 'pa:log')
	// What the log forgets: the records of then are told of as not looked at, until a checkpoint has them.
	const point = await ok(cell, 'audit', 'checkpoint')
	assert.match(point, /^\d+ records as of entry \d+, sealed: /)
	const made = path.join(archive, readdirSync(archive).find((name) => name.startsWith('records-')))
	const aside = path.join(dir, 'aside.txt')
	const last = (await cli('xrevrange', 'pa:log', '+', '-', 'count', '1')).split('\n')[0].split('-')[0]
	await cli('xtrim', 'pa:log', 'MINID', last)
	const kept = await whole(cell, 'trimmed behind a checkpoint')
	assert.ok(kept.checkpoint > 0 && kept.before === 0 && kept.point > 0, JSON.stringify(kept))
	await found(
		{ what: 'a unit whose entry is gone', keys: [device], does: () => lua(TOUCH, [`pa:${device}`]), why: /another body/ },
		{ what: 'a home put in', keys: ['household:h9999'], does: () => cli('copy', `pa:${home}`, 'pa:household:h9999'), why: /put in by hand/ },
		{ what: 'an area taken away', keys: [area], does: () => cli('del', `pa:${area}`), why: /is gone: removed by hand/ },
	)
	// Another cell keeps its own there.
	const other = path.join(archive, 'records-pb-00000000000000000009.txt')
	writeFileSync(other, 'pingan-records 1 pb 9\n')
	await whole(cell, 'beside those of another cell')
	const text = readFileSync(made, 'utf8')
	writeFileSync(made, text.replace(/ 1 ([0-9a-f]{8})/, (_, hash) => ` 2 ${hash}`))
	assert.ok((await verify(cell)).findings.some((f) => /checkpoint .* was altered/.test(f)))
	writeFileSync(made, text.replace(/\n[^\n]*\n[^\n]*\n$/, '\n'))
	assert.ok((await verify(cell)).findings.some((f) => /checkpoint .* is cut short/.test(f)))
	writeFileSync(made, text)
	// Taken away altogether: all that the chain does not know is said not to be looked at.
	renameSync(made, aside)
	const none = await whole(cell, 'its checkpoint taken away')
	assert.ok(none.before > 0 && none.checkpoint === 0, JSON.stringify(none))
	assert.match(await ok(cell, 'audit', 'verify'), /tells of a checkpoint after entry \d+, and .* has none/)
	renameSync(aside, made)
	// A second one; the first put in its place is too old.
	await ok(cell, 'user', 'set', 'op02', '--name', 'again')
	await ok(cell, 'audit', 'checkpoint')
	const second = readdirSync(archive).filter((name) => name.startsWith('records-') && name !== path.basename(other))
	assert.equal(second.length, 2)
	renameSync(path.join(archive, second.sort()[1]), aside)
	assert.ok((await verify(cell)).findings.some((f) => /made a checkpoint after entry \d+, which is not in audit.archive_dir/.test(f)))
	renameSync(aside, path.join(archive, second[1]))
	await whole(cell, 'at the end')
	// People work on while it reads, thousands of acts a second as in an import: nothing of that is called wrong.
	const working = [1, 2, 3].map((who) => {
		const child = spawn('redis-cli', ['-s', cell.redis.socket], { stdio: ['pipe', 'ignore', 'inherit'] })
		for (let n = 0; n < 5000; n++) {
			const id = (who * 10000 + n).toString(16).padStart(16, '0')
			child.stdin.write(`FCALL commit 4 pa:log pa:head pa:outbox pa:token:${id} 2 ${id} 1 0 0 0 "" "" 0 0 "" 0 "" w x "\\x08\\x01"\n`)
		}
		child.stdin.end()
		return new Promise((done) => child.on('close', done))
	})
	let rested = false
	const all = Promise.all(working).then(() => (rested = true))
	while (!rested) await whole(cell, 'while people work')
	await all
	assert.ok((await whole(cell, 'after it')).log >= 15000)
	// Nothing is vouched for that is not whole.
	await lua(TOUCH, [`pa:${home}`])
	const refused = await ctl(cell, 'audit', 'checkpoint')
	assert.equal(refused.code, 1)
	assert.match(refused.err, /not whole: no checkpoint was made/)
	assert.equal(readdirSync(archive).filter((name) => name.startsWith('records-')).length, 3)
})
