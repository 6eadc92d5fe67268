import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type LeadView, readLeads } from './read.ts'
import { told } from './take-over.ts'

/** What a merge would do, before it does. */
export interface MergePreview {
  /** The one that goes on speaking for both, as it is now. */
  keep: LeadView
  /** The one that would become an alias of it. */
  other: LeadView
  /** What `keep` would learn of `other`, by field. */
  learns: { field: (typeof told)[number]; value: string }[]
  /** What of `other` would be read under `keep`. */
  brings: { identities: number; tags: number; timeline: number; messages: number; visits: number; aliases: number }
  /** What of `other` would be taken back. */
  cancels: { offers: number; messages: number }
  /** One of them opted out, which would hold for both. */
  optsOut: boolean
  /** `other` waits for a review, and `keep` would wait in his place. */
  waits: boolean
}

/** @throws Refused 409 same_lead */
export async function previewMerge(house: House, keepId: string, otherId: string): Promise<MergePreview> {
  if (keepId === otherId) throw new Refused(409, 'same_lead', '这两条线索已经是同一个人')
  const [[keep, other], [counts]] = await Promise.all([
    readLeads(house, [keepId, otherId]),
    house.db.query<MergePreview['brings'] & { offers: number; planned: number; waits: boolean }>(
      `WITH family AS (SELECT lead_family($1) AS id)
       SELECT (SELECT count(*) FROM identities WHERE lead_id IN (SELECT id FROM family)) AS identities,
         (SELECT count(*) FROM lead_tags WHERE lead_id IN (SELECT id FROM family)) AS tags,
         (SELECT count(*) FROM timeline WHERE lead_id IN (SELECT id FROM family)) AS timeline,
         (SELECT count(*) FROM messages WHERE lead_id IN (SELECT id FROM family) AND purpose <> 'notice') AS messages,
         (SELECT count(*) FROM visits WHERE lead_id IN (SELECT id FROM family)) AS visits,
         (SELECT count(*) FROM family) - 1 AS aliases,
         (SELECT count(*) FROM offers WHERE lead_id = $1 AND state = 'open') AS offers,
         (SELECT count(*) FROM messages WHERE lead_id = $1 AND state IN ('planned', 'waiting') AND purpose <> 'notice') AS planned,
         EXISTS (SELECT FROM review_queue WHERE lead_id = $1) AS waits`,
      [otherId],
    ),
  ])
  if (!keep || !other || !counts) throw new Error('a lead of a merge is gone')
  const { offers, planned, waits, ...brings } = counts
  return {
    keep,
    other,
    learns: told.flatMap((field) => (!keep[field] && other[field] ? [{ field, value: other[field] }] : [])),
    brings,
    cancels: { offers, messages: planned },
    optsOut: other.marketing === 'denied' && keep.marketing !== 'denied',
    waits,
  }
}

/** Somebody who was merged into another, and can be split off again. */
export interface Merged {
  id: string
  leadId: string
  name: string
  company: string | null
  by: string
  at: Date
}

/** Who is one with this lead by a merge that stands, the newest first. */
export const listMerged = (house: House, leadId: string): Promise<Merged[]> =>
  house.db.query(
    `SELECT m.id, m.loser AS "leadId", l.name, l.company, m.by, m.at FROM merges m JOIN leads l ON l.id = m.loser
     WHERE m.undone_at IS NULL AND m.winner IN (SELECT lead_family($1)) ORDER BY m.at DESC, m.id DESC LIMIT 100`,
    [leadId],
  )
