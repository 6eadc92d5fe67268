import { Readable } from 'node:stream'
import type { Router } from '@koa/router'
import type { Context } from 'koa'
import { findFile, readFilePage, streamFile } from '../content/files.ts'
import type { House } from '../house.ts'
import { authenticate } from './auth.ts'

/**
 * What stands on customers' pages: pictures, videos, pages of PDFs. Their ids cannot be guessed, they never change, and each is
 * served as what its bytes were found to be. A PDF as it came is for colleagues, and only to be kept, not to be opened here.
 */
export function addContentFiles(router: Router, house: House): void {
  router.get('/c/f/:id', async (ctx) => {
    const { id = '' } = ctx.params as { id?: string }
    const file = await findFile(house.db, id)
    if (!file) return ctx.throw(404)
    const isShown = /^(image|video)\//.test(file.type)
    if (!isShown && !(await authenticate(ctx, house))) ctx.throw(404)
    asAsset(ctx, file.type)
    ctx.set(
      'Content-Disposition',
      `${isShown ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
    )
    if (!isShown) ctx.set('Cache-Control', 'private, no-store')
    sendStretch(ctx, file.size, (from, to) => streamFile(house.db, id, from, to))
  })
  router.get('/c/f/:id/:page', async (ctx) => {
    const { id = '', page = '' } = ctx.params as { id?: string; page?: string }
    const file = await findFile(house.db, id)
    const number = page === 'cover' ? 0 : /^[1-9]\d{0,3}$/.test(page) ? Number(page) : null
    if (!file || number === null) return ctx.throw(404)
    if (number === 0 && file.type.startsWith('image/')) {
      asAsset(ctx, file.type)
      return sendStretch(ctx, file.size, (from, to) => streamFile(house.db, id, from, to))
    }
    const picture = await readFilePage(house.db, id, number)
    if (!picture) return ctx.throw(404)
    asAsset(ctx, picture.type)
    ctx.body = picture.bytes
  })
}

function asAsset(ctx: Context, type: string): void {
  ctx.set('Content-Type', type)
  ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
  // WeChat's cards fetch them from elsewhere.
  ctx.set('Cross-Origin-Resource-Policy', 'cross-origin')
}

/** The whole, or the stretch that was asked for: players on phones ask for stretches. */
function sendStretch(ctx: Context, size: number, read: (from: number, to: number) => AsyncIterable<Buffer>): void {
  ctx.set('Accept-Ranges', 'bytes')
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(ctx.get('Range'))
  let [from, to] = [0, size]
  if (asked && (asked[1] || asked[2])) {
    from = asked[1] ? Number(asked[1]) : Math.max(0, size - Number(asked[2]))
    to = asked[1] && asked[2] ? Math.min(size, Number(asked[2]) + 1) : size
    if (from >= to) {
      ctx.set('Content-Range', `bytes */${size}`)
      ctx.status = 416
      return
    }
    ctx.status = 206
    ctx.set('Content-Range', `bytes ${from}-${to - 1}/${size}`)
  } else ctx.status = 200
  const type = ctx.response.get('Content-Type')
  ctx.body = ctx.method === 'HEAD' ? Buffer.alloc(0) : Readable.from(read(from, to))
  ctx.set('Content-Type', type)
  ctx.length = to - from
}
