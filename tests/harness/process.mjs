// process.mjs - one program under test: started, listened to, signalled by pid, ended.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { until } from './until.mjs'

const LINES_MAX = 20000
// What no program of ours may ever say.
const FAULT = /ERROR: \w+Sanitizer|runtime error:|ensure_failed|broken invariant|Assertion .* failed/

export class Child {
	/** @param env merged over ours */
	constructor(name, command, args, env = {}) {
		this.name = name
		this.command = command
		this.args = args
		this.env = env
		this.lines = []
		this.process = null
		this.exit = null
		this.expected = false
		this.faults = []
	}

	get running() {
		return this.process !== null && this.exit === null
	}

	get pid() {
		return this.process?.pid
	}

	start() {
		if (this.running) throw new Error(`${this.name} runs already`)
		this.exit = null
		this.expected = false
		const child = spawn(this.command, this.args, {
			stdio: ['ignore', 'pipe', 'pipe'],
			env: {
				...process.env,
				ASAN_OPTIONS: 'abort_on_error=0:detect_leaks=1:exitcode=99:' + (process.env.ASAN_OPTIONS ?? ''),
				UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=1:exitcode=98:' + (process.env.UBSAN_OPTIONS ?? ''),
				...this.env,
			},
		})
		this.process = child
		for (const stream of [child.stdout, child.stderr]) {
			createInterface({ input: stream }).on('line', (line) => {
				if (FAULT.test(line)) this.faults.push(`${this.name}: ${line}`)
				this.lines.push(line)
				if (this.lines.length > LINES_MAX) this.lines.splice(0, LINES_MAX / 2)
			})
		}
		child.on('error', (error) => {
			this.exit ??= { code: null, signal: null, error }
			this.lines.push(`can't be started: ${error.message}`)
		})
		// "close": its last words have been read.
		child.on('close', (code, signal) => {
			this.exit ??= { code, signal }
			if (!this.expected && code !== 0) this.faults.push(`${this.name} ended by itself: ${code ?? signal}\n${this.tail()}`)
		})
	}

	tail(lines = 30) {
		return this.lines.slice(-lines).map((line) => `    ${this.name}: ${line}`).join('\n')
	}

	/** Waits for a line; `from`: first line to look at. Returns the match. */
	logged(pattern, { from = 0 } = {}) {
		const look = () => {
			for (const line of this.lines.slice(from)) {
				const found = line.match(pattern)
				if (found) return found
			}
			return null
		}
		return until(look, { what: `${this.name} says ${pattern}`, child: this })
	}

	/** Lines that match. */
	said(pattern) {
		return this.lines.filter((line) => pattern.test(line))
	}

	signal(name) {
		if (this.running) process.kill(this.process.pid, name)
	}

	/** Ends it and waits for that; returns {code, signal}. */
	async end(signal = 'SIGTERM') {
		if (!this.running) return this.exit
		this.expected = true
		this.signal('SIGCONT')
		this.signal(signal)
		await until(() => !this.running, { what: `${this.name} ends on ${signal}` }).catch(() => {
			this.faults.push(`${this.name} does not end on ${signal}\n${this.tail()}`)
			this.signal('SIGKILL')
		})
		await until(() => !this.running, { what: `${this.name} is killed` })
		if (signal === 'SIGTERM' && this.exit.code !== 0 && this.exit.signal !== 'SIGTERM')
			this.faults.push(`${this.name} ended with ${this.exit.code ?? this.exit.signal} on SIGTERM\n${this.tail()}`)
		return this.exit
	}

	/** At the end of a test: ends it; returns what was wrong with it. */
	async finish() {
		await this.end('SIGTERM')
		return this.faults
	}
}
