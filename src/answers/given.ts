import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { idFrom } from '../leads/record.ts'
import type { Hit } from './find.ts'

/** Counts that an answer was given; once for the same words. */
export async function countAnswer(sql: Sql, { clock }: Pick<House, 'clock'>, key: string, id: string): Promise<void> {
  await sql.query('INSERT INTO answers_given (key, answer_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    idFrom(`answer given\0${key}`),
    id,
    clock.now(),
  ])
}

export interface Missed {
  id: string
  leadId: string | null
  text: string
  near: string[]
  at: Date
}

/** Keeps a question nobody had an answer for; once for the same words. */
export async function keepMissed(
  sql: Sql,
  { clock }: Pick<House, 'clock'>,
  { key, leadId, text, near }: { key: string; leadId: string | null; text: string; near: readonly Hit[] },
): Promise<void> {
  await sql.query(
    `INSERT INTO missed_questions (id, key, lead_id, text, near, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING`,
    [idFrom(`missed\0${key}`), key, leadId, text.slice(0, 300), near.map(({ id }) => id).slice(0, 3), clock.now()],
  )
}

/** Questions that still have no answer, the latest first; `close`: what is near of it, as far as it is still in use. */
export function listMissed(
  sql: Sql,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<(Missed & { close: { id: string; title: string }[]; order: string })[]> {
  return sql.query(
    `SELECT id, lead_id AS "leadId", text, near, at, at::text AS order,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'title', a.title) ORDER BY array_position(near, a.id)), '[]')
        FROM answers a WHERE a.id = ANY(near) AND a.retired_at IS NULL) AS close
     FROM missed_questions WHERE closed_at IS NULL AND ($1::timestamptz IS NULL OR (at, id) < ($1, $2::uuid)) ORDER BY at DESC, id DESC LIMIT $3`,
    [after?.at ?? null, after?.id ?? null, limit],
  )
}

/** They have an answer now, or need none. @returns how many were open */
export async function closeMissed(
  sql: Sql,
  { clock }: Pick<House, 'clock'>,
  ids: readonly string[],
  by: string,
): Promise<number> {
  const rows = await sql.query(
    'UPDATE missed_questions SET closed_at = $2, closed_by = $3 WHERE id = ANY($1) AND closed_at IS NULL RETURNING 1',
    [ids, clock.now(), by],
  )
  return rows.length
}
