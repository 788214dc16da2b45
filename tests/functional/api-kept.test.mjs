// What the API's file says can be written is what is kept: a member that the file names and that is lost on the way to the
// registry, or back, would be taken away from whoever writes a whole record.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'

import { ok as ctlOk } from '../harness/ctl.mjs'
import { Cell, request } from '../harness/index.mjs'
import { npm } from '../harness/npm.mjs'
import { caughtUp } from '../harness/registry.mjs'

const spec = npm('yaml').parse(readFileSync(path.join(import.meta.dirname, '../../docs/openapi.yaml'), 'utf8'))
const ends = []
let cell
let token

before(async () => {
	cell = await Cell.start({ after: (end) => ends.push(end) }, { demo: { homes: 5, onDuty: 1 } })
	token = JSON.parse(await ctlOk(cell, 'token', 'add', 'writer', '--scope', 'homes:read,homes:write,devices:read,devices:write,people:read,people:write,areas:read,areas:write,rosters:read,rosters:plan,absences:read,absences:write', '--area', '4401', '--days', '1', '--json')).token
	await ctlOk(cell, 'station', 'add', 'kept-st', 'name=云影颐康中心', 'area=440190001', 'address=米铺街 1 号')
	await caughtUp(cell)
})
after(async () => {
	for (const end of ends.reverse()) await end()
})

async function ask(method, at, value, match) {
	await cell.daemon.control('advance 50')
	const body = value === undefined ? undefined : JSON.stringify(value)
	const answer = await request(cell.daemon.ports.web, `/api/v1${at}`, {
		method,
		body,
		headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { [match ? 'if-match' : 'if-none-match']: '*', 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }) },
	})
	assert.ok(answer.status < 300, `${method} ${at}: ${answer.status} ${answer.body}`)
	return JSON.parse(answer.body)
}

/** Every member of the schema has a value in what is written, so that a member added to the file is added here. */
function whole(schema, value, beside = []) {
	const named = Object.keys(spec.components.schemas[schema].properties).filter((name) => !beside.includes(name))
	assert.deepEqual(Object.keys(value).sort(), named.sort(), schema)
}

async function kept(at, value, told = value) {
	await ask('PUT', at, value)
	assert.deepEqual(await ask('GET', at), { id: at.split('/').at(-1), ...told }, at)
}

const place = { lat: 23.1, lon: 113.2 }
const hours = [{ days: 31, from_min: 480, until_min: 1080 }]

test('a home', async () => {
	const resident = { id: 'kept-r1', name: '陈𠮷祥', birth_year: 1938, sex: 2, language: 'yue', risks: ['alone', 'very_old'], phone: '02081234567', dialect: 'taishan', mobility: 'with_aid', spelling: 'chen jixiang', known_as: '祥叔' }
	const contact = { order: 1, name: '陈小明', relation: 'son', phone: '13800001111', has_key: true, tell: true, phone2: '02081111111', consent: true, consent_on: '2026-01-05', hours, language: 'cmn', note: '夜班' }
	const plan = { provider: 'kept-st', ability: 2, assessed_on: '2026-01-05', visits_week: 3, services: ['bath', 'meal'], from: '2026-02-01', until: '2027-01-31', manager: 'cg01', note: '先电话' }
	const home = { area: '440190001001', street: '米铺街', address: '米铺街 7 号 301', access: '门铃坏', phone: '02087654321', place, residents: [resident], contacts: [contact], kind: 'care_bed', care_plan: plan, station: 'kept-st', door_code: '1357#', key_safe: '4680', key_holder: '对门', note: '养狗', served_from: '2026-01-10' }

	whole('Home', home, ['id'])
	whole('Resident', resident)
	whole('Contact', contact)
	whole('CarePlan', plan)
	await kept('/homes/kept-h1', home)
})

test('a person', async () => {
	const person = { name: '周护士', role: 'caregiver', areas: ['440190001'], languages: ['yue', 'cmn'], skills: ['care', 'nurse'], phone: '13800002222', base: place, station: 'kept-st', disabled: false }

	whole('PersonEdit', person, ['id'])
	await kept('/people/kept.p1', person)
})

test('a unit', async () => {
	const unit = { household: 'h0001', protocol: 'native', model: 'A1', vendor: 'anju', carrier: 'mobile', code_table: '', report_s: 3600 }

	whole('DeviceEdit', unit, ['id', 'key', 'state'])
	delete unit.code_table // of a DC-09 panel
	await ask('PUT', '/devices/keptu1', { ...unit, key: 'ab'.repeat(32) })
	const told = await ask('GET', '/devices/keptu1')
	for (const [name, value] of Object.entries(unit)) assert.deepEqual(told[name], value, name)
})

test('a week, and the absences of a person', async () => {
	const slot = { days: ['tue', 'sun'], from_min: 0, minutes: 1440, post: 'field', skill: 'care', need: 3, people: ['cg01'], weeks: 2, week: 1, from: '2096-01-01T00:00:00.000Z', until: '2097-01-01T00:00:00.000Z' }
	const absence = { from: '2096-02-01T00:00:00.000Z', until: '2096-03-01T00:00:00.000Z', reason: 'training' }

	whole('RosterSlotEdit', slot, ['id'])
	await ask('PUT', '/rosters/440190001', { slots: [slot] })
	assert.deepEqual((await ask('GET', '/rosters/440190001')).slots, [{ id: 1, ...slot }])
	whole('Absence', absence, ['id', 'by', 'entered'])
	await ask('PUT', '/absences/cg01', { absences: [absence] }, '*')
	const { id, by, entered, ...told } = (await ask('GET', '/absences/cg01')).absences[0]
	assert.deepEqual(told, absence)
	assert.ok(id === 1 && by.startsWith('token.') && entered)
})

test('an area and a station', async () => {
	const area = { name: '听风社区', name_en: 'Tingfeng', neighbours: ['440190002'], arrival_due_min: 15, centre: place, target_homes: 40, station: 'kept-st' }
	const station = { name: '听风颐康站', name_en: 'Tingfeng Station', kind: 'point', area: '440190001', address: '琴台路 3 号', phone: '02081230000', duty_phone: '13800003333', place, hours, covers: ['440190001'], closed: true }

	whole('Area', area, ['code'])
	whole('Station', station, ['id'])
	await ask('PUT', '/areas/440190001099', area)
	assert.deepEqual(await ask('GET', '/areas/440190001099'), { code: '440190001099', ...area })
	await kept('/stations/kept-s2', station)
})
