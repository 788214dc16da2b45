// pinganctl against a cell of the harness.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'

import { program } from './index.mjs'

/** Exit code, standard output and error of one command. */
export const ctl = (cell, ...args) =>
	new Promise((done) => {
		execFile(program('pinganctl'), ['--config', cell.daemon.file, ...args], { env: { ...process.env, LC_ALL: cell.lang ?? 'C.UTF-8' } }, (error, out, err) => done({ code: error === null ? 0 : (error.code ?? error.signal), out, err }))
	})

/** What it printed; it must have done it. */
export async function ok(cell, ...args) {
	const { code, out, err } = await ctl(cell, ...args)
	assert.equal(code, 0, `${args.join(' ')}: ${err}${out}`)
	return out
}

/** It must have refused, with this reason and nothing else. */
export async function refused(cell, why, ...args) {
	const { code, out, err } = await ctl(cell, ...args)
	assert.equal(code, 1, args.join(' '))
	assert.equal(out, '')
	assert.match(err, why)
}
