// Whoever works here, and whoever a home names, has the rights that residents have: a copy of all that is held on them, and an
// erasure that proves itself. One cell, one story, with marked words in it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

import { ctl, ok, refused } from '../harness/ctl.mjs'
import { OWN_PASSWORD, ownPassword } from '../harness/http.mjs'
import { Cell, request, until } from '../harness/index.mjs'
import { Planted, redisAll } from '../harness/planted.mjs'
import { common, console_ as proto, record } from '../harness/proto.mjs'
import { caughtUp, household, person, recordOf } from '../harness/registry.mjs'
import { Screen } from '../harness/screen.mjs'
import { Unit } from '../harness/unit.mjs'

const { CallResult, ContactAnswer, JobResult, JobState, Kind, Outcome, SpokeTo } = common
const { Result } = proto

const NAME = '司徒植护'
const PHONE = '13977009012'
const CONTACT = '欧阳植女'
const CONTACT_PHONE = '13977005678'
const SECOND_PHONE = '02087655678'
const CONTACT_NOTE = '植标夜班九点后再打'
const HOLDER = '植标管家老何 139-7700-3344'

/** Everything that Redis has on disk, as bytes. */
function onDisk(cell) {
	const all = (dir) => readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? all(path.join(dir, e.name)) : [readFileSync(path.join(dir, e.name))]))
	return Buffer.concat(all(path.join(cell.dir, 'redis')))
}

/** Everything that the system has anywhere but in the given records. */
async function lookAll(cell, p, but) {
	for (const { key, bytes } of await redisAll(cell.redis)) if (!but.includes(key)) p.look(`Redis ${key}`, bytes)
	for (const daemon of cell.daemons) {
		p.look(`log of ${daemon.name}`, daemon.child.lines.join('\n'))
		p.look(`/metrics of ${daemon.name}`, (await request(daemon.ports.admin, '/metrics')).body)
	}
}

const hex = (incident) => incident.toString(16).padStart(16, '0')

