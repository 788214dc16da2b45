// npm.mjs - the packages of clients/web for tests that live here: one lock file for everything.
//
//   import { npm } from '../harness/npm.mjs'
//   const { WebSocket } = npm('ws')
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

export const webRoot = fileURLToPath(new URL('../../clients/web/', import.meta.url))
export const npm = createRequire(new URL('../../clients/web/package.json', import.meta.url))
