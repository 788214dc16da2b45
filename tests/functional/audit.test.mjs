// The audit chain on a real cell: what people do is in it, seals follow, and whoever has his hands in Redis is found out.
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { Cell, folder, login, request, until } from '../harness/index.mjs'
import { ctl, ok } from '../harness/ctl.mjs'
import { common, console_ as proto } from '../harness/proto.mjs'
import { caughtUp } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { Result } = proto
const SEED = '5a'.repeat(32)

// Rebuilds the stream with something changed, as whoever may write to Redis could. ARGV: what, number of an entry.
const TAMPER = `
local all, what, n = redis.call('XRANGE', KEYS[1], '-', '+'), ARGV[1], ARGV[2] .. '-0'
local out, prev = {}, nil
local function field(e, name) for i = 1, #e[2], 2 do if e[2][i] == name then return e[2][i + 1] end end end
local function set(e, name, value) for i = 1, #e[2], 2 do if e[2][i] == name then e[2][i + 1] = value end end end
local function rehash(e) set(e, 'hash', redis.sha1hex(field(e, 'prev') .. ' ' .. string.match(e[1], '^%d+') .. ' ' .. field(e, 'at') .. ' ' .. field(e, 'body'))) end
local touched = false
for i = 1, #all do
  local e = all[i]
  local hit = e[1] == n
  if hit and (what == 'alter' or what == 'alter_rehash' or what == 'rewrite') then
    local body = field(e, 'body')
    set(e, 'body', string.gsub(body, 'op01', 'op02'))
    if body == field(e, 'body') then return redis.error_reply('nothing to alter') end
    touched = true
    if what ~= 'alter' then rehash(e) end
  elseif touched and what == 'rewrite' then
    set(e, 'prev', prev)
    rehash(e)
  end
  if hit and what == 'swap' then
    local next_e = all[i + 1]
    e[2], next_e[2] = next_e[2], e[2]
  end
  if hit and what == 'time' then set(e, 'at', tostring(tonumber(field(e, 'at')) - 1)) end
  if hit and what == 'insert' then
    local forged = {string.match(e[1], '^%d+') - 1 .. '-0', {'body', field(e, 'body'), 'prev', field(e, 'prev'), 'at', field(e, 'at'), 'hash', ''}}
    rehash(forged)
    out[#out + 1] = forged
  end
  if not (hit and what == 'remove') and not (what == 'cut' and tonumber(string.match(e[1], '^%d+')) > tonumber(ARGV[2]))
      and not (what == 'head' and tonumber(string.match(e[1], '^%d+')) < tonumber(ARGV[2])) then
    out[#out + 1] = e
  end
  prev = field(e, 'hash')
end
redis.call('DEL', KEYS[1])
for i = 1, #out do redis.call('XADD', KEYS[1], out[i][1], unpack(out[i][2])) end
local last = out[#out]
redis.call('SET', KEYS[2], field(last, 'hash') .. ' ' .. string.match(last[1], '^%d+'))
return #out
`

const SPOIL = `
local all = redis.call('XRANGE', KEYS[1], '-', '+')
redis.call('DEL', KEYS[1])
for _, e in ipairs(all) do
  if e[1] == ARGV[1] .. '-0' then e[2][1] = 'b0dy' end
  redis.call('XADD', KEYS[1], e[1], unpack(e[2]))
end
`

const query = async (cell, ...args) =>
	(await ok(cell, 'audit', 'query', '--json', ...args))
		.trim()
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line))

async function verify(cell, ...args) {
	const { code, out, err } = await ctl(cell, 'audit', 'verify', '--json', ...args)
	const lines = out
		.trim()
		.split('\n')
		.filter(Boolean)
		.map((line) => JSON.parse(line))
	return { code, err, findings: lines.slice(0, -1), sum: lines.at(-1) }
}

