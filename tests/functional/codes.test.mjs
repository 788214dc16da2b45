// Code tables of alarm panels against a real daemon: which table a panel has decides what its code means; a file taken over on
// SIGHUP counts from then on, a bad one is refused with its line and changes nothing.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'

import { dc09, Panel } from '../harness/device.mjs'
import { Cell, program } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'

const { Kind } = common

const ctl = (cell, ...args) =>
	new Promise((done) => {
		execFile(program('pinganctl'), ['--config', cell.daemon.file, ...args], (error, out, err) => done({ code: error?.code ?? 0, out, err }))
	})

const FILE = (kind) => `tables:
  - name: standard
    codes:
      - {cid: "120", kind: panic, zh: 紧急求助, en: panic}
  - name: ours
    like: standard
    codes:
      - {cid: "120", zones: 1-9, kind: ${kind}, zh: 本市约定, en: as agreed here}
`

test('the table named for a panel decides, and a reload swaps all of it or nothing', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const { daemon } = cell
	const desk = await Screen.open(t, daemon, await cell.login('sup01'))
	const reload = async (pattern) => {
		const from = daemon.child.lines.length
		daemon.child.signal('SIGHUP')
		await daemon.child.logged(pattern, { from })
	}
	for (const [account, home, ...codes] of [['A1', 'h0010'], ['A2', 'h0011', '--codes', 'climax'], ['A3', 'h0012', '--codes', 'ours'], ['A4', 'h0013', '--codes', 'ours'], ['A5', 'h0014', '--codes', 'ours']]) {
		const { code, err } = await ctl(cell, 'device', 'add', `dc09.${account}`, '--household', home, '--protocol', 'dc09', ...codes)
		assert.equal(code, 0, err)
	}
	assert.match((await ctl(cell, 'device', 'add', 'dc09.A9', '--household', 'h0015', '--protocol', 'dc09', '--codes', 'No such')).err, /--codes is the name of a table/)
	assert.match((await ctl(cell, 'device', 'add', 'd99', '--household', 'h0015', '--protocol', 'native', '--codes', 'climax')).err, /--codes is for DC-09/)
	assert.equal(JSON.parse((await ctl(cell, 'device', 'show', 'dc09.A2', '--json')).out).codes, 'climax')

	const panel = await Panel.connect(t, daemon.ports.dc09)
	const press = async (account, zone, kind) => {
		panel.send(dc09(`"ADM-CID"0001L0#${account}[#${account}|1120 01 00${zone}]`))
		assert.match(await panel.reply(), new RegExp(`^"ACK"0001L0#${account}\\[`))
		assert.equal((await desk.row((r) => r.device === `dc09.${account}`, account)).kind, kind, account)
	}
	await press('A1', 1, Kind.PANIC)
	await press('A2', 1, Kind.FALL)
	// A table that the file does not have must not keep an alarm from being read.
	await press('A3', 1, Kind.PANIC)
	assert.equal(await daemon.metric('pingan_dc09_no_table_total'), 1)
	await daemon.child.logged(/ev=DC09_NO_TABLE device=dc09\.A3/)
	assert.equal(daemon.child.said(/ev=DC09_NO_TABLE/).length, 1)

	daemon.config.codes_file = path.join(cell.dir, 'codes.yaml')
	daemon.write()
	writeFileSync(daemon.config.codes_file, FILE('gas'))
	await reload(/ev=CONFIG_TAKEN/)
	await press('A4', 3, Kind.GAS)
	writeFileSync(daemon.config.codes_file, FILE('gass'))
	await reload(/ev=CONFIG_KEPT why=".*codes\.yaml: line 8: tables\.2\.codes\.1\.kind: there is no kind \\?"gass/)
	await press('A5', 9, Kind.GAS)
})