test('who works here and who a home names: a copy of everything, and an erasure that proves itself', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	await cell.daemon.stop()
	cell.daemon.config.snapshot = { path: path.join(cell.dir, 'snapshot'), key_file: path.join(cell.dir, 'snapshot.key'), every_s: 3600 }
	await cell.daemon.start()
	const home = cell.homes.find((h) => h.household === 'h0009')
	const before = await household(cell, 'h0009')
	const area = before.area.slice(0, 9)
	const done = async (...args) => JSON.parse(await ok(cell, ...args, '--json'))
	const asked = async (who, what, value) => {
		const reply = await who.ask(what, value)
		assert.equal(reply.result, Result.OK, `${what}: ${Result[reply.result]}`)
	}

	// ------------------------------------------------------------ the story
	const password = (await ok(cell, 'user', 'add', 'cgplant', '--name', NAME, '--role', 'caregiver', '--area', area, '--phone', PHONE, '--skill', 'care')).split('\n')[1].split(',')[1]
	const order = String(before.contacts.length + 1)
	const entry = [`name=${CONTACT}`, `phone=${CONTACT_PHONE}`, 'relation=daughter', 'tell=yes', 'consent=yes', 'has_key=yes']
	await ok(cell, 'contact', 'add', 'h0009', order, ...entry, `phone2=${SECOND_PHONE}`, `note=${CONTACT_NOTE}`)
	await ok(cell, 'contact', 'add', 'h0010', '9', ...entry)
	await ok(cell, 'contact', 'add', 'h0011', '9', 'name=欧阳同号', `phone=+86 ${CONTACT_PHONE}`)
	await ok(cell, 'home', 'set', 'h0009', `key_holder=${HOLDER}`, `note=钥匙在${CONTACT}处`)
	await ok(cell, 'roster', 'template', 'add', area, '--on', 'daily', '--from', '20:00', '--to', '08:00', '--skill', 'care', '--need', '1', '--people', 'cgplant')
	await ok(cell, 'roster', 'absence', 'add', 'cgplant', '--from', '2031-01-01', '--to', '2031-01-03', '--reason', 'sick')
	await caughtUp(cell)

	const desk = await Screen.open(t, cell.daemon, await cell.login('op01'))
	await ownPassword(cell.daemon, await cell.login('cgplant', { password }), password)
	const phone = await Screen.open(t, cell.daemon, await cell.login('cgplant', { password: OWN_PASSWORD }), 'caregiver')
	await asked(phone, 'duty', { on: true })
	const unit = await Unit.connect(t, cell.daemon, home)
	const { incident } = await unit.ack(unit.press({ kind: Kind.FALL }))
	await desk.row((r) => r.id === incident)
	await asked(desk, 'claim', { incident })
	await asked(desk, 'open', { incident })
	await until(() => desk.detail?.healthNotes === before.health.notes, { what: 'who looks is on record' })
	await asked(desk, 'call', { incident, contact: Number(order), result: CallResult.CALL_SPOKE })
	await asked(desk, 'call', { incident, contact: 1, result: CallResult.CALL_NO_ANSWER })
	await asked(desk, 'contactAnswered', { incident, contact: Number(order), answer: ContactAnswer.GOING })
	await asked(desk, 'note', { incident, text: `${CONTACT} 说 ${NAME} 已在路上` })
	await asked(desk, 'dispatch', { incident, caregivers: ['cgplant'] })
	const { offers } = await phone.phoneShows((s) => s.offers.length === 1, 'the offer')
	const where = { incident, job: offers[0].job }
	await asked(phone, 'answer', { ...where, accept: true })
	await phone.phoneShows((s) => s.job !== undefined, 'the job')
	await asked(phone, 'position', { latE6: 23456789, lonE6: 113987654 })

	// Nobody goes while they are needed: with a job in hand, or while a call may be answered by them.
	await refused(cell, /may log in still: pinganctl user disable first; nothing was erased/, 'user', 'erase', 'cgplant', '--reason', 'left')
	await refused(cell, /a call of this home is open: close it first; nothing was erased/, 'contact', 'erase', 'h0009', order, '--reason', 'asked')
	for (const to of [JobState.JOB_EN_ROUTE, JobState.JOB_ARRIVED]) await asked(phone, 'progress', { ...where, to, sawResident: true })
	await ok(cell, 'user', 'disable', 'cgplant')
	await refused(cell, /has a call that is open: hand it over or close it first; nothing was erased/, 'user', 'erase', 'cgplant', '--reason', 'left')
	await ok(cell, 'user', 'enable', 'cgplant')
	await caughtUp(cell)
	const again = await Screen.open(t, cell.daemon, await cell.login('cgplant', { password: OWN_PASSWORD }), 'caregiver')
	await again.phoneShows((s) => s.job !== undefined, 'the job is kept')
	await asked(again, 'progress', { ...where, to: JobState.JOB_DONE, result: JobResult.HELPED, sawResident: true })
	await asked(desk, 'spoke', { incident })
	await asked(desk, 'close', { incident, outcome: Outcome.HELPED_AT_HOME, spokeTo: SpokeTo.RESIDENT })
	await caughtUp(cell)

	// ------------------------------------------------------------ a copy for who works here
	const staff = await done('user', 'export', 'cgplant')
	assert.deepEqual([staff.staff.person.name, staff.staff.person.phone, staff.staff.person.areas, staff.staff.caregiver.id], [NAME, PHONE, [area], 'cgplant'])
	assert.deepEqual([staff.staff.absence.list.length, staff.staff.absence.list[0].reason], [1, 'ABSENCE_SICK'])
	assert.equal(staff.sessions.length, 1)
	assert.ok(staff.sessions[0].address.length > 0, 'from where they logged in')
	assert.deepEqual([staff.rosters.length, staff.rosters[0].area, staff.rosters[0].slots.length, staff.rosters[0].slots[0].people], [1, area, 1, ['cgplant']])
	const [call] = staff.calls
	assert.deepEqual([staff.calls.length, call.id, call.household], [1, hex(incident), 'h0009'])
	assert.deepEqual([call.jobs.length, call.jobs[0].caregiver, call.jobs[0].offers[0].caregiver, call.jobs[0].offers[0].state], [1, 'cgplant', 'cgplant', 'OFFER_ACCEPTED'])
	assert.ok(['LINE_OFFERED', 'LINE_OFFER_ACCEPTED', 'LINE_ARRIVED'].every((code) => call.lines.some((l) => l.code === code)), 'their lines of the timeline')
	assert.ok(call.lines.every((l) => l.who === 'cgplant' || l.subject === 'cgplant'), 'and nobody else\'s')
	assert.ok(staff.log.some((e) => e.rosters?.some((r) => r.what === 'ROSTER_DUTY_ON' && r.who === 'cgplant')), 'when they were on duty')
	assert.ok(staff.log.some((e) => e.records?.some((r) => r.record === 'login' && r.was.address.length > 0)), 'former sessions')
	assert.ok(staff.acts.some((a) => a.what === 'AUDIT_LOGGED_IN') && staff.acts.length > 3, 'what they did')
	assert.ok(staff.looks.some((a) => a.who.startsWith('ctl:') && a.record === 'person:cgplant'), 'who had to do with them')
	const text = JSON.stringify(staff)
	const stored = await person(cell, 'cgplant')
	for (const word of [before.address, before.phone, before.residents[0].name, CONTACT, '已在路上', stored.passwordHash, '23456789', '113987654']) assert.ok(!text.includes(word), `${word} is nobody's but another's`)
	const printed = await ok(cell, 'user', 'export', 'cgplant')
	for (const word of ['个人信息副本', `姓名 (name): ${NAME}`, PHONE]) assert.ok(printed.includes(word), word)
	assert.equal((await done('user', 'export', 'cgplant')).looks.filter((a) => a.what === 'AUDIT_EXPORTED' && a.who.startsWith('ctl:')).length, 2, 'that it was handed out is on record')
	await refused(cell, /there is no such account/, 'user', 'export', 'nobody')

	// ------------------------------------------------------------ a copy for a contact, and for who has the key
	await refused(cell, /h0011, 9 has this number[^]*people of different names have this number/, 'contact', 'export', '--phone', CONTACT_PHONE)
	const contact = await done('contact', 'export', '--phone', '139 7700 5678', '--name', CONTACT)
	assert.deepEqual(contact.homes.map((h) => [h.home, h.contact.name, h.contact.phone]), [['h0009', CONTACT, CONTACT_PHONE], ['h0010', CONTACT, CONTACT_PHONE]])
	const [first] = contact.homes
	assert.deepEqual([first.contact.phone2, first.contact.note, first.contact.has_key, first.calls.length, first.calls[0].id], [SECOND_PHONE, CONTACT_NOTE, true, 1, hex(incident)])
	const of = (code) => first.calls[0].lines.filter((l) => l.code === code).map((l) => String(l.number))
	assert.deepEqual([of('LINE_CALLED'), of('LINE_CONTACT_ANSWERED')], [[order], [order]], 'their calls, not another contact\'s')
	assert.ok(first.log.some((e) => e.who?.startsWith('ctl:') && e.fields.includes(`contacts[${order}]`)), 'who entered them')
	assert.ok(first.looks.some((l) => l.who === 'op01' && l.what === 'AUDIT_LOOKED'), 'who looked')
	const [same] = (await done('contact', 'export', 'h0010', CONTACT)).homes
	assert.deepEqual([same.home, same.contact.name], ['h0009', CONTACT], 'by home and name it is the same person, in both homes')
	const others = JSON.stringify(contact)
	for (const word of [before.address, before.residents[0].name, before.contacts[0].name, NAME, '已在路上', '欧阳同号']) assert.ok(!others.includes(word), `${word} is about somebody else`)
	const [holder] = (await done('contact', 'export', '--phone', '13977003344')).homes
	assert.deepEqual([holder.home, holder.key_holder, holder.calls], ['h0009', HOLDER, []])
	assert.equal((await done('contact', 'export', 'h0009', 'key_holder')).homes[0].key_holder, HOLDER)
	assert.ok((await ok(cell, 'contact', 'export', 'h0009', order)).includes(CONTACT_NOTE))
	await refused(cell, /has no such contact/, 'contact', 'export', 'h0009', '77')
	await refused(cell, /no home has a contact/, 'contact', 'export', '--phone', '13000000000')
	await refused(cell, /say HOME and CONTACT/, 'contact', 'export')

	// ------------------------------------------------------------ a contact goes
	const p = new Planted()
	for (const [what, word] of [['contact', CONTACT], ['phone', CONTACT_PHONE], ['second phone', SECOND_PHONE], ['note', CONTACT_NOTE]]) p.mark(what, word)
	p.look('the record before', (await redisAll(cell.redis)).find(({ key }) => key === 'pa:household:h0009').bytes)
	assert.equal(p.found.splice(0).length, 4, 'the search finds what is there')
	assert.ok(onDisk(cell).includes(Buffer.from(SECOND_PHONE)), 'on disk too')
	await refused(cell, /--reason is asked, left, died or never_meant/, 'contact', 'erase', 'h0009', order)
	const left = await ctl(cell, 'contact', 'erase', 'h0009', order, '--reason', 'asked', '--json')
	assert.equal(left.code, 1, left.err)
	assert.match(left.err, /its field note says the same words/)
	assert.match(left.err, /the same telephone stands in household:h0010, contact 9/)
	const half = JSON.parse(left.out)
	assert.deepEqual([half.contact, half.household, half.reason, half.found, half.snapshots_behind, half.left, half.elsewhere], [order, 'h0009', 'asked', 0, 0, ['texts'], 2])
	assert.ok(half.notes >= 1, 'a sealed text that has the name is counted')
	await ok(cell, 'home', 'set', 'h0009', 'note=')
	assert.deepEqual((await done('contact', 'erase', 'h0009', order, '--reason', 'asked')).left, [], 'made again it is done to the end')
	for (const [of, word] of [['h0009', 'key_holder'], ['h0010', '9'], ['h0011', '9']]) {
		const said = await done('contact', 'erase', of, word, '--reason', 'asked')
		assert.deepEqual([said.contact, said.household, said.found, said.good], [word, of, 0, true])
	}
	await lookAll(cell, p, [])
	assert.deepEqual(p.found, [], 'nothing of the contact is anywhere')
	for (const word of [CONTACT, CONTACT_PHONE, SECOND_PHONE, CONTACT_NOTE, HOLDER]) assert.ok(!onDisk(cell).includes(Buffer.from(word)), `${word} is on disk no more`)
	const after = await household(cell, 'h0009')
	assert.deepEqual([after.contacts.length, after.key, after.address, after.keyHolder], [before.contacts.length, before.key, before.address, ''], 'the home is as it was otherwise')
	assert.ok((await recordOf(cell, `incident:${hex(incident)}`, record.IncidentSchema)).lines.some((l) => l.number === BigInt(order)), 'that a contact was called stays')
	await refused(cell, /no home has a contact/, 'contact', 'export', '--phone', CONTACT_PHONE)
	// Who comes to stand under the same number is another person, and is told nothing of the one before.
	await ok(cell, 'contact', 'add', 'h0009', order, 'name=新联系人', 'phone=13511112222', 'tell=yes')
	assert.deepEqual((await done('contact', 'export', 'h0009', order)).homes[0].calls, [])

	// ------------------------------------------------------------ who worked here goes
	for (const [what, word] of [['name', NAME], ['phone of staff', PHONE], ['password', stored.passwordHash]]) p.mark(what, word)
	await ok(cell, 'user', 'disable', 'cgplant')
	await refused(cell, /has not been erased/, 'erase', 'verify', 'person:cgplant')
	const gone = await done('user', 'erase', 'cgplant', '--reason', 'left')
	assert.deepEqual([gone.person, gone.role, gone.reason, gone.found, gone.left, gone.snapshots_behind, gone.file_rewritten, gone.good], ['cgplant', 'caregiver', 'left', 0, [], 0, true, true])
	assert.ok(gone.calls === 1 && gone.audit > 3 && gone.log > 3 && gone.notes >= 1, 'where the id stays is counted')
	for (const word of [NAME, PHONE]) assert.ok(!JSON.stringify(gone).includes(word), 'a certificate names nobody')
	const stone = await person(cell, 'cgplant')
	assert.deepEqual([stone.id, stone.name, stone.phone, stone.passwordHash, stone.areas, stone.skills, stone.disabled], ['cgplant', '', '', '', [], [], true])
	await lookAll(cell, p, [])
	assert.deepEqual(p.found, [], 'nothing of them is anywhere')
	for (const word of [NAME, PHONE, stored.passwordHash]) assert.ok(!onDisk(cell).includes(Buffer.from(word)), 'it is on disk no more')
	const keys = (await redisAll(cell.redis)).map(({ key }) => key)
	for (const type of ['caregiver', 'operator', 'absence', 'reminder']) assert.ok(!keys.includes(`pa:${type}:cgplant`), `${type} is gone`)
	assert.deepEqual((await recordOf(cell, `roster:${area}`, record.RosterSchema)).slots.map((s) => s.people), [[]], 'the place in the roster is a gap')
	assert.ok((await recordOf(cell, `incident:${hex(incident)}`, record.IncidentSchema)).jobs.some((j) => j.caregiver === 'cgplant'), 'who acted stays on record')
	assert.match(await ok(cell, 'erase', 'verify', 'person:cgplant'), /Certificate of erasure[^]*the id, where it says who acted[^]*Erased\./)
	assert.match(await ok(cell, 'user', 'list'), /cgplant +caregiver +erased/)
	assert.deepEqual((await done('user', 'erase', 'cgplant', '--reason', 'asked')).reason, 'left', 'made again it looks once more')
	// The account is nobody's again: not by a command, a table, or another system.
	for (const args of [['user', 'enable', 'cgplant'], ['user', 'set', 'cgplant', '--name', NAME], ['user', 'password', 'cgplant']]) await refused(cell, /was erased; the account is not used again/, ...args)
	const table = path.join(cell.dir, 'people.csv')
	writeFileSync(table, `account,name,role,areas,phone\ncgplant,${NAME},caregiver,${area},${PHONE}\n`)
	for (const [lang, words] of [['en', /people\.csv:2:.*this person was erased; the account is not used again/], ['zh', /people\.csv:2:.*此人的资料已被抹除，该账号不再使用/]]) await refused(cell, words, 'import', 'people', table, '--update', '--lang', lang)
	const { token } = await done('token', 'add', 'office', '--scope', 'people:read,people:write,absences:read,absences:write', '--area', area.slice(0, 4), '--days', '1')
	await caughtUp(cell)
	const absence = { absences: [{ from: '2031-01-01T00:00:00Z', until: '2031-01-03T00:00:00Z', reason: 'sick' }] }
	for (const [at, value] of [['people', { name: NAME, role: 'caregiver', areas: [area] }], ['absences', absence]])
		for (const match of ['if-match', 'if-none-match']) {
			const answer = await request(cell.daemon.ports.web, `/api/v1/${at}/cgplant`, { method: 'PUT', body: JSON.stringify(value), headers: { authorization: `Bearer ${token}`, [match]: '*', 'content-type': 'application/json' } })
			assert.ok([403, 404, 412].includes(answer.status), `${at} ${match}: ${answer.status} ${answer.body}`)
		}
	await caughtUp(cell)
	assert.deepEqual(await person(cell, 'cgplant'), stone, 'it stays as it was left')
	await refused(cell, /this account is there already/, 'user', 'add', 'cgplant', '--name', NAME, '--role', 'caregiver', '--area', area)

	// The chain is whole, and says who erased whom and why, by ids.
	assert.equal((await done('audit', 'verify')).findings, 0)
	const erased = (await ok(cell, 'audit', 'query', '--what', 'erased', '--json')).trim().split('\n').map((l) => JSON.parse(l))
	assert.deepEqual(erased.map((e) => e.note), ['asked', 'asked', 'asked', 'asked', 'left'])

	// The local copy has forgotten them too: it is all there is while Redis is away.
	await caughtUp(cell)
	await cell.redis.kill()
	await until(async () => (await ctl(cell, 'paper')).code === 0, { what: 'paper without Redis' })
	const sheet = (await ctl(cell, 'paper')).out
	for (const word of [NAME, PHONE, CONTACT, CONTACT_PHONE]) assert.ok(!sheet.includes(word))
})
