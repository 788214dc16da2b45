// The paper list: what a centre works from when its screens are dark. Out of Redis, out of the daemon's memory with Redis
// gone, out of the local snapshot with both gone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { ctl, ok } from '../harness/ctl.mjs'
import { request } from '../harness/http.mjs'
import { Cell, folder, root, until } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { household } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'
import { words } from '../harness/words.mjs'

const { Kind, IncidentClass, IncidentState, JobState } = common
const HOME = 'h0009'

/** A cell with a call that an operator has, a roster and a caregiver on duty. */
async function busy(t, config = {}) {
	const cell = await Cell.start(t, { demo: { homes: 20, onDuty: 2 }, config })
	await ok(cell, 'roster', 'template', 'add', '440190', '--on', 'daily', '--from', '00:00', '--to', '24:00', '--post', 'duty_phone', '--people', 'sup01')
	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	const unit = await Unit.connect(t, cell.daemon, cell.homes.find((h) => h.household === HOME))
	const press = unit.press({ kind: Kind.FALL })
	const { incident } = await unit.ack(press)
	assert.equal((await desk.ask('claim', { incident })).result, 1)
	await desk.row((r) => r.id === incident && r.owner === 'op01')
	return { cell, desk, truth: await household(cell, HOME), number: desk.rows.get(incident).number }
}

/** All that somebody needs who has nothing but this sheet. */
function holds(sheet, { truth, number }) {
	const needed = [number, '特急', '跌倒', '处理中', truth.address, truth.phone, ...truth.residents.map((r) => r.name), ...truth.contacts.flatMap((c) => [c.name, c.phone])]
	for (const word of [...needed, truth.access, truth.doorCode].filter((w) => w !== '')) assert.ok(sheet.includes(word), `${word} is on the sheet`)
	assert.ok(!sheet.includes(truth.health?.notes || '\0'), 'health only when asked for')
}

test('out of Redis, on record; health only when asked for', async (t) => {
	const stage = await busy(t)
	const { cell, truth } = stage
	const text = await ok(cell, 'paper')
	holds(text, stage)
	assert.match(text, /数据来自系统/)
	assert.match(text, /现在 \| .* \| 值班电话 \| /)
	const html = await ok(cell, 'paper', '--html', '--lang', 'en', '--with-health')
	assert.match(html, /^<!doctype html><html lang="en">/)
	assert.ok(html.includes('Open calls (1)') && html.includes(truth.address))
	if (truth.health?.notes) assert.ok(html.includes(truth.health.notes))
	const chain = await cell.redis.cli('xrevrange', 'pa:audit', '+', '-')
	assert.equal(chain.match(/ctl:\S+[^\n]*paper/g)?.length, 2, 'each print is on record')
})

test('out of the daemon for whoever has the area, with Redis gone too; a press that is not stored stands on it', async (t) => {
	const stage = await busy(t)
	const { cell, desk } = stage
	const cookie = await cell.login('op01')
	const page = (as = cookie, query = '') => request(cell.daemon.ports.web, `/api/v1/paper${query}`, { headers: { cookie: as } })

	const first = await page()
	assert.deepEqual([first.status, first.headers['content-type'], first.headers['cache-control']], [200, 'text/html; charset=utf-8', 'no-store'])
	holds(first.body, stage)
	assert.match(first.body, /<link rel="stylesheet" href="\/paper\.css">/)
	assert.equal((await page(cookie, '?lang=fr')).status, 400)
	assert.equal((await page('')).status, 401)
	assert.equal((await page(await cell.login('cg01'))).status, 403, 'not for those in the field')

	await cell.redis.kill()
	await until(() => desk.store?.up === false, { what: 'the console hears: no store' })
	const other = cell.homes.find((h) => h.household === 'h0010')
	const unit = await Unit.connect(t, cell.daemon, other)
	unit.press({ kind: Kind.SOS })
	await desk.row((r) => r.notStored)
	const gone = await page()
	assert.equal(gone.status, 200)
	holds(gone.body, stage)
	assert.equal(desk.rows.size, 2, 'what stands on the screen stands on the sheet')
	assert.ok(gone.body.includes('未结案的呼援 (2)') && gone.body.includes('未存储'))
	assert.match(gone.body, /存储中断，数据来自服务进程内存/)
	await cell.daemon.child.logged(/ev=PAPER_PRINTED person=op01 calls=2/)
})

test('out of the local snapshot with the daemon and Redis gone; a file that was cut is refused, and nothing is printed', async (t) => {
	const keep = folder(t, 'snapshot')
	const file = path.join(keep, 'snapshot')
	const stage = await busy(t, { snapshot: { path: file, key_file: path.join(keep, 'key'), every_s: 3600 } })
	const { cell } = stage
	await cell.daemon.stop()
	await cell.redis.stop()
	const { code, out, err } = await ctl(cell, 'paper')
	assert.equal(code, 0, err)
	holds(out, stage)
	assert.match(out, /存储中断，数据来自本机快照，可能已过时/)
	assert.match(out, /现在 \| .* \| 值班电话 \| /)
	assert.match(err, /Redis at .*: no connection.*\n.*out of the local snapshot instead/)
	const { writeFileSync } = await import('node:fs')
	writeFileSync(file, readFileSync(file).subarray(0, -5))
	const cut = await ctl(cell, 'paper', '--snapshot')
	assert.deepEqual([cut.code, cut.out], [1, ''])
	assert.match(cut.err, /snapshot: /)
})

test('the sheet says a call in the words of the screens', async () => {
	const source = readFileSync(path.join(root, 'daemon/app/paper_words.c'), 'utf8')
	const zh = await words('zh')
	const checks = [
		['KIND', Kind, 'kind', /\[KIND_(\w+)\] = "([^"]*)"/g],
		['CLASS', IncidentClass, 'class', /\[CLASS_(\w+)\] = \{"([^"]*)"/g],
		['INCIDENT', IncidentState, 'state', /\[INCIDENT_(WAITING|ANSWERED|CLOSED)\] = \{"([^"]*)"/g],
		['JOB', JobState, 'job', /\[JOB_(\w+)\] = \{"([^"]*)"/g],
	]
	for (const [name, values, group, pattern] of checks) {
		const found = [...source.matchAll(pattern)]
		assert.ok(found.length >= 3, name)
		for (const [, key, word] of found) {
			const value = values[key] ?? values[`${name}_${key}`]
			assert.equal(word, zh[`${group}.${value}`], `${name}_${key}`)
		}
	}
	for (const [, code, word] of source.matchAll(/\{"(\w+)", \{"([^"]*)"/g)) {
		const key = ['lang', 'dialect', 'risk', 'relation'].map((group) => `${group}.${code}`).find((k) => k in zh)
		assert.equal(word, zh[key], code)
	}
})
