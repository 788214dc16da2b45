// SIA DC-09 over UDP, on the port of the TCP listener: answered from that port, when it is stored, and nothing that is not whole.
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import test from 'node:test'

import { dc09 } from '../harness/device.mjs'
import { Cell, until } from '../harness/index.mjs'

function panel(t, cell) {
	const socket = createSocket('udp4')
	const heard = []
	socket.on('message', (bytes, from) => heard.push({ text: bytes.subarray(9, -1).toString('latin1'), port: from.port }))
	t.after(() => socket.close())
	return {
		heard,
		send: (...frames) => new Promise((done, fail) => socket.send(Buffer.concat(frames), cell.daemon.ports.dc09, '127.0.0.1', (error) => (error ? fail(error) : done()))),
		reply: async (n) => (await until(() => heard[n], { what: `reply ${n + 1} over UDP` })).text,
	}
}

test('a panel over UDP is answered from the port it sent to, each frame of a datagram', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const p = panel(t, cell)

	await p.send(dc09('"NULL"0000L0#2468[]'))
	assert.match(await p.reply(0), /^"ACK"0000L0#2468\[\]_/)
	assert.equal(p.heard[0].port, cell.daemon.ports.dc09)
	await p.send(dc09('"ADM-CID"0001L0#2468[#2468|1101 01 001]'), dc09('"ADM-CID"0002L0#2468[#2468|1602 00 000]'))
	assert.match(await p.reply(1), /^"ACK"0001/)
	assert.match(await p.reply(2), /^"ACK"0002/)
	assert.equal(await cell.redis.cli('scard', 'pa:set:incidents:open'), '1')

	// From another port it is another panel's line, and the same message is the same message.
	const other = panel(t, cell)
	await other.send(dc09('"ADM-CID"0001L0#2468[#2468|1101 01 001]'))
	assert.match(await other.reply(0), /^"ACK"0001/)
	assert.equal(await cell.daemon.metric('pingan_alarms_stored_total'), 2)
})

test('half a frame and noise over UDP are dropped and counted; nothing is acknowledged while the store is away', async (t) => {
	const cell = await Cell.start(t, { demo: { homes: 20 } })
	const p = panel(t, cell)
	const frame = dc09('"ADM-CID"0007L0#1001[#1001|1100 01 001]')

	await p.send(frame.subarray(0, 20))
	await p.send(frame.subarray(20))
	await p.send(Buffer.alloc(20000, 0x41))
	await until(async () => (await cell.daemon.metric('pingan_dc09_datagrams_dropped_total')) >= 2, { what: 'what is not whole is counted' })
	await cell.redis.kill()
	await p.send(frame)
	await until(async () => (await cell.daemon.metric('pingan_dc09_frames_total')) === 1, { what: 'the alarm was read' })
	assert.deepEqual(p.heard, [])
	await cell.redis.start()
	assert.match(await p.reply(0), /^"ACK"0007/)
})
