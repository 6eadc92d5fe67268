import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { waitForLock } from './src/start/lock.mjs'

const root = import.meta.dirname
const out = join(root, 'build')
const folders = ['src', 'handlers', 'bot', 'sandbox', 'bench', 'prisma/client', 'prisma/seed']

/** In this order. */
const steps = [
  { isCurrent: clientIsCurrent, make: makeClient },
  { isCurrent: () => changes().length === 0, make: transpile },
  ...['console', 'sidebar'].map((app) => ({
    isCurrent: () => pagesAreCurrent(app),
    make: (say) => makePages(app, say),
  })),
]

/**
 * Brings `build/` up to date with the sources: the same tree, one `.js` per `.ts`, everything else copied. Nothing is
 * written when nothing changed. Any number of processes may call it at once, and read `build/` meanwhile: no file is ever
 * half there. Answers the sources that had changed; `say` is called with a line for people before a long step.
 */
export function build({ say = () => {} } = {}) {
  return bring(steps, say)
}

/** The first of the steps alone: all that tests need, which run the sources themselves. */
export function generateClient(say = () => {}) {
  return bring(steps.slice(0, 1), say)
}

async function bring(wanted, say) {
  if (wanted.every(({ isCurrent }) => isCurrent())) return []
  const lock = await waitForLock(join(out, '.lock'), (pid) =>
    say(`等待另一个构建（进程 ${pid}）… · waiting for another build`),
  )
  try {
    const changed = []
    for (const { isCurrent, make } of wanted) if (!isCurrent()) changed.push(...(await make(say)))
    return changed
  } finally {
    lock.release()
  }
}

function clientIsCurrent() {
  return readText(join(root, 'prisma/client/.stamp')) === clientStamp()
}

function clientStamp() {
  const hash = createHash('sha256')
  for (const file of ['prisma/schema.prisma', 'node_modules/@prisma/client/package.json'])
    hash.update(readText(join(root, file)) ?? '')
  return hash.digest('hex')
}

/** Prisma's client from the schema, without the engine it would like to download: generating needs none, only a path. */
async function makeClient(say) {
  const stamp = clientStamp()
  say('生成数据库客户端… · generating the database client')
  const args = [
    join(root, 'node_modules/prisma/build/index.js'),
    'generate',
    '--schema',
    join(root, 'prisma/schema.prisma'),
  ]
  const env = {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  }
  try {
    await promisify(execFile)(process.execPath, args, { cwd: root, env })
  } catch (error) {
    throw new Error(`prisma generate 失败 · failed\n${error.stderr || error.stdout || error.message}`)
  }
  writeWhole(join(root, 'prisma/client/.stamp'), stamp)
  return ['prisma/schema.prisma']
}

/** Sources whose output is missing or older, and outputs whose source is gone. */
function changes(sources = listSources(), before = readStamp()) {
  const fresh = before.builder === builder() ? before.files : {}
  return [
    ...Object.keys(sources).filter((file) => fresh[file] !== sources[file] || !outputsOf(file).every(existsSync)),
    ...Object.keys(before.files).filter((file) => !(file in sources)),
  ]
}

/** Another builder makes other files of the same sources. */
const builder = () =>
  `${mark(import.meta.filename)} ${readText(join(root, 'node_modules/esbuild/package.json'))?.match(/"version": "(.*?)"/)?.[1]}`

async function transpile(say) {
  const sources = listSources()
  const all = changes(sources)
  const changed = all.filter((file) => file in sources)
  if (changed.length > 20) say(`编译 ${changed.length} 个文件… · compiling`)
  const code = changed.filter((file) => /\.m?ts$/.test(file))
  if (code.length > 0) {
    const { outputFiles } = await compile(code)
    for (const { path, contents } of outputFiles) writeWhole(path, contents)
  }
  for (const file of changed) if (!code.includes(file)) writeWhole(join(out, file), readFileSync(join(root, file)))
  sweep(new Set(Object.keys(sources).flatMap(outputsOf)))
  writeWhole(join(out, '.stamp'), JSON.stringify({ builder: builder(), files: sources }))
  return all
}

/** File by file: everything a file imports stays outside, only the ending of what lies beside it changes. */
async function compile(files) {
  const esbuild = await import('esbuild')
  const built = await esbuild.build({
    absWorkingDir: root,
    entryPoints: files,
    outbase: root,
    outdir: out,
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, target: 'es2023' } },
    plugins: [
      {
        name: 'leave-imports',
        setup({ onResolve }) {
          onResolve({ filter: /.*/ }, ({ kind, path }) => {
            if (kind === 'entry-point') return undefined
            return {
              path: path.startsWith('.') ? path.replace(/\.ts$/, '.js').replace(/\.mts$/, '.mjs') : path,
              external: true,
            }
          })
        },
      },
    ],
  })
  // Its helper process would live as long as the parent that called us.
  await esbuild.stop()
  return built
}

