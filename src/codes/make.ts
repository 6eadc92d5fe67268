import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Transaction } from '../db.ts'
import { GiveUp, OutcomeUnknown, Refused, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { type CodeKind, kinds } from './carriers.ts'
import { onDuty } from './on-duty.ts'
import { type CodePlan, distinct, peopleOf } from './plan.ts'
import { type CodeRow, codeColumns, type LiveCode } from './rows.ts'

export interface LiveCodeWish {
  /** `live`, `link`: a channel; `join`: whoever comes through it is this lead; `handover`: introduces a rep to this lead. */
  kind: CodeKind
  name: string
  /** Userids; how many WeCom allows is the kind's. */
  staff: readonly string[]
  tags?: readonly { group: string; name: string }[]
  source?: { channel?: string; campaign?: string }
  /** Words that greet whoever comes through it, instead of the house's. */
  welcome?: string
  plan?: CodePlan
  leadId?: string
  by: string
}

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** Whoever wanted it usually makes it at once; the job waits that long. */
const jobWaitMs = 10_000
const leaseMs = 60_000
const refusedMs = 600_000
const maxTries = 12

/**
 * Wants a code; WeCom is asked later, outside the transaction. A lead has one code of a kind with the same people: wanting it
 * again answers the one there is.
 * @throws Refused 422 when nobody stands behind it
 */
export async function wantLiveCode(
  tx: Transaction,
  house: House,
  wish: LiveCodeWish,
): Promise<{ id: string; state: string }> {
  const staff = distinct(wish.staff)
  const plan = wish.plan ?? {}
  checkStaff(wish.kind, staff, plan)
  if (wish.leadId) {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`live-code:${wish.kind}:${wish.leadId}`])
    const [held] = await tx.query<{ id: string; state: string }>(
      `SELECT id, state FROM live_codes WHERE lead_id = $1 AND kind = $2 AND staff = $3 AND made <> 'failed'`,
      [wish.leadId, wish.kind, staff],
    )
    if (held) return held
  }
  const now = house.clock.now()
  const id = newId(house.clock)
  const { prefix, changes } = kinds[wish.kind]
  const state = prefix + Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join('')
  await tx.query(
    `INSERT INTO live_codes (id, state, kind, name, staff, tags, source, welcome, lead_id, created_by, created_at, make_at, plan, people, single)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      state,
      wish.kind,
      wish.name,
      staff,
      JSON.stringify(wish.tags ?? []),
      wish.source ? JSON.stringify(wish.source) : null,
      wish.welcome ?? null,
      wish.leadId ?? null,
      wish.by,
      now,
      new Date(now.getTime() + jobWaitMs),
      JSON.stringify(plan),
      peopleOf(staff, plan).map((userid) => userid.toLowerCase()),
      // What may hold others tomorrow is one for several from the start: WeCom never changes the type.
      !changes && staff.length === 1,
    ],
  )
  return { id, state }
}

/** @throws Refused 422 for nobody, or for more than WeCom takes at one time */
export function checkStaff(kind: CodeKind, staff: readonly string[], plan: CodePlan): void {
  const { most } = kinds[kind]
  if (staff.length === 0 || Math.max(staff.length, plan.backup?.length ?? 0) > most)
    throw new Refused(422, 'live_code_staff', `活码需要 1 到 ${most} 位成员`)
  if (peopleOf(staff, plan).length > most)
    throw new Refused(422, 'live_code_staff', `排班、备用和默认成员合起来最多 ${most} 位`)
}

/**
 * Makes what WeCom has behind a code, once: where an earlier call's outcome is unknown it is looked for first. What WeCom
 * refused is not asked again for ten minutes; until then it answers without a QR code. Call it outside any transaction.
 * @throws RetryLater when WeCom cannot be reached now or somebody else is at it; GiveUp when WeCom refuses; Refused 404
 */
export async function makeLiveCode(house: House, id: string): Promise<LiveCode> {
  const { row: before, mine } = await claimCode(house, id)
  if (!mine) return before
  const { carrier, changes } = kinds[before.kind]
  try {
    const found = before.made === 'unknown' ? await carrier.find(house, before) : null
    const duty = (await onDuty(house.db, house, [before])).get(id)
    const staff = duty && duty.userids.length > 0 ? duty.userids : before.staff
    if (!found) {
      // From here on a crash leaves the outcome unknown.
      await house.db.query("UPDATE live_codes SET made = 'unknown' WHERE id = $1", [before.id])
    }
    const made = found ?? (await carrier.add(house, before, staff))
    const now = house.clock.now()
    await house.db.query(
      `UPDATE live_codes SET made = 'made', config_id = $2, qr_code = $3, made_error = NULL, make_at = NULL, making_until = NULL,
         duty = $4, duty_why = $5, duty_at = CASE WHEN archived_at IS NOT NULL OR duty_seq <> $6 THEN $7::timestamptz ELSE $8::timestamptz END, checked_at = $7 WHERE id = $1`,
      [
        id,
        made.configId,
        made.qrCode,
        // Whom a found one holds is read when it is looked at for the first time.
        found ? null : staff,
        duty?.why ?? null,
        before.dutySeq,
        now,
        changes ? (found ? now : (duty?.nextAt ?? null)) : null,
      ],
    )
    for (const job of ['keep-duty', 'watch-quota']) house.wake.up(job)
    return { id, state: before.state, ...made }
  } catch (error) {
    await giveBack(house, before, error)
    // Whoever comes next looks for it before making another.
    if (error instanceof OutcomeUnknown) throw new RetryLater(5_000, error.message, { cause: error.cause })
    throw error
  }
}

async function giveBack(house: House, code: CodeRow, error: unknown): Promise<void> {
  const waitMs = error instanceof RetryLater ? error.afterMs : 5_000
  const made = error instanceof GiveUp ? 'failed' : error instanceof OutcomeUnknown ? 'unknown' : code.made
  const now = house.clock.now().getTime()
  await house.db.query(
    'UPDATE live_codes SET made = $2, made_error = $3, make_at = $4, making_until = $5 WHERE id = $1',
    [
      code.id,
      made,
      String(error instanceof Error ? error.message : error).slice(0, 500),
      error instanceof GiveUp ? null : new Date(now + waitMs),
      error instanceof GiveUp ? new Date(now + refusedMs) : null,
    ],
  )
}

/** Takes a code in hand, or waits a moment for whoever has it. */
async function claimCode(house: House, id: string): Promise<{ row: CodeRow; mine: boolean }> {
  for (let tries = 0; tries < maxTries; tries++) {
    const now = house.clock.now()
    const [claimed] = await house.db.query<CodeRow>(
      `UPDATE live_codes SET making_until = $2 WHERE id = $1 AND made <> 'made' AND (making_until IS NULL OR making_until < $3)
         AND (archived_at IS NULL OR made = 'unknown') RETURNING ${codeColumns}`,
      [id, new Date(now.getTime() + leaseMs), now],
    )
    if (claimed) return { row: claimed, mine: true }
    const [row] = await house.db.query<CodeRow>(`SELECT ${codeColumns} FROM live_codes WHERE id = $1`, [id])
    if (!row) throw new Refused(404, 'live_code_unknown', '没有这个活码')
    if (row.made === 'made' || row.made === 'failed' || row.archivedAt) return { row, mine: false }
    await sleep(250)
  }
  throw new RetryLater(2_000, '这个活码正在生成，请稍后再试')
}

/** Makes the codes that were wanted and whose maker did not come through. @returns true when there may be more */
export async function makeLiveCodes(house: House): Promise<boolean> {
  const now = house.clock.now()
  const due = await house.db.query<{ id: string }>(
    'SELECT id FROM live_codes WHERE make_at <= $1 AND (making_until IS NULL OR making_until < $1) ORDER BY make_at LIMIT 20',
    [now],
  )
  for (const { id } of due) {
    try {
      await makeLiveCode(house, id)
    } catch (error) {
      house.log.warn({ liveCodeId: id, err: error }, 'live code not made')
    }
  }
  return due.length === 20
}
