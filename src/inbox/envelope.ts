import type { Handler, Lane } from '../define.ts'
import type { Shelf } from '../shelf.ts'
import type { XmlElement } from '../wecom/xml.ts'

/** Where a decrypted message belongs. */
export interface Address {
  /** `wecom/<event>/<change type>`, one level finer by the key's word where such a handler stands, `wecom/message/<type>`. */
  path: string
  lane: Lane
  subject: string
}

/** Finds the place of a message by what it says of itself; says nothing about whether anybody handles it. */
export function addressOf(message: XmlElement, handlers: Shelf<Handler>): Address {
  const path = pathOf(message, handlers)
  const handler = handlers.get(path)
  return { path, lane: handler?.lane ?? 'default', subject: subjectOf(message, path, handler) }
}

function pathOf(message: XmlElement, handlers: Shelf<Handler>): string {
  const kind = word(message.MsgType)
  const event = word(message.Event)
  if (!event) return kind && kind !== 'event' ? `wecom/message/${kind}` : `wecom/${word(message.InfoType) || 'unknown'}`
  const change = word(message.ChangeType)
  if (change) return `wecom/${event}/${change}`
  const key = word(textOf(message.EventKey).split(':', 1)[0])
  const finer = `wecom/${event}/${key}`
  return key && handlers.has(finer) ? finer : `wecom/${event}`
}

/** The customer, else the group chat, else the sender; userids are compared without case. */
function subjectOf(message: XmlElement, path: string, handler: Handler | undefined): string {
  const subject =
    (handler?.subject && ownSubject(handler, message)) ||
    textOf(message.ExternalUserID) ||
    textOf(message.ChatId) ||
    textOf(message.FromUserName).toLowerCase() ||
    path
  return subject.slice(0, 256)
}

function ownSubject(handler: Handler, message: XmlElement): string {
  const parsed = handler.schema.safeParse(message)
  return parsed.success ? (handler.subject?.(parsed.data) ?? '') : ''
}

const textOf = (value: XmlElement[string] | undefined): string => (typeof value === 'string' ? value : '')

/** Event and type names vary in case and become part of a path. */
function word(value: XmlElement[string] | undefined): string {
  const text = textOf(value).toLowerCase()
  return /^[a-z0-9_.-]{1,64}$/.test(text) && !/^\.+$/.test(text) ? text : ''
}