async function audited(t) {
	const dir = folder(t, 'audit')
	const audit = { key_file: path.join(dir, 'audit.key'), anchor_file: path.join(dir, 'audit.seals') }
	writeFileSync(audit.key_file, `${SEED}\n`, { mode: 0o600 })
	const cell = await Cell.start(t, { demo: { homes: 40 }, config: { audit } })
	return { cell, audit, dir }
}

/** A call with its operator; returns its id. */
async function work(t, cell) {
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, cell.homes[0])
	const { incident } = await unit.ack(unit.press({ kind: common.Kind.SOS }))
	await desk.row((r) => r.id === incident)
	assert.equal((await desk.ask('claim', { incident })).result, Result.OK)
	assert.equal((await desk.ask('open', { incident })).result, Result.OK)
	assert.equal((await desk.ask('note', { incident, text: '秘密的话' })).result, Result.OK)
	assert.equal((await desk.ask('find', { text: '02000000009' })).result, Result.OK)
	assert.equal((await desk.ask('stormEnd', { area: '440106' })).result, Result.FORBIDDEN)
	return { desk, incident }
}

async function seals(cell, n) {
	for (let i = 0; i < 20 && (await cell.daemon.metric('pingan_audit_seals_total')) < n; i++) await cell.daemon.control('advance 20000')
	await until(async () => (await cell.daemon.metric('pingan_audit_seals_total')) >= n, {
		what: 'a seal',
		child: cell.daemon.child,
	})
}

test('what people do and look at is found by who, whose, what and when', async (t) => {
	const { cell } = await audited(t)
	const wrong = await login(cell.daemon, 'op02', 'not the password').catch((error) => error)
	assert.ok(wrong)
	const { incident } = await work(t, cell)
	const id = BigInt(incident).toString(16).padStart(16, '0')

	const acts = await query(cell, '--by', 'op01')
	assert.deepEqual(
		acts.map((a) => a.detail ?? a.what).filter((what) => what !== 'changed'),
		['logged_in', 'claimed', 'opened', 'note', 'found', 'refused'],
	)
	assert.ok(acts.every((a) => a.role === 'OPERATOR' && a.daemon))
	assert.equal(acts[0].from, 'machine')
	// By the home, by the call.
	for (const about of [cell.homes[0].household, id]) {
		const found = await query(cell, '--person', about)
		assert.deepEqual(
			found.filter((a) => a.who === 'op01').map((a) => a.detail),
			['claimed', 'opened', 'note'],
		)
	}
	assert.equal((await query(cell, '--what', 'claimed')).length, 1)
	assert.equal((await query(cell, '--what', 'looked', '--by', 'op01')).length, 1)
	assert.equal((await query(cell, '--what', 'login_failed')).length, 1)
	assert.equal((await query(cell, '--what', 'login_failed'))[0].who, 'op02')
	assert.equal((await query(cell, '--since', '2h', '--by', 'op01')).length, acts.length)
	assert.equal((await query(cell, '--until', '2h', '--by', 'op01')).length, 0)
	// What was searched for is for whoever has the key.
	const [search] = await query(cell, '--what', 'found')
	assert.equal(search.words, undefined)
	assert.equal(search.count, 1)
	assert.match((await query(cell, '--what', 'found', '--words'))[0].words, /2000000009/)
	// Whoever queries stands there too, and the command line's own changes.
	assert.deepEqual(
		(await query(cell, '--person', 'nobody')).map((a) => [a.what, a.subject]),
		[['looked', 'nobody']],
	)
	assert.ok((await query(cell, '--what', 'looked')).some((a) => a.who.startsWith('ctl:') && a.note === 'audit'))
	assert.ok((await query(cell, '--what', 'changed', '--person', cell.homes[0].household)).some((a) => a.who.startsWith('ctl:')))
	assert.equal((await ctl(cell, 'audit', 'query', '--what', 'nonsense')).code, 1)
	// Nothing of it in clear.
	const all = await cell.redis.cli('--no-raw', 'xrange', 'pa:audit', '-', '+')
	for (const secret of ['秘密', '2000000009', '名']) assert.ok(!all.includes(secret), secret)
	assert.match(await ok(cell, 'audit', 'query', '--by', 'op01', '--count', '3'), /op01 +claimed/)
})

