import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sql, Transaction } from '../db.ts'
import { GiveUp, OutcomeUnknown, Refused, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { addContactWay, findContactWay } from '../wecom/contact-ways.ts'

export interface LiveCodeWish {
  /** `live`: a channel; `join`: whoever comes through it is this lead; `handover`: introduces a rep to this lead. */
  kind: 'live' | 'join' | 'handover'
  name: string
  /** Userids, 1 to 100. */
  staff: readonly string[]
  tags?: readonly { group: string; name: string }[]
  source?: { channel?: string; campaign?: string }
  /** Words that greet whoever comes through it, instead of the house's. */
  welcome?: string
  leadId?: string
  by: string
}

export interface LiveCode {
  id: string
  /** What WeCom hands back with whoever comes through it. */
  state: string
  /** null: not made yet. */
  configId: string | null
  qrCode: string | null
}

export interface LiveCodeRow extends LiveCode {
  kind: 'live' | 'join' | 'handover'
  name: string
  staff: string[]
  tags: { group: string; name: string }[]
  source: { channel?: string; campaign?: string } | null
  welcome: string | null
  made: 'wanted' | 'made' | 'failed' | 'unknown'
  madeError: string | null
  createdBy: string
  createdAt: Date
}

const columns = `id, state, kind, name, staff, tags, source, welcome, config_id AS "configId", qr_code AS "qrCode",
  made, made_error AS "madeError", created_by AS "createdBy", created_at AS "createdAt"`

const prefixes = { live: 'lc_', join: 'jn_', handover: 'ho_' } as const
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
  const staff = [...new Map(wish.staff.map((userid) => [userid.toLowerCase(), userid])).values()].sort()
  if (staff.length === 0 || staff.length > 100) throw new Refused(422, 'live_code_staff', '活码需要 1 到 100 位成员')
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
  const state = prefixes[wish.kind] + Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join('')
  await tx.query(
    `INSERT INTO live_codes (id, state, kind, name, staff, tags, source, welcome, lead_id, created_by, created_at, make_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
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
    ],
  )
  return { id, state }
}

/**
 * Makes the contact way behind a code, once: where an earlier call's outcome is unknown it is looked for first. What WeCom
 * refused is not asked again for ten minutes; until then it answers without a QR code. Call it outside any transaction.
 * @throws RetryLater when WeCom cannot be reached now or somebody else is at it; GiveUp when WeCom refuses; Refused 404
 */
export async function makeLiveCode(house: House, id: string): Promise<LiveCode> {
  const { row: before, mine } = await claimCode(house, id)
  if (!mine) return before
  try {
    const found = before.made === 'unknown' ? await findContactWay(house.wecom, before.state, before.createdAt) : null
    const made = found ?? (await addWay(house, before))
    await house.db.query(
      `UPDATE live_codes SET made = 'made', config_id = $2, qr_code = $3, made_error = NULL, make_at = NULL, making_until = NULL WHERE id = $1`,
      [id, made.configId, made.qrCode],
    )
    return { id, state: before.state, ...made }
  } catch (error) {
    await giveBack(house, before, error)
    // Whoever comes next looks for it before making another.
    if (error instanceof OutcomeUnknown) throw new RetryLater(5_000, error.message, { cause: error.cause })
    throw error
  }
}

async function addWay(house: House, code: LiveCodeRow): Promise<{ configId: string; qrCode: string | null }> {
  // From here on a crash leaves the outcome unknown.
  await house.db.query("UPDATE live_codes SET made = 'unknown' WHERE id = $1", [code.id])
  const way = await addContactWay(house.wecom, {
    type: code.staff.length === 1 ? 1 : 2,
    scene: 2,
    remark: [...code.name].slice(0, 30).join(''),
    skip_verify: true,
    state: code.state,
    user: code.staff,
  })
  return { configId: way.config_id, qrCode: way.qr_code ?? null }
}

async function giveBack(house: House, code: LiveCodeRow, error: unknown): Promise<void> {
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
async function claimCode(house: House, id: string): Promise<{ row: LiveCodeRow; mine: boolean }> {
  for (let tries = 0; tries < maxTries; tries++) {
    const now = house.clock.now()
    const [claimed] = await house.db.query<LiveCodeRow>(
      `UPDATE live_codes SET making_until = $2 WHERE id = $1 AND made <> 'made' AND (making_until IS NULL OR making_until < $3) RETURNING ${columns}`,
      [id, new Date(now.getTime() + leaseMs), now],
    )
    if (claimed) return { row: claimed, mine: true }
    const [row] = await house.db.query<LiveCodeRow>(`SELECT ${columns} FROM live_codes WHERE id = $1`, [id])
    if (!row) throw new Refused(404, 'live_code_unknown', '没有这个活码')
    if (row.made === 'made' || row.made === 'failed') return { row, mine: false }
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

/** Codes of a kind, newest first. `before`: the last row of the page before. */
export async function listLiveCodes(
  sql: Sql,
  {
    kind = 'live',
    limit = 50,
    before,
  }: { kind?: LiveCodeRow['kind']; limit?: number; before?: { createdAt: Date; id: string } } = {},
): Promise<LiveCodeRow[]> {
  return sql.query<LiveCodeRow>(
    `SELECT ${columns} FROM live_codes WHERE kind = $1 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $2`,
    [kind, limit, before?.createdAt ?? null, before?.id ?? null],
  )
}
