import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { markDuty } from './keep-duty.ts'
import { type CodePlan, limitOf } from './plan.ts'

/** A relation that began just now. */
export interface Add {
  leadId: string
  userid: string
  externalUserId: string
  /** What it came by; null: no code of anybody's. */
  state: string | null
  at: Date
}

interface Code {
  id: string
  state: string
  kind: string
  plan: CodePlan
}

/**
 * What follows from relations that began: they count against their codes' daily limits, and are looked at again when it is known
 * who came. Part of the transaction that learns of them, so that each counts once, however often and in whatever order it is told.
 */
export async function keepAdds(tx: Transaction, house: House, adds: readonly Add[]): Promise<void> {
  if (adds.length === 0) return
  const states = [...new Set(adds.flatMap(({ state }) => state ?? []))]
  const codes =
    states.length === 0
      ? []
      : await tx.query<Code>('SELECT id, state, kind, plan FROM live_codes WHERE state = ANY($1)', [states])
  const byState = new Map(codes.map((code) => [code.state, code]))
  const through = adds.flatMap((add) => {
    const code = byState.get(add.state ?? '')
    return code ? [{ ...add, code }] : []
  })
  if (through.length > 0) await count(tx, house, through)
  await wishNewcomers(
    tx,
    house,
    adds.map((add) => ({ ...add, code: byState.get(add.state ?? '') ?? null })),
  )
}

/** Two who reach a limit at once meet at the row: the second counts on what the first left. */
async function count(tx: Transaction, house: House, adds: readonly (Add & { code: Code })[]): Promise<void> {
  const { calendar } = await house.playbook.current()
  const days = new Map<string, { code: Code; day: string; userid: string; adds: number }>()
  for (const { code, userid, at } of adds) {
    const day = calendar.dayOf(at)
    const key = [code.id, day, userid].join('\0')
    const held = days.get(key)
    days.set(key, { code, day, userid, adds: (held?.adds ?? 0) + 1 })
  }
  const rows = [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  const counted = await tx.query<{ codeId: string; userid: string; adds: number }>(
    `INSERT INTO live_code_days AS d (code_id, day, userid, adds) SELECT * FROM unnest($1::uuid[], $2::date[], $3::text[], $4::int[])
     ON CONFLICT (code_id, day, userid) DO UPDATE SET adds = d.adds + excluded.adds
     RETURNING code_id AS "codeId", userid, adds`,
    [
      rows.map(({ code }) => code.id),
      rows.map(({ day }) => day),
      rows.map(({ userid }) => userid),
      rows.map((row) => row.adds),
    ],
  )
  const plans = new Map(rows.map(({ code }) => [code.id, code.plan]))
  const full = counted.filter(({ codeId, userid, adds }) => {
    const limit = limitOf(plans.get(codeId) ?? {}, userid)
    return limit !== null && adds >= limit
  })
  if (full.length === 0) return
  await markDuty(tx, [...new Set(full.map(({ codeId }) => codeId))], house.clock.now())
  tx.afterCommit(() => house.wake.up('keep-duty'))
}

/** By then the profile was fetched, and what was told out of order is in its place. */
const settlingMs = 3_000

/** Whoever gets a remark, or may know somebody else of us, is looked at again by the job `settle-newcomers`. */
async function wishNewcomers(
  tx: Transaction,
  house: House,
  adds: readonly (Add & { code: Code | null })[],
): Promise<void> {
  const last = [...new Map(adds.map((add) => [`${add.externalUserId}\0${add.userid}`, add])).values()]
  await tx.query(
    `INSERT INTO newcomers AS n (external_userid, userid, code_id, began_at, due_at)
     SELECT ext, userid, code, began, $5 FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $6::boolean[]) AS t(ext, userid, code, began, remark)
     WHERE remark OR EXISTS (SELECT 1 FROM follows f WHERE f.external_userid = t.ext AND f.userid <> t.userid) ORDER BY ext, userid
     ON CONFLICT (external_userid, userid) DO UPDATE SET code_id = excluded.code_id, began_at = excluded.began_at, due_at = excluded.due_at, tries = 0`,
    [
      last.map((add) => add.externalUserId),
      last.map((add) => add.userid),
      last.map(({ code }) => code?.id ?? null),
      last.map(({ at }) => at),
      new Date(house.clock.now().getTime() + settlingMs),
      last.map(({ code }) => Boolean(code?.plan.remark || code?.plan.description)),
    ],
  )
}
