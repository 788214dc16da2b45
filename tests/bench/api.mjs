#!/usr/bin/env node
// api.mjs - what another system has to wait for, and what the daemon's loop has to bear, when it reads a whole city.
//
//   ./dev bench api [--homes=105000,1000000]
//
// Floor: the same number of bytes from the daemon without any work (its own description of the API, over the same connection).
// To be reached: no turn of the loop over 10 ms while a whole city is read page by page; one home within 5 ms (p99).
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'

import { home, tables } from './lib/city.mjs'

const source = path.resolve(import.meta.dirname, '../..')
process.env.PINGAN_BUILD_DIR = path.resolve(process.env.PINGAN_RELEASE_DIR ?? path.join(source, 'build/release'))
const { Child, Redis, program, request, until } = await import('../harness/index.mjs')

const run = promisify(execFile)
const SIZES = (process.argv.find((arg) => arg.startsWith('--homes='))?.slice(8) ?? '105000').split(',').map(Number)
const LONGEST = 'pingan_loop_longest_turn_us'
const PACE_MS = 21 // below the rate of one token
const at = (times, share) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))]
const row = (what, floor, ours, unit, reach) =>
	console.log(`${what.padEnd(52)} ${(floor === null ? '–' : floor.toFixed(2)).padStart(8)} ${ours.toFixed(2).padStart(9)} ${unit.padEnd(4)} ${reach === null ? '' : `≤ ${reach}  ${ours <= reach ? 'reached' : 'MISSED'}`}`.trimEnd())

async function city(homes) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-api-'))
	const redis = new Redis(dir)
	const file = path.join(dir, 'pingand.yaml')
	const daemon = new Child('pingand', program('pingand'), ['--config', file])
	const agent = new Agent({ keepAlive: true, maxSockets: 1 })
	const ctl = async (...more) => (await run(program('pinganctl'), ['--config', file, ...more], { maxBuffer: 64 << 20 })).stdout
	writeFileSync(file, JSON.stringify({ redis: { socket: redis.socket }, listen: { web: { address: '127.0.0.1:0' }, admin: { address: '127.0.0.1:0' } }, serve: ['screens'], web: { root: '' }, authd: { socket: path.join(dir, 'none.sock') } }))
	try {
		await redis.start()
		daemon.start()
		const admin = Number((await daemon.logged(/ev=LISTENING for=admin .*port=(\d+)/))[1])
		const web = Number((await daemon.logged(/ev=LISTENING for=web .*port=(\d+)/))[1])
		const metric = async (name) => Number((await request(admin, '/metrics')).body.match(new RegExp(`^${name} (\\d+)$`, 'm'))[1])
		const idle = () => new Promise((done) => setTimeout(done, PACE_MS))
		await until(async () => (await request(admin, '/readyz').catch(() => ({}))).status === 200, { what: 'the daemon is ready', child: daemon, limitMs: 60000 })
		const files = tables(dir, homes)
		for (const kind of ['areas', 'homes', 'residents', 'contacts', 'devices']) await ctl('import', kind, files[kind])
		const token = JSON.parse(await ctl('token', 'add', 'bench', '--scope', 'homes:read,devices:read,statistics:read', '--area', '4401', '--days', '1', '--json')).token
		const newest = Number((await redis.cli('xrevrange', 'pa:log', '+', '-', 'COUNT', '1')).split('-')[0])
		await until(async () => JSON.parse((await request(admin, '/readyz')).body).newest >= newest, { what: 'the daemon has read the log', child: daemon, limitMs: 300000 })
		const get = async (where) => {
			const begun = performance.now()
			const answer = await request(web, where, { headers: { authorization: `Bearer ${token}` }, agent })
			if (answer.status !== 200) throw new Error(`${where}: ${answer.status} ${answer.body}`)
			return { ms: performance.now() - begun, body: answer.body }
		}
		const longest = async (what) => row(`  longest turn of the loop: ${what}`, null, (await metric(LONGEST)) / 1000, 'ms', 10)

		await metric(LONGEST)
		row('the first page: its index is made', null, (await get('/api/v1/homes?limit=1')).ms, 'ms', null)
		await longest('while it is made')
		const floor = []
		for (let i = 0; i < 50; i++) {
			floor.push((await get('/api/v1/openapi.yaml')).ms)
			await idle()
		}
		const one = []
		for (let i = 0; i < 300; i++) {
			one.push((await get(`/api/v1/homes/${home((i * 7919) % homes).id}`)).ms)
			await idle()
		}
		row('one home, p50', at(floor, 0.5), at(one, 0.5), 'ms', null)
		row('one home, p99', at(floor, 0.99), at(one, 0.99), 'ms', 5)
		await longest('meanwhile')
		const pages = []
		let count = 0
		for (let cursor = ''; cursor !== undefined; ) {
			const { ms, body } = await get(`/api/v1/homes?limit=500${cursor && `&cursor=${cursor}`}`)
			const page = JSON.parse(body)
			pages.push(ms)
			count += page.items.length
			cursor = page.next
			await idle()
		}
		if (count !== homes) throw new Error(`${count} of ${homes} homes`)
		row('a page of 500 homes, p50', null, at(pages, 0.5), 'ms', null)
		row('a page of 500 homes, p99', null, at(pages, 0.99), 'ms', null)
		row(`all ${homes} homes, one page after the other`, null, pages.reduce((a, b) => a + b, 0) / 1000, 's', null)
		await longest('meanwhile')
		await get('/api/v1/homes?phone=1') // whose texts have been made by now
		const told = JSON.parse((await get(`/api/v1/homes/${home(homes >> 1).id}`)).body)
		for (const [what, query] of [['number', `phone=${encodeURIComponent(told.phone)}`], ['name', `name=${encodeURIComponent(told.residents[0].name)}&limit=20`], ['resident', `resident=${told.residents[0].id}`], ['number that nobody has', 'phone=013579'], ['sub-district and name', `area=${told.area.slice(0, 9)}&name=${encodeURIComponent(told.residents[0].name)}&limit=20`]]) {
			const times = []
			for (let i = 0; i < 100; i++) {
				times.push((await get(`/api/v1/homes?${query}`)).ms)
				await idle()
			}
			row(`homes by their ${what}, p99`, null, at(times, 0.99), 'ms', homes > 105000 ? 100 : 20)
		}
		await longest('meanwhile')
		const { as_of: since } = JSON.parse((await get('/api/v1/homes?changed_since=0&limit=1')).body)
		const news = []
		for (let i = 0; i < 50; i++) {
			news.push((await get(`/api/v1/homes?changed_since=${since}`)).ms)
			await idle()
		}
		row('what has changed since: nothing has, p50', null, at(news, 0.5), 'ms', null)
		row('what has changed since: nothing has, p99', null, at(news, 0.99), 'ms', null)
		await longest('meanwhile')
		row('homes installed, by area', null, (await get('/api/v1/homes/installed')).ms, 'ms', null)
		await longest('meanwhile')
		row('longest piece of work between two turns, of all', null, (await metric('pingan_api_longest_slice_us')) / 1000, 'ms', 2)
	} finally {
		agent.destroy()
		const faults = [...(await daemon.finish()), ...(await redis.child.finish())]
		rmSync(dir, { recursive: true, force: true })
		if (faults.length) throw new Error(faults.join('\n'))
	}
}

for (const homes of SIZES) {
	console.log(`\n${homes.toLocaleString('en')} homes\n${''.padEnd(52)} ${'floor'.padStart(8)} ${'ours'.padStart(9)}`)
	await city(homes)
}
