import { mediaIdOf, sendWithMedia } from '../content/media.ts'
import { cutBytes } from '../cut-bytes.ts'
import { defineChannel } from '../define.ts'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import type { Attachment, ChannelMessage, KfSession, Reach } from '../messages/channel.ts'
import { isErrcode } from '../wecom/failure.ts'
import { sendKfEventMessage, sendKfMessage } from '../wecom/kf.ts'

/** WeCom lets an account answer this long after the customer's last message, this often. */
const answerableMs = 48 * 3_600_000
const mostAnswers = 5
/** The session is with a person, or waits for one: the machine keeps quiet. */
const withPeople = [2, 3]

/** 微信客服: answers a customer who wrote. https://developer.work.weixin.qq.com/document/path/94677 */
export default defineChannel({
  textBytes: 2048,
  menus: true,
  waitsFor: null,
  // A msgid is honoured once; the code of an event is not known to be.
  repeats: ({ extra }) => typeof extra.code !== 'string',
  reaches(reach) {
    const session = sessionOf(reach)
    if (typeof reach.extra.code === 'string' && typeof reach.extra.openKfId === 'string')
      return { ok: true, recipient: `${reach.extra.openKfId}:${session?.externalUserId ?? ''}`, sender: null }
    const why = session ? whyNot(session, reach) : '客户还没有在微信客服里说过话'
    if (!session || why) return { ok: false, why: why ?? '' }
    return { ok: true, recipient: `${session.openKfId}:${session.externalUserId}`, sender: null }
  },
  async send({ messages }, house) {
    const [message] = messages as [ChannelMessage]
    // ≤ 32 of [0-9a-zA-Z_-], the same for every try.
    const msgid = message.id.replaceAll('-', '')
    const { code } = message.extra
    if (typeof code === 'string') {
      // An event is answered in text or by a menu only.
      const content = { code, msgid, ...(menuOf(message) ?? textOf(message)) }
      const sent = await sendKfEventMessage(house.wecom, content, message.expiresAt ?? undefined)
      return { state: 'sent', wecomId: sent.msgid }
    }
    const [open_kfid = '', touser = ''] = message.recipient?.split(':') ?? []
    await reserve(house, message, open_kfid, touser)
    try {
      const sent = await sendWithMedia(house, message.body.attachments ?? [], async ([thing]) =>
        sendKfMessage(house.wecom, { touser, open_kfid, msgid, ...(await spell(house, message, thing)) }),
      )
      return { state: 'sent', wecomId: sent.msgid }
    } catch (failure) {
      // Surely not sent, so the answer is still ours to give.
      if (failure instanceof GiveUp) await giveBack(house, message, open_kfid, touser)
      if (isErrcode(failure, 95001, 95002))
        throw new GiveUp('not_reachable', (failure as Error).message, { cause: failure })
      throw failure
    }
  },
})

const sessionOf = (reach: Reach): KfSession | undefined => {
  const { kf, extra } = reach
  const mine = typeof extra.openKfId === 'string' ? kf.filter(({ openKfId }) => openKfId === extra.openKfId) : kf
  const byHeard = [...mine].sort((a, b) => (b.heardAt?.getTime() ?? 0) - (a.heardAt?.getTime() ?? 0))
  return byHeard.find((session) => whyNot(session, reach) === null) ?? byHeard[0]
}

function whyNot({ heardAt, said, state }: KfSession, { at, extra }: Reach): string | null {
  // A message that is tried again was counted the first time.
  const others = 'countedFor' in extra ? said - 1 : said
  if (!heardAt || at.getTime() - heardAt.getTime() >= answerableMs) return '距客户在微信客服里的上一句话已超过 48 小时'
  if (others >= mostAnswers) return '客户上一句话之后，客服消息已发满 5 条'
  if (state !== null && withPeople.includes(state)) return '客服会话正由同事接待'
  return null
}

type Content = { msgtype: string } & Record<string, unknown>

