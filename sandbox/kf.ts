import { refuse } from './errcodes.ts'
import type { Fields } from './fields.ts'
import type { Wecom } from './wecom.ts'
import type { KfSession } from './world.ts'

const hour = 3600_000

/** @throws 95000 */
export function needAccount(wecom: Wecom, openKfid: string) {
  return wecom.world.kf.accounts.find((account) => account.open_kfid === openKfid) ?? refuse(95000)
}

/** The session as it stands now: 48 h without a word from the customer end it. */
export function sessionOf(wecom: Wecom, openKfid: string, externalUserid: string): KfSession {
  const key = `${openKfid}|${externalUserid}`
  const held = wecom.world.kf.sessions[key] ?? { state: 4, sentSince: 0 }
  wecom.world.kf.sessions[key] = held
  const last = Math.max(held.customerWroteAt ?? 0, held.enteredAt ?? 0)
  if (held.state !== 4 && last < wecom.now() - 48 * hour) held.state = 4
  return held
}

/** Puts one entry into the account's log and knocks at the app's door; the content comes only by sync_msg. */
export function logKf(wecom: Wecom, openKfid: string, message: Fields) {
  const account = needAccount(wecom, openKfid)
  const seq = (account.log[account.log.length - 1]?.seq ?? 0) + 1
  account.log.push({
    seq,
    at: wecom.now(),
    message: { msgid: wecom.id('', 32), send_time: wecom.seconds(), ...message },
  })
  account.log = account.log.filter((entry) => entry.at > wecom.now() - 4 * 24 * hour)
  const Token = wecom.secret(48)
  const { tokens } = wecom.world.kf
  for (const [old, { until }] of Object.entries(tokens)) if (until < wecom.now()) delete tokens[old]
  tokens[Token] = { open_kfid: openKfid, until: wecom.now() + 600_000 }
  wecom.emit({ Event: 'kf_msg_or_event', Token, OpenKfId: openKfid })
}

/** The customer opens the chat. A welcome_code comes only when nobody has said a word in 48 h. */
export function enterKf(wecom: Wecom, openKfid: string, externalUserid: string, scene?: string, sceneParam?: string) {
  const account = needAccount(wecom, openKfid)
  const session = sessionOf(wecom, account.open_kfid, externalUserid)
  const quietSince = wecom.now() - 48 * hour
  const fresh = (session.customerWroteAt ?? 0) < quietSince && (session.enteredAt ?? 0) < quietSince
  session.enteredAt = wecom.now()
  session.scene = scene ?? session.scene
  session.sceneParam = sceneParam ?? session.sceneParam
  if (session.state === 4) session.state = 0
  let welcome_code: string | undefined
  if (fresh) {
    welcome_code = wecom.secret(32)
    wecom.world.kf.codes[welcome_code] = {
      open_kfid: openKfid,
      external_userid: externalUserid,
      until: wecom.now() + 20_000,
      used: false,
    }
  }
  logKf(wecom, openKfid, {
    origin: 4,
    msgtype: 'event',
    event: {
      event_type: 'enter_session',
      open_kfid: openKfid,
      external_userid: externalUserid,
      scene: scene ?? '',
      scene_param: sceneParam ?? '',
      ...(welcome_code ? { welcome_code } : {}),
    },
  })
  return welcome_code
}
