import { refuse, WecomError } from '../errcodes.ts'
import { bytes, type Fields, needText, text, texts, whole } from '../fields.ts'
import { logKf, needAccount, sessionOf } from '../kf.ts'
import { staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import { limited } from './customers.ts'
import { type Apis, get, post } from './definition.ts'
import { contentOf } from './kf-content.ts'

const hour = 3600_000
/** Pulls without a token, by time. The platform says only that it is strict. */
const tokenless = new WeakMap<Wecom, number[]>()

/** 微信客服 (WeCom doc 94638 – 95159). */
export const kfApis: Apis = {
  'kf/account/list': post(
    ({ body }, wecom) => {
      const offset = whole(body, 'offset') ?? 0
      const limit = limited(whole(body, 'limit'), 100, 100)
      return {
        account_list: wecom.world.kf.accounts
          .slice(offset, offset + limit)
          .map(({ open_kfid, name, avatar }) => ({ open_kfid, name, avatar, manage_privilege: true })),
      }
    },
    { account_list: [] },
  ),
  'kf/add_contact_way': post(({ body }, wecom) => {
    const account = needAccount(wecom, needText(body, 'open_kfid'))
    const scene = text(body, 'scene') ?? ''
    if (!/^[0-9a-zA-Z_-]*$/.test(scene) || bytes(scene) > 32) throw new WecomError(40058)
    const id = wecom.id('kfc', 14).toLowerCase()
    wecom.world.kf.scenes[id] = { open_kfid: account.open_kfid, scene }
    return { url: `${wecom.settings.url}/kf/${id}${scene ? `?enc_scene=${wecom.id('ENC', 20)}` : ''}` }
  }),
  'kf/sync_msg': post(({ body }, wecom) => sync(body, wecom), { msg_list: [] }),
  'kf/send_msg': post(({ body }, wecom) => {
    const account = needAccount(wecom, needText(body, 'open_kfid'))
    const external_userid = needText(body, 'touser')
    if (!wecom.world.customers[external_userid]) throw new WecomError(40096)
    const said = contentOf(wecom, body)
    const msgid = freshMsgid(wecom, body)
    const session = sessionOf(wecom, account.open_kfid, external_userid)
    if (session.state !== 0 && session.state !== 1) throw new WecomError(95018)
    if (!session.customerWroteAt || session.customerWroteAt < wecom.now() - 48 * hour) throw new WecomError(95002)
    if (session.sentSince >= 5) throw new WecomError(95001)
    session.sentSince += 1
    wecom.world.kf.msgids[msgid] = wecom.now()
    if (session.refuses)
      // errcode 0 all the same; the truth comes by msg_send_fail.
      logKf(wecom, account.open_kfid, {
        origin: 4,
        msgtype: 'event',
        event: {
          event_type: 'msg_send_fail',
          open_kfid: account.open_kfid,
          external_userid,
          fail_msgid: msgid,
          fail_type: 10,
        },
      })
    else wecom.say({ peer: account.open_kfid, external_userid, from: 'staff', via: 'kf-api', msgid, ...said })
    return { msgid }
  }),
  'kf/send_msg_on_event': post(({ body }, wecom) => {
    const code = wecom.world.kf.codes[needText(body, 'code')]
    if (!['text', 'msgmenu'].includes(needText(body, 'msgtype'))) throw new WecomError(40058)
    const said = contentOf(wecom, body)
    if (!code || code.used || code.until < wecom.now()) throw new WecomError(40058, 'invalid code')
    const msgid = freshMsgid(wecom, body)
    code.used = true
    wecom.world.kf.msgids[msgid] = wecom.now()
    wecom.say({
      peer: code.open_kfid,
      external_userid: code.external_userid,
      from: 'staff',
      via: 'kf-event',
      msgid,
      ...said,
    })
    return { msgid }
  }),
  'kf/service_state/get': post(({ body }, wecom) => {
    const account = needAccount(wecom, needText(body, 'open_kfid'))
    const session = sessionOf(wecom, account.open_kfid, needText(body, 'external_userid'))
    return { service_state: session.state, ...(session.state === 3 ? { servicer_userid: session.servicer } : {}) }
  }),
  'kf/service_state/trans': post(({ body }, wecom) => trans(body, wecom)),
  'kf/servicer/list': get(
    ({ query }, wecom) => ({
      servicer_list: needAccount(wecom, query.get('open_kfid') ?? '').servicers.map((userid) => ({
        userid,
        status: 0,
      })),
    }),
    { servicer_list: [] },
  ),
  'kf/customer/batchget': post(
    ({ body }, wecom) => {
      const known: Fields[] = []
      const unknown: string[] = []
      for (const id of texts(body, 'external_userid_list', 100)) {
        const customer = wecom.world.customers[id]
        const recent = Object.entries(wecom.world.kf.sessions).find(
          ([key, session]) =>
            key.endsWith(`|${id}`) &&
            Math.max(session.customerWroteAt ?? 0, session.enteredAt ?? 0) > wecom.now() - 48 * hour,
        )
        if (!customer || !recent) {
          unknown.push(id)
          continue
        }
        const { name, avatar, gender, unionid } = customer
        const context = whole(body, 'need_enter_session_context')
          ? { enter_session_context: { scene: recent[1].scene ?? '', scene_param: recent[1].sceneParam ?? '' } }
          : {}
        known.push({ external_userid: id, nickname: name, avatar, gender, ...(unionid ? { unionid } : {}), ...context })
      }
      return { customer_list: known, invalid_external_userid: unknown }
    },
    { customer_list: [] },
  ),
}

function sync(body: Fields, wecom: Wecom): Fields {
  const account = needAccount(wecom, needText(body, 'open_kfid'))
  const limit = limited(whole(body, 'limit'), 1000, 1000)
  const token = text(body, 'token')
  if (token) {
    const held = wecom.world.kf.tokens[token]
    if (!held || held.until < wecom.now() || held.open_kfid !== account.open_kfid) throw new WecomError(95007)
  } else {
    const recent = (tokenless.get(wecom) ?? []).filter((at) => at > wecom.now() - 60_000)
    if (recent.length >= 60) throw new WecomError(45009)
    tokenless.set(wecom, [...recent, wecom.now()])
  }
  const cursor = text(body, 'cursor')
  const oldest = wecom.now() - 3 * 24 * hour
  let from = 0
  if (cursor) {
    const [owner, seq] = Buffer.from(cursor, 'base64url').toString('utf8').split('#')
    if (owner !== account.open_kfid.slice(-12) || !seq) throw new WecomError(40058, 'invalid cursor')
    from = Number(seq)
  }
  const rest = account.log.filter((entry) => entry.seq > from && entry.at >= oldest)
  const empty = rest.length > 0 && wecom.random() < wecom.faults.kfEmptyPages
  const page = empty ? [] : rest.slice(0, limit)
  const last = page[page.length - 1]?.seq ?? from
  return {
    next_cursor: Buffer.from(`${account.open_kfid.slice(-12)}#${last}`).toString('base64url'),
    has_more: empty || rest.length > page.length ? 1 : 0,
    msg_list: page.map((entry) => entry.message),
  }
}

function freshMsgid(wecom: Wecom, body: Fields): string {
  const msgid = text(body, 'msgid') || wecom.id('', 32)
  if (!/^[0-9a-zA-Z_-]{1,32}$/.test(msgid)) throw new WecomError(40058, 'invalid msgid')
  if (wecom.world.kf.msgids[msgid]) throw new WecomError(95033)
  return msgid
}

const moves: Record<number, number[]> = { 0: [1, 2, 3], 1: [2, 3], 2: [3], 3: [3, 4], 4: [] }

function trans(body: Fields, wecom: Wecom): Fields {
  const account = needAccount(wecom, needText(body, 'open_kfid'))
  const session = sessionOf(wecom, account.open_kfid, needText(body, 'external_userid'))
  const to = whole(body, 'service_state') ?? refuse(40063)
  if (session.state === 4) throw new WecomError(95013)
  if (!moves[session.state]?.includes(to)) throw new WecomError(95016)
  if (to === 3) {
    const person = staffOf(wecom, needText(body, 'servicer_userid', 95014))
    if (!person || person.leftAt || !account.servicers.includes(person.userid)) throw new WecomError(95014)
    session.servicer = person.userid
  }
  session.state = to as 1 | 2 | 3 | 4
  if (to === 1) return {}
  const code = wecom.secret(32)
  wecom.world.kf.codes[code] = {
    open_kfid: account.open_kfid,
    external_userid: needText(body, 'external_userid'),
    until: wecom.now() + (to === 4 ? 20_000 : 48 * hour),
    used: false,
  }
  return { msg_code: code }
}
