// pinganctl device import: a table of a clerk becomes devices that are served at once; what is wrong in it is named by line
// and column, and nothing is half entered.
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { ctl, ok } from '../harness/ctl.mjs'
import { dc09, Panel } from '../harness/device.mjs'
import { Cell, folder } from '../harness/index.mjs'
import { common, record } from '../harness/proto.mjs'
import { recordOf } from '../harness/registry.mjs'
import { Unit } from '../harness/unit.mjs'

const KEY = 'ab'.repeat(32)

/** A cell, and a table in a file. */
async function begun(t, options) {
	const cell = await Cell.start(t, { demo: { homes: 20 }, ...options })
	const dir = folder(t, 'import')
	const file = path.join(dir, 'devices.csv')
	return { cell, dir, file, write: (text) => writeFileSync(file, text) }
}

test('a table of native devices and panels: entered, served, each with its key; a second time nothing changes', async (t) => {
	const { cell, dir, file, write } = await begun(t)
	const keys = path.join(dir, 'keys.csv')
	write('device,household,protocol,key,model,report_s,carrier\n' + `n1,h0010,native,${KEY},home-2,180,cmcc\n` + 'n2,h0011,native,,,,\n' + 'dc09.ABCD,h0012,dc09,,"panel, old",,\n')

	assert.match(await ok(cell, 'device', 'import', file, '--dry-run'), /^3 to be entered, 0 to be changed, 0 there already, 0 bad; nothing was written/)
	assert.equal(await recordOf(cell, 'device:n1', record.DeviceSchema).catch(() => null), null)
	assert.equal(await ok(cell, 'device', 'import', file, '--keys', keys), '3 entered, 0 changed, 0 there already, 0 bad\n')
	assert.equal(statSync(keys).mode & 0o777, 0o600)

	const stored = await recordOf(cell, 'device:n1', record.DeviceSchema)
	assert.deepEqual([stored.household, stored.model, stored.reportS, stored.carrier, stored.state], ['h0010', 'home-2', 180, 'cmcc', common.DeviceState.DEVICE_COMMISSIONING])
	assert.ok(stored.enteredMs > 0n && stored.boundMs === stored.enteredMs)
	assert.match(await ok(cell, 'device', 'show', 'n1'), /entered[^]*bound/)
	const made = readFileSync(keys, 'utf8').trim().split('\n')
	assert.match(made[1], /^n2,[0-9a-f]{64},h0011$/)
	assert.equal(made.length, 2, 'only keys that were made here')

	for (const [device, key] of [['n1', KEY], ['n2', made[1].split(',')[1]]]) {
		const unit = await Unit.connect(t, cell.daemon, { device, key })
		await unit.ack(unit.press({ kind: common.Kind.SOS }))
	}
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)
	panel.send(dc09('"ADM-CID"0001L0#ABCD[#ABCD|1110 01 003]'))
	assert.match(await panel.reply(), /^"ACK"0001/)

	assert.equal(await ok(cell, 'device', 'import', file, '--keys', path.join(dir, 'none.csv')), '0 entered, 0 changed, 3 there already, 0 bad\n')
})

test('bad rows are all named by line and column, and nothing is entered unless it is said', async (t) => {
	const { cell, file, write } = await begun(t)
	write(
		'设备编号,住户编号,协议,密钥,上报周期秒\n' +
			`good,h0010,native,${KEY},\n` + // 2
			'nohome,h9999,native,' + KEY + ',\n' + // 3
			'short,h0010,native,abcd,\n' + // 4
			'nokey,h0010,native,,\n' + // 5
			'dc09.xyz,h0010,dc09,,\n' + // 6
			'far,h0010,pigeon,,\n' + // 7
			'slow,h0010,native,' + KEY + ',5\n' + // 8
			`good,h0011,native,${KEY},\n` + // 9
			`d0010,h0002,native,${KEY},\n` + // 10
			'a b,h0010,native,' + KEY + ',\n', // 11
	)
	const refused = await ctl(cell, 'device', 'import', file)
	assert.equal(refused.code, 1)
	const said = refused.err.split('\n').filter((line) => line.startsWith(file)).map((line) => line.slice(file.length + 1))
	const places = said.map((line) => line.match(/^(\d+): (\w+): ./)?.slice(1).join(' '))
	assert.deepEqual(places.sort(), ['10 household', '11 device', '3 household', '4 key', '5 key', '6 device', '7 protocol', '8 report_s', '9 device'])
	assert.match(refused.err, /nothing was entered/)
	assert.equal(refused.out, '')
	assert.ok(!refused.err.includes(KEY), 'no key in an error')

	const skipped = await ctl(cell, 'device', 'import', file, '--skip-bad')
	assert.equal(skipped.out, '1 entered, 0 changed, 0 there already, 9 bad\n')
	assert.equal((await recordOf(cell, 'device:good', record.DeviceSchema)).household, 'h0010')
})

test('a table in GB18030 says so itself when it is read as UTF-8, and is read when it is named', async (t) => {
	const { cell, file, write } = await begun(t)
	// 设备编号,住户编号,协议,型号 / 平安
	write(Buffer.from('c9e8b1b8b1e0bac52cd7a1bba7b1e0bac52cd0add2e92cd0cdbac50a77617463682e383830302c68303031302c77617463682cc6bdb0b20a', 'hex'))
	const wrong = await ctl(cell, 'device', 'import', file)
	assert.equal(wrong.code, 1)
	assert.match(wrong.err, /:1: .*--encoding gb18030/)
	await ok(cell, 'device', 'import', file, '--encoding', 'gb18030')
	assert.equal((await recordOf(cell, 'device:watch.8800', record.DeviceSchema)).model, '平安')
})

test('thousands of devices at once, some of them entered by somebody else meanwhile; every daemon knows them', async (t) => {
	const { cell, file, write } = await begun(t, { daemons: 2 })
	const rows = Array.from({ length: 5000 }, (_, n) => `m${n},h0010,native,${KEY}\n`)
	write(`device,household,protocol,key\n${rows.join('')}`)
	const both = await Promise.all([ctl(cell, 'device', 'import', file), ctl(cell, 'device', 'import', file)])
	const entered = both.map(({ out }) => Number(out.match(/^(\d+) entered/)?.[1] ?? 0))
	assert.equal(entered[0] + entered[1], 5000, JSON.stringify(both))
	assert.equal(await ok(cell, 'device', 'import', file), '0 entered, 0 changed, 5000 there already, 0 bad\n')
	for (const daemon of cell.daemons) {
		const unit = await Unit.connect(t, daemon, { device: daemon === cell.daemons[0] ? 'm4999' : 'm2500', key: KEY })
		await unit.ack(unit.press({ kind: common.Kind.SOS }))
	}
})
