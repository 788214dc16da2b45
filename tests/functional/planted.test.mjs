// Nobody is in the logs: marked names, numbers, addresses, door codes, health notes and words are put into the registry, the
// whole story is run, with what goes wrong in it, and then everything that the system wrote is searched for them.
//
// What may hold them: the records of homes and people (and with them Redis' own files), and what a person with the right asked for.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl } from '../harness/ctl.mjs'
import { cookieOf, OWN_PASSWORD, ownPassword, post } from '../harness/http.mjs'
import { Cell, folder, request, until } from '../harness/index.mjs'
import { Planted, redisAll } from '../harness/planted.mjs'
import { common, console_ as proto, create, record, toBinary } from '../harness/proto.mjs'
import { caughtUp, recordOf } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'
import { press as vendorPress, Vendors } from '../harness/vendor.mjs'

const { CallResult, ContactAnswer, Kind, JobResult, JobState, Outcome, Service, SpokeTo } = common
const { Result } = proto
const KEY = 'c7'.repeat(32)

function plant(p) {
	const m = (what, text) => p.mark(what, text)
	return {
		name: m('name', '钟离植标'),
		spelling: m('spelling', 'zhongli zhibiao'),
		street: m('street', '植标大道中'),
		address: m('address', '植标大道中77号909房'),
		homePhone: m('phone of the home', '02087654909'),
		phone: m('phone of the resident', '13977001234'),
		door: m('door code', '8642#植'),
		safe: m('key safe', '植标电表箱后4471'),
		holder: m('key holder', '植标管家老何'),
		health: m('health', '植标冠心病支架术后'),
		medicine: m('medicine', '植标他汀每晚一片'),
		contact: m('contact', '欧阳植女'),
		contactPhone: m('phone of the contact', '13977005678'),
		note: m('note of the desk', '植标笔记左腿疼得厉害'),
		jobNote: m('note of the job', '植标现场血压偏高'),
		closing: m('closing text', '植标已送医由女儿陪同'),
		reason: m('reason of a test', '植标试按钮'),
		answer: m('who has it there', '植标调度员王120'),
		staff: m('name of a caregiver', '司徒植护'),
		staffPhone: m('phone of a caregiver', '13977009012'),
		typed: m('typed at the log-in', 'zhibiao-password-77'),
		searched: m('searched for', '植标查找词'),
		sent: m('name that a cloud sends', 'ZhiBiao-PoPo'),
		home_note: m('note of the home', '植标门口有狗'),
		corrected: m('note of the home, corrected', '植标从后门进'),
	}
}

