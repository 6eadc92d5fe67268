import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context, Middleware } from 'koa'
import { projectRoot } from '../root.ts'
import { stateOf } from './request.ts'

const folder = join(projectRoot, 'build/web/console')
/** What the build names by its content never changes under its name. */
const asset = /^\/console\/(assets\/[\w.-]+)$/
const loose = /^\/console\/([\w-]+\.(?:svg|png|ico|txt|webmanifest))$/

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
 * The console as it was built: its files, and its one page at every other address under `/console`. Stands behind the router,
 * so that doors with an address of their own stay what they are. Passes on what it was not built for.
 */
export function serveConsole(): Middleware {
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
    if (ctx.path === '/') {
      ctx.status = 302
      ctx.set('Location', '/console')
      ctx.body = ''
      return
    }
    if (ctx.path !== '/console' && !ctx.path.startsWith('/console/')) return next()
    stateOf(ctx).route = '/console'
    const hashed = asset.exec(ctx.path)?.[1]
    const name = hashed ?? loose.exec(ctx.path)?.[1]
    if (name) return sendFile(ctx, name, hashed !== undefined, squeezedOnce)
    if (extname(ctx.path) !== '') ctx.throw(404)
    return sendPage(ctx, next)
  }
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

/**
 * The page. Scripts come from our own files only. Ant Design writes its styles while it runs, so styles need more than files:
 * a nonce, new with every answer, lets in its own and nobody else's; 'unsafe-inline' would let in whatever was injected.
 */
async function sendPage(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  const page = await readFile(join(folder, 'index.html'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (page === null) {
    await next()
    return
  }
  const nonce = randomBytes(16).toString('base64')
  ctx.type = 'html'
  ctx.set(
    'Content-Security-Policy',
    [
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data:",
      "font-src 'self'",
      "connect-src 'self'",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  )
  ctx.body = page.replace('name="style-nonce" content=""', `name="style-nonce" content="${nonce}"`)
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