test('an auditor reads it over HTTPS: by person, home, actor, what and time, page by page, and stands in it', async (t) => {
	const { cell } = await audited(t)
	const { incident } = await work(t, cell)
	const id = BigInt(incident).toString(16).padStart(16, '0')
	const home = cell.homes[0].household
	const token = async (scope, area) => JSON.parse(await ok(cell, 'token', 'add', `t${area}`, '--scope', scope, '--area', area, '--days', '1', '--json'))
	const auditor = await token('audit:read', '4401')
	const far = await token('audit:read', '9901')
	const none = await token('people:read', '4403')
	await caughtUp(cell)
	const ask = (query, { token } = auditor) => request(cell.daemon.ports.web, `/api/v1/audit?${query}`, { headers: { authorization: `Bearer ${token}` } })
	const page = async (query, who) => {
		const answer = await ask(query, who)
		assert.equal(answer.status, 200, `${query}: ${answer.body}`)
		return JSON.parse(answer.body)
	}
	const items = async (query, who) => (await page(query, who)).items

	const mine = await items('by=op01')
	assert.deepEqual(
		mine.map((a) => a.detail ?? a.what).filter((what) => what !== 'changed'),
		['logged_in', 'claimed', 'opened', 'note', 'found', 'refused'],
	)
	assert.ok(mine.every((a) => a.role === 'operator' && a.who === 'op01' && /^[0-9a-f]{40}$/.test(a.hash)))
	for (const about of [`home=${home}`, `person=${home}`, `person=${id}`])
		assert.deepEqual(
			(await items(about)).filter((a) => a.who === 'op01').map((a) => a.detail),
			['claimed', 'opened', 'note'],
			about,
		)
	assert.equal((await items('what=claimed')).length, 1)
	assert.equal((await items('what=found'))[0].words, undefined)
	const at = Date.parse(mine[0].at)
	const iso = (ms) => encodeURIComponent(new Date(ms).toISOString())
	assert.equal((await items(`by=op01&since=${iso(at)}`)).length, mine.length)
	assert.equal((await items(`by=op01&since=${iso(Date.parse(mine[2].at))}`)).length, mine.filter((a) => a.at >= mine[2].at).length)
	assert.equal((await items(`by=op01&since=${iso(at + 86400000)}`)).length, 0)
	assert.equal((await items(`by=op01&until=${iso(at)}`)).length, 0)

	// Page by page: each once, in order, and as the command line has them.
	const whole = (await query(cell)).map((a) => a.entry)
	const walked = []
	for (let cursor = ''; cursor !== undefined; ) {
		const some = await page(`limit=7${cursor && `&cursor=${cursor}`}`)
		assert.ok(some.items.length <= 7)
		walked.push(...some.items.map((a) => a.entry))
		cursor = some.next
	}
	assert.deepEqual(walked.slice(0, whole.length), whole)
	assert.deepEqual(walked, [...new Set(walked)].sort((a, b) => a - b))

	// Who reads stands there, and whose.
	const looks = await items(`by=token.${auditor.id}&what=looked`)
	assert.ok(looks.length > 8 && looks.every((a) => a.note === 'GET/audit'))
	assert.ok(looks.some((a) => a.subject === home))
	// Outside one's areas there is no home; without the scope nothing, and that is on record.
	assert.deepEqual(await items(`home=${home}`, far), [])
	assert.equal((await ask('', none)).status, 403)
	await until(async () => (await items(`by=token.${none.id}&what=refused`)).length === 1, { what: 'the refusal is on record', child: cell.daemon.child })
	for (const bad of ['what=nonsense', 'limit=0', 'cursor=x', 'since=yesterday', 'name=x']) assert.equal((await ask(bad)).status, 400, bad)
	// What somebody's hand made unreadable is counted; what is not safe is not told at all.
	await cell.redis.cli('xadd', 'pa:audit', '9999999999-0', 'body', 'x')
	await cell.redis.cli('eval', SPOIL, '1', 'pa:audit', String(mine[1].entry))
	const spoilt = await page('limit=500')
	assert.equal(spoilt.unreadable, 1)
	assert.equal(spoilt.next, undefined)
	assert.ok(!spoilt.items.some((a) => a.entry === mine[1].entry) && spoilt.items.length > whole.length)
})

