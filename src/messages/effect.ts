import type { Sql } from '../db.ts'

/** What became of those who were sent a piece while they were in a stage. */
export interface Outcomes {
  /** Whose time to go on is over; of them, those who went on. */
  known: number
  moved: number
  /** The same of those who read it. */
  knownRead: number
  readMoved: number
}

/** So many people's worth of doubt: a piece is thought average until about as many have got it. */
const doubt = 20
/** 90 % of what it could be lies above. */
const z = 1.28
/** Fewer say nothing that should be said aloud. */
const enough = 20

/** Of a stage's pieces, what is known; by id. */
export async function readOutcomes(sql: Sql, stage: string): Promise<Map<string, Outcomes>> {
  const rows = await sql.query<Outcomes & { id: string }>(
    'SELECT content_id AS id, known, moved, known_read AS "knownRead", read_moved AS "readMoved" FROM content_effect WHERE stage = $1',
    [stage],
  )
  return new Map(rows.map(({ id, ...outcomes }) => [id, outcomes]))
}

/**
 * What can be relied on of a piece's share of people who went on: the lower bound of a Beta posterior whose prior is the
 * stage's average. Three of three is less than forty of a hundred; nothing known is less than average.
 */
export function reliedOn({ known, moved }: Pick<Outcomes, 'known' | 'moved'>, average: number): number {
  const yes = moved + doubt * average
  const all = known + doubt
  const mean = yes / all
  return Math.max(0, mean - z * Math.sqrt((mean * (1 - mean)) / (all + 1)))
}

/** The share of all who got something in the stage and went on. */
export function averageOf(outcomes: Iterable<Outcomes>): number {
  let known = 0
  let moved = 0
  for (const one of outcomes) {
    known += one.known
    moved += one.moved
  }
  return known === 0 ? 0 : moved / known
}

/** In words, or null where the numbers are too small to say anything. */
export function sayOutcomes(outcomes: Outcomes | undefined): string | null {
  if (!outcomes || outcomes.knownRead === 0) return null
  const { knownRead, readMoved } = outcomes
  if (knownRead < enough) return `同阶段只有 ${knownRead} 人读过，效果还看不准`
  return `同阶段读过的人 ${Math.round((100 * readMoved) / knownRead)}% 有推进（${knownRead} 人）`
}
