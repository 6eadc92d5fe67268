import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectRoot } from '../src/root.ts'

let root: string
let build: typeof import('../build.mjs').build

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'build-'))
  for (const file of ['build.mjs', 'install.mjs', 'src/start/lock.mjs']) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    cpSync(join(projectRoot, file), join(root, file))
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'))
  put('package.json', '{ "type": "module" }')
  put(
    'prisma/schema.prisma',
    `generator client {
      provider               = "prisma-client"
      output                 = "./client"
      importFileExtension    = "ts"
      generatedFileExtension = "ts"
    }

    datasource db {
      provider = "postgresql"
    }

    model Thing {
      id Int @id
    }`,
  )
  put('src/one.ts', `import { two } from './deep/two.ts'\nexport const one: number = two + 1\n`)
  put('src/deep/two.ts', `export const two: number = 2\nexport const later = () => import('../three.ts')\n`)
  put('src/three.ts', 'export const three = 3\n')
  put('sandbox/page/index.html', '<p>云帆</p>')
  build = ((await import(pathToFileURL(join(root, 'build.mjs')).href)) as typeof import('../build.mjs')).build
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

function put(file: string, text: string) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
const built = (file: string) => join(root, 'build', file)
/** In a process of its own: modules are loaded once per process. */
function run(code: string) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    cwd: root,
    encoding: 'utf8',
  })
  return stdout.trim() || stderr
}

test('keeps the tree, and what was a .ts beside it is a .js beside it', async () => {
  await build()
  expect(run(`import { one } from './build/src/one.js'; console.log(one)`)).toBe('3')
  expect(run(`import { later } from './build/src/deep/two.js'; console.log((await later()).three)`)).toBe('3')
  expect(readFileSync(built('sandbox/page/index.html'), 'utf8')).toBe('<p>云帆</p>')
  expect(existsSync(built('src/one.js.map'))).toBe(true)
})

test('the database client is generated without the engine that Prisma would download', () => {
  expect(run(`import { PrismaClient } from './build/prisma/client/client.js'; console.log(typeof PrismaClient)`)).toBe(
    'function',
  )
})

test('does nothing when nothing changed, and only what changed otherwise', async () => {
  expect(await build()).toEqual([])
  put('src/three.ts', 'export const three = 33\n')
  expect(await build()).toEqual(['src/three.ts'])
  expect(run(`import { three } from './build/src/three.js'; console.log(three)`)).toBe('33')
  rmSync(built('src/one.js'))
  expect(await build()).toEqual(['src/one.ts'])
})

test('a source that is gone is gone from the build, with its folder', async () => {
  put('handlers/gone/away.ts', 'export default 1\n')
  await build()
  expect(existsSync(built('handlers/gone/away.js'))).toBe(true)
  rmSync(join(root, 'handlers'), { recursive: true })
  await build()
  expect(existsSync(built('handlers'))).toBe(false)
})

test('a source that cannot be read fails with its place, and the old build stays', async () => {
  put('src/three.ts', 'export const three: = 4\n')
  await expect(build()).rejects.toThrow(/src\/three\.ts:1:/)
  expect(run(`import { three } from './build/src/three.js'; console.log(three)`)).toBe('33')
  put('src/three.ts', 'export const three = 3\n')
  await build()
})

test('node_modules that differ from the lockfile are noticed', () => {
  const lock = (packages: object) => JSON.stringify({ packages })
  const alone = mkdtempSync(join(tmpdir(), 'install-'))
  const check = (wanted: object, there: object) => {
    mkdirSync(join(alone, 'node_modules'), { recursive: true })
    mkdirSync(join(alone, 'src/start'), { recursive: true })
    for (const file of ['install.mjs', 'src/start/lock.mjs']) cpSync(join(projectRoot, file), join(alone, file))
    writeFileSync(join(alone, 'package-lock.json'), lock({ '': {}, ...wanted }))
    writeFileSync(join(alone, 'node_modules/.package-lock.json'), lock(there))
    const code = `import { isInstalled } from './install.mjs'; console.log(isInstalled())`
    return spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: alone,
      encoding: 'utf8',
    }).stdout.trim()
  }
  const a = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }
  expect(check(a, a)).toBe('true')
  expect(check(a, {})).toBe('false')
  expect(check(a, { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-y' } })).toBe('false')
  expect(check({}, a)).toBe('false')
  expect(check({ ...a, 'node_modules/for-mac': { version: '1.0.0', optional: true } }, a)).toBe('true')
  expect(check(a, { ...a, 'node_modules/for-here': { version: '1.0.0', optional: true } })).toBe('true')
  rmSync(alone, { recursive: true })
})
