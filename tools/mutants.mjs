// mutants.mjs - breaks one rule at a time and asks which test notices.
//
//   mutants.mjs check ROOT                        every mutant can be read, and its text is found exactly once
//   mutants.mjs list ROOT                         their names and what each breaks
//   mutants.mjs run ROOT FOLDER [NAME ...] [--jobs N] [--by unit|sim|fault|contract|functional] [--histories N]
//
// A mutant is a file tests/mutants/NAME.mutant (docs/TESTING.md). Each of N workers has a copy of the tree and a
// build of its own in FOLDER, so the tree itself is never touched. A copy is built and tested as it is first: a red
// tree catches nothing. Sanitizers are off: a rule must be missed by a promise, not by luck in memory.
import { spawn } from 'node:child_process'
import {
	closeSync, cpSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'

const TEST_MIN_MS = 20_000 // a test gets ten times what it took on the clean tree, and no less than this
const BUILD_MAX_MS = 600_000
const HISTORIES = 300 // random histories of the simulator for each mutant; the normal run plays more
const KINDS = ['unit', 'sim', 'fault', 'contract', 'functional'] // in this order: the first to notice is named
const PROGRAMS = ['pingand', 'pingan-authd', 'pinganctl', 'pingan-sim'] // that functional tests start

// ------------------------------------------------------------ the list

function parse(name, text) {
	const [head, ...rest] = text.split(/^find:\n/m)
	const [find, ...replace] = rest.join('').split(/^replace:\n/m)
	const mutant = { name, find: find?.trim() ?? '', replace: replace.join('').replace(/\s+$/, '').trimStart() }
	for (const [, key, value] of head.matchAll(/^(\w+):((?:.*\n)(?:[ \t].*\n)*)/gm)) mutant[key] = value.trim().replace(/\s+/g, ' ')
	if (rest.length !== 1 || replace.length !== 1) mutant.bad = 'needs one "find:" and one "replace:", each on a line of its own'
	else if (mutant.find === '') mutant.bad = 'nothing to find'
	else if (!mutant.promise || !mutant.breaks || !mutant.file) mutant.bad = 'needs promise:, breaks: and file:'
	else if (words(mutant.find) === words(mutant.replace)) mutant.bad = 'changes nothing'
	else if (mutant.by && !/^functional\/[\w-]+$/.test(mutant.by)) mutant.bad = 'by: is a functional test, as functional/tables'
	return mutant
}

const words = (text) => text.split(/\s+/).join(' ')

function read(root) {
	const folder = path.join(root, 'tests/mutants')
	const list = readdirSync(folder).filter((f) => f.endsWith('.mutant')).sort()
	return list.map((f) => parse(f.replace(/\.mutant$/, ''), readFileSync(path.join(folder, f), 'utf8')))
}

// The file with its rule broken. Blanks count as one blank, so that the formatter and a wider table do no harm.
function apply(root, mutant) {
	if (mutant.bad) throw new Error(mutant.bad)
	const file = path.join(root, mutant.file)
	if (!existsSync(file)) throw new Error(`stale: there is no ${mutant.file}`)
	const text = readFileSync(file, 'utf8')
	const pattern = mutant.find.split(/\s+/).map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('\\s+')
	const found = [...text.matchAll(new RegExp(pattern, 'g'))]
	if (found.length !== 1) throw new Error(`stale: its text is found ${found.length} times in ${mutant.file}`)
	const at = found[0].index
	return text.slice(0, at) + mutant.replace + text.slice(at + found[0][0].length)
}

function check(root, mutants) {
	let bad = 0
	for (const mutant of mutants) {
		try {
			apply(root, mutant)
		} catch (error) {
			console.log(`tests/mutants/${mutant.name}.mutant: ${error.message}`)
			bad++
		}
	}
	return bad
}

// ------------------------------------------------------------ commands with an end

const running = new Set()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(signal, () => {
		for (const child of running) end(child)
		process.exit(130)
	})
}

function end(child) {
	try {
		process.kill(-child.pid, 'SIGKILL')
	} catch {
		// it has ended by itself
	}
}

