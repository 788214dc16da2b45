// Elder watches over TCP against a real daemon and a real Redis: answered as they expect, an alarm not before it is stored,
// and an SOS with a low battery is an SOS.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'

import { Panel, Watch, watch } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'
import { common } from '../harness/proto.mjs'
import { Screen } from '../harness/screen.mjs'

const { IncidentClass, Kind } = common

const KNOWN = '8800000005' // the demo's h0005 wears it
const AL = (status, at = '052156') => `AL,221126,${at},V,0.0,N,0.0,E,0,0,0,0,90,82,1200,0,${status},0,0`

test('a watch is answered, its alarm when it is stored, and the console would ring', async (t) => {
	const cell = await Cell.start(t, { demo: true })
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	const w = await Watch.connect(t, cell.daemon.ports.watch)

	w.send(watch(KNOWN, 'LK,1200,0,80'))
	assert.equal(await w.reply(), `[3G*${KNOWN}*0002*LK]`)
	w.send(watch(KNOWN, 'CONFIG,TY:g36'), watch(KNOWN, 'UD,221126,052000,V,0.0,N,0.0,E,0,0,0,0,90,82,1200,0,00000001,0,0'))
	assert.equal(await w.reply(), `[3G*${KNOWN}*0008*CONFIG,1]`)

	// In pieces, and with the index of other makers.
	const frame = watch(KNOWN, AL('00010001'), { maker: 'ZJ', index: '0075' })
	w.send(frame.subarray(0, 20))
	await new Promise((done) => setImmediate(done))
	w.send(frame.subarray(20))
	assert.equal(await w.reply(), `[ZJ*${KNOWN}*0075*0002*AL]`)

	const row = await desk.row((r) => r.repeats === 1, 'the low battery joins the call of the same home')
	assert.equal(row.kind, Kind.SOS)
	assert.equal(row.class, IncidentClass.CLASS_LIFE)
	assert.equal(row.device, `watch.${KNOWN}`)
	assert.equal(desk.rows.size, 1)

	// The same bytes again are a copy, another press is one more.
	w.send(frame)
	assert.equal(await w.reply(), `[ZJ*${KNOWN}*0075*0002*AL]`)
	w.send(watch(KNOWN, AL('00010000', '052230')))
	assert.equal(await w.reply(), `[3G*${KNOWN}*0002*AL]`)
	assert.equal((await desk.row((r) => r.repeats === 2, 'the second press is counted, the copy is not')).id, row.id)
})

test('a watch that nobody knows is shown and not told; nothing is acknowledged while the store is away', async (t) => {
	const cell = await Cell.start(t, { demo: true })
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	const stranger = await Watch.connect(t, cell.daemon.ports.watch)

	stranger.send(watch('9999999999', 'LK'), watch('9999999999', AL('00010000')))
	assert.equal((await desk.row((r) => r.quarantine, 'it is shown')).device, 'watch.9999999999')
	// What is answered to a known watch on the same link comes after, and nothing before it.
	stranger.send(watch(KNOWN, 'LK'))
	assert.equal(await stranger.reply(), `[3G*${KNOWN}*0002*LK]`)

	await cell.redis.kill()
	const w = await Watch.connect(t, cell.daemon.ports.watch)
	w.send(watch(KNOWN, AL('00200000')))
	await until(async () => (await cell.daemon.metric('pingan_watch_frames_total')) >= 4, { what: 'the alarm was read' })
	assert.deepEqual(w.frames, [])
	await cell.redis.start()
	assert.equal(await w.reply(), `[3G*${KNOWN}*0002*AL]`)
})

/** What the kernel will do by itself on the daemon's end of this connection: '02' = ask whether the peer is still there. */
function timerOf(peer) {
	const port = (n) => n.toString(16).toUpperCase().padStart(4, '0')
	const [here, there] = [`:${port(peer.socket.remotePort)}`, `:${port(peer.socket.localPort)}`]
	const line = readFileSync('/proc/net/tcp', 'latin1')
		.split('\n')
		.map((row) => row.trim().split(/\s+/))
		.find((row) => row[1]?.endsWith(here) && row[2]?.endsWith(there))
	return line?.[5].split(':')[0]
}

test('a watch is never asked whether it is still there, and stays linked while it speaks', async (t) => {
	const cell = await Cell.start(t, { demo: true })
	const w = await Watch.connect(t, cell.daemon.ports.watch)
	const panel = await Panel.connect(t, cell.daemon.ports.dc09)

	w.send(watch(KNOWN, 'LK'))
	await w.reply()
	await panel.sync('2468')
	await until(() => timerOf(w) === '00', { what: 'nothing of ours is under way to the watch' })
	assert.equal(timerOf(panel), '02')
	// Every 8 minutes is often enough; half an hour of silence is a watch that has gone.
	for (let n = 0; n < 5; n++) {
		await cell.daemon.control('advance 480000')
		w.send(watch(KNOWN, 'LK'))
		assert.equal(await w.reply(), `[3G*${KNOWN}*0002*LK]`)
	}
	assert.deepEqual(w.frames.length, 6)
	await cell.daemon.control('advance 1810000')
	await w.gone()
})

test('what a watch says beside its alarm is for whoever opens the call: every bit, and where she is', async (t) => {
	const cell = await Cell.start(t, { demo: true })
	const desk = await Screen.open(t, cell.daemon, await cell.login('sup01'))
	const w = await Watch.connect(t, cell.daemon.ports.watch)

	w.send(watch(KNOWN, 'AL,221126,052156,A,22.547108,N,113.949572,E,0,0,0,0,90,12,1200,0,00210001,0,0'))
	await w.reply()
	const row = await desk.row((r) => r.repeats === 2, 'SOS, fall and battery are one call')
	await desk.ask('open', { incident: row.id })
	const said = await until(() => desk.detail?.lines.find((l) => l.code === common.LineCode.LINE_UNIT_SAYS), { what: 'what it says' })
	assert.equal(said.text, 'W 21 16 0\nX 113.949572E\nY 22.547108N')
	assert.ok(!cell.daemon.child.lines.some((line) => line.includes('113.94')), 'no position in the log')
})
