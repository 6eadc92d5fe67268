import type { Sql } from '../db.ts'
import { type Content, contentColumns } from '../messages/library.ts'
import { lapsedSql } from '../messages/words.ts'

export interface ContentFilter {
  kind?: string | undefined
  stage?: string | undefined
  audience?: string | undefined
  industry?: string | undefined
  need?: string | undefined
  language?: string | undefined
  owner?: string | undefined
  /** `live`: may be sent now; `lapsed`: out of its time; `retired`: taken out of use. */
  state?: 'live' | 'lapsed' | 'retired' | undefined
  /** Words of the title. */
  q?: string | undefined
}

export interface Listed extends Content {
  /** Why it may not be sent now. */
  lapsed: string | null
  /** People of the last year, as of the last hour. */
  effect: { received: number; opened: number; read: number; moved: number; known: number }
}

const like = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`

/** Pieces in force, in the order of their ids; words of the house only when asked for by kind. */
export function listPieces(
  sql: Sql,
  filter: ContentFilter,
  { after, limit, now }: { after: string | null; limit: number; now: Date },
): Promise<Listed[]> {
  const { kind, stage, audience, industry, need, language, owner, state, q } = filter
  const lapsed = lapsedSql('c', '$1')
  return sql.query<Listed>(
    `SELECT ${contentColumns('c')}, ${lapsed} AS lapsed, jsonb_build_object('received', coalesce(e.received, 0), 'opened', coalesce(e.opened, 0),
       'read', coalesce(e.read, 0), 'moved', coalesce(e.moved, 0), 'known', coalesce(e.known, 0)) AS effect
     FROM content c LEFT JOIN LATERAL (SELECT sum(received)::int AS received, sum(opened)::int AS opened, sum(read)::int AS read, sum(moved)::int AS moved,
       sum(known)::int AS known FROM content_effect WHERE content_id = c.id) e ON true
     WHERE c.current AND ($2::text IS NULL AND c.kind NOT IN ('words', 'script') OR c.kind = $2) AND ($3::text IS NULL OR c.stages @> ARRAY[$3])
       AND ($4::text IS NULL OR c.audiences @> ARRAY[$4]) AND ($5::text IS NULL OR c.industries @> ARRAY[$5]) AND ($6::text IS NULL OR c.needs @> ARRAY[$6])
       AND ($7::text IS NULL OR c.language = $7) AND ($8::text IS NULL OR lower(c.owner) = lower($8))
       AND CASE $9::text WHEN 'live' THEN ${lapsed} IS NULL WHEN 'retired' THEN c.retired_at IS NOT NULL
         WHEN 'lapsed' THEN c.retired_at IS NULL AND ${lapsed} IS NOT NULL ELSE true END
       AND ($10::text IS NULL OR c.title ILIKE $10 OR c.id ILIKE $10) AND ($11::text IS NULL OR c.id > $11)
     ORDER BY c.id LIMIT $12`,
    [
      now,
      kind ?? null,
      stage ?? null,
      audience ?? null,
      industry ?? null,
      need ?? null,
      language ?? null,
      owner ?? null,
      state ?? null,
      q === undefined ? null : like(q),
      after,
      limit,
    ],
  )
}

/** What there is for whom: how many pieces that may be sent now, by stage and audience. A piece for nobody in particular is for everybody. */
export interface Matrix {
  audiences: string[]
  /** One row per stage, one count per audience, and how many are for everybody. */
  stages: { stage: string; everybody: number; counts: number[] }[]
}

/** `stages`: those that are open, in the playbook's order. */
export async function readMatrix(sql: Sql, stages: readonly string[], now: Date): Promise<Matrix> {
  const rows = await sql.query<{ stage: string; audience: string | null; count: number }>(
    `SELECT stage, audience, count(*)::int AS count FROM content c CROSS JOIN LATERAL unnest(c.stages) AS stage
       CROSS JOIN LATERAL (SELECT unnest(c.audiences) AS audience UNION ALL SELECT NULL WHERE c.audiences = '{}') a
     WHERE c.current AND c.kind NOT IN ('words', 'script') AND ${lapsedSql('c', '$1')} IS NULL GROUP BY stage, audience`,
    [now],
  )
  const audiences = [...new Set(rows.flatMap(({ audience }) => audience ?? []))].sort((a, b) =>
    a.localeCompare(b, 'zh-CN'),
  )
  const countOf = (stage: string, audience: string | null) =>
    rows.find((row) => row.stage === stage && row.audience === audience)?.count ?? 0
  return {
    audiences,
    stages: stages.map((stage) => ({
      stage,
      everybody: countOf(stage, null),
      counts: audiences.map((audience) => countOf(stage, audience)),
    })),
  }
}