// Resolves to {status, late, output}. Whatever it started is ended with it.
function command(log, cwd, limitMs, env, program, ...args) {
	const fd = openSync(log, 'w')
	const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', fd, fd], env: { ...process.env, ...env } })
	closeSync(fd)
	running.add(child)
	return new Promise((resolve) => {
		let late = false
		const clock = setTimeout(() => {
			late = true
			end(child)
		}, limitMs)
		const done = (status) => {
			clearTimeout(clock)
			running.delete(child)
			end(child)
			resolve({ status, late, output: readFileSync(log, 'utf8') })
		}
		child.on('error', () => done(127))
		child.on('exit', (code, signal) => done(signal ?? code))
	})
}

// ------------------------------------------------------------ a worker: a copy of the tree and its build

const SKIP = new Set(['.git', 'build', 'node_modules', 'mutants'])

function filesBelow(root, at = '') {
	return readdirSync(path.join(root, at), { withFileTypes: true }).flatMap((e) =>
		SKIP.has(e.name) ? [] : e.isDirectory() ? filesBelow(root, path.join(at, e.name)) : e.isFile() ? [path.join(at, e.name)] : [])
}

// Only what differs is written, so that an older build of the copy is not made anew.
function sync(root, copy) {
	const files = new Set(filesBelow(root))
	mkdirSync(copy, { recursive: true })
	for (const file of filesBelow(copy)) if (!files.has(file)) rmSync(path.join(copy, file))
	for (const file of files) {
		const from = path.join(root, file)
		const to = path.join(copy, file)
		if (existsSync(to) && statSync(to).size === statSync(from).size && readFileSync(to).equals(readFileSync(from))) continue
		mkdirSync(path.dirname(to), { recursive: true })
		cpSync(from, to)
	}
}

class Worker {
	constructor(folder, number, threads) {
		this.copy = path.join(folder, `w${number}`)
		this.build = path.join(this.copy, 'build/mutant')
		this.log = path.join(folder, `w${number}.log`)
		this.threads = threads
		this.env = {
			PINGAN_SOURCE_DIR: this.copy,
			PINGAN_BUILD_DIR: this.build,
			CCACHE_BASEDIR: folder,
			CCACHE_NOHASHDIR: '1',
		}
	}

	async prepare(root, kinds, functional) {
		const modules = path.join(this.copy, 'clients/web/node_modules')
		const web = path.join(root, 'build/web')

		sync(root, this.copy)
		if (functional.length > 0 && !existsSync(web)) throw new Error(`functional tests need the pages: ./dev web`)
		this.env.PINGAN_WEB_DIR = web
		if (!existsSync(modules)) symlinkSync(path.join(root, 'clients/web/node_modules'), modules)
		const settings = ['-DPINGAN_WERROR=OFF', '-DPINGAN_SANITIZE=', '-DCMAKE_C_FLAGS_DEBUG=-O1']
		if (existsSync('/usr/bin/ccache')) settings.push('-DCMAKE_C_COMPILER_LAUNCHER=ccache')
		const made = await command(this.log, this.copy, BUILD_MAX_MS, this.env, 'cmake', '--preset', 'test', '-B', this.build, ...settings)
		if (made.status !== 0) throw new Error(`cannot configure the copy: ${this.log}`)
		this.targets = Object.fromEntries(KINDS.map((kind) => [kind, []]))
		const all = await command(this.log, this.copy, BUILD_MAX_MS, this.env, 'ninja', '-C', this.build, '-t', 'targets', 'all')
		for (const [, target, kind] of all.output.matchAll(/^((unit|sim|fault|contract)_\w+): phony$/gm)) this.targets[kind].push(target)
		this.targets.functional = functional
		for (const kind of kinds) {
			const built = await this.make(kind)
			if (built.status !== 0) throw new Error(`the clean tree does not build: ${this.log}`)
		}
	}

	make(kind) {
		const targets = kind === 'functional' ? PROGRAMS : this.targets[kind]
		return command(this.log, this.copy, BUILD_MAX_MS, this.env, 'ninja', '-C', this.build, '-j', `${this.threads}`, ...targets)
	}

	program(kind, target) {
		return path.join(this.build, 'tests', kind, target)
	}

	madeAt(kind) {
		return new Map(this.targets[kind].map((t) => [t, existsSync(this.program(kind, t)) ? statSync(this.program(kind, t)).mtimeMs : 0]))
	}

	// One test program; null when it passes, else {name, why}. On a busy machine one with a real Redis may fail by itself:
	// red is what is red twice.
	async red(...what) {
		const once = await this.test(...what)
		return once && (once.late || (await this.test(...what))) ? once : null
	}

