import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'

/** One line of what was done, by whom, to whom. */
export interface AuditLine {
  /** The credential: `api`, a userid, `system`. */
  by: string
  actAs?: string | null | undefined
  /** The call, or a word of ours. */
  action: string
  target?: string | null | undefined
  /** Ids, numbers and words of ours; nothing a customer could want erased. */
  data?: Record<string, unknown>
}

/** Writes a line into the log that is only ever added to. */
export async function audit(sql: Sql, { clock }: Pick<House, 'clock'>, line: AuditLine): Promise<void> {
  await sql.query(
    'INSERT INTO audit (id, at, principal, act_as, action, target, data) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [
      newId(clock),
      clock.now(),
      line.by,
      line.actAs ?? null,
      line.action,
      line.target?.replaceAll('\0', '').slice(0, 200) ?? null,
      JSON.stringify(line.data ?? {}),
    ],
  )
}