const csv = (rows) => rows.map((row) => row.map((cell) => (/[",]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')).join('\n') + '\n'

/** Marked people and homes, by the tables that a clerk imports. */
async function importAll(cell, dir, x, said) {
	const put = async (table, rows, ...options) => {
		const file = path.join(dir, `${table}.csv`)
		writeFileSync(file, csv(rows))
		const { code, out, err } = await ctl(cell, 'import', table, file, ...options)
		said.push([`import ${table}`, out + err])
		return code
	}
	const area = (await recordOf(cell, 'household:h0001', record.HouseholdSchema)).area
	const done = [
		await put('people', [['account', 'name', 'role', 'areas', 'phone', 'skills'], ['cgplant', x.staff, 'caregiver', area.slice(0, 9), x.staffPhone, 'care']]),
		await put('homes', [
			['household', 'area', 'street', 'address', 'phone', 'note', 'door_code', 'key_safe', 'key_holder', 'health_notes', 'medicines'],
			['hplant', area, x.street, x.address, x.homePhone, x.home_note, x.door, x.safe, x.holder, x.health, x.medicine],
		]),
		await put('residents', [['household', 'resident', 'name', 'spelling', 'birth_year', 'phone', 'language'], ['hplant', 'rplant', x.name, x.spelling, '1938', x.phone, 'yue']]),
		await put('contacts', [['household', 'order', 'name', 'relation', 'phone', 'has_key', 'tell', 'consent'], ['hplant', '1', x.contact, 'daughter', x.contactPhone, '1', '1', '1']]),
		await put('devices', [['device', 'household', 'protocol', 'key'], ['dplant', 'hplant', 'native', KEY]]),
	]
	assert.deepEqual(done, [0, 0, 0, 0, 0], said.map(([what, text]) => `${what}: ${text}`).join('\n'))
	// And a table that is wrong in every row.
	assert.notEqual(await put('contacts', [['household', 'order', 'name', 'phone'], ['hnone', '1', x.contact, x.contactPhone], ['hplant', 'x', x.contact, `${x.contactPhone}#`]]), 0)
}

test('what was planted in the registry is in nothing that the system writes beside it', { timeout: 240000 }, async (t) => {
	const keep = folder(t, 'planted')
	const vendors = Vendors.make(t)
	writeFileSync(path.join(keep, 'snapshot.key'), 'ab'.repeat(32), { mode: 0o600 })
	const cell = await Cell.start(t, {
		demo: { homes: 12 },
		daemons: 2,
		config: { ...vendors.config, snapshot: { path: path.join(keep, 'snapshot'), key_file: path.join(keep, 'snapshot.key'), every_s: 5 } },
	})
	const [one, two] = cell.daemons
	const p = new Planted()
	const x = plant(p)
	const said = [] // what programs printed to whoever called them
	const answers = [] // what HTTP answered to those without the right, or to nonsense
	const fetched = async (what, call) => {
		const a = await call
		answers.push([what, JSON.stringify(a.headers) + a.body])
		return a
	}
	await importAll(cell, folder(t, 'tables'), x, said)
	const passwordOf = ({ out }) => out.split('\n')[1].split(',')[1]
	const password = passwordOf(await ctl(cell, 'user', 'password', 'cgplant'))
	const wallPassword = passwordOf(await ctl(cell, 'user', 'add', 'wall1', '--name', 'hall', '--role', 'wallboard', '--area', '4401'))
	await caughtUp(cell)
	await ownPassword(one, await cell.login('cgplant', { daemon: one, password }), password)

	// ------------------------------------------------------------ the story
	const desk = await Screen.open(t, one, await cell.login('op01'))
	const sup = await Screen.open(t, two, await cell.login('sup01', { daemon: two }))
	const phone = await Screen.open(t, two, await cell.login('cgplant', { daemon: two, password: OWN_PASSWORD }), 'caregiver')
	const wall = await Screen.open(t, one, await cell.login('wall1', { password: wallPassword }), 'wallboard')
	const done = async (...args) => {
		const { code, out, err } = await ctl(cell, ...args)
		assert.equal(code, 0, `${args.join(' ')}: ${err}`)
		return out
	}
	const ok = async (who, what, value) => {
		const reply = await who.ask(what, value)
		assert.equal(reply.result, Result.OK, `${what}: ${Result[reply.result]}`)
		return reply
	}
	await ok(phone, 'duty', { on: true })
	const unit = await Unit.connect(t, one, { device: 'dplant', key: KEY })
	const press = unit.press({ kind: Kind.FALL })
	const { incident } = await unit.ack(press)
	await desk.row((r) => r.id === incident)
	await sup.row((r) => r.id === incident)
	await wall.row((r) => r.id === incident)
	await ok(desk, 'claim', { incident })
	await ok(desk, 'open', { incident })
	await until(() => desk.detail?.healthNotes === x.health, { what: 'the card has what was planted' })
	assert.equal(desk.detail.residents[0].name, x.name)
	await ok(sup, 'open', { incident })
	await ok(desk, 'note', { incident, text: x.note })
	await ok(desk, 'call', { incident, contact: 0, result: CallResult.CALL_NO_ANSWER })
	await ok(desk, 'call', { incident, contact: 1, result: CallResult.CALL_SPOKE })
	await ok(desk, 'contactAnswered', { incident, contact: 1, answer: ContactAnswer.GOING })
	for (const text of [x.name, x.phone, x.address, x.contactPhone, x.searched, 'zhongli']) await ok(desk, 'find', { text })
	await ok(desk, 'handoverOpen', { incident, service: Service.SERVICE_120 })
	await ok(desk, 'handoverConfirm', { incident, handover: 1, text: x.answer })
	await ok(desk, 'escalate', { incident, text: x.note })
	await ok(desk, 'candidates', { incident })
	await ok(desk, 'dispatch', { incident, caregivers: ['cgplant'] })
	const { offers } = await phone.phoneShows((s) => s.offers.length === 1, 'the offer')
	assert.equal(offers[0].street, x.street, 'an offer says where roughly')
	const where = { incident, job: offers[0].job }
	await ok(phone, 'receipt', { ...where, seen: true })
	await ok(phone, 'answer', { ...where, accept: true })
	await phone.phoneShows((s) => s.job?.address === x.address, 'the card comes with the yes')
	await ok(phone, 'jobNote', { ...where, text: x.jobNote })
	await ok(phone, 'progress', { ...where, to: JobState.JOB_EN_ROUTE })
	await ok(phone, 'position', { latE6: 23129110, lonE6: 113264385 })
	await ok(phone, 'progress', { ...where, to: JobState.JOB_ARRIVED, sawResident: true })
	await ok(phone, 'progress', { ...where, to: JobState.JOB_DONE, result: JobResult.TO_HOSPITAL, sawResident: true })
	// What is not hers to ask, and what is nonsense.
	assert.equal((await phone.ask('note', { incident, text: x.note })).result, Result.FORBIDDEN)
	assert.equal((await sup.ask('onTest', { household: 'hplant', seconds: 60, text: '' })).result, Result.NEEDS_REASON)
	await ok(desk, 'spoke', { incident })
	await ok(desk, 'close', { incident, outcome: Outcome.TO_HOSPITAL, text: x.closing, spokeTo: SpokeTo.CONTACT })
	await ok(sup, 'reopen', { incident })
	await ok(sup, 'claim', { incident })
	await ok(sup, 'note', { incident, text: x.note })
	await ok(sup, 'spoke', { incident })
	await ok(sup, 'close', { incident, outcome: Outcome.TO_HOSPITAL, text: x.closing, spokeTo: SpokeTo.CONTACT })
	await ok(sup, 'onTest', { household: 'hplant', seconds: 600, text: x.reason })
	await ok(sup, 'onTest', { household: 'hplant', seconds: 0 })
	await ok(sup, 'openManual', { household: 'hplant', kind: Kind.SERVICE, text: x.note })
	// The registry is looked at and corrected: from a desk, over the API, by a command; right, wrong and at the same time.
	await ok(sup, 'openRecord', { key: 'household:hplant', health: true })
	const card = await until(() => sup.history.findLast((m) => m.case === 'record')?.value, { what: 'the record' })
	assert.equal(card.body.value.address, x.address)
	const edit = (change, expected = card.commit) => sup.ask('editRecord', { key: 'household:hplant', expected, body: { case: 'household', value: { ...card.body.value, ...change } } })
	const edited = await edit({ note: x.corrected })
	assert.equal(edited.result, Result.OK)
	assert.equal((await edit({ note: x.note })).result, Result.CONFLICT)
	assert.equal((await edit({ phone: `${x.homePhone}x${x.name}` }, edited.commit)).result, Result.INVALID)
	const supCookie = sup.cookie
	const patch = async (value, headers = {}) => {
		const body = JSON.stringify(value)
		return request(two.ports.web, '/api/v1/homes/hplant', { method: 'PATCH', body, headers: { cookie: supCookie, origin: two.origin, 'content-type': 'application/merge-patch+json', 'content-length': Buffer.byteLength(body), ...headers } })
	}
	const { headers: tagged } = await request(two.ports.web, '/api/v1/homes/hplant', { headers: { cookie: supCookie } })
	await fetched('an edit of yesterday', patch({ note: x.note }, { 'if-match': '"0123456789abcdef"' }))
	await fetched('an edit that is wrong', patch({ phone: `${x.phone}#${x.name}`, [x.name]: x.note }, { 'if-match': tagged.etag }))
	const patched = await patch({ note: x.corrected }, { 'if-match': tagged.etag })
	assert.ok([200, 204].includes(patched.status), patched.body)
	assert.equal((await request(two.ports.web, `/api/v1/homes?phone=${x.phone}`, { headers: { cookie: supCookie } })).status, 200)
	for (const args of [['home', 'set', 'hplant', `note=${x.home_note}`], ['home', 'set', 'hplant', `phone=${x.name}`], ['contact', 'set', 'hplant', '1', `note=${x.corrected}`], ['resident', 'set', 'hplant', 'rplant', `known_as=${x.name}`]]) await ctl(cell, ...args)
	for (const args of [['export', 'homes', path.join(keep, 'out.csv'), '--with-private'], ['home', 'show', 'hplant', '--with-private']]) assert.equal((await ctl(cell, ...args)).code, 0, args.join(' '))
	assert.ok(readFileSync(path.join(keep, 'out.csv')).includes(x.address), 'whoever may gets it')
	rmSync(path.join(keep, 'out.csv'))
	// The next day: somebody calls back. And a cloud that sends a name with its press.
	await ctl(cell, 'device', 'add', 'sample.P1', '--household', 'hplant', '--protocol', 'webhook')
	await caughtUp(cell)
	assert.equal((await vendors.send(one, vendorPress('P1', { name: x.sent, note: x.note }))).status, 200)
	await vendors.send(one, vendorPress('P9', { name: x.sent, note: x.note })) // of nobody that we know
	await fetched('a signature that is none', vendors.send(one, vendorPress('P1', { name: x.sent }), { secret: 'wrong-secret-wrong-secret' }))

	// ------------------------------------------------------------ what goes wrong
	for (const [account, pass] of [[x.typed, 'x'], ['op01', x.typed], [x.phone, x.typed], [x.name, x.typed]])
		await fetched(`log-in as ${account}`, post(one, '/api/v1/login', { account, password: pass }))
	await fetched('log-in that is no JSON', post(one, '/api/v1/login', `{"account": "${x.typed}", `))
	const cookie = cookieOf(await post(one, '/api/v1/login', { account: 'op01', password: 'pingan-demo-2026' }))
	const enc = encodeURIComponent
	for (const to of [`/api/v1/homes?phone=${x.phone}`, `/api/v1/homes/${enc(x.name)}`, `/api/v1/homes?q=${enc(x.name)}&limit=${enc(x.note)}`, `/${enc(x.address)}`, `/console/${x.phone}`, `/api/v1/residents/${enc(x.name)}`])
		for (const headers of [{}, { cookie }, { authorization: `Bearer ${x.typed}` }, { cookie: `pingan_session=${x.typed}` }])
			await fetched(`GET ${to}`, request(one.ports.web, to, { headers }))
	for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
		await fetched(`${method} of a home`, request(one.ports.web, '/api/v1/homes/hplant', { method, headers: { cookie, 'content-type': 'application/json', origin: one.origin }, body: JSON.stringify({ street: x.street, address: 7, phone: `${x.phone}x`, [x.name]: x.note }) }))
	await fetched('another origin', request(one.ports.web, '/api/v1/login', { method: 'POST', headers: { origin: `http://${x.phone}.example`, 'content-type': 'application/json', 'content-length': 2 }, body: '{}' }))
	desk.socket.send(Buffer.from(`\xff${x.note}`)) // no message of ours
	await until(() => desk.goAway !== null, { what: 'the page is sent away' })
	for (const args of [['incidents'], ['log', '--count', '500'], ['alarms'], ['alarms', '--json'], ['status'], ['device', 'list'], ['device', 'show', 'dplant'], ['import', 'homes', '/none'], ['user', 'show', x.name], ['device', 'show', x.phone]])
		said.push([`pinganctl ${args.join(' ')}`, Object.values(await ctl(cell, ...args)).join('\n')])
	// The store goes, somebody presses all the same, a daemon starts from its snapshot, the store comes back.
	await until(() => statSync(path.join(keep, 'snapshot'), { throwIfNoEntry: false })?.size > 0, { what: 'a snapshot' })
	await until(() => desk.live, { what: 'the page is back' })
	await cell.redis.kill()
	const again = unit.press({ kind: Kind.SOS })
	await desk.row((r) => r.notStored, 'the press that is not stored')
	await one.kill()
	await one.start({ ready: false })
	await until(async () => (await one.health()).loaded, { what: 'the snapshot is loaded' })
	await cell.redis.start()
	await one.ready()
	await two.ready()
	await unit.reopen({ held: [{ ...again, heard: common.Step.NONE }] })
	unit.send('alarm', again)
	await unit.ack(again)
	await caughtUp(cell, two)

	// What else is printed or answered: by commands, and to systems and people whose right is not to persons' data.
	for (const args of [['doctor'], ['doctor', '--json'], ['audit', 'query', '--count', '1000'], ['audit', 'query', '--person', 'hplant', '--json'], ['audit', 'verify', '--json'], ['session', 'list', '--json'], ['token', 'list', '--json'], ['role', 'list'], ['retention', 'show'], ['incidents'], ['alarms', '--count', '5'], ['roster', 'show'], ['roster', 'gaps'], ['snapshot', 'show'], ['home', 'show', 'hplant', 'x'], ['home', 'erase', 'hplant', '--reason', 'asked']])
		said.push([`pinganctl ${args.join(' ')}`, Object.values(await ctl(cell, ...args)).join('\n')])
	const checked = said.find(([what]) => what === 'pinganctl audit verify --json')[1]
	assert.match(checked, /"findings":0[,}]/, 'and the chain of all this is whole')
	const scopes = 'statistics:read,areas:read,audit:read,devices:read,incidents:read'
	const { token } = JSON.parse(await done('token', 'add', 'city', '--scope', scopes, '--area', '4401', '--days', '1', '--json'))
	await caughtUp(cell)
	const pages = ['/api/v1/statistics/incidents', '/api/v1/homes/installed', '/api/v1/areas', '/api/v1/stations', '/api/v1/audit?limit=500', '/api/v1/audit?person=hplant', '/api/v1/devices?household=hplant', '/api/v1/devices/dplant', '/api/v1/devices/dplant/status', '/api/v1/incidents?limit=100', `/api/v1/incidents/${incident.toString(16).padStart(16, '0')}`, '/api/v1/homes/hplant', '/api/v1/find?text=zhibiao', '/api/v1/people', '/api/v1/openapi.yaml']
	for (const to of pages) {
		const a = await fetched(`a token's ${to}`, request(one.ports.web, to, { headers: { authorization: `Bearer ${token}` } }))
		assert.ok(a.status === 200 || (a.status === 403 && /homes.hplant|find|people/.test(to)), `${to}: ${a.status} ${a.body}`)
	}
	// The sheet has what somebody on the way needs, and nothing that was said or written about anybody.
	const sheets = { command: (await ctl(cell, 'paper')).out, page: (await request(two.ports.web, '/api/v1/paper', { headers: { cookie: supCookie } })).body }
	for (const [what, sheet] of Object.entries(sheets)) {
		assert.ok(sheet.includes(x.address) && sheet.includes(x.door), `the open call of ${what}`)
		p.look(`paper of ${what}`, sheet, { except: ['name', 'street', 'address', 'phone of the home', 'phone of the resident', 'door code', 'key safe', 'key holder', 'contact', 'phone of the contact', 'name of a caregiver', 'phone of a caregiver', 'note of the home', 'note of the home, corrected'] })
	}

	// ------------------------------------------------------------ is it anywhere?
	for (const daemon of cell.daemons) {
		p.look(`log of ${daemon.name}`, daemon.child.lines.join('\n'))
		for (const page of ['/metrics', '/readyz', '/healthz']) p.look(`${page} of ${daemon.name}`, (await request(daemon.ports.admin, page)).body)
		assert.match(readFileSync(`/proc/${daemon.child.pid}/limits`, 'utf8'), /Max core file size +0 +0/, 'no core with homes in it')
	}
	p.look('log of pingan-authd', cell.authd.child.lines.join('\n'))
	p.look('log of Redis', cell.redis.child.lines.join('\n'))
	for (const [what, text] of answers) p.look(`answer to ${what}`, text)
	assert.ok(wall.history.filter((m) => m.case === 'delta').length > 5)
	p.look('what the wall was sent', wall.history.map((m) => Buffer.from(toBinary(proto.ToScreenSchema, create(proto.ToScreenSchema, { body: m })))).reduce((all, one) => Buffer.concat([all, one]), Buffer.alloc(0)))
	// Whoever typed a word into a command sees it in the complaint, and whoever asks what a unit has sent is told.
	const asked = (what) => (what.includes('user show') ? ['name'] : what.includes('device show') ? ['phone of the resident'] : what.includes('alarms') ? ['name that a cloud sends', 'note of the desk'] : [])
	for (const [what, text] of said) p.look(`output of ${what}`, text, { except: asked(what) })
	assert.ok(said.some(([what, text]) => what === 'pinganctl alarms' && text.includes(x.sent)), 'what a unit has sent can be read back')
	const may = /^pa:(household|person):/
	const keys = await redisAll(cell.redis)
	assert.ok(keys.some(({ key }) => key === 'pa:household:hplant') && keys.some(({ key }) => key === 'pa:log'))
	for (const { key, bytes } of keys) if (!may.test(key)) p.look(`Redis ${key}`, bytes)
	for (const dir of [keep, cell.dir])
		for (const name of readdirSync(dir)) {
			const file = path.join(dir, name)
			if (statSync(file).isFile()) p.look(`file ${name}`, readFileSync(file))
		}
	// Nor does a page without a person in it say so; and the search would find them.
	const before = p.found.length
	p.look('the record itself', keys.find(({ key }) => key === 'pa:household:hplant').bytes)
	const there = p.found.splice(before)
	for (const what of ['name', 'address', 'phone of the home', 'door code', 'health', 'contact']) assert.ok(there.some((f) => f.startsWith(`${what} in`)), `${what} was planted`)
	for (const where of ['Redis pa:log', 'Redis pa:outbox', 'log of pingand0', 'file snapshot', '/metrics of pingand0'])
		assert.ok(p.looked.some((l) => l.where === where && l.bytes > 100), `${where} was searched`)
	assert.deepEqual(p.found, [], 'nothing of it is anywhere')
})
