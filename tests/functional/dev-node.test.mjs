// A machine whose node is missing or too old (Debian 12's own is 18): ./dev fetches the npm
// package of a newer one into build/tools, and only then.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const npm = execFileSync('sh', ['-c', 'readlink -f "$(command -v npm)"'], { encoding: 'utf8' }).trim()

// A copy of ./dev's own files, and a PATH with every program of this machine but node.
function machine(t, { node }) {
	const dir = mkdtempSync(path.join(tmpdir(), 'pingan-node-'))
	t.after(() => rmSync(dir, { recursive: true, force: true }))
	cpSync(path.join(root, 'dev'), path.join(dir, 'dev'))
	cpSync(path.join(root, 'tools'), path.join(dir, 'tools'), { recursive: true })

	const bin = path.join(dir, 'bin')
	mkdirSync(bin)
	for (const folder of ['/usr/bin', '/bin'])
		for (const name of readdirSync(folder))
			if (!['node', 'nodejs', 'npm', 'npx'].includes(name) && !existsSync(path.join(bin, name)))
				try {
					symlinkSync(path.join(folder, name), path.join(bin, name))
				} catch (e) {
					if (e.code !== 'EEXIST') throw e
				}
	const program = (name, text) => {
		writeFileSync(path.join(bin, name), text)
		chmodSync(path.join(bin, name), 0o755)
	}
	// Debian's npm brings a node that can run it; this one has the test's own.
	program('npm', `#!/bin/sh\nPATH='${path.dirname(process.execPath)}':$PATH exec '${process.execPath}' '${npm}' "$@"\n`)
	if (node) program('node', `#!/bin/sh\necho ${node}\n`)

	const script = 'ROOT=$0; . "$ROOT/tools/lib.sh"; need_node; command -v node; node --version'
	return {
		dir,
		run: () => {
			const r = spawnSync('bash', ['-euo', 'pipefail', '-c', script, dir], { env: { ...process.env, PATH: bin }, encoding: 'utf8' })
			assert.equal(r.status, 0, r.stdout + r.stderr)
			const lines = r.stdout.trim().split('\n')
			return { version: lines.at(-1), path: lines.at(-2), said: r.stdout }
		},
	}
}

for (const [what, node] of [['node is missing', null], ['node is Debian 12\'s own', 'v18.20.4'], ['node is just too old', 'v20.18.3']])
	test(`${what}: the pinned node is fetched once and used`, (t) => {
		const m = machine(t, { node })
		const first = m.run()
		assert.equal(first.version, 'v20.20.2')
		assert.equal(first.path, path.join(m.dir, 'build/tools/node/node_modules/node/bin/node'))
		assert.match(first.said, /fetching node@20\.20\.2/)
		const second = m.run()
		assert.equal(second.version, 'v20.20.2')
		assert.doesNotMatch(second.said, /fetching/)
	})

for (const node of ['v20.19.0', 'v22.12.0'])
	test(`node ${node} is good enough: nothing is fetched`, (t) => {
		const m = machine(t, { node })
		const r = m.run()
		assert.equal(r.version, node)
		assert.equal(existsSync(path.join(m.dir, 'build/tools')), false)
	})
