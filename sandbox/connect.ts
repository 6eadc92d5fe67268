import { relationOf } from './people.ts'
import type { Wecom } from './wecom.ts'
import type { Relation } from './world.ts'

interface Connection {
  addWay: number
  operUserid: string
  state?: string
  half?: boolean
  requested?: boolean
  remark?: string
  remarkCompany?: string
  linkId?: string
}

/** Makes the relation, or renews it. What the member knew of a customer who merely deleted him is still there. */
export function connect(wecom: Wecom, userid: string, externalUserid: string, how: Connection): Relation {
  const held = relationOf(wecom, userid, externalUserid)
  const kept = held && !held.deletedByStaff ? held : undefined
  const fresh: Relation = {
    userid,
    external_userid: externalUserid,
    createdAt: wecom.now(),
    addWay: how.addWay,
    state: how.state,
    operUserid: how.operUserid,
    remark: how.remark ?? kept?.remark ?? wecom.world.customers[externalUserid]?.name ?? '',
    description: kept?.description ?? '',
    remarkCompany: how.remarkCompany ?? kept?.remarkCompany,
    remarkMobiles: kept?.remarkMobiles ?? [],
    tagIds: kept?.tagIds ?? [],
    personalTags: kept?.personalTags ?? [],
    half: how.half,
    requested: how.requested,
    welcomedAt: undefined,
    deletedByStaff: undefined,
    deletedByCustomer: undefined,
    visibleFrom: wecom.now() + wecom.faults.lagMs,
    linkId: how.linkId,
    customerTalkedAt: undefined,
    talkedAt: undefined,
  }
  if (held) return Object.assign(held, fresh)
  wecom.world.relations.push(fresh)
  return fresh
}

/**
 * The event of an add. A WelcomeCode comes with it unless the console has a welcome for the member, the customer is another
 * corp's WeCom user, or one was used with the half event already (WeCom doc 92130, 92137).
 */
export function announce(wecom: Wecom, relation: Relation): string | undefined {
  const { userid, external_userid, half, state } = relation
  const person = wecom.world.staff.find((item) => item.userid === userid)
  if (!person?.inScope) return undefined
  let code: string | undefined
  if (
    !person.consoleWelcome &&
    wecom.world.customers[external_userid]?.type === 1 &&
    !relation.customerTalkedAt &&
    !relation.welcomedAt
  ) {
    code = wecom.secret(43)
    forgetOld(wecom)
    wecom.world.welcomeCodes[code] = { userid, external_userid, until: wecom.now() + 20_000 }
  }
  wecom.emit({
    Event: 'change_external_contact',
    ChangeType: half ? 'add_half_external_contact' : 'add_external_contact',
    UserID: userid,
    ExternalUserID: external_userid,
    State: state || undefined,
    WelcomeCode: code,
  })
  return code
}

/** Codes long past their 20 s are unknown; looked through now and then only. */
function forgetOld({ world, now }: Wecom) {
  const codes = Object.entries(world.welcomeCodes)
  if (codes.length < 2000) return
  for (const [id, { until }] of codes) if (until < now() - 60_000) delete world.welcomeCodes[id]
}
