import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type CodeKind, kinds } from './carriers.ts'
import { checkStaff } from './make.ts'
import { type CodePlan, distinct, peopleOf } from './plan.ts'
import { type CodeRow, codeColumns } from './rows.ts'

/** What is left out stays as it is; of the plan, each part by itself. */
export interface CodeChanges {
  name?: string | undefined
  staff?: readonly string[] | undefined
  tags?: readonly { group: string; name: string }[] | undefined
  source?: { channel?: string; campaign?: string } | null | undefined
  welcome?: string | null | undefined
  plan?: Partial<CodePlan> | undefined
  /** The version the caller saw. */
  version?: number | undefined
}

/**
 * Changes a code. WeCom is told afterwards by the job: not only who stands behind it, but its name and switches too.
 * @throws Refused 404, 409 stale_version | live_code_archived | live_code_single, 422 live_code_staff
 */
export async function changeCode(house: House, kind: CodeKind, id: string, changes: CodeChanges): Promise<CodeRow> {
  return house.db.transaction(async (tx) => {
    const before = await lockCode(tx, kind, id)
    if (changes.version !== undefined && changes.version !== before.version)
      throw new Refused(409, 'stale_version', '活码已被他人更新，请刷新后再试', { version: before.version })
    if (before.archivedAt) throw new Refused(409, 'live_code_archived', '已归档的活码不能再改')
    const staff = distinct(changes.staff ?? before.staff)
    const plan = { ...before.plan, ...changes.plan }
    checkStaff(kind, staff, plan)
    const people = peopleOf(staff, plan).map((userid) => userid.toLowerCase())
    if (before.single && people.length > 1)
      throw new Refused(
        409,
        'live_code_single',
        '这个活码在企业微信里是「单人」的，永远只能有一位成员；请新建一个活码来排班',
      )
    const now = house.clock.now()
    const [after] = await tx.query<CodeRow>(
      `UPDATE live_codes SET name = $2, staff = $3, tags = $4, source = $5, welcome = $6, plan = $7, people = $8, version = version + 1,
         duty = NULL, duty_at = $9, duty_seq = duty_seq + 1 WHERE id = $1 RETURNING ${codeColumns}`,
      [
        id,
        changes.name ?? before.name,
        staff,
        JSON.stringify(changes.tags ?? before.tags),
        textOf(changes.source === undefined ? before.source : changes.source),
        changes.welcome === undefined ? before.welcome : changes.welcome,
        JSON.stringify(plan),
        people,
        now,
      ],
    )
    tx.afterCommit(() => house.wake.up('keep-duty'))
    return after as CodeRow
  })
}

/**
 * Takes a code out of use: it adds nobody any more, for ever; what came through it stays. One that WeCom has not made, or of
 * which nobody knows whether it has, is not made any more, or is removed once it is found.
 * @throws Refused 404
 */
export async function archiveCode(house: House, kind: CodeKind, id: string): Promise<CodeRow> {
  return house.db.transaction(async (tx) => {
    const before = await lockCode(tx, kind, id)
    if (before.archivedAt) return before
    const [after] = await tx.query<CodeRow>(
      `UPDATE live_codes SET archived_at = $2, version = version + 1, duty_seq = duty_seq + 1,
         duty_at = CASE WHEN made = 'made' THEN $2::timestamptz END, make_at = CASE WHEN made = 'unknown' THEN make_at END
       WHERE id = $1 RETURNING ${codeColumns}`,
      [id, house.clock.now()],
    )
    tx.afterCommit(() => house.wake.up('keep-duty'))
    return after as CodeRow
  })
}

async function lockCode(tx: Transaction, kind: CodeKind, id: string): Promise<CodeRow> {
  const [row] = await tx.query<CodeRow>(
    `SELECT ${codeColumns} FROM live_codes WHERE id = $1 AND kind = $2 FOR UPDATE`,
    [id, kind],
  )
  if (!row) throw new Refused(404, 'live_code_unknown', kinds[kind].changes ? '没有这个活码或链接' : '没有这个活码')
  return row
}

const textOf = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))
