import type { House } from '../house.ts'
import type { After } from './list.ts'

/** One line of a lead's story. */
export interface TimelineItem {
  id: string
  /** The lead it happened to: this one, or one that was merged into it. */
  leadId: string
  at: string
  /** `event:<type>`, stage, touch, tag, follow, message, offer, note, consent, merge … */
  kind: string
  actor: string | null
  data: Record<string, unknown>
  /** What the kind of event is called in the playbook. */
  name: string | null
  /** The words a person gave as his reason, or wrote to us. */
  words: string | null
  /** What it was about, by its name of today: the tag, the journey, the piece of content, the beginning of the message. */
  about: string | null
}

/** With the database's own spelling of its time, for where the next page begins. */
export type TimelineRow = TimelineItem & { exact: string }

/** Parts of a story somebody may want to see alone. */
export const timelineParts = ['customer', 'stage', 'messages', 'staff'] as const
export type TimelinePart = (typeof timelineParts)[number]

/** Of alias `t`. */
const only: Record<TimelinePart, string> = {
  customer: "(t.kind LIKE 'event:%' OR t.kind IN ('touch', 'consent'))",
  stage: "t.kind IN ('stage', 'verdict', 'offer')",
  messages: "t.kind IN ('message', 'handover')",
  staff: "t.actor NOT IN ('system', 'api', 'customer') AND t.kind NOT LIKE 'event:%' AND t.kind <> 'touch'",
}

/** A lead's story with that of its aliases, newest first, one page. */
export async function readTimeline(
  house: House,
  leadId: string,
  { after, limit, part }: { after: After | null; limit: number; part?: TimelinePart | undefined },
): Promise<TimelineRow[]> {
  const { playbook } = await house.playbook.current()
  const family = await house.db.query<{ id: string }>('SELECT lead_family($1) AS id', [leadId])
  const rows = await house.db.query<Omit<TimelineRow, 'at' | 'name'> & { at: Date }>(
    // Outsiders may write any data into an event: only our own kinds are read as ids and numbers.
    `SELECT t.id, t.lead_id AS "leadId", t.at, t.at::text AS exact, t.kind, t.actor, t.data, n.body AS words,
       coalesce(gg.name || '：' || g.name, left(m.body ->> 'text', 200), jo.name, co.title) AS about
     FROM timeline t
     LEFT JOIN stage_changes c ON c.lead_id = t.lead_id AND c.seq = CASE WHEN t.kind = 'stage' THEN (t.data ->> 'seq')::int END
     LEFT JOIN notes n ON n.id = CASE WHEN t.kind = 'note' THEN (t.data ->> 'note')::uuid ELSE c.note_id END
     LEFT JOIN tags g ON g.id = CASE WHEN t.kind = 'tag' THEN coalesce(t.data ->> 'put', t.data ->> 'take')::uuid END
     LEFT JOIN tag_groups gg ON gg.id = g.group_id
     LEFT JOIN messages m ON m.id = CASE WHEN t.kind = 'message' THEN (t.data ->> 'message')::uuid END
     LEFT JOIN journeys jo ON jo.id = CASE WHEN t.kind = 'journey' THEN t.data ->> 'journey' END AND jo.current
     LEFT JOIN content co ON co.id = t.data ->> 'contentId' AND co.current
     WHERE t.lead_id = ANY($1) AND ($2::timestamptz IS NULL OR (t.at, t.id) < ($2, $3::uuid)) ${part ? `AND ${only[part]}` : ''}
     ORDER BY t.at DESC, t.id DESC LIMIT $4`,
    [family.map(({ id }) => id), after?.at ?? null, after?.id ?? null, limit],
  )
  const { events } = playbook.score
  return rows.map((row) => {
    const type = row.kind.replace(/^event:/, '')
    return { ...row, at: row.at.toISOString(), name: (Object.hasOwn(events, type) && events[type]?.name) || null }
  })
}
