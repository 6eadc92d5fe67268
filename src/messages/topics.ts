import type { Sql } from '../db.ts'

/** SQL: the topics a lead and those merged into it do not want to hear of. */
const declinedOf = (lead: string): string =>
  `ARRAY(SELECT d.topic FROM declined_topics d WHERE d.lead_id IN (SELECT lead_family(lead_root(${lead}))))`

/** SQL: whether a piece speaks of nothing but what the lead does not want to hear of. What names no topic is for everybody. */
export const isDeclined = (content: string, lead: string): string =>
  `(cardinality(${content}.needs) > 0 AND ${content}.needs <@ ${declinedOf(lead)})`

/** The same where the topics he declined are known. */
export const isDeclinedBy = (needs: readonly string[], declined: readonly string[]): boolean =>
  needs.length > 0 && needs.every((need) => declined.includes(need))

/** Whether the lead has declined what this version of a piece is about. */
export async function hasDeclined(sql: Sql, leadId: string, contentId: string, version: number): Promise<boolean> {
  const rows = await sql.query(
    `SELECT 1 FROM content c WHERE c.id = $2 AND c.version = $3 AND ${isDeclined('c', '$1')}`,
    [leadId, contentId, version],
  )
  return rows.length > 0
}
