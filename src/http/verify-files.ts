import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Middleware } from 'koa'
import type { House } from '../house.ts'

const name = /^\/((?:WW|MP)_verify_[A-Za-z0-9]{1,64}\.txt)$/

/** 可信域名 and 网页授权域名: WeCom fetches the file it gave the operator from the root of the domain. */
export function verifyFiles(house: House): Middleware {
  return async (ctx, next) => {
    const file = name.exec(ctx.path)?.[1]
    if (!file || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.state.route = '/WW_verify_*.txt'
    try {
      const text = await readFile(join(house.config.dataDir, 'verify', file))
      ctx.type = 'text/plain'
      ctx.body = text
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      ctx.throw(404)
    }
  }
}
