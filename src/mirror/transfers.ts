import { milliseconds } from '../clock.ts'
import type { Transaction } from '../db.ts'
import { GiveUp, Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { lockLead } from '../leads/lock.ts'
import { record } from '../leads/record.ts'
import { explainErrcode } from '../wecom/errcodes.ts'
import { listTransferOutcomes, type TransferOutcome, transferCustomers } from '../wecom/transfer.ts'
import { registered } from './staff.ts'

export interface TransferWish {
  leadId: string
  externalUserId: string
  /** The member who has the customer, and the one who shall. */
  handover: string
  takeover: string
  /** Told to the customer when it is done; ≤ 200 characters. */
  message?: string
  by: string
}

const failWords: Record<string, string> = {
  customer_refused: '客户拒绝了转接',
  customer_limit_exceed: '接替成员的客户数已达上限',
}

/**
 * Asks WeCom to hand a customer over. Done by itself after 24 hours unless the customer refuses; WeCom allows few of them, so
 * the budget is checked here under the lead's lock before one is spent.
 * @throws Refused 409 transfer_budget | transfer_running; RetryLater, GiveUp from WeCom
 */
export async function askTransfer(house: House, wish: TransferWish): Promise<{ id: string }> {
  const { playbook } = await house.playbook.current()
  const id = newId(house.clock)
  const spell = await registered(house.db, house, [wish.handover, wish.takeover])
  const [handover, takeover] = [spell(wish.handover), spell(wish.takeover)]
  await house.db.transaction(async (tx) => {
    const lead = await lockLead(tx, wish.leadId)
    const now = house.clock.now()
    const since = new Date(now.getTime() - milliseconds(String(playbook.transfer.within)))
    const rows = await tx.query<{ state: string }>(
      "SELECT state FROM transfers WHERE external_userid = $1 AND asked_at > $2 AND state IN ('asked', 'done')",
      [wish.externalUserId, since],
    )
    if (rows.some((row) => row.state === 'asked')) throw new Refused(409, 'transfer_running', '这位客户正在转接中')
    if (rows.length >= playbook.transfer.max)
      throw new Refused(409, 'transfer_budget', '这位客户近期的转接次数已用完，请改为把同事介绍给客户')
    await tx.query(
      `INSERT INTO transfers (id, external_userid, lead_id, handover, takeover, state, asked_at) VALUES ($1, $2, $3, $4, $5, 'asked', $6)`,
      [id, wish.externalUserId, lead.id, handover, takeover, now],
    )
    await record(tx, [
      { leadId: lead.id, at: now, kind: 'transfer', actor: wish.by, key: `asked\0${id}`, data: { handover, takeover } },
    ])
  })
  try {
    const begun = await transferCustomers(house.wecom, {
      handover_userid: handover,
      takeover_userid: takeover,
      external_userid: [wish.externalUserId],
      ...(wish.message ? { transfer_success_msg: wish.message } : {}),
    })
    const errcode = begun.find((one) => one.external_userid === wish.externalUserId)?.errcode ?? 0
    // 40129: it is under way already, which is what was asked for.
    if (errcode !== 0 && errcode !== 40129) {
      const { meaning, operator } = explainErrcode(errcode)
      throw new GiveUp(`wecom_${errcode}`, `企业微信没有接受转接：${meaning}。${operator}`)
    }
    return { id }
  } catch (error) {
    // Nothing was begun; an outcome that is not known is asked for by the job.
    if (error instanceof GiveUp)
      await house.db.query("UPDATE transfers SET state = 'failed', reason = $2, ended_at = $3 WHERE id = $1", [
        id,
        error.message.slice(0, 500),
        house.clock.now(),
      ])
    throw error
  }
}

/** Customers refused, or the new member is full. */
export async function transferFailed(
  tx: Transaction,
  house: House,
  rows: readonly { externalUserId: string; takeover: string; reason: string; at: Date }[],
): Promise<void> {
  for (const { externalUserId, takeover, reason, at } of rows)
    await endTransfer(tx, {
      externalUserId,
      takeover,
      at,
      ok: false,
      refused: reason === 'customer_refused',
      reason: failWords[reason] ?? reason,
    })
  if (rows.length > 0) house.log.info({ transfers: rows.length }, 'transfers failed')
}

async function endTransfer(
  tx: Transaction,
  end: { externalUserId: string; takeover: string; at: Date; ok: boolean; refused: boolean; reason: string | null },
): Promise<void> {
  const state = end.ok ? 'done' : end.refused ? 'refused' : 'failed'
  const ended = await tx.query<{ id: string; leadId: string | null }>(
    `UPDATE transfers SET state = $3, reason = $4, ended_at = $5 WHERE id = (
       SELECT id FROM transfers WHERE external_userid = $1 AND lower(takeover) = lower($2) AND state = 'asked' ORDER BY asked_at DESC LIMIT 1 FOR UPDATE)
     RETURNING id, lead_id AS "leadId"`,
    [end.externalUserId, end.takeover, state, end.reason, end.at],
  )
  await record(
    tx,
    ended.flatMap(({ id, leadId }) =>
      leadId
        ? [{ leadId, at: end.at, kind: 'transfer', key: `${state}\0${id}`, data: { state, takeover: end.takeover } }]
        : [],
    ),
  )
}

/** Asks how the transfers under way stand: the events that would say so are not promised. */
export async function pollTransfers(house: House): Promise<void> {
  const asked = await house.db.query<{ externalUserId: string; handover: string; takeover: string; askedAt: Date }>(
    `SELECT external_userid AS "externalUserId", handover, takeover, asked_at AS "askedAt" FROM transfers WHERE state = 'asked' ORDER BY handover, takeover`,
  )
  const pairs = new Map(asked.map((one) => [`${one.handover}\0${one.takeover}`, one]))
  for (const { handover, takeover } of pairs.values()) {
    const transfers = asked.filter((one) => one.handover === handover && one.takeover === takeover)
    const outcomes = await listTransferOutcomes(house.wecom, { handover_userid: handover, takeover_userid: takeover })
    await house.db.transaction(async (tx) => {
      for (const { externalUserId, askedAt } of transfers) {
        const status = outcomeOf(
          outcomes.filter((one) => one.external_userid === externalUserId),
          askedAt,
        )
        if (status === undefined) continue
        await endTransfer(tx, {
          externalUserId,
          takeover,
          at: house.clock.now(),
          ok: status === 1,
          refused: status === 3,
          reason: outcomeWords[status] ?? null,
        })
      }
    })
  }
}

const outcomeWords: Record<number, string> = {
  3: failWords.customer_refused as string,
  4: failWords.customer_limit_exceed as string,
}

/** 1 done, 3 refused, 4 full; undefined: not over yet. Earlier transfers between the two may still be listed. */
function outcomeOf(outcomes: readonly TransferOutcome[], askedAt: Date): number | undefined {
  if (outcomes.some((one) => one.status === 2)) return undefined
  const since = Math.floor(askedAt.getTime() / 1000)
  if (outcomes.some((one) => one.status === 1 && (one.takeover_time ?? since) >= since)) return 1
  return outcomes.find((one) => one.status === 3 || one.status === 4)?.status
}
