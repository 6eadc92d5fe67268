import type { Sql } from '../db.ts'
import { type Reach, reachColumns } from './reach.ts'

/** One opening of a page by a lead. */
export interface VisitRow extends Reach {
  id: string
  contentId: string
  title: string
  openedAt: Date
  seenAt: Date
  dwellMs: number
  depth: number
  read: boolean
  acts: string[]
  /** 0: he got it from us; else how many hands it went through. */
  hops: number
  fromLead: string | null
  /** People who opened what he forwarded of this piece. */
  forwardedTo: number
}

/** What a lead and its aliases read, newest first. `after`: the last row of the page before. */
export function listVisits(
  sql: Sql,
  leadId: string,
  { after, limit }: { after: { at: string; id: string } | null; limit: number },
): Promise<(VisitRow & { exact: string })[]> {
  return sql.query(
    `SELECT v.id, v.content_id AS "contentId", coalesce(c.title, v.content_id) AS title, v.opened_at AS "openedAt", v.opened_at::text AS exact,
       v.seen_at AS "seenAt", v.dwell_ms AS "dwellMs", v.depth, v.read_at IS NOT NULL AS read, ${reachColumns}, v.acts, v.hops, v.from_lead AS "fromLead",
       (SELECT count(DISTINCT o.visitor_id)::int FROM visits o WHERE o.from_lead = v.lead_id AND o.content_id = v.content_id
          AND o.lead_id IS DISTINCT FROM v.lead_id) AS "forwardedTo"
     FROM visits v LEFT JOIN content c ON c.id = v.content_id AND c.version = v.content_version
     WHERE v.lead_id IN (SELECT lead_family($1)) AND ($2::timestamptz IS NULL OR (v.opened_at, v.id) < ($2, $3::uuid))
     ORDER BY v.opened_at DESC, v.id DESC LIMIT $4`,
    [leadId, after?.at ?? null, after?.id ?? null, limit],
  )
}

/** What became of a piece; people, each once, unless it says otherwise. */
export interface Effect {
  /** Leads it reached. */
  sent: number
  /** Leads who opened it, and read it. */
  opened: number
  read: number
  /** Leads who forwarded it, and strangers it came to. */
  forwarded: number
  strangers: number
  /** Openings by nobody we know. */
  anonymous: number
}

/** @returns null when there is no such piece */
export async function readEffect(sql: Sql, contentId: string): Promise<Effect | null> {
  const [row] = await sql.query<Effect & { exists: boolean }>(
    `WITH seen AS (
       SELECT lead_root(v.lead_id) AS lead, lead_root(v.from_lead) AS giver, v.visitor_id, v.read_at FROM visits v WHERE v.content_id = $1
     )
     SELECT EXISTS (SELECT FROM content WHERE id = $1 AND kind <> 'words') AS exists,
       (SELECT count(DISTINCT lead_root(m.lead_id)) FROM messages m WHERE m.content_id = $1 AND m.state = 'sent') AS sent,
       (SELECT count(DISTINCT lead) FROM seen) AS opened,
       (SELECT count(DISTINCT lead) FROM seen WHERE read_at IS NOT NULL) AS read,
       (SELECT count(DISTINCT giver) FROM seen WHERE visitor_id IS NOT NULL AND giver IS DISTINCT FROM lead) AS forwarded,
       (SELECT count(DISTINCT visitor_id) FROM seen WHERE lead IS NULL) AS strangers,
       (SELECT count(*) FROM seen WHERE visitor_id IS NULL) AS anonymous`,
    [contentId],
  )
  if (!row?.exists) return null
  const { exists: _, ...effect } = row
  return effect
}
