import { refuse, WecomError } from '../errcodes.ts'
import { bytes, type Fields, needText, object, objects, text } from '../fields.ts'
import type { Wecom } from '../wecom.ts'
import { needMedia } from './attachments.ts'

/** What a 客服 message says, if WeCom takes it: sizes are bytes. (WeCom doc 94677.) */
export function contentOf(wecom: Wecom, body: Fields): { text?: string; attachments?: Fields[] } {
  const msgtype = needText(body, 'msgtype')
  const content = object(body, msgtype) ?? refuse(40063)
  switch (msgtype) {
    case 'text': {
      const said = needText(content, 'content', 44004)
      short(said, 2048)
      return { text: said }
    }
    case 'msgmenu':
      checkMenu(content)
      return { attachments: [{ msgtype, msgmenu: content }] }
    case 'image':
    case 'voice':
    case 'video':
    case 'file':
      needMedia(wecom, needText(content, 'media_id'))
      return { attachments: [{ msgtype, [msgtype]: content }] }
    case 'link':
      short(needText(content, 'title'), 128)
      short(text(content, 'desc'), 512)
      short(needText(content, 'url'), 2048)
      needMedia(wecom, needText(content, 'thumb_media_id'))
      return { attachments: [{ msgtype, link: content }] }
    case 'miniprogram':
    case 'location':
    case 'ca_link':
      return { attachments: [{ msgtype, [msgtype]: content }] }
    default:
      throw new WecomError(40008, 'invalid message type')
  }
}

/** By the kind of a line: its parts, those that must be there marked, and how long each may be. */
const lines: Record<string, { part: string; most: number; must?: boolean }[]> = {
  click: [
    { part: 'id', most: 128 },
    { part: 'content', most: 128, must: true },
  ],
  view: [
    { part: 'url', most: 2048, must: true },
    { part: 'content', most: 1024, must: true },
  ],
  miniprogram: [
    { part: 'appid', most: 32, must: true },
    { part: 'pagepath', most: 1024, must: true },
    { part: 'content', most: 1024, must: true },
  ],
  text: [{ part: 'content', most: 256, must: true }],
}

function checkMenu(menu: Fields): void {
  short(text(menu, 'head_content'), 1024)
  short(text(menu, 'tail_content'), 1024)
  const list = objects(menu, 'list')
  if (list.length > 10) throw new WecomError(95008)
  for (const line of list) {
    const type = needText(line, 'type')
    const parts = Object.hasOwn(lines, type) ? lines[type] : undefined
    if (!parts) throw new WecomError(40058, 'invalid menu type')
    const said = object(line, type) ?? refuse(40063)
    for (const { part, most, must } of parts) short(must ? needText(said, part) : text(said, part), most)
  }
}

function short(said: string | undefined, most: number): void {
  if (said !== undefined && bytes(said) > most) throw new WecomError(45002)
}