test('with the store silent nothing of the chain is told, and the daemon answers others', async (t) => {
	const { cell } = await audited(t)
	const { token } = JSON.parse(await ok(cell, 'token', 'add', 'aud', '--scope', 'audit:read', '--area', '4401', '--days', '1', '--json'))
	await caughtUp(cell)
	cell.redis.freeze()
	const asked = Array.from({ length: 6 }, () => request(cell.daemon.ports.web, '/api/v1/audit', { headers: { authorization: `Bearer ${token}` } }))
	assert.equal((await request(cell.daemon.ports.web, '/healthz')).status, 200)
	for (const answer of await Promise.all(asked)) {
		assert.equal(answer.status, 503, answer.body)
		assert.match(answer.body, /"no_store"|"busy"/)
	}
	cell.redis.thaw()
})

test('whoever alters, removes, moves, puts in or cuts off an entry in Redis is found out', async (t) => {
	const { cell, audit } = await audited(t)
	await work(t, cell)
	await seals(cell, 1)
	const [claimed] = await query(cell, '--what', 'claimed')
	const good = await verify(cell)
	assert.equal(good.code, 0, JSON.stringify(good))
	assert.deepEqual(good.findings, [])
	assert.ok(good.sum.seals >= 1 && good.sum.sealed > claimed.entry && good.sum.anchors >= 1)
	assert.ok(good.sum.unsealed > 0, 'the queries above wait for their seal')
	assert.match(await ok(cell, 'audit', 'verify'), /whole/)

	const tamper = (what, n) => cell.redis.cli('eval', TAMPER, '2', 'pa:audit', 'pa:audit_head', what, String(n))
	const entries = (await query(cell)).map((a) => a.entry)
	await cell.redis.cli('copy', 'pa:audit', 'pa:kept')
	const head = await cell.redis.cli('get', 'pa:audit_head')
	const after = entries[entries.indexOf(claimed.entry) + 1]
	const put = async () => cell.redis.cli('copy', 'pa:kept', 'pa:audit', 'replace').then(() => cell.redis.cli('set', 'pa:audit_head', head))
	const check = async (what, n, entry, why, args) => {
		await tamper(what, n)
		const { code, findings } = await verify(cell, ...(args ?? []))
		assert.equal(code, 1, what)
		assert.ok(
			findings.some((f) => (entry === null || f.entry === entry) && why.test(f.finding)),
			`${what}: ${JSON.stringify(findings)}`,
		)
		await put()
		const again = await verify(cell)
		assert.equal(again.code, 0, `${what}: put back: ${JSON.stringify(again)}`)
	}

	await check('alter', claimed.entry, claimed.entry, /altered/)
	await check('alter_rehash', claimed.entry, after, /does not follow/)
	await check('time', claimed.entry, claimed.entry, /altered/)
	await check('remove', claimed.entry, after, /does not follow/)
	await check('swap', claimed.entry, claimed.entry, /altered|does not follow/)
	await check('insert', claimed.entry, claimed.entry, /does not follow/)
	// The whole chain from there on made anew, with its head: only the seals say so.
	await check('rewrite', claimed.entry, null, /rewritten/)
	// The end: what the log still names; and what a seal outside vouches for when the log is gone with it.
	await check('cut', claimed.entry, null, /end of the chain was cut off/)
	// The beginning.
	await check('head', after, after, /nothing signed says why/)
	// A seal of somebody else's.
	const other = path.join(path.dirname(audit.key_file), 'other.pub')
	writeFileSync(other, `${'11'.repeat(32)}\n`)
	const anchors = readFileSync(audit.anchor_file, 'utf8')
	assert.match(anchors, /^\d+ [0-9a-f]{40} \d+ [0-9a-f]{64} [0-9a-f]{128}\n/)
	const key = readFileSync(audit.key_file)
	unlinkSync(audit.key_file)
	const untrusted = await verify(cell, '--public-key', other)
	assert.equal(untrusted.code, 1)
	assert.ok(untrusted.findings.some((f) => /not ours/.test(f.finding)))
	// The public half is enough to check.
	const [, , , pub] = anchors.split(/[ \n]/)
	writeFileSync(other, `${pub}\n`)
	assert.equal((await verify(cell, '--public-key', other)).code, 0)
	writeFileSync(audit.key_file, key, { mode: 0o600 })
	// A stream that takes no more entries stops nobody, and is told.
	await cell.redis.cli('xadd', 'pa:audit', '99999999-0', 'body', 'x')
	await ok(cell, 'user', 'disable', 'op04').catch(() => ok(cell, 'audit', 'query', '--count', '1'))
	const broken = await verify(cell)
	assert.equal(broken.code, 1)
	assert.ok(broken.findings.some((f) => /set it aside/.test(f.finding)))
})

