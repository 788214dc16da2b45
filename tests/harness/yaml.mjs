// yaml.mjs - as much of YAML as our own files use: maps and lists in blocks and in braces, texts plain, quoted and as a block.
// What it does not know it refuses.
import assert from 'node:assert/strict'

class Flow {
	constructor(text) {
		this.text = text
		this.at = 0
	}

	fail(what) {
		assert.fail(`${what} at ${this.at}: ${this.text}`)
	}

	skip() {
		while (this.text[this.at] === ' ') this.at++
		return this.text[this.at]
	}

	quoted(mark) {
		let out = ''
		for (this.at++; this.at < this.text.length; this.at++) {
			const c = this.text[this.at]
			if (c === mark && !(mark === "'" && this.text[this.at + 1] === "'")) {
				this.at++
				return out
			}
			if (c === mark) this.at++
			if (mark === '"' && c === '\\') this.fail('an escape')
			out += c
		}
		this.fail('no end of a text')
	}

	/** `stop`: characters that end a plain text. */
	value(stop) {
		const c = this.skip()
		if (c === '{') return this.many('}', {}, (map) => {
			const key = String(this.value(':'))
			if (this.skip() !== ':') this.fail('a colon')
			this.at++
			map[key] = this.value(',}')
		})
		if (c === '[') return this.many(']', [], (list) => list.push(this.value(',]')))
		if (c === "'" || c === '"') return this.quoted(c)
		const from = this.at
		while (this.at < this.text.length && !stop.includes(this.text[this.at])) this.at++
		return scalar(this.text.slice(from, this.at).trim())
	}

	many(end, into, one) {
		for (this.at++; this.skip() !== end; ) {
			one(into)
			if (this.skip() === ',') this.at++
			else if (this.skip() !== end) this.fail(`"," or "${end}"`)
		}
		this.at++
		return into
	}
}

function scalar(text) {
	if (text === 'true' || text === 'false') return text === 'true'
	if (text === 'null' || text === '') return null
	return /^-?\d+(\.\d+)?$/.test(text) && !/^0\d/.test(text) ? Number(text) : text
}

function inline(text) {
	const flow = new Flow(text)
	const value = flow.value('')
	if (flow.skip() !== undefined) flow.fail('the end')
	return value
}

/** "key: rest" or null. */
function pair(text) {
	const found = text.match(/^(?:'([^']*)'|"([^"]*)"|([^\s'"{[][^:]*?)):(?:\s+(.*))?$/)
	return found && { key: found[1] ?? found[2] ?? found[3], rest: found[4] ?? '' }
}

export function parseYaml(text) {
	const lines = text
		.split('\n')
		.map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }))
		.filter((line) => line.text !== '' && !line.text.startsWith('#'))
	let at = 0

	function literal(indent) {
		const out = []
		while (at < lines.length && lines[at].indent > indent) out.push(lines[at++].text)
		return out.join('\n')
	}

	function rest(text, indent) {
		if (text === '|') return literal(indent)
		if (text !== '') return inline(text)
		return at < lines.length && (lines[at].indent > indent || (lines[at].indent === indent && lines[at].text.startsWith('- '))) ? block(lines[at].indent) : null
	}

	function block(indent) {
		if (lines[at].text.startsWith('- ')) {
			const list = []
			while (at < lines.length && lines[at].indent === indent && lines[at].text.startsWith('- ')) {
				const text = lines[at].text.slice(2).trim()
				if (pair(text)) {
					// A map that begins behind the dash.
					lines[at] = { indent: indent + 2, text }
					list.push(block(indent + 2))
				} else {
					at++
					list.push(inline(text))
				}
			}
			return list
		}
		const map = {}
		while (at < lines.length && lines[at].indent === indent) {
			const found = pair(lines[at].text)
			assert.ok(found, `no "key: value": ${lines[at].text}`)
			at++
			assert.ok(!(found.key in map), `${found.key} twice`)
			map[found.key] = rest(found.rest, indent)
		}
		return map
	}

	const whole = block(0)
	assert.equal(at, lines.length, `left over: ${lines[at]?.text}`)
	return whole
}
