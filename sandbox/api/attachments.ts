import { WecomError } from '../errcodes.ts'
import { bytes, type Fields, needText, object, objects, text } from '../fields.ts'
import type { Wecom } from '../wecom.ts'

/** What a welcome or a group send carries. @throws 44004, 45002, 41064, 41065, 40063, 40007, 40145 */
export function contentOf(wecom: Wecom, body: Fields): { text?: string; attachments: Fields[] } {
  const content = text(object(body, 'text') ?? {}, 'content')
  const attachments = objects(body, 'attachments')
  if (!content && !attachments.length) throw new WecomError(44004)
  if (content && bytes(content) > 4000) throw new WecomError(45002)
  if (attachments.length > 9) throw new WecomError(41064)
  for (const attachment of attachments) check(wecom, attachment)
  return { text: content, attachments }
}

function check(wecom: Wecom, attachment: Fields) {
  const type = needText(attachment, 'msgtype', 41065)
  const inner = object(attachment, type)
  if (!['image', 'link', 'miniprogram', 'video', 'file'].includes(type) || !inner) throw new WecomError(41065)
  if (type === 'link') {
    const title = needText(inner, 'title')
    needText(inner, 'url')
    if (bytes(title) > 128 || bytes(text(inner, 'desc') ?? '') > 512 || bytes(text(inner, 'picurl') ?? '') > 2048)
      throw new WecomError(45002)
    return
  }
  if (type === 'miniprogram') {
    if (bytes(needText(inner, 'title')) > 64) throw new WecomError(45002)
    needText(inner, 'appid')
    needText(inner, 'page')
    needMedia(wecom, needText(inner, 'pic_media_id'))
    return
  }
  const mediaId = text(inner, 'media_id')
  if (mediaId) needMedia(wecom, mediaId)
  else if (type !== 'image' || !text(inner, 'pic_url')) throw new WecomError(40063)
}

/** A temporary media of media/upload. @throws 40007, 40145, 41072 */
export function needMedia(wecom: Wecom, mediaId: string) {
  const media = wecom.world.media[mediaId]
  if (!media) throw new WecomError(40007)
  if (media.space !== 'media') throw new WecomError(41072)
  if (media.until < wecom.now()) throw new WecomError(40145)
  return media
}
