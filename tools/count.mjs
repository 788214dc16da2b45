// count.mjs - how many tests of a suite passed and failed.
//
//   count.mjs ctest|node|vitest REPORT STATUS         prints "PASSED FAILED"
//   count.mjs --failures ctest|node|vitest REPORT LOG prints what failed
//
// A suite whose command failed (STATUS is not 0) without one failed test counts one failure:
// it broke before or beside its tests.
import { readFileSync, existsSync } from 'node:fs'

const entities = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const plain = (xml) =>
	xml.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (all, dec, hex, name) =>
		dec ? String.fromCodePoint(Number(dec)) : hex ? String.fromCodePoint(parseInt(hex, 16)) : (entities[name] ?? all))

// ctest counts programs; cmocka inside says how many tests each of them ran.
function programsOf(xml) {
	const programs = []
	for (const [, head, body] of xml.matchAll(/<testcase\b([^>]*)>([\s\S]*?)<\/testcase>/g)) {
		const output = plain(body.match(/<system-out>([\s\S]*?)<\/system-out>/)?.[1] ?? '')
		const sum = (pattern) => [...output.matchAll(pattern)].reduce((n, m) => n + Number(m[1]), 0)
		const good = head.includes('status="run"')
		let passed = sum(/^\[ {2}PASSED {2}\] (\d+) test/gm)
		let failed = sum(/^\[ {2}FAILED {2}\] (\d+) test/gm)
		if (!good && failed === 0) failed = 1
		if (good && /^\[=+\] (\d+) test\(s\) run/m.test(output) === false) passed = 1
		programs.push({ name: head.match(/\bname="([^"]*)"/)?.[1], good, passed, failed, output })
	}
	return programs
}

function ctest(xml) {
	return programsOf(xml).reduce(([p, f], x) => [p + x.passed, f + x.failed], [0, 0])
}

// What tools/node-tests.mjs wrote.
function node(text) {
	const r = JSON.parse(text)
	return [r.passed, r.failed]
}

function vitest(text) {
	const r = JSON.parse(text)
	return [r.numPassedTests, Math.max(r.numFailedTests, r.success ? 0 : 1)]
}

const counters = { ctest, node, vitest }

function failures(format, report, log) {
	const tail = (text, lines) => text.split('\n').slice(-lines).join('\n')
	if (format === 'ctest' && existsSync(report)) {
		for (const p of programsOf(readFileSync(report, 'utf8')).filter((p) => !p.good))
			console.log(`--- ${p.name}\n${tail(p.output, 60)}`)
		return
	}
	if (format === 'node' && existsSync(report)) {
		for (const text of JSON.parse(readFileSync(report, 'utf8')).failures) console.log(tail(text, 60))
		return
	}
	console.log(tail(readFileSync(log, 'utf8'), 60))
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--failures') {
	failures(...rest)
} else {
	const [report, status] = rest
	let counts = [0, 0]
	if (existsSync(report)) counts = counters[first](readFileSync(report, 'utf8'))
	if (Number(status) !== 0 && counts[1] === 0) counts[1] = 1
	console.log(counts.join(' '))
}
