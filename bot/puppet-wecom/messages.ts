import { type payloads, types } from 'wechaty-puppet'
import type { House } from '../../src/house.ts'
import type { MessageRow } from '../../src/messages/row.ts'
import type { Heard } from '../../src/skills/hear.ts'
import { selfId } from './contacts.ts'
import { readSaid } from './say.ts'

/** Something a customer or a member said to us, or we to him. */
export type Raw = { heard: Heard; talkerId: string } | { said: MessageRow; contactId: string }

const kinds: Record<string, types.Message> = {
  text: types.Message.Text,
  click: types.Message.Text,
  image: types.Message.Image,
  voice: types.Message.Audio,
  video: types.Message.Video,
  file: types.Message.Attachment,
  location: types.Message.Location,
  link: types.Message.Url,
  miniprogram: types.Message.MiniProgram,
  business_card: types.Message.Contact,
}

export const messagePayload = (raw: Raw): payloads.Message =>
  'heard' in raw
    ? {
        id: raw.heard.key,
        talkerId: raw.talkerId,
        listenerId: raw.heard.openKfId ?? selfId,
        text: raw.heard.text,
        timestamp: raw.heard.at.getTime(),
        type: kinds[raw.heard.kind] ?? types.Message.Unknown,
      }
    : {
        id: raw.said.id,
        talkerId: selfId,
        listenerId: raw.contactId,
        text: raw.said.body.text,
        timestamp: raw.said.createdAt.getTime(),
        type: types.Message.Text,
      }

/** A message as it was stored: heard ones are named by their row of the inbox, ours by their id. @throws Error when there is none */
export async function readMessage(house: House, id: string): Promise<Raw> {
  const event = await readEvent(house, id)
  if (event) return rawOf(id, event)
  const said = id.startsWith('inbox:') ? null : await readSaid(house, id)
  if (!said) throw new Error(`没有这条消息：${id}`)
  return { said, contactId: said.recipient ?? '' }
}

type Event = Record<string, unknown> & { at: Date }

async function readEvent(house: House, id: string): Promise<Event | null> {
  const [, row] = /^inbox:(\d{1,18}):\d+$/.exec(id) ?? []
  if (!row) return null
  const [found] = await house.db.query<{ event: Record<string, unknown>; at: Date }>(
    'SELECT event, received_at AS at FROM inbox WHERE id = $1',
    [row],
  )
  return found ? { ...found.event, at: found.at } : null
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const part = (event: Event, name: string): Record<string, unknown> => (event[name] ?? {}) as Record<string, unknown>

/** 客服 messages spell themselves in small letters, what members say to the app in capitals. */
function rawOf(key: string, event: Event): Raw {
  const isCustomer = 'external_userid' in event
  const words = isCustomer ? text(part(event, 'text').content) : text(event.Content)
  const heard: Heard = {
    speaker: isCustomer ? 'customer' : 'staff',
    leadId: null,
    openKfId: isCustomer ? text(event.open_kfid) : undefined,
    userid: isCustomer ? undefined : text(event.FromUserName),
    text: words,
    kind: text(event.msgtype) || text(event.MsgType),
    at: typeof event.send_time === 'number' ? new Date(event.send_time * 1000) : event.at,
    key,
  }
  return { heard, talkerId: isCustomer ? text(event.external_userid) : text(event.FromUserName) }
}

/** The content of a message that is more than words. @throws Error when it is not of this kind */
async function contentOf(house: House, id: string, kind: string): Promise<Record<string, unknown>> {
  const event = await readEvent(house, id)
  const content = event?.[kind]
  if (typeof content !== 'object' || content === null) throw new Error(`这条消息里没有 ${kind}：${id}`)
  return content as Record<string, unknown>
}

export async function readUrl(house: House, id: string): Promise<payloads.UrlLink> {
  const { title, desc, url, pic_url } = await contentOf(house, id, 'link')
  const thumbnailUrl = text(pic_url)
  return { title: text(title), description: text(desc), url: text(url), ...(thumbnailUrl ? { thumbnailUrl } : {}) }
}

export async function readLocation(house: House, id: string): Promise<payloads.Location> {
  const { latitude, longitude, name, address } = await contentOf(house, id, 'location')
  return {
    accuracy: 0,
    latitude: Number(latitude),
    longitude: Number(longitude),
    name: text(name),
    address: text(address),
  }
}

export async function readMiniProgram(house: House, id: string): Promise<payloads.MiniProgram> {
  const { appid, title, pagepath } = await contentOf(house, id, 'miniprogram')
  return { appid: text(appid), title: text(title), pagePath: text(pagepath) }
}

/** The member whose card it is. */
export async function readCard(house: House, id: string): Promise<string> {
  return text((await contentOf(house, id, 'business_card')).userid)
}
