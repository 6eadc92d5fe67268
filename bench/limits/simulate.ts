import type { Db } from '../../src/db.ts'

/** What a threshold is about, written down by hand for one set of rules. */
export interface Threshold {
  points: number
  halfLifeMs: number
  weights: ReadonlyMap<string, number>
}

interface Row {
  id: string
  events: { at: string; type: string }[]
  changes: { at: string; desk: string }[]
  offers: { at: string; userid: string }[]
}

/**
 * What playing a month again under two thresholds costs at least: every lead's events, moves and offers in one statement a chunk,
 * and one running sum over them, without caps, days, working hours, reasons or reps. It writes down how far it has come.
 * @returns how many leads were played, and how many reach each threshold
 */
export async function replayByHand(
  db: Db,
  { from, to }: { from: Date; to: Date },
  two: readonly [Threshold, Threshold],
): Promise<{ leads: number; reached: [number, number] }> {
  const reached: [number, number] = [0, 0]
  let [leads, after] = [0, null as string | null]
  for (;;) {
    const rows = await db.query<Row>(
      `SELECT l.id, e.events, c.changes, o.offers FROM (
         SELECT id FROM leads WHERE ($1::uuid IS NULL OR id > $1) AND merged_into IS NULL AND created_at < $3 ORDER BY id LIMIT 200) l
       CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('at', at, 'type', substr(kind, 7)) ORDER BY at), '[]') AS events
         FROM timeline WHERE lead_id = l.id AND at >= $2 AND at < $3 AND kind LIKE 'event:%') e
       CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('at', at, 'desk', to_desk) ORDER BY seq), '[]') AS changes
         FROM stage_changes WHERE lead_id = l.id AND at < $3) c
       CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('at', offered_at, 'userid', userid) ORDER BY offered_at), '[]') AS offers
         FROM offers WHERE lead_id = l.id AND offered_at < $3) o ORDER BY l.id`,
      [after, from, to],
    )
    const last = rows.at(-1)
    if (!last) return { leads, reached }
    for (const { events } of rows)
      for (const [side, { points, halfLifeMs, weights }] of two.entries()) {
        let [sum, then] = [0, 0]
        for (const { at, type } of events) {
          const now = Date.parse(at)
          sum = sum * 2 ** ((then - now) / halfLifeMs) + (weights.get(type) ?? 0)
          then = now
          if (sum < points) continue
          reached[side] = (reached[side] ?? 0) + 1
          break
        }
      }
    leads += rows.length
    after = last.id
    await db.query("UPDATE jobs SET done = $1, input = input || $2 WHERE kind = 'by-hand'", [
      leads,
      JSON.stringify({ after, reached }),
    ])
  }
}
