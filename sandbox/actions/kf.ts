import { z } from 'zod'
import type { Fields } from '../fields.ts'
import { enterKf, logKf, sessionOf } from '../kf.ts'
import type { Wecom } from '../wecom.ts'
import { known, need } from './customer.ts'
import { action, Impossible } from './definition.ts'

const place = { customer: z.string().optional(), name: z.string().optional(), kf: z.string() }

export const kfActions = {
  /** Opens the chat with a kf account, by id or by the link kf/add_contact_way gave. */
  customerEntersKf: action(
    z.object({ ...place, kf: z.string().optional(), url: z.string().optional(), sceneParam: z.string().optional() }),
    (wecom, input) => {
      const id = input.url ? (/\/kf\/([^/?#]+)/.exec(input.url)?.[1] ?? '') : ''
      const scene = wecom.world.kf.scenes[id]
      const kf = scene?.open_kfid ?? input.kf
      if (!kf) throw new Impossible('没有这个客服账号')
      const customer = known(wecom, input)
      const sceneParam =
        input.sceneParam ?? (input.url ? (new URL(input.url).searchParams.get('scene_param') ?? undefined) : undefined)
      const welcomeCode = enterKf(
        wecom,
        accountOf(wecom, kf).open_kfid,
        customer.external_userid,
        scene?.scene,
        sceneParam,
      )
      return { external_userid: customer.external_userid, kf, welcomeCode }
    },
  ),

  /** Writes to a kf account; enters first where nobody has. */
  customerWritesKf: action(
    z.object({
      ...place,
      text: z.string().optional(),
      menuId: z.string().optional(),
      /** Another message type with its object, as sync_msg will show it. */
      msgtype: z.string().default('text'),
      content: z.record(z.string(), z.unknown()).optional(),
    }),
    (wecom, input) => {
      const account = accountOf(wecom, input.kf)
      const customer = known(wecom, input)
      const id = customer.external_userid
      const session = sessionOf(wecom, account.open_kfid, id)
      if (!session.enteredAt) enterKf(wecom, account.open_kfid, id)
      if (session.state === 4) session.state = 0
      session.customerWroteAt = wecom.now()
      session.sentSince = 0
      const content: Fields =
        input.msgtype === 'text'
          ? { content: input.text ?? '', ...(input.menuId ? { menu_id: input.menuId } : {}) }
          : (input.content ?? {})
      wecom.say({
        peer: account.open_kfid,
        external_userid: id,
        from: 'customer',
        via: 'hand',
        text: input.text ?? `[${input.msgtype}]`,
      })
      logKf(wecom, account.open_kfid, {
        open_kfid: account.open_kfid,
        external_userid: id,
        origin: 3,
        msgtype: input.msgtype,
        [input.msgtype]: content,
      })
      return { external_userid: id, state: session.state }
    },
  ),

  /** Recalls the last message, or switches messages off and on. */
  customerRefusesKf: action(z.object({ customer: z.string(), kf: z.string(), refuse: z.boolean() }), (wecom, input) => {
    const account = accountOf(wecom, input.kf)
    sessionOf(wecom, account.open_kfid, input.customer).refuses = input.refuse
    logKf(wecom, account.open_kfid, {
      origin: 4,
      msgtype: 'event',
      event: {
        event_type: 'reject_customer_msg_switch_change',
        open_kfid: account.open_kfid,
        external_userid: input.customer,
        reject_switch: input.refuse ? 1 : 0,
      },
    })
    return {}
  }),

  /** A member takes the session over, writes in it, or ends it, in his own client. */
  servicerTakes: action(z.object({ userid: z.string(), customer: z.string(), kf: z.string() }), (wecom, input) => {
    const account = accountOf(wecom, input.kf)
    const userid = need(wecom, input.userid)
    if (!account.servicers.includes(userid)) throw new Impossible('他不是这个客服账号的接待人员')
    const session = sessionOf(wecom, account.open_kfid, input.customer)
    const change_type = session.state === 3 ? 2 : session.state === 4 ? 4 : 1
    const old = session.servicer
    session.state = 3
    session.servicer = userid
    sessionChanged(wecom, account.open_kfid, input.customer, {
      change_type,
      ...(change_type === 1 ? {} : { old_servicer_userid: old ?? '' }),
      new_servicer_userid: userid,
      ...(change_type === 1 ? { msg_code: code(wecom, account.open_kfid, input.customer, 48 * 3600_000) } : {}),
    })
    return {}
  }),

  servicerWrites: action(
    z.object({ userid: z.string(), customer: z.string(), kf: z.string(), text: z.string().min(1) }),
    (wecom, input) => {
      const account = accountOf(wecom, input.kf)
      const session = sessionOf(wecom, account.open_kfid, input.customer)
      if (session.state !== 3 || session.servicer !== need(wecom, input.userid)) throw new Impossible('会话不在他手里')
      wecom.say({
        peer: account.open_kfid,
        external_userid: input.customer,
        from: 'staff',
        via: 'hand',
        text: input.text,
      })
      logKf(wecom, account.open_kfid, {
        open_kfid: account.open_kfid,
        external_userid: input.customer,
        servicer_userid: session.servicer,
        origin: 5,
        msgtype: 'text',
        text: { content: input.text },
      })
      return {}
    },
  ),

  servicerEnds: action(z.object({ customer: z.string(), kf: z.string() }), (wecom, input) => {
    const account = accountOf(wecom, input.kf)
    const session = sessionOf(wecom, account.open_kfid, input.customer)
    if (session.state !== 3) throw new Impossible('没有进行中的人工会话')
    session.state = 4
    sessionChanged(wecom, account.open_kfid, input.customer, {
      change_type: 3,
      old_servicer_userid: session.servicer ?? '',
      msg_code: code(wecom, account.open_kfid, input.customer, 20_000),
    })
    return {}
  }),
}

function accountOf(wecom: Wecom, kf: string) {
  const account = wecom.world.kf.accounts.find((item) => item.open_kfid === kf || item.name === kf)
  if (!account) throw new Impossible('没有这个客服账号')
  return account
}

function code(wecom: Wecom, open_kfid: string, external_userid: string, life: number): string {
  const id = wecom.secret(32)
  wecom.world.kf.codes[id] = { open_kfid, external_userid, until: wecom.now() + life, used: false }
  return id
}

function sessionChanged(wecom: Wecom, open_kfid: string, external_userid: string, change: Fields) {
  logKf(wecom, open_kfid, {
    origin: 4,
    msgtype: 'event',
    event: { event_type: 'session_status_change', open_kfid, external_userid, ...change },
  })
}
