// api_paths.mjs - every call of the API as docs/openapi.yaml has it: ["GET /homes", ...]. That it has all of them is api.test's.
import { readFileSync } from 'node:fs'
import path from 'node:path'

import { root } from './index.mjs'

const METHODS = ['get', 'put', 'post', 'patch', 'delete']

export const API_PATHS = []
let at = null
let inside = false
for (const line of readFileSync(path.join(root, 'docs/openapi.yaml'), 'utf8').split('\n')) {
	if (/^\S/.test(line)) inside = line.startsWith('paths:')
	const found = /^ {2}(\/\S*):/.exec(line)
	if (inside && found) at = found[1].replace(/^\/api\/v1/, '')
	const method = /^ {4}(\w+):/.exec(line)
	if (inside && at && method && METHODS.includes(method[1])) API_PATHS.push(`${method[1].toUpperCase()} ${at}`)
}
