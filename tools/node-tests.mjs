// node-tests.mjs - runs test files of node's own runner, a few at a time, each in a process of its own.
//
//   node-tests.mjs CONCURRENCY REPORT FOLDER_FOR_OUTPUT FILE...
//
// A failed test may leave sockets open, which would keep `node --test` waiting for ever; here a file
// ends when its tests have (--test-force-exit), and one that says nothing for QUIET_MAX_MS is ended.
// REPORT is JSON: {passed, failed, failures: [text]}.
//
// The order of FILEs means nothing to them: those known to take long begin first, so that none is left alone at the end.
import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const QUIET_MAX_MS = 600_000

const [concurrency, report, folder, ...files] = process.argv.slice(2)
const LONG = [
	// functional: nearly half of their time they wait
	'silent-units', 'bench', 'dc09', 'device-link', 'device', 'hostile-web', 'stories', 'doctor', 'hostile', 'homes', 'webhook', 'ctl-help',
	'accounts', 'tables', 'privacy', 'kill', 'dev-node', 'web', 'watch', 'audit', 'find', 'hostile-flood', 'dev-run',
	// web
	'people', 'a11y', 'life', 'links', 'screens-life', 'wall-screens', 'unit', 'record',
]
const place = (file) => {
	const at = LONG.indexOf(path.basename(file, '.test.mjs'))
	return at < 0 ? LONG.length : at
}
files.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))

const sum = { passed: 0, failed: 0, failures: [] }
mkdirSync(folder, { recursive: true })

// One file; resolves to how it ended. Its output goes straight into a file: nothing is lost at its exit.
function run(file, output) {
	const fd = openSync(output, 'w')
	const child = spawn(process.execPath, ['--test-force-exit', '--test-reporter=tap', '--test-reporter-destination=stdout', file], {
		stdio: ['ignore', fd, fd],
		detached: true,
	})
	closeSync(fd)
	running.add(child)
	return new Promise((resolve) => {
		let size = 0
		let grew = Date.now()
		let quiet = false
		const look = setInterval(() => {
			const now = statSync(output).size
			if (now !== size) [size, grew] = [now, Date.now()]
			if (Date.now() - grew < QUIET_MAX_MS) return
			quiet = true
			end(child, 'SIGKILL')
		}, 1000)
		child.on('close', (code, signal) => {
			clearInterval(look)
			running.delete(child)
			end(child, 'SIGKILL') // whoever it left behind
			resolve(quiet ? `said nothing for ${QUIET_MAX_MS / 1000} s` : code === 0 ? '' : `exit ${code ?? signal}`)
		})
	})
}

const running = new Set()
function end(child, signal) {
	try {
		process.kill(-child.pid, signal)
	} catch (e) {
		if (e.code !== 'ESRCH') throw e
	}
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
	process.on(signal, () => {
		for (const child of running) end(child, 'SIGTERM')
		process.exit(130)
	})

// What a file's TAP says. A file that did not come to its end counts what it had done, and one failure.
function judge(tap, ended) {
	const last = (name) => tap.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1]
	const failures = [...tap.matchAll(/^ *not ok [^\n]*\n(?: *---\n[\s\S]*?\n *\.\.\.\n)?/gm)]
		.map(([block]) => block)
		.filter((block) => !/failureType: 'subtestsFailed'/.test(block))
	if (last('pass') === undefined) {
		const tail = tap.split('\n').slice(-30).join('\n')
		return { passed: [...tap.matchAll(/^ *ok /gm)].length, failed: failures.length + 1, failures: [...failures, `${ended}\n${tail}`] }
	}
	const failed = Number(last('fail')) + Number(last('cancelled'))
	return { passed: Number(last('pass')), failed: failed || (ended ? 1 : 0), failures: failures.length || !ended ? failures : [ended] }
}

async function worker() {
	for (;;) {
		const file = files.shift()
		if (!file) return
		const output = path.join(folder, `${path.basename(file, '.test.mjs')}.tap`)
		const began = Date.now()
		const ended = await run(file, output)
		const result = judge(readFileSync(output, 'utf8'), ended)
		sum.passed += result.passed
		sum.failed += result.failed
		sum.failures.push(...result.failures.map((text) => `--- ${file}\n${text}`))
		const seconds = ((Date.now() - began) / 1000).toFixed(0)
		console.log(`${result.failed ? 'FAIL' : 'ok  '} ${path.basename(file)}: ${result.passed} passed, ${result.failed} failed, ${seconds} s`)
	}
}

await Promise.all(Array.from({ length: Number(concurrency) }, worker))
writeFileSync(report, JSON.stringify(sum))
process.exitCode = sum.failed ? 1 : 0
