import { createHash } from 'node:crypto'
import type { House } from '../house.ts'
import type { Asked } from './ask.ts'

/** An answer and when it was true. */
export interface Answered<Answer> {
  answer: Answer
  asOf: Date
}

/** What took less is worked out anew each time. */
const keptFromMs = 400
/** An answer is good for so many times what it took: three seconds' work for ten minutes. */
const worth = 200
const mostWorthMs = 3_600_000
/** A day later nobody asks for that period any more. */
const forgottenMs = 24 * 3_600_000

const underWay = new WeakMap<House, Map<string, Promise<Answered<unknown>>>>()

/**
 * What a report answers, worked out once for all who ask the same within its worth, whatever process they ask. A small house never
 * notices: what is quick is never kept.
 * @param question the report's name, and whatever else makes its answer another
 */
export function kept<Answer>(
  house: House,
  question: readonly unknown[],
  asked: Asked,
  work: () => Promise<Answer>,
): Promise<Answered<Answer>> {
  const told = JSON.stringify([question, asked.from, asked.to, asked.within(1)])
  const key = createHash('sha256').update(told).digest('hex')
  const mine = underWay.get(house) ?? new Map<string, Promise<Answered<unknown>>>()
  underWay.set(house, mine)
  const running = mine.get(key) ?? answer(house, key, work).finally(() => mine.delete(key))
  mine.set(key, running)
  return running as Promise<Answered<Answer>>
}

async function answer<Answer>(house: House, key: string, work: () => Promise<Answer>): Promise<Answered<Answer>> {
  const now = house.clock.now()
  const [known] = await house.db.query<Answered<Answer>>(
    `SELECT answer, as_of AS "asOf" FROM report_answers WHERE key = $1 AND as_of > $2::timestamptz - least(took_ms * ${worth}, ${mostWorthMs}) * interval '1 ms'`,
    [key, now],
  )
  if (known) return known
  const begun = performance.now()
  const fresh = await work()
  const tookMs = Math.round(performance.now() - begun)
  if (tookMs >= keptFromMs)
    await house.db.query(
      `WITH old AS (DELETE FROM report_answers WHERE as_of < $5)
       INSERT INTO report_answers (key, answer, as_of, took_ms) VALUES ($1, $2, $3, $4)
       ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, as_of = excluded.as_of, took_ms = excluded.took_ms WHERE report_answers.as_of < excluded.as_of`,
      [key, JSON.stringify(fresh), now, tookMs, new Date(now.getTime() - forgottenMs)],
    )
  return { answer: fresh, asOf: now }
}
