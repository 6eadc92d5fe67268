import type { Sql } from '../db.ts'

/** An answer that a customer waits for. */
export interface OpenPromise {
  id: string
  /** What he wants, and in which words he said so. */
  why: string
  words: string
  /** Who answers; null: whoever comes first. */
  userid: string | null
  /** The 客服 account he waits in; null: somewhere else. */
  account: string | null
  madeAt: Date
  dueAt: Date
}

/** One is open for a lead at a time. */
export async function readOpenPromise(sql: Sql, leadId: string): Promise<OpenPromise | null> {
  const [promise] = await sql.query<OpenPromise>(
    `SELECT p.id, p.why, p.words, p.userid, nullif(k.name, '') AS account, p.made_at AS "madeAt", p.due_at AS "dueAt"
     FROM promises p LEFT JOIN kf_accounts k ON k.open_kfid = p.open_kfid
     WHERE p.state = 'open' AND p.lead_id IN (SELECT lead_family($1)) ORDER BY p.due_at LIMIT 1`,
    [leadId],
  )
  return promise ?? null
}
