import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { record } from '../leads/record.ts'
import { cancelPlanned } from '../messages/cancel.ts'

export interface Ending {
  id: string
  leadId: string
  journey: string
  state: 'done' | 'goal' | 'exited' | 'cancelled' | 'failed'
  /** An id, or a person's own words for leaving. */
  why: string
  /** It was ended from outside: what it planned and has not sent is taken back. */
  cut: boolean
}

/** What ended a journey, for people. A person's own words for leaving are not here. */
export const endWords: Readonly<Record<string, string>> = {
  finished: '已走完全程',
  exit: '走到了离开的一步',
  lost: '旅程里已没有这一步',
  broken: '有一步反复出错',
  goal: '培育目标已达成',
  merged: '线索已合并',
  opted_out: '客户已退订',
  taken: '有人接手了这条线索',
  left: '线索已离开旅程所在的阶段',
  left_segment: '线索已离开旅程所针对的人群',
  exits: '已符合离开旅程的条件',
  stopped: '旅程已停下',
}

/** Writes endings in one statement, a line on each timeline, and takes back what the journeys had planned. The caller holds the rows. */
export async function endEnrolments(tx: Transaction, house: House, endings: readonly Ending[]): Promise<void> {
  if (endings.length === 0) return
  const now = house.clock.now()
  await tx.query(
    `UPDATE enrolments e SET state = t.state, why = t.why, step = NULL, since = NULL, awaits = NULL, acts = false, ended_at = $4
     FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t(id, state, why) WHERE e.id = t.id AND e.ended_at IS NULL`,
    [endings.map(({ id }) => id), endings.map(({ state }) => state), endings.map(({ why }) => why), now],
  )
  await record(
    tx,
    endings.map(({ id, leadId, journey, state, why }) => ({
      leadId,
      at: now,
      kind: 'journey',
      key: `${id}\0ended`,
      data: { enrolment: id, journey, state, why },
    })),
  )
  const cut = endings.filter((ending) => ending.cut)
  if (cut.length === 0) return
  const planned = await tx.query<{ id: string; enrolment: string }>(
    `SELECT m.id, s.enrolment FROM enrolment_steps s JOIN messages m ON m.id = s.message_id
     WHERE s.enrolment = ANY($1) AND m.state IN ('planned', 'waiting') ORDER BY m.id`,
    [cut.map(({ id }) => id)],
  )
  for (const why of new Set(cut.map((ending) => ending.why))) {
    const ended = new Set(cut.filter((ending) => ending.why === why).map(({ id }) => id))
    const messages = planned.filter(({ enrolment }) => ended.has(enrolment)).map(({ id }) => id)
    if (messages.length > 0) await cancelPlanned(tx, house, messages, endWords[why] ?? '培育旅程已结束')
  }
}