test('a change that nobody stands behind is found in the log: put in by hand, or without its audit part', async (t) => {
	const { cell } = await audited(t)
	await work(t, cell)
	await ok(cell, 'user', 'set', 'op04', '--name', 'renamed')
	await ok(cell, 'token', 'add', 'x', '--scope', 'statistics:read', '--area', '4401')
	assert.deepEqual((await verify(cell)).findings, [])
	// As the commit function would write it, and one that it never would.
	const put = async (step, key, rev) => {
		const [[id, fields]] = JSON.parse(await cell.redis.cli('eval', "return cjson.encode(redis.call('XREVRANGE', 'pa:log', '+', '-', 'COUNT', 1))", '0'))
		const of = (name) => fields[fields.indexOf(name) + 1]
		const n = Number(id.split('-')[0]) + step
		await cell.redis.cli('xadd', 'pa:log', `${n}-0`, 'commit', `${n}`.padStart(16, 'a'), 'prev', of('commit'), 'at', of('at'), 'event', '', 'key', key, 'rev', `${rev}`, 'commits', `${n}`.padStart(16, 'a'), 'apart', '')
		return n
	}
	await cell.daemon.stop()
	const promoted = await put(1, 'person:op03', 7)
	const session = await put(1, `login:${'ab'.repeat(16)}`, 1)
	const over = await put(1, `login:${'cd'.repeat(16)}`, 3) // one that goes on, or ends: no act
	const gap = await put(4, 'daemon:d0', 9)
	const { code, findings } = await verify(cell)
	assert.equal(code, 1)
	for (const [entry, why] of [[promoted, /changes person:op03, and nobody stands behind it/], [session, /changes login:abab/], [gap, /between them is gone/]])
		assert.ok(findings.some((f) => f.entry === entry && why.test(f.finding)), `${entry}: ${JSON.stringify(findings)}`)
	assert.ok(!findings.some((f) => f.entry === over && /nobody stands behind/.test(f.finding)))
})