const textOf = ({ body }: ChannelMessage): Content => {
  const link = body.attachments?.find(({ kind, url }) => kind === 'link' && url)
  const text = link ? `${body.text}\n${link.url}` : body.text
  return { msgtype: 'text', text: { content: Buffer.byteLength(text) <= 2048 ? text : body.text } }
}

/** Words with lines to tap on: ≤ 10 lines of ≤ 128 bytes, 1024 bytes above and below. */
function menuOf({ body: { text, menu } }: ChannelMessage): Content | null {
  if (!menu || menu.lines.length === 0) return null
  const lines = menu.lines.slice(0, 10)
  const list = lines.map(({ id, text: line }) => ({ type: 'click', click: { id, content: cutBytes(line, 128) } }))
  const tail = menu.tail ? { tail_content: cutBytes(menu.tail, 1024) } : {}
  return { msgtype: 'msgmenu', msgmenu: { head_content: cutBytes(text, 1024), list, ...tail } }
}

/**
 * One message of ours is one of the five WeCom allows, so it is one thing: a card where the piece has a picture, with our words
 * on it; a picture, video or file as it is; else words.
 */
async function spell(house: House, message: ChannelMessage, thing: Attachment | undefined): Promise<Content> {
  if (!thing) return menuOf(message) ?? textOf(message)
  const { kind, title = '', url, mediaId, appId, page } = thing
  if (kind === 'link') {
    const thumb = thing.file && url ? await mediaIdOf(house, thing.file, 'image') : null
    if (!thumb) return textOf(message)
    const link = { title: cutBytes(title, 128), desc: cutBytes(message.body.text, 512), url, thumb_media_id: thumb }
    return { msgtype: 'link', link }
  }
  if (!mediaId) return textOf(message)
  if (kind === 'miniprogram') {
    const miniprogram = { appid: appId, title: cutBytes(title, 64), thumb_media_id: mediaId, pagepath: page }
    return { msgtype: 'miniprogram', miniprogram }
  }
  return { msgtype: kind, [kind]: { media_id: mediaId } }
}

/**
 * Counts an answer before it leaves, so that two at once cannot be a sixth. A message that was counted for the same last words
 * of the customer is not counted again when it is tried again.
 */
async function reserve(house: House, message: ChannelMessage, openKfId: string, externalUserId: string): Promise<void> {
  const since = new Date(house.clock.now().getTime() - answerableMs)
  const rows = await house.db.query<{ free: boolean }>(
    `WITH session AS (
       SELECT heard_at, said, turn FROM kf_sessions WHERE open_kfid = $1 AND external_userid = $2 FOR UPDATE
     ), counted AS (
       SELECT (SELECT extra ->> 'countedFor' FROM messages WHERE id = $3) = turn::text AS already FROM session
     ), took AS (
       UPDATE kf_sessions k SET said = k.said + 1 FROM session s, counted c
       WHERE k.open_kfid = $1 AND k.external_userid = $2 AND NOT coalesce(c.already, false) AND s.said < $4 AND s.heard_at > $5
       RETURNING k.turn
     ), kept AS (
       UPDATE messages SET extra = extra || jsonb_build_object('countedFor', took.turn::text) FROM took WHERE id = $3 RETURNING 1
     )
     SELECT coalesce((SELECT already FROM counted), false) OR EXISTS (SELECT FROM kept) AS free`,
    [openKfId, externalUserId, message.id, mostAnswers, since],
  )
  if (!rows[0]?.free)
    throw new GiveUp('not_reachable', '客户上一句话之后，客服消息已发满 5 条或已超过 48 小时，请等客户再次发言')
}

async function giveBack(
  house: House,
  message: ChannelMessage,
  openKfId: string,
  externalUserId: string,
): Promise<void> {
  await house.db.query(
    `WITH was AS (SELECT extra ->> 'countedFor' AS turn FROM messages WHERE id = $3),
     undone AS (UPDATE messages SET extra = extra - 'countedFor' WHERE id = $3)
     UPDATE kf_sessions SET said = greatest(said - 1, 0) FROM was
     WHERE open_kfid = $1 AND external_userid = $2 AND kf_sessions.turn::text = was.turn`,
    [openKfId, externalUserId, message.id],
  )
}
