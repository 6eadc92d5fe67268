import { cutBytes } from '../cut-bytes.ts'
import type { Attachment } from './attachment.ts'

/** What the house hangs on a message, before it is spelled as WeCom does. */
export interface Hanging {
  kind: 'link' | 'image' | 'miniprogram' | 'video' | 'file'
  title?: string
  description?: string
  url?: string
  picUrl?: string
  mediaId?: string
  appId?: string
  page?: string
}

const most = 9

/** Spells attachments as WeCom does, within its limits; what lacks a part it must have is left out. */
export function attach(things: readonly Hanging[] = []): Attachment[] {
  return things.flatMap((thing) => spell(thing) ?? []).slice(0, most)
}

function spell({ kind, title = '', description, url, picUrl, mediaId, appId, page }: Hanging): Attachment | null {
  switch (kind) {
    case 'link': {
      if (!url) return null
      const more = {
        ...(picUrl ? { picurl: picUrl } : {}),
        ...(description ? { desc: cutBytes(description, 512) } : {}),
      }
      return { msgtype: 'link', link: { title: cutBytes(title || url, 128), url, ...more } }
    }
    case 'miniprogram':
      if (!mediaId || !appId || !page) return null
      return { msgtype: kind, miniprogram: { title: cutBytes(title, 64), pic_media_id: mediaId, appid: appId, page } }
    case 'image':
      if (mediaId) return { msgtype: kind, image: { media_id: mediaId } }
      return picUrl ? { msgtype: kind, image: { pic_url: picUrl } } : null
    case 'video':
      return mediaId ? { msgtype: kind, video: { media_id: mediaId } } : null
    case 'file':
      return mediaId ? { msgtype: kind, file: { media_id: mediaId } } : null
  }
}
