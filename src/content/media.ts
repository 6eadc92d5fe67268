import type { House } from '../house.ts'
import type { Attachment } from '../messages/channel.ts'
import { isErrcode } from '../wecom/failure.ts'
import { uploadMedia } from '../wecom/media.ts'
import { findFile, readFileBytes, readFilePage } from './files.ts'

/** WeCom keeps temporary media for three days. Ours is thought gone a little earlier, so that none runs out on its way. */
const livesMs = (72 - 2) * 3_600_000

type MediaKind = 'image' | 'video' | 'file'

/**
 * What WeCom calls a file of the library, given to it when it has none or has forgotten it. Two who need it at once give it
 * twice, and either name is good.
 * @returns null when there is no such file
 */
export async function mediaIdOf(house: House, file: string, kind: MediaKind): Promise<string | null> {
  const { db, clock, wecom } = house
  const [known] = await db.query<{ mediaId: string }>(
    'SELECT media_id AS "mediaId" FROM wecom_media WHERE file = $1 AND kind = $2 AND expires_at > $3',
    [file, kind, clock.now()],
  )
  if (known) return known.mediaId
  const given = await bytesFor(house, file, kind)
  if (!given) return null
  const { media_id } = await uploadMedia(wecom, kind, given)
  await db.query(
    `INSERT INTO wecom_media (file, kind, media_id, expires_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (file, kind) DO UPDATE SET media_id = excluded.media_id, expires_at = excluded.expires_at`,
    [file, kind, media_id, new Date(clock.now().getTime() + livesMs)],
  )
  return media_id
}

/** Of a PDF that shall be a picture, its cover. */
async function bytesFor(house: House, id: string, kind: MediaKind) {
  const file = await findFile(house.db, id)
  if (!file) return null
  if (kind === 'image' && !file.type.startsWith('image/')) {
    const cover = await readFilePage(house.db, id, 0)
    return cover ? { name: 'cover.png', type: cover.type, bytes: cover.bytes } : null
  }
  return { name: file.name, type: file.type, bytes: await readFileBytes(house.db, id, 0, file.size) }
}

/**
 * Makes a call that carries attachments, each with WeCom's name for its file. A name WeCom forgot before its time is got anew,
 * once: a call that was refused for it has sent nothing.
 */
export async function sendWithMedia<Answer>(
  house: House,
  attachments: readonly Attachment[],
  send: (named: Attachment[]) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send(await withMedia(house, attachments))
  } catch (failure) {
    if (!isErrcode(failure, 40007, 40145)) throw failure
    const files = attachments.flatMap(({ file }) => file ?? [])
    await house.db.query('DELETE FROM wecom_media WHERE file = ANY($1)', [files])
    return send(await withMedia(house, attachments))
  }
}

/** Attachments with WeCom's names for their files, as far as the call needs them: pictures, videos, files, covers of mini programs. */
export function withMedia(house: House, attachments: readonly Attachment[]): Promise<Attachment[]> {
  return Promise.all(
    attachments.map(async (attachment) => {
      if (!attachment.file || attachment.kind === 'link') return attachment
      const kind = attachment.kind === 'miniprogram' ? 'image' : attachment.kind
      const mediaId = await mediaIdOf(house, attachment.file, kind)
      return mediaId ? { ...attachment, mediaId } : attachment
    }),
  )
}