test('it leaves in a sealed file, and Redis is trimmed behind that', async (t) => {
	const { cell, audit, dir } = await audited(t)
	await work(t, cell)
	// A table that leaves the cell is on record, and whether what opens doors and accounts was in it.
	await ok(cell, 'export', 'homes', path.join(dir, 'homes.csv'), '--with-private')
	assert.deepEqual(
		(await query(cell, '--what', 'exported')).map((a) => [a.note, a.count]),
		[['homes with-private', 40]],
	)
	const file = path.join(dir, 'audit.txt')
	assert.match(await ok(cell, 'audit', 'export', file), /^\d+ entries, sealed/)
	assert.equal(statSync(file).mode & 0o777, 0o600)
	assert.equal((await ctl(cell, 'audit', 'export', file)).code, 1, 'an export is never written over')
	assert.equal((await verify(cell, '--file', file)).code, 0)
	const text = readFileSync(file, 'utf8')
	const lines = text.trim().split('\n')
	const altered = path.join(dir, 'altered.txt')
	for (const [why, changed] of [
		['an entry less', lines.toSpliced(3, 1)],
		['cut short', lines.slice(0, -1)],
		['another cell', [lines[0].replace(' pa', ' pb'), ...lines.slice(1)]],
		['another time', lines.toSpliced(2, 1, lines[2].replace(/ (\d)(\d{12}) /, (_, first, rest) => ` ${Number(first) + 1}${rest} `))],
		['another seal', lines.toSpliced(-1, 1, lines.at(-1).replace(/[0-9a-f]{4}$/, 'beef'))],
	]) {
		writeFileSync(altered, `${changed.join('\n')}\n`)
		assert.equal((await verify(cell, '--file', altered)).code, 1, why)
	}
	// Nothing is old enough yet.
	const young = await ctl(cell, 'audit', 'trim', file)
	assert.equal(young.code, 1)
	assert.match(young.err, /older than audit.keep_days/)
	assert.ok(existsSync(audit.key_file))
	assert.equal((await verify(cell)).code, 0)
})

test('without a key the daemon works all the same, and says that it seals nothing', async (t) => {
	const dir = folder(t, 'audit')
	const key_file = path.join(dir, 'audit.key')
	const cell = await Cell.start(t, { demo: { homes: 5 }, config: { audit: { key_file } } })
	await cell.daemon.child.logged(/ev=AUDIT_NO_KEY/)
	await cell.login('op01')
	const bare = await ctl(cell, 'audit', 'verify')
	assert.equal(bare.code, 0, bare.out + bare.err)
	assert.match(bare.out, /seals were NOT checked/)
	const made = await ok(cell, 'audit', 'key')
	assert.match(made, /public [0-9a-f]{64}/)
	assert.equal(statSync(key_file).mode & 0o777, 0o600)
	assert.equal(await ok(cell, 'audit', 'key'), made)
	assert.equal(readFileSync(`${key_file}.pub`, 'utf8').trim(), /public ([0-9a-f]{64})/.exec(made)[1])
	appendFileSync(key_file, 'x')
	assert.equal((await ctl(cell, 'audit', 'verify')).code, 1)
})

// Entries that are older than they can be kept: the whole chain made anew under earlier times, with the seals left out, as an old cell's would be.
const AGE = `
local all = redis.call('XRANGE', KEYS[1], '-', '+')
local function get(e, name) for i = 1, #e[2], 2 do if e[2][i] == name then return e[2][i + 1] end end end
local prev = get(all[1], 'prev')
redis.call('DEL', KEYS[1])
for i, e in ipairs(all) do
  local at = tonumber(get(e, 'at'))
  if tonumber(string.match(e[1], '^%d+')) <= tonumber(ARGV[1]) then at = at - tonumber(ARGV[2]) end
  local id, body = string.match(e[1], '^%d+'), get(e, 'body')
  local text = string.format('%.0f', at)
  local hash = redis.sha1hex(prev .. ' ' .. id .. ' ' .. text .. ' ' .. body)
  redis.call('XADD', KEYS[1], e[1], 'body', body, 'prev', prev, 'at', text, 'hash', hash)
  prev = hash
  if i == #all then redis.call('SET', KEYS[2], hash .. ' ' .. id) end
end
return #all
`