	async test(kind, target, limitMs, histories) {
		const name = `${kind}/${target.replace(/^[a-z]+[_/]/, '')}`
		const random = target === 'sim_histories'
		const env = { ...this.env, ...(random ? { PINGAN_SIM_COUNT: `${histories}` } : {}) }
		const program = kind === 'functional' ? [process.execPath, '--test', '--test-reporter=tap', path.join(this.copy, `tests/${target}.test.mjs`)]
			: [this.program(kind, target), ...(random ? ['0', '1'] : [])]
		const ran = await command(this.log, path.join(this.build, 'tests'), limitMs, env, ...program)
		if (ran.status === 0 && !ran.late) return null
		return { name, late: ran.late, why: why(ran, limitMs) }
	}
}

// What a red test says, in one line: the promise of the simulator with its seed, our own invariant, or the test's name.
function why({ output, late, status }, limitMs) {
	const test = output.match(/^ *not ok \d+ - (.*)$/m)?.[1] ?? output.match(/^\[ {2}FAILED {2}\] (\w+)$/m)?.[1] ?? output.match(/^\[ RUN {6}\] (\w+)(?![\s\S]*^\[ RUN)/m)?.[1]
	const seed = output.match(/PINGAN_SIM_SEED=(\d+)/)?.[1]
	const broken = output.match(/^BROKEN (.*)$/m)?.[1]
	const invariant = output.match(/ev=INVARIANT_BROKEN file=\S*?(\w+\.c) line=\d+ cond="(.*)"/)
	const parts = [test]
	if (late) parts.push(`hangs: no end after ${limitMs / 1000} s`)
	else if (broken) parts.push(broken)
	else if (invariant) parts.push(`invariant ${invariant[2]} of ${invariant[1]}` + (seed ? ` (seed ${seed})` : ''))
	else if (/^---- expected:/m.test(output)) parts.push('another history than expected')
	if (!parts.some(Boolean)) parts.push(`ended with ${status}`)
	return parts.filter(Boolean).join(': ').slice(0, 150)
}

// ------------------------------------------------------------ one mutant

// The simulator has no io in it, and the contract of the store no app. What only a whole cell can notice names its test.
const suits = (kind, mutant) => mutant.by || kind === 'functional' ? kind === mutant.by?.split('/')[0]
	: kind === 'unit' || (kind === 'contract') === mutant.file.startsWith('daemon/io/')

// Only programs that were made anew can tell it from the clean tree.
async function hunt(worker, mutant, kinds, limits, histories) {
	for (const kind of kinds.filter((k) => suits(k, mutant))) {
		const before = worker.madeAt(kind)
		const built = await worker.make(kind)
		if (built.late) return { verdict: 'BROKEN', text: 'its build has no end' }
		if (built.status !== 0) {
			const error = built.output.match(/error: .*/)?.[0] ?? `see ${worker.log}`
			return { verdict: 'BROKEN', text: `does not build: ${error}` }
		}
		const after = worker.madeAt(kind)
		const anew = kind === 'functional' ? [mutant.by] : worker.targets[kind].filter((t) => after.get(t) !== before.get(t))
		// The quick ones first; the random histories after the stories told by hand.
		anew.sort((a, b) => limits.get(a) - limits.get(b) || a.localeCompare(b))
		for (const target of anew) {
			const red = await worker.red(kind, target, limits.get(target), histories)
			if (red) return { verdict: 'caught', text: `by ${red.name}: ${red.why}` }
		}
	}
	return { verdict: 'SURVIVED', text: mutant.breaks }
}

// The copy is a snapshot: whoever goes on working in the tree meanwhile changes nothing here.
async function tried(worker, mutant, ...how) {
	const file = path.join(worker.copy, mutant.file)
	const clean = readFileSync(file)
	writeFileSync(file, apply(worker.copy, mutant))
	try {
		return await hunt(worker, mutant, ...how)
	} finally {
		writeFileSync(file, clean)
	}
}

// ------------------------------------------------------------ all of them

function options(args) {
	const how = { names: [], jobs: Math.max(1, Math.floor(cpus().length / 2)), kinds: KINDS, histories: HISTORIES }
	while (args.length > 0) {
		const word = args.shift()
		const value = () => args.shift() ?? stop(`${word} needs a value`)
		const whole = () => Number(value()) || stop(`${word} needs a number above 0`)
		if (word === '--jobs') how.jobs = Math.max(1, Math.floor(whole()))
		else if (word === '--histories') how.histories = Math.max(1, Math.floor(whole()))
		else if (word === '--by') how.kinds = value().split(',')
		else if (word.startsWith('-')) stop(`unknown option: ${word}`)
		else how.names.push(word)
	}
	for (const kind of how.kinds) if (!KINDS.includes(kind)) stop(`--by: no such kind of test: ${kind} (${KINDS.join(' ')})`)
	return how
}

function stop(text) {
	console.error(text)
	process.exit(2)
}

async function clean(worker, kinds, histories) {
	const limits = new Map()
	for (const kind of kinds) {
		for (const target of worker.targets[kind]) {
			const from = Date.now()
			const red = await worker.red(kind, target, 20 * TEST_MIN_MS, histories)
			if (red) throw new Error(`the clean tree is red, so nothing could be caught: ${red.name}: ${red.why}`)
			limits.set(target, Math.max(TEST_MIN_MS, 10 * (Date.now() - from)))
		}
	}
	return limits
}

async function run(root, folder, args) {
	const how = options(args)
	const started = Date.now()
	const all = read(root)
	for (const name of how.names) if (!all.some((m) => m.name === name)) stop(`no such mutant: ${name} (./dev mutants --list)`)
	const chosen = how.names.length === 0 ? all.filter((m) => !m.equivalent) : how.names.map((name) => all.find((m) => m.name === name))
	const fit = chosen.filter((m) => check(root, [m]) === 0)
	const stale = chosen.length - fit.length
	if (fit.length === 0) process.exit(1)
	const jobs = Math.min(how.jobs, fit.length)
	const threads = Math.max(1, Math.floor(cpus().length / jobs))
	const workers = Array.from({ length: jobs }, (_, i) => new Worker(folder, i + 1, threads))
	mkdirSync(folder, { recursive: true })
	console.log(`    building ${jobs} ${jobs === 1 ? 'copy' : 'copies'} of the tree, then the clean tests`)
	const kinds = how.kinds.filter((k) => chosen.some((m) => suits(k, m)))
	const functional = [...new Set(fit.map((m) => m.by).filter(Boolean))].sort()
	await Promise.all(workers.map((w) => w.prepare(root, kinds, functional)))
	const limits = await clean(workers[0], kinds, how.histories)
	console.log(`    the clean tree is green, ${Math.round((Date.now() - started) / 1000)} s; ${fit.length} mutants`)

	const width = Math.max(...chosen.map((m) => m.name.length))
	const waiting = [...fit]
	const sum = { caught: 0, SURVIVED: 0, BROKEN: 0 }
	await Promise.all(workers.map(async (worker) => {
		for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
			if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K    ${waiting.length} to go, ${mutant.name}`)
			const from = Date.now()
			const { verdict, text } = await tried(worker, mutant, how.kinds, limits, how.histories)
			sum[verdict]++
			const seconds = `${Math.round((Date.now() - from) / 1000)} s`.padStart(5)
			console.log(`${process.stdout.isTTY ? '\r\x1b[K' : ''}${verdict.padEnd(8)} ${seconds}  ${mutant.name.padEnd(width)}  ${text}`)
		}
	}))
	console.log(`${chosen.length} mutants, ${sum.caught} caught, ${sum.SURVIVED} survived` +
		(stale ? `, ${stale} stale` : '') + (sum.BROKEN ? `, ${sum.BROKEN} did not build` : '') + `, ${Math.round((Date.now() - started) / 1000)} s`)
	process.exit(sum.caught === chosen.length ? 0 : 1)
}

const [what, root, ...args] = process.argv.slice(2)
if (what === 'check') {
	const mutants = read(root)
	const bad = check(root, mutants)
	const idle = mutants.filter((m) => m.equivalent).length
	console.log(`${mutants.length - idle} mutants, ${idle} that change nothing, ${bad} that cannot be tried`)
	process.exit(bad > 0 || mutants.length === 0 ? 1 : 0)
} else if (what === 'list') {
	for (const m of read(root)) {
		console.log(`${m.name.padEnd(34)} ${m.promise}: ${m.breaks}`)
		if (m.equivalent) console.log(`${''.padEnd(34)} not tried: ${m.equivalent}`)
	}
} else if (what === 'run') {
	const [folder, ...rest] = args
	run(root, folder, rest).catch((error) => {
		console.error(error.message)
		for (const child of running) end(child)
		process.exit(1)
	})
} else {
	stop('usage: mutants.mjs check|list|run ROOT ...')
}
