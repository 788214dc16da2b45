// count.mjs - how many tests of a suite passed and failed.
//
//   count.mjs ctest|tap|vitest REPORT STATUS         prints "PASSED FAILED"
//   count.mjs --failures ctest|tap|vitest REPORT LOG prints what failed
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

function tap(text) {
	const last = (name) => Number([...text.matchAll(new RegExp(`^# ${name} (\\d+)`, 'gm'))].at(-1)?.[1] ?? 0)
	return [last('pass'), last('fail') + last('cancelled')]
}

function vitest(text) {
	const r = JSON.parse(text)
	return [r.numPassedTests, Math.max(r.numFailedTests, r.success ? 0 : 1)]
}

const counters = { ctest, tap, vitest }

function failures(format, report, log) {
	const tail = (text, lines) => text.split('\n').slice(-lines).join('\n')
	if (format === 'ctest' && existsSync(report)) {
		for (const p of programsOf(readFileSync(report, 'utf8')).filter((p) => !p.good))
			console.log(`--- ${p.name}\n${tail(p.output, 60)}`)
		return
	}
	if (format === 'tap' && existsSync(report)) {
		// A block of TAP: "not ok", then its YAML with error and stack.
		const text = readFileSync(report, 'utf8')
		for (const [block] of text.matchAll(/^ *not ok [^\n]*\n(?: *---\n[\s\S]*?\n *\.\.\.\n)?/gm))
			if (!/type: 'suite'|failureType: 'subtestsFailed'/.test(block)) console.log(tail(block, 60))
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