test('what is older than audit.keep_days leaves for a sealed segment and then Redis; both together are one whole chain', async (t) => {
	const dir = folder(t, 'audit')
	const archive = folder(t, 'archive')
	const segments = () => readdirSync(archive).filter((name) => name.startsWith('audit-'))
	const audit = { key_file: path.join(dir, 'audit.key'), archive_dir: archive }
	writeFileSync(audit.key_file, `${SEED}\n`, { mode: 0o600 })
	const cell = await Cell.start(t, { demo: { homes: 40 }, config: { audit } })
	await work(t, cell)
	assert.match(await ok(cell, 'audit', 'keep'), /nothing is older than 400 days/)
	assert.deepEqual(segments(), [])

	// Nobody writes to it while it grows old.
	await cell.daemon.stop()
	const age = async (upto) => cell.redis.cli('eval', AGE, '2', 'pa:audit', 'pa:audit_head', String(upto), String(401 * 86400000))
	const before = (await query(cell)).map((a) => a.entry)
	const cut = before[Math.floor(before.length / 2)]
	await age(cut)
	assert.match(await ok(cell, 'audit', 'keep'), new RegExp(`entries, sealed\n\\d+ entries trimmed, up to ${cut}\n`))
	const [segment] = segments()
	const file = path.join(archive, segment)
	assert.equal(statSync(file).mode & 0o777, 0o600)
	const left = (await query(cell)).map((a) => a.entry)
	assert.equal(left[0], before[before.indexOf(cut) + 1], 'all that is older has left, and nothing else')
	assert.equal(readFileSync(file, 'utf8').trim().split('\n').length - 2, before.indexOf(cut) + 1)
	assert.ok((await query(cell, '--what', 'trimmed')).length === 1 && (await query(cell, '--what', 'exported')).filter((a) => a.note === 'audit').length === 1, 'on record')
	const whole = async (...args) => {
		const { findings, err } = await verify(cell, ...args)
		// The log names the hashes that were before the times were moved; of the chain itself nothing is amiss.
		assert.deepEqual(findings, [], err)
	}
	await whole()
	await whole('--file', file)
	await whole('--file', archive)
	// A second time there is nothing to do.
	assert.match(await ok(cell, 'audit', 'keep'), /nothing is older/)

	// The next ones follow that segment, and Redis follows them.
	await age(left[2])
	assert.match(await ok(cell, 'audit', 'keep'), new RegExp(`\\n3 entries trimmed, up to ${left[2]}\n`))
	assert.equal(segments().length, 2)
	await whole()
	for (const one of segments()) await whole('--file', path.join(archive, one))
	await whole('--file', archive)

	// Broken off between the file and the trim: made again, it goes on with the file that is there.
	await age(left[4])
	await cell.redis.cli('copy', 'pa:audit', 'pa:kept')
	const head = await cell.redis.cli('get', 'pa:audit_head')
	await ok(cell, 'audit', 'keep')
	await cell.redis.cli('copy', 'pa:kept', 'pa:audit', 'replace')
	await cell.redis.cli('set', 'pa:audit_head', head)
	assert.match(await ok(cell, 'audit', 'keep'), new RegExp(`^2 entries trimmed, up to ${left[4]}\n\\d+ records`))
	await whole('--file', archive)

	// Somebody's hand in a segment, or one of them gone, is found; nothing leaves a chain that is not whole.
	const kept = readFileSync(file, 'utf8')
	writeFileSync(file, kept.replace(/\n(\d+) (\d+) /, (_, n, at) => `\n${n} ${Number(at) + 1} `))
	assert.equal((await verify(cell, '--file', archive)).code, 1, 'an altered segment is found')
	writeFileSync(file, kept)
	const middle = path.join(archive, segments()[1])
	const text = readFileSync(middle)
	unlinkSync(middle)
	assert.equal((await verify(cell, '--file', archive)).code, 1, 'a segment that is missing is found')
	writeFileSync(middle, text)
	await whole('--file', archive)
	const rest = (await query(cell)).map((a) => a.entry)
	await age(rest[1])
	await cell.redis.cli('xdel', 'pa:audit', `${rest[3]}-0`)
	assert.match((await ctl(cell, 'audit', 'keep')).err, /not whole: nothing was exported/)
	assert.equal(segments().length, 3)
	assert.ok((await query(cell)).some((a) => a.entry === rest[0]), 'nothing has left')
})
