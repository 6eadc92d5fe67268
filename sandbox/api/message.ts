import { refuse, WecomError } from '../errcodes.ts'
import {
  bytes,
  chars,
  clipped,
  type Fields,
  flag,
  isFields,
  needText,
  object,
  objects,
  text,
  texts,
  whole,
} from '../fields.ts'
import { staffIn, staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import type { AppMessage } from '../world.ts'
import { needMedia } from './attachments.ts'
import { callsBack, checkCard } from './cards.ts'
import { type Apis, post } from './definition.ts'

const codeLife = 72 * 3600_000

/** App messages to members (WeCom doc 90236, 94867, 94888). */
export const messageApis: Apis = {
  'message/send': post(({ body }, wecom) => send(body, wecom)),
  'message/update_template_card': post(({ body }, wecom) => update(body, wecom)),
  'message/recall': post(({ body }, wecom) => {
    const msgid = needText(body, 'msgid')
    const message = wecom.world.appMessages.find((item) => item.msgid === msgid)
    if (!message) throw new WecomError(40058, 'invalid msgid')
    if (message.at < wecom.now() - 86_400_000) throw new WecomError(42052)
    message.recalled = true
    return {}
  }),
}

function send(body: Fields, wecom: Wecom): Fields {
  const agent = whole(body, 'agentid')
  if (agent === undefined) throw new WecomError(40056)
  if (agent !== wecom.settings.agentId) throw new WecomError(301002)
  const msgtype = needText(body, 'msgtype')
  const content = checked(wecom, msgtype, object(body, msgtype) ?? refuse(40063, `missing ${msgtype}`))
  const { people, invalidUsers, invalidParties } = receivers(wecom, body)
  if (!people.length)
    throw new WecomError(81013, undefined, {
      invaliduser: invalidUsers.join('|'),
      invalidparty: invalidParties.join('|'),
    })
  const taskId = msgtype === 'template_card' ? text(content, 'task_id') : undefined
  if (taskId && wecom.world.appMessages.some((item) => item.taskId === taskId))
    throw new WecomError(42014, 'task_id duplicated')
  const message: AppMessage = { msgid: wecom.id('', 64), at: wecom.now(), msgtype, content, taskId, receivers: {} }
  for (const userid of people) {
    // Over-frequent and repeated messages vanish without a word.
    if (tooMany(wecom, userid) || repeated(wecom, userid, body, msgtype, content)) continue
    message.receivers[userid] = { pressed: [] }
  }
  wecom.world.appMessages.push(message)
  if (wecom.world.appMessages.length > 20_000) wecom.world.appMessages.splice(0, 5_000)
  const answer: Fields = { msgid: message.msgid }
  if (invalidUsers.length) answer.invaliduser = invalidUsers.join('|')
  if (invalidParties.length) answer.invalidparty = invalidParties.join('|')
  if (msgtype === 'template_card' && callsBack(content)) answer.response_code = responseCode(wecom, message.msgid)
  return answer
}

/** A code that updates the card once, within 72 h. */
export function responseCode(wecom: Wecom, msgid: string, clickedBy?: string): string {
  const code = wecom.secret(43)
  wecom.world.responseCodes[code] = { msgid, until: wecom.now() + codeLife, used: false, clickedBy }
  return code
}

function receivers(wecom: Wecom, body: Fields) {
  const touser = text(body, 'touser') ?? ''
  const parties = (text(body, 'toparty') ?? '').split('|').filter(Boolean)
  if (!touser && !parties.length && !text(body, 'totag')) throw new WecomError(82001)
  const here = wecom.world.staff.filter((person) => person.inScope && !person.leftAt && person.active)
  if (touser === '@all') return { people: here.map(({ userid }) => userid), invalidUsers: [], invalidParties: [] }
  const asked = touser.split('|').filter(Boolean)
  if (asked.length > 1000 || parties.length > 100) throw new WecomError(40032)
  const people = new Set<string>()
  const invalidUsers: string[] = []
  for (const userid of asked) {
    const person = here.find((item) => item.userid.toLowerCase() === userid.toLowerCase())
    if (person) people.add(person.userid)
    else invalidUsers.push(userid.toLowerCase())
  }
  const invalidParties = parties.filter(
    (id) => !wecom.world.departments.some((department) => String(department.id) === id),
  )
  for (const person of staffIn(wecom, parties.map(Number))) if (here.includes(person)) people.add(person.userid)
  return { people: [...people], invalidUsers, invalidParties }
}

function checked(wecom: Wecom, msgtype: string, content: Fields): Fields {
  switch (msgtype) {
    case 'text':
      return { ...content, content: clipped(needText(content, 'content', 44004), 2048) }
    case 'markdown':
      if (bytes(needText(content, 'content', 44004)) > 2048) throw new WecomError(45002)
      return content
    case 'textcard': {
      const [title, description] = [needText(content, 'title'), needText(content, 'description')]
      if (chars(title) > 128 || chars(description) > 512 || bytes(needText(content, 'url')) > 2048)
        throw new WecomError(45002)
      if (chars(text(content, 'btntxt') ?? '') > 4) throw new WecomError(45002)
      return content
    }
    case 'news': {
      const articles = objects(content, 'articles')
      if (articles.length < 1 || articles.length > 8) throw new WecomError(45008)
      for (const article of articles) {
        needText(article, 'title')
        if (!text(article, 'url') && !text(article, 'appid')) throw new WecomError(40063)
      }
      return content
    }
    case 'image':
    case 'voice':
    case 'video':
    case 'file':
      needMedia(wecom, needText(content, 'media_id'))
      return content
    case 'template_card':
      checkCard(content)
      if (callsBack(content) && !wecom.settings.callbackUrl) throw new WecomError(43012)
      return content
    default:
      throw new WecomError(40008, 'invalid message type')
  }
}

function got(wecom: Wecom, userid: string, since: number): AppMessage[] {
  const out: AppMessage[] = []
  for (let i = wecom.world.appMessages.length - 1; i >= 0; i--) {
    const message = wecom.world.appMessages[i] as AppMessage
    if (message.at <= since) break
    if (message.receivers[userid]) out.push(message)
  }
  return out
}

function tooMany(wecom: Wecom, userid: string): boolean {
  const hour = got(wecom, userid, wecom.now() - 3600_000)
  return hour.length >= 1000 || hour.filter((message) => message.at > wecom.now() - 60_000).length >= 30
}

function repeated(wecom: Wecom, userid: string, body: Fields, msgtype: string, content: Fields): boolean {
  if (!flag(body, 'enable_duplicate_check')) return false
  const seconds = Math.min(whole(body, 'duplicate_check_interval') ?? 1800, 4 * 3600)
  const same = JSON.stringify(content)
  return got(wecom, userid, wecom.now() - seconds * 1000).some(
    (message) => message.msgtype === msgtype && JSON.stringify(message.content) === same,
  )
}

function update(body: Fields, wecom: Wecom): Fields {
  if (whole(body, 'agentid') !== wecom.settings.agentId) throw new WecomError(301002)
  const code = wecom.world.responseCodes[needText(body, 'response_code', 60140)]
  if (!code || code.used || code.until < wecom.now()) throw new WecomError(60140)
  const message = wecom.world.appMessages.find((item) => item.msgid === code.msgid) ?? refuse(42016)
  const all = flag(body, 'atall') ?? false
  const named = texts(body, 'userids', 1000)
  const parties = texts(body, 'partyids', 100).map(Number)
  if (!all && !named.length && !parties.length) throw new WecomError(82101)
  const invalid: string[] = []
  const targets = new Set(all ? Object.keys(message.receivers) : staffIn(wecom, parties).map(({ userid }) => userid))
  for (const userid of named) {
    const person = staffOf(wecom, userid)
    if (person && message.receivers[person.userid]) targets.add(person.userid)
    else invalid.push(userid.toLowerCase())
  }
  const reached = [...targets].filter((userid) => message.receivers[userid])
  if (!reached.length) throw new WecomError(82102, undefined, { invaliduser: invalid })
  const button = object(body, 'button')
  const card = object(body, 'template_card')
  if (!button === !card) throw new WecomError(40063)
  if (button) needText(button, 'replace_name')
  if (card) {
    checkCard(card, { update: true })
    const taskId = text(card, 'task_id')
    if (taskId && taskId !== message.taskId) throw new WecomError(42016)
  }
  code.used = true
  for (const userid of reached) {
    const receiver = message.receivers[userid]
    if (!receiver) continue
    if (isFields(button)) receiver.replaceName = text(button, 'replace_name')
    if (card) receiver.card = card
  }
  // An array here, a string in message/send.
  return invalid.length ? { invaliduser: invalid } : {}
}
