// proto.mjs - the generated messages of proto/pingan/v1 for tests (made by `npm run gen` in clients/web), and the runtime.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import path from 'node:path'

import { npm, webRoot } from './npm.mjs'

const gen = path.join(webRoot, 'src/lib/gen/pingan/v1')
if (!existsSync(gen)) throw new Error(`${gen} is not there: run "npm run gen" in clients/web (./dev test does)`)

const load = (name) => import(pathToFileURL(path.join(gen, `${name}_pb.js`)).href)

export const { create, toBinary, fromBinary, toJson } = npm('@bufbuild/protobuf')
export const audit = await load('audit')
export const common = await load('common')
export const commission = await load('commission')
/** All that goes between the daemon and a screen. */
export const console_ = Object.assign({}, ...(await Promise.all(['console', 'queue', 'detail', 'roster', 'phone', 'wall'].map(load))))
export const device = await load('device')
export const record = { ...(await load('registry')), ...(await load('record')) }

/** A random id of 64 bits, never 0. */
export const randomId = () => crypto.getRandomValues(new BigUint64Array(1))[0] || 1n
