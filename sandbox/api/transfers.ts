import { WecomError } from '../errcodes.ts'
import { chars, type Fields, needText, text, texts, whole } from '../fields.ts'
import { apiKnows, relationOf, staffOf } from '../people.ts'
import type { Wecom } from '../wecom.ts'
import { limited } from './customers.ts'
import { type Apis, post } from './definition.ts'
import { paged } from './paging.ts'

const day = 86_400_000
/** A leaver's customers appear in the list a while after he left. */
const unassignedLagMs = 60_000

/** 在职继承 and 离职继承 (WeCom doc 92125, 94088, 92124, 94081, 94082). Started here; done after 24 h unless the customer refuses. */
export const transferApis: Apis = {
  'externalcontact/transfer_customer': post(({ body }, wecom) => start(wecom, body, false), { customer: [] }),
  'externalcontact/resigned/transfer_customer': post(({ body }, wecom) => start(wecom, body, true), { customer: [] }),
  'externalcontact/transfer_result': post(({ body }, wecom) => result(wecom, body, false), { customer: [] }),
  'externalcontact/resigned/transfer_result': post(({ body }, wecom) => result(wecom, body, true), { customer: [] }),
  'externalcontact/get_unassigned_list': post(
    ({ body }, wecom) => {
      const gone = wecom.world.staff.filter((person) => person.leftAt && person.leftAt + unassignedLagMs <= wecom.now())
      const left = new Map(gone.map((person) => [person.userid, person.leftAt ?? 0]))
      const all = wecom.world.relations
        .filter(
          (item) => left.has(item.userid) && !item.deletedByStaff && !pending(wecom, item.userid, item.external_userid),
        )
        .map((item) => ({
          handover_userid: item.userid,
          external_userid: item.external_userid,
          dimission_time: Math.floor((left.get(item.userid) ?? 0) / 1000),
        }))
        .sort((a, b) => b.dimission_time - a.dimission_time)
      const { page, next } = paged(
        all,
        text(body, 'cursor'),
        limited(whole(body, 'page_size'), 1000, 1000),
        'unassigned',
      )
      return { info: page, is_last: next === '', next_cursor: next }
    },
    { info: [], is_last: true },
  ),
}

const pending = (wecom: Wecom, handover: string, externalUserid: string) =>
  wecom.world.transfers.some(
    (item) => item.handover === handover && item.external_userid === externalUserid && item.status === 2,
  )

function start(wecom: Wecom, body: Fields, resigned: boolean): Fields {
  const handover = staffOf(wecom, needText(body, 'handover_userid'))
  const takeover = staffOf(wecom, needText(body, 'takeover_userid'))
  const wanted = texts(body, 'external_userid', 100)
  if (!handover || !takeover || takeover.leftAt) throw new WecomError(40003)
  if (!wanted.length) throw new WecomError(40063)
  if (handover.userid === takeover.userid) throw new WecomError(40130)
  if (resigned !== Boolean(handover.leftAt)) throw new WecomError(resigned ? 40097 : 60111)
  if (resigned && (handover.leftAt ?? 0) < wecom.now() - 365 * day) throw new WecomError(40003)
  if (!takeover.inScope || (!resigned && !handover.inScope)) throw new WecomError(60011)
  if (!takeover.active || !takeover.realNamed) throw new WecomError(40098)
  const successMsg = text(body, 'transfer_success_msg')
  if (successMsg && chars(successMsg) > 200) throw new WecomError(40058)
  const one = (id: string): number => {
    if (!wecom.world.customers[id]) return 40096
    const relation = relationOf(wecom, handover.userid, id)
    if (!relation || !(resigned ? !relation.deletedByStaff && !relation.half : apiKnows(wecom, relation))) return 40131
    const history = wecom.world.transfers.filter((item) => item.external_userid === id)
    if (history.some((item) => item.status === 2)) return 40129
    if (history.filter((item) => item.status === 1 && item.startedAt > wecom.now() - 90 * day).length >= 2) return 40128
    wecom.world.transfers.push({
      handover: handover.userid,
      takeover: takeover.userid,
      external_userid: id,
      startedAt: wecom.now(),
      status: 2,
      resigned,
      successMsg: resigned ? undefined : successMsg,
    })
    return 0
  }
  return { customer: wanted.map((id) => ({ external_userid: id, errcode: one(id) })) }
}

function result(wecom: Wecom, body: Fields, resigned: boolean): Fields {
  const handover = needText(body, 'handover_userid').toLowerCase()
  const takeover = needText(body, 'takeover_userid').toLowerCase()
  if (!staffOf(wecom, handover) || !staffOf(wecom, takeover)) throw new WecomError(40003)
  const all = wecom.world.transfers.filter(
    (item) =>
      item.handover.toLowerCase() === handover &&
      item.takeover.toLowerCase() === takeover &&
      item.resigned === resigned,
  )
  const { page, next } = paged(all, text(body, 'cursor'), 1000, `${handover}>${takeover}`)
  return {
    customer: page.map((item) => ({
      external_userid: item.external_userid,
      status: item.status,
      // While it waits: when it will be done.
      takeover_time: item.status === 3 ? 0 : Math.floor((item.endedAt ?? item.startedAt + day) / 1000),
    })),
    next_cursor: next,
  }
}