/** Path → what changes when the file does. */
function listSources(among = folders) {
  const sources = {}
  for (const folder of among) {
    let entries = []
    try {
      entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    } catch (error) {
      if (error.code !== 'ENOENT') throw error
    }
    for (const entry of entries) {
      if (!entry.isFile() || entry.name.startsWith('.') || /\.d\.m?ts$/.test(entry.name)) continue
      const path = join(entry.parentPath, entry.name)
      sources[relative(root, path).split(sep).join('/')] = mark(path)
    }
  }
  return sources
}

const mark = (path) => {
  const { mtimeMs, size } = statSync(path)
  return `${mtimeMs} ${size}`
}

function outputsOf(file) {
  if (!/\.m?ts$/.test(file)) return [join(out, file)]
  const js = join(out, file)
    .replace(/\.ts$/, '.js')
    .replace(/\.mts$/, '.mjs')
  return [js, `${js}.map`]
}

const pagesOut = (app) => join(out, 'web', app)

function pagesAreCurrent(app) {
  if (!existsSync(join(root, `web/${app}/index.html`))) return true
  const isBuilt = existsSync(join(pagesOut(app), 'index.html'))
  // An installation without what pages are built with runs those it was given.
  if (!existsSync(join(root, 'node_modules/vite'))) return isBuilt
  return isBuilt && readText(join(pagesOut(app), '.stamp')) === pagesStamp(app)
}

/** The pages' sources and what they are built with; of the server's schemas they use only the types. */
function pagesStamp(app) {
  const sources = listSources([`web/${app}`, 'web/shared'])
  const installed = readText(join(root, 'node_modules/.package-lock.json'))
  return createHash('sha256')
    .update(JSON.stringify([builder(), sources, installed]))
    .digest('hex')
}

/** The page last, when all that it names is there; what only the page before named goes after that. */
async function makePages(app, say) {
  const stamp = pagesStamp(app)
  say(`构建页面 ${app}… · building pages`)
  const part = join(out, `web/.${app}-${process.pid}`)
  const place = pagesOut(app)
  // In a process of its own: the bundler keeps threads, and Vite writes NODE_ENV.
  const args = [join(root, 'node_modules/vite/bin/vite.js'), 'build', join(root, 'web', app), '--outDir', part]
  try {
    await promisify(execFile)(process.execPath, [...args, '--logLevel', 'warn'], {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
    })
    const made = readdirSync(part, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(part, join(entry.parentPath, entry.name)))
      .sort((a, b) => (a === 'index.html') - (b === 'index.html'))
    for (const file of made) writeWhole(join(place, file), readFileSync(join(part, file)))
    writeWhole(join(place, '.stamp'), stamp)
    for (const file of readdirSync(place, { recursive: true }))
      if (!made.includes(file) && statSync(join(place, file)).isFile() && file !== '.stamp')
        rmSync(join(place, file), { force: true })
  } catch (error) {
    throw new Error(`页面构建失败 · building pages failed: ${app}\n${error.stderr || error.stdout || error.message}`)
  } finally {
    rmSync(part, { recursive: true, force: true })
  }
  return [`web/${app}`]
}

/** What no source stands behind any more: a definition that was deleted must not live on in build/. */
function sweep(expected) {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    // The pages are another step's, which tidies up itself.
    if (path.startsWith(join(out, 'web'))) continue
    if (entry.isFile() && !entry.name.startsWith('.') && !expected.has(path)) rmSync(path, { force: true })
  }
  for (const folder of readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .reverse())
    try {
      rmdirSync(join(folder.parentPath, folder.name))
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(error.code)) throw error
    }
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(join(out, '.stamp'), 'utf8'))
  } catch {
    return { builder: '', files: {} }
  }
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** Appears whole or not at all. */
function writeWhole(path, content) {
  mkdirSync(dirname(path), { recursive: true })
  const part = join(dirname(path), `.${process.pid}.part`)
  writeFileSync(part, content)
  renameSync(part, path)
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  build({ say: console.log }).then(
    (changed) => console.log(changed.length > 0 ? '构建完成 · built' : '已是最新 · up to date'),
    (error) => {
      console.error(error.message)
      process.exitCode = 1
    },
  )
}
