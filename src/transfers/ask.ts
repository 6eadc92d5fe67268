import { wantLiveCode } from '../codes/make.ts'
import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { registered } from '../mirror/staff.ts'
import { readBudget } from './budget.ts'
import { finish } from './finish.ts'
import { isFriend } from './friends.ts'
import { type TransferRow, type TransferWay, transferColumns } from './row.ts'

export interface TransferWish {
  leadId: string
  /** The member who has the customer; absent: the owner, else who came last. */
  handover?: string | undefined
  takeover: string
  /** Absent: only the work where they are friends already, else WeCom's transfer. */
  how?: Exclude<TransferWay, 'leaver'> | undefined
  /** For the one who takes: promises, what to watch. */
  note?: string | undefined
  /** Told to the customer by WeCom when it is done; ≤ 200 characters. */
  line?: string | undefined
  by: string
}

/** An introduction is over when nobody scanned for so long. */
const introductionMs = 14 * 86_400_000

/**
 * Writes down that a customer shall change hands. WeCom is asked by `callTransfers`; it allows few transfers, so the budget is
 * looked at here, under the lead's lock, before one is spent.
 * @throws Refused 404 lead_unknown, 409 not_a_friend | transfer_running | transfer_budget | already_his, 422 takeover_unknown
 */
export async function askTransfer(tx: Transaction, house: House, wish: TransferWish): Promise<TransferRow> {
  const lead = await lockLead(tx, wish.leadId)
  const takeover = await presentStaff(tx, wish.takeover)
  const relation = await relationOf(tx, lead, wish.handover)
  const how = wish.how ?? ((await isFriend(tx, lead.id, takeover)) ? 'none' : 'present')
  const handover = await giverOf(tx, house, lead, { how, named: wish.handover, friend: relation?.userid })
  if (handover.toLowerCase() === takeover.toLowerCase())
    throw new Refused(409, 'already_his', '他已经是这位客户的负责人，不用转')
  const [running] = await tx.query<{ takeover: string | null }>(
    `SELECT takeover FROM transfers WHERE lead_id = $1 AND state IN ('wanted', 'asked') AND way <> 'none'`,
    [lead.id],
  )
  if (running) throw new Refused(409, 'transfer_running', '这位客户正在转接中，请等这一次有了结果', running)
  if (how === 'present') {
    if (!relation)
      throw new Refused(409, 'not_a_friend', '没有同事是这位客户的企业微信好友，无法转接；可以只转跟进，或介绍同事')
    const budget = await readBudget(tx, house, relation.externalUserId)
    if (budget.left === 0)
      throw new Refused(409, 'transfer_budget', '这位客户近期的转接次数已用完，请改为把同事介绍给客户', {
        max: budget.max,
        freeAt: budget.freeAt?.toISOString() ?? null,
      })
  }
  const now = house.clock.now()
  const id = newId(house.clock)
  const begins = how === 'present' ? 'wanted' : 'asked'
  const [row] = await tx.query<TransferRow>(
    `INSERT INTO transfers AS t (id, external_userid, lead_id, handover, takeover, state, reason, way, by, note, line, asked_at, placed_at, look_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'colleague', $7, $8, $9, $10, $11, $11, $11) RETURNING ${transferColumns('t')}`,
    [
      id,
      how === 'none' ? null : (relation?.externalUserId ?? null),
      lead.id,
      handover,
      takeover,
      begins,
      how,
      wish.by,
      wish.note || null,
      wish.line || null,
      now,
    ],
  )
  await record(tx, [
    {
      leadId: lead.id,
      at: now,
      kind: 'transfer',
      actor: wish.by,
      key: `asked\0${id}`,
      data: { state: begins, handover, takeover, way: how },
    },
  ])
  if (how === 'introduction') {
    await wantLiveCode(tx, house, {
      kind: 'handover',
      name: `介绍 ${takeover}`,
      staff: [takeover],
      leadId: lead.id,
      by: wish.by,
    })
    await tx.query('UPDATE transfers SET look_at = $2 WHERE id = $1', [id, new Date(now.getTime() + introductionMs)])
  }
  if (how === 'none') await finish(tx, house, row as TransferRow, { state: 'done' })
  tx.afterCommit(() => house.wake.up('follow-transfers'))
  return row as TransferRow
}

/** The member as registered, if he is here to take anything. */
export async function presentStaff(tx: Transaction, userid: string): Promise<string> {
  const [found] = await tx.query<{ userid: string }>(
    'SELECT userid FROM staff WHERE lower(userid) = lower($1) AND active AND in_scope',
    [userid],
  )
  if (!found)
    throw new Refused(422, 'takeover_unknown', '接手的同事不在应用可见范围内，或已停用', [
      { field: 'to', message: '请选一位在岗的同事' },
    ])
  return found.userid
}

interface Relation {
  userid: string
  externalUserId: string
}

async function relationOf(tx: Transaction, lead: LeadRow, handover: string | undefined): Promise<Relation | undefined> {
  const [relation] = await tx.query<Relation>(
    `SELECT f.userid, f.external_userid AS "externalUserId" FROM follows f
     WHERE f.lead_id IN (SELECT lead_family($1)) AND f.state = 'full' AND ($2::text IS NULL OR lower(f.userid) = lower($2))
     ORDER BY f.userid = $3 DESC, f.started_at DESC LIMIT 1`,
    [lead.id, handover ?? null, lead.owner],
  )
  return relation
}

/** Whose it is to give: for WeCom its friend, else who works on it. */
async function giverOf(
  tx: Transaction,
  house: House,
  lead: LeadRow,
  { how, named, friend }: { how: TransferWay; named: string | undefined; friend: string | undefined },
): Promise<string> {
  const giver = how === 'present' ? friend : (named ?? lead.owner ?? friend)
  if (!giver) throw new Refused(409, 'not_a_friend', '这位客户还没有人负责，也没有同事是他的好友，请直接派单')
  return (await registered(tx, house, [giver]))(giver)
}
