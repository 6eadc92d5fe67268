import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { Reacher } from '../leads/reach.ts'
import { sayAbsent } from '../transfers/absence.ts'
import { membersWithin } from './scope.ts'

/** A member who is on leave, with what became of his customers meanwhile. */
export interface Away {
  userid: string
  name: string
  until: Date
  cover: string | null
  /** Customers his cover looks after until he is back. */
  lent: number
  /** Customers that are still his, with nobody to look after them. */
  left: number
}

/** Who is on leave, of those somebody answers for; the first to come back before the others. At most 200. */
export function readAway(sql: Sql, { clock }: Pick<House, 'clock'>, reacher: Reacher): Promise<Away[]> {
  const scope = membersWithin(reacher, 2)
  return sql.query<Away>(
    `SELECT st.userid, coalesce(nullif(st.name, ''), st.userid) AS name, st.absent_until AS until, st.cover,
       (SELECT count(*)::int FROM transfers t WHERE t.handover = st.userid AND t.until IS NOT NULL AND t.returned_at IS NULL) AS lent,
       (SELECT count(*)::int FROM leads l WHERE l.owner = st.userid AND l.merged_into IS NULL) AS left
     FROM staff st WHERE st.absent_until > $1 AND st.active AND st.in_scope AND ${scope.sql} ORDER BY st.absent_until, st.userid LIMIT 200`,
    [clock.now(), ...scope.values],
  )
}

/**
 * A manager says of one of his people that he is away, or back.
 * @throws Refused 404 staff_unknown, 422 cover_unknown
 */
export async function sayAwayFor(
  tx: Transaction,
  house: House,
  asked: { userid: string; until: Date | null; cover: string | null | undefined },
  reacher: Reacher,
): Promise<{ until: Date | null; cover: string | null }> {
  const scope = membersWithin(reacher, 2)
  const found = await tx.query(`SELECT 1 FROM staff st WHERE lower(st.userid) = lower($1) AND ${scope.sql}`, [
    asked.userid,
    ...scope.values,
  ])
  if (found.length === 0) throw new Refused(404, 'staff_unknown', '没有这位同事，或他不在您的团队里')
  return sayAbsent(tx, house, asked)
}
