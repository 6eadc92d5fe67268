import { WecomError } from '../errcodes.ts'
import type { Fields } from '../fields.ts'
import type { Wecom } from '../wecom.ts'
import type { Api, Apis, Call } from './definition.ts'

const megabyte = 1024 * 1024
const largest: Record<string, number> = {
  image: 10 * megabyte,
  voice: 2 * megabyte,
  video: 10 * megabyte,
  file: 20 * megabyte,
}
const three = 3 * 86_400_000
/** The bytes themselves, for the page; gone after a restart. */
const pictures = new WeakMap<Wecom, Map<string, Buffer>>()

export const pictureOf = (wecom: Wecom, id: string): Buffer | undefined => pictures.get(wecom)?.get(id)

/** Temporary media and pictures (WeCom doc 90253, 90256, 95098). */
export const mediaApis: Apis = {
  'media/upload': upload(async (call, wecom) => {
    const type = call.query.get('type') ?? ''
    const { media_id, at } = keep(wecom, await fileOf(call), type, 'media')
    return { type, media_id, created_at: String(at) }
  }),
  'media/upload_attachment': upload(async (call, wecom) => {
    const type = call.query.get('media_type') ?? ''
    if (!['1', '2'].includes(call.query.get('attachment_type') ?? '')) throw new WecomError(40058)
    const { media_id, at } = keep(wecom, await fileOf(call), type, 'attachment')
    return { type, media_id, created_at: at }
  }),
  'media/uploadimg': upload(async (call, wecom) => {
    const file = await fileOf(call)
    if (file.data.length > 2 * megabyte) throw new WecomError(45001)
    const { media_id } = keep(wecom, file, 'image', 'img')
    return { url: `${wecom.settings.url}/media/${media_id}` }
  }),
}

function upload(answer: Api['answer']): Api {
  return { method: 'POST', answer }
}

interface File {
  name: string
  data: Buffer
}

async function fileOf({ raw, contentType }: Call): Promise<File> {
  if (!contentType.startsWith('multipart/form-data')) throw new WecomError(44001, 'empty media data')
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': contentType } })
    .formData()
    .catch(() => undefined)
  const part = form?.get('media')
  if (!part || typeof part === 'string') throw new WecomError(44001, 'empty media data')
  return { name: part.name, data: Buffer.from(await part.arrayBuffer()) }
}

function keep(wecom: Wecom, { name, data }: File, type: string, space: string) {
  const max = largest[type]
  if (max === undefined) throw new WecomError(40004)
  if (data.length <= 5 || data.length > max) throw new WecomError(45001)
  if (!name) throw new WecomError(40058, 'missing filename')
  const picture = data.subarray(0, 3).toString('hex') === 'ffd8ff' || data.subarray(1, 4).toString('latin1') === 'PNG'
  if (type === 'image' && !picture) throw new WecomError(40005, 'invalid file type')
  const media_id = wecom.id('3', 64)
  const until = space === 'img' ? Number.MAX_SAFE_INTEGER : wecom.now() + three
  wecom.world.media[media_id] = { media_id, type, filename: name, size: data.length, until, space }
  if (picture) {
    const kept = pictures.get(wecom) ?? new Map<string, Buffer>()
    pictures.set(wecom, kept)
    kept.set(media_id, data)
  }
  return { media_id, at: wecom.seconds() } satisfies Fields
}
