import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context, Middleware } from 'koa'
import { projectRoot } from '../root.ts'
import { stateOf } from './request.ts'

/** Pages that were built from `web/<name>` and run in the browser. */
export interface WebApp {
  /** Its folder under `build/web` and its address. */
  name: string
  /** The page's Content-Security-Policy; `nonce` is new with every answer. */
  policy(nonce: string): readonly string[]
  /** The page as it was built, for who asks; null: he was answered in another way. */
  prepare?(page: string, ctx: Context): Promise<string | null>
  /** Whether it may stand in a frame of those that its policy names. */
  framed?: boolean
}

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/**
 * The app as it was built: its files, and its one page at every other address below its own. Stands behind the router, so that
 * doors with an address of their own stay what they are. Passes on what it was not built for.
 */
export function serveWebApp(app: WebApp): Middleware {
  const at = `/${app.name}`
  const folder = join(projectRoot, 'build/web', app.name)
  // What the build names by its content never changes under its name.
  const asset = new RegExp(`^${at}/(assets/[\\w.-]+)$`)
  const loose = new RegExp(`^${at}/([\\w-]+\\.(?:svg|png|ico|txt|webmanifest))$`)
  const squeezed = new Map<string, Promise<Squeezed>>()
  const squeezedOnce = (name: string): Promise<Squeezed> => {
    const known = squeezed.get(name)
    if (known !== undefined) return known
    const reading = squeeze(join(folder, name))
    squeezed.set(name, reading)
    // A file that is not there may come with the next build.
    reading.catch(() => squeezed.delete(name))
    return reading
  }
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    if (ctx.path !== at && !ctx.path.startsWith(`${at}/`)) return next()
    stateOf(ctx).route = at
    const hashed = asset.exec(ctx.path)?.[1]
    const name = hashed ?? loose.exec(ctx.path)?.[1]
    if (name) return sendFile(ctx, name, hashed !== undefined, squeezedOnce)
    if (extname(ctx.path) !== '') ctx.throw(404)
    const page = await readPage(join(folder, 'index.html'))
    if (page === null) return next()
    const nonce = randomBytes(16).toString('base64')
    const marked = page.replace('name="style-nonce" content=""', `name="style-nonce" content="${nonce}"`)
    const prepared = app.prepare ? await app.prepare(marked, ctx) : marked
    if (prepared === null) return
    ctx.type = 'html'
    ctx.set('Content-Security-Policy', app.policy(nonce).join('; '))
    if (app.framed) ctx.remove('X-Frame-Options')
    ctx.body = prepared
  }
}

async function readPage(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}

interface Squeezed {
  plain: Buffer
  gzip: Buffer
  br: Buffer
}

async function sendFile(
  ctx: Context,
  name: string,
  isForever: boolean,
  read: (name: string) => Promise<Squeezed>,
): Promise<void> {
  const file = await read(name).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') ctx.throw(404)
    throw error
  })
  const coding = ctx.acceptsEncodings('br', 'gzip', 'identity')
  ctx.set('Content-Type', types[extname(name)] ?? 'application/octet-stream')
  ctx.set('Cache-Control', isForever ? 'public, max-age=31536000, immutable' : 'public, max-age=3600')
  ctx.vary('Accept-Encoding')
  if (coding === 'br' || coding === 'gzip') {
    ctx.set('Content-Encoding', coding)
    ctx.body = file[coding]
  } else ctx.body = file.plain
}

const gzipOf = promisify(gzip)
const brotliOf = promisify(brotliCompress)

async function squeeze(path: string): Promise<Squeezed> {
  const plain = await readFile(path)
  const [small, smaller] = await Promise.all([
    gzipOf(plain, { level: 9 }),
    brotliOf(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  ])
  return { plain, gzip: small, br: smaller }
}
