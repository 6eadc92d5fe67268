import type { House } from '../house.ts'
import { explainScore, type ScoreExplained } from '../scoring/explain.ts'
import type { FitFacts } from '../scoring/fit.ts'
import type { ScoreDay } from '../scoring/intent.ts'

/** Why a lead has its score now, line by line; what its aliases did counts as done by it. */
export async function readScoreLines(house: House, leadId: string): Promise<ScoreExplained> {
  const { playbook, calendar } = await house.playbook.current()
  const [[lead], days] = await Promise.all([
    house.db.query<FitFacts>('SELECT industry, title, region, size, company FROM leads WHERE id = $1', [leadId]),
    house.db.query<ScoreDay & { events: number }>(
      `SELECT type, to_char(day, 'YYYY-MM-DD') AS day, sum(events) AS events, sum(weight) AS weight
       FROM score_days WHERE lead_id IN (SELECT lead_family($1)) GROUP BY type, score_days.day`,
      [leadId],
    ),
  ])
  return explainScore({ lead: lead ?? {}, days, at: house.clock.now() }, playbook, calendar)
}
