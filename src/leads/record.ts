import { hash } from 'node:crypto'
import type { Sql } from '../db.ts'

/** One line of a lead's story: ids only; names and words stay in tables that can be erased. */
export interface TimelineLine {
  leadId: string
  at: Date
  /** `event:<type>`, stage, touch, tag, follow, message, offer, note, consent, merge … */
  kind: string
  actor?: string | undefined
  data?: Record<string, unknown> | undefined
  /** What makes this line this one: recording it twice records it once. */
  key: string
}

/** A stable UUID (version 8) from any text, so that repeated work writes the same row. */
export function idFrom(text: string): string {
  const hex = hash('sha256', text)
  const variant = ((Number.parseInt(hex[16] as string, 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Writes lines in one statement; a line with a known key and time is left as it is. */
export async function record(sql: Sql, lines: readonly TimelineLine[]): Promise<void> {
  if (lines.length === 0) return
  await sql.query(
    `INSERT INTO timeline (id, lead_id, at, kind, actor, data)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[])
     ON CONFLICT DO NOTHING`,
    [
      lines.map((line) => idFrom(`${line.leadId}\0${line.kind}\0${line.key}`)),
      lines.map((line) => line.leadId),
      lines.map((line) => line.at),
      lines.map((line) => line.kind),
      lines.map((line) => line.actor ?? null),
      lines.map((line) => JSON.stringify(line.data ?? {})),
    ],
  )
}
