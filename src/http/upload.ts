import busboy from 'busboy'
import type { Context } from 'koa'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { dropUpload, storeUpload } from '../leads/uploads.ts'

export const uploadLimit = 200 * 1024 * 1024
export const uploadTypes = [
  'multipart/form-data',
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/octet-stream',
] as const

export interface Upload {
  name: string
  size: number
  /** What came beside the file. */
  fields: Record<string, string>
}

/**
 * Writes the file of a request down under `id`, part by part as it comes; nothing is left of it when that fails.
 * @throws Refused 400, 413, 422
 */
export async function receiveUpload(house: House, ctx: Context, id: string): Promise<Upload> {
  try {
    return ctx.is('multipart/form-data') ? await readForm(house, ctx, id) : await readRaw(house, ctx, id)
  } catch (error) {
    await dropUpload(house.db, id)
    throw error
  }
}

const tooLarge = () => new Refused(413, 'too_large', '文件太大，上限 200 MB')

async function readRaw(house: House, ctx: Context, id: string): Promise<Upload> {
  if (!ctx.is(...uploadTypes)) {
    throw new Refused(
      400,
      'not_a_file',
      `请用 multipart/form-data 上传文件，或以 ${uploadTypes.slice(1).join('、')} 直接发送`,
    )
  }
  const size = await storeUpload(house, id, limited(ctx.req))
  if (size === 0) throw new Refused(400, 'empty', '没有收到文件')
  const name = typeof ctx.query.name === 'string' ? ctx.query.name : 'upload'
  return { name: plainName(name), size, fields: {} }
}

async function* limited(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > uploadLimit) throw tooLarge()
    yield chunk
  }
}

async function readForm(house: House, ctx: Context, id: string): Promise<Upload> {
  const fields: Record<string, string> = Object.create(null)
  let file: Promise<{ name: string; size: number }> | undefined
  const limits = { files: 1, fileSize: uploadLimit, fields: 20, fieldSize: 64 * 1024, parts: 25, headerPairs: 50 }
  const parser = makeParser(ctx, limits)
  const parsed = new Promise<void>((done, fail) => {
    parser.on('field', (name, value) => {
      fields[name] = value
    })
    parser.on('file', (_, stream, { filename }) => {
      file = storeUpload(house, id, stream).then((size) => {
        if (stream.truncated) throw tooLarge()
        return { name: plainName(filename ?? 'upload'), size }
      })
      // Told once, below; until then it is not forgotten.
      file.catch((error) => {
        stream.resume()
        fail(error)
      })
    })
    parser.on('close', done)
    parser.on('error', () => fail(new Refused(400, 'malformed', '上传的内容不完整或格式不对')))
    ctx.req.on('aborted', () => fail(new Refused(400, 'incomplete', '文件没有传完')))
  })
  ctx.req.pipe(parser)
  try {
    await parsed
  } finally {
    ctx.req.unpipe(parser)
    ctx.req.resume()
  }
  if (!file) throw new Refused(422, 'invalid', '有字段不符合要求', [{ field: 'file', message: '没有收到文件' }])
  return { ...(await file), fields }
}

function makeParser(ctx: Context, limits: busboy.Limits): busboy.Busboy {
  try {
    return busboy({ headers: ctx.headers, limits, defParamCharset: 'utf8' })
  } catch {
    throw new Refused(400, 'malformed', '上传的格式不对')
  }
}

/** For people to recognise it by; never a path. */
const plainName = (name: string): string =>
  (name.split(/[/\\]/).at(-1) ?? '').replace(/\p{Cc}/gu, '').slice(0, 200) || 'upload'
