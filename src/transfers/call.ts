import { GiveUp, OutcomeUnknown, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { lockLead } from '../leads/lock.ts'
import { explainErrcode } from '../wecom/errcodes.ts'
import { type TransferBegun, transferCustomers, transferFromLeaver } from '../wecom/transfer.ts'
import { finish } from './finish.ts'
import { tryAnother } from './place.ts'
import { type Fault, type TransferRow, transferColumns } from './row.ts'

/** WeCom takes so many customers in one call. */
const atOnce = 100
const claimMs = 60_000
/** The first look at what became of it; an event may say so before. */
export const firstLookMs = 6 * 3_600_000

/**
 * Asks WeCom for what is wanted: customers of one pair of members, told the same line, together. A crash between the call and
 * its record asks again, which WeCom answers with 40129, or, when all was over meanwhile, with a refusal that the results explain.
 * @returns true when there may be more
 */
export async function callTransfers(house: House, only?: string): Promise<boolean> {
  const now = house.clock.now()
  const free = `state = 'wanted' AND look_at <= $1 AND (claimed_until IS NULL OR claimed_until < $1) AND ($4::uuid IS NULL OR id = $4)`
  const rows = await house.db.query<TransferRow>(
    `UPDATE transfers t SET claimed_until = $2, tries = tries + 1 FROM (
       SELECT id FROM transfers WHERE ${free} AND (way, handover, takeover, coalesce(line, '')) = (
         SELECT way, handover, takeover, coalesce(line, '') FROM transfers WHERE ${free} ORDER BY look_at, id LIMIT 1)
       ORDER BY look_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) s
     WHERE t.id = s.id RETURNING ${transferColumns('t')}`,
    [now, new Date(now.getTime() + claimMs), atOnce, only ?? null],
  )
  const [first] = rows
  if (!first) return false
  try {
    await settle(house, rows, await call(house, first, rows))
  } catch (error) {
    if (error instanceof GiveUp)
      await settle(
        house,
        rows,
        rows.map(() => ({ id: error.reason, words: error.message })),
      )
    else await putOff(house, rows, error)
  }
  return only === undefined
}

/** @returns for each row: null when it has begun, or why not */
async function call(
  house: House,
  first: TransferRow,
  rows: readonly TransferRow[],
): Promise<(Fault | 'later' | null)[]> {
  const request = {
    handover_userid: first.handover,
    takeover_userid: first.takeover ?? '',
    external_userid: rows.map(({ externalUserId }) => externalUserId ?? ''),
  }
  const begun =
    first.way === 'leaver'
      ? await transferFromLeaver(house.wecom, request)
      : await transferCustomers(house.wecom, {
          ...request,
          ...(first.line ? { transfer_success_msg: first.line } : {}),
        })
  const said = new Map(begun.map((one: TransferBegun) => [one.external_userid, one.errcode]))
  return rows.map(({ externalUserId }) => verdictOf(said.get(externalUserId ?? '') ?? 0))
}

function verdictOf(errcode: number): Fault | 'later' | null {
  if (errcode === 0) return null
  const { what, meaning, operator } = explainErrcode(errcode)
  // It is under way already, which is what was asked for.
  if (what === 'later') return null
  if (what === 'retry' || what === 'retry-once' || what === 'slow-down') return 'later'
  return { id: `wecom_${errcode}`, words: `企业微信没有接受转接：${meaning}。${operator}` }
}

async function settle(house: House, rows: readonly TransferRow[], answers: readonly (Fault | 'later' | null)[]) {
  const now = house.clock.now()
  const look = (ms: number) => new Date(now.getTime() + ms)
  const refused = rows.flatMap((row, index) => {
    const answer = answers[index]
    return answer && answer !== 'later' ? [{ id: row.id, row, fault: answer }] : []
  })
  const begun = rows.filter((_, index) => answers[index] === null)
  // Asked again, a refusal may be about a transfer of ours that has ended: the results tell.
  const again = refused.filter(({ row, fault }) => row.tries > 1 && fault.id.startsWith('wecom_'))
  await asked(house, begun, look(firstLookMs))
  await asked(
    house,
    again.map(({ row }) => row),
    now,
  )
  await putOff(
    house,
    rows.filter((_, index) => answers[index] === 'later'),
    null,
  )
  const final = refused.filter((one) => !again.includes(one))
  await eachAlone(house, final, Number.POSITIVE_INFINITY, ({ row, fault }) =>
    house.db.transaction(async (tx) => {
      if (row.leadId) await lockLead(tx, row.leadId)
      if (await tryAnother(tx, house, row, fault)) return
      await finish(tx, house, row, { state: 'failed', fault })
    }),
  )
}

const asked = (house: House, rows: readonly TransferRow[], lookAt: Date) =>
  house.db.query(
    "UPDATE transfers SET state = 'asked', look_at = $2, claimed_until = NULL, tries = 0 WHERE id = ANY($1) AND state = 'wanted'",
    [rows.map(({ id }) => id), lookAt],
  )

/** WeCom cannot be asked now; what it is doing with a call that was not answered is learnt by asking again. */
async function putOff(house: House, rows: readonly TransferRow[], error: unknown): Promise<void> {
  const tries = rows[0]?.tries ?? 1
  const waitMs = error instanceof RetryLater ? error.afterMs : Math.min(30_000 * 2 ** tries, 3_600_000)
  await house.db.query('UPDATE transfers SET look_at = $2, claimed_until = NULL WHERE id = ANY($1)', [
    rows.map(({ id }) => id),
    new Date(house.clock.now().getTime() + waitMs),
  ])
  if (error && !(error instanceof RetryLater) && !(error instanceof OutcomeUnknown)) throw error
}
