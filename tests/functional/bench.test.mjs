// The benches still run: each once, as small as it goes, on the test build. What they measure here is nobody's number; that a
// change of the product or of the harness has broken one is seen today, and not by whoever next wants a figure.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

import { buildDir, root } from '../harness/index.mjs'

const run = promisify(execFile)
const SMALL = {
	registry: [['--homes=300', '--finds=3'], /^N14 .* (?:reached|MISSED)/m, 30],
	api: [['--homes=300'], /^homes by their name, p99 .* (?:reached|MISSED)/m, 10],
	timers: [['--count=500', '--over=500', '--runs=1'], /^at once +\d/m, 5],
	press: [['--runs=1', '--seconds=1'], /^ +1000 +0 +\d/m, 6],
	devices: [['--only=N1', '--runs=1'], /^N1 .*p99 .* (?:reached|MISSED)/m, 3],
}

for (const [name, [args, row, lines]] of Object.entries(SMALL))
	test(`bench ${name}: from beginning to end`, async () => {
		const { stdout } = await run(process.execPath, [path.join(root, `tests/bench/${name}.mjs`), ...args], {
			env: { ...process.env, PINGAN_RELEASE_DIR: buildDir, PINGAN_BUILD_DIR: buildDir },
		})
		assert.match(stdout, row)
		assert.ok(stdout.trim().split('\n').length >= lines, stdout)
	})
