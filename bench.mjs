import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { install } from './install.mjs'

await install()
const { build } = await import('./build.mjs')
await build({ say: console.log })
await import(pathToFileURL(join(import.meta.dirname, 'build/bench/main.js')).href)
