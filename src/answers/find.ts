import type { Sql } from '../db.ts'
import { simplified } from '../simplified.ts'
import { gramsOf } from './grams.ts'
import { loadSounds } from './sounds.ts'

/** An answer somebody's words may be asking for. */
export interface Hit {
  id: string
  title: string
  say: string
  piece: string | null
  /** The way of asking that is nearest. */
  ask: string
  /** 0 … 1. */
  score: number
}

/** Ways of asking that are looked at closely. */
const candidates = 60
const mostLines = 6

/**
 * Answers near what somebody said, nearest first, each once. Lines of one breath are tried together and one by one: a question
 * is not worse for the small talk before it.
 */
export async function findAnswers(sql: Sql, text: string, limit = 5): Promise<Hit[]> {
  const lines = (await simplified(text))
    .split(/\n+/)
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(0, mostLines)
  const best = new Map<string, Hit>()
  for (const words of new Set([lines.join(' '), ...lines]))
    for (const hit of await near(sql, words)) {
      const before = best.get(hit.id)
      if (!before || before.score < hit.score) best.set(hit.id, hit)
    }
  return [...best.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit)
}

/** The answer with this id, meant beyond doubt; null when it is gone or out of use. */
export async function readHit(sql: Sql, id: string): Promise<Hit | null> {
  const [answer] = await sql.query<Hit>(
    'SELECT id, title, say, piece, title AS ask, 1::float8 AS score FROM answers WHERE id = $1 AND retired_at IS NULL',
    [id],
  )
  return answer ?? null
}

interface Row extends Omit<Hit, 'score'> {
  /** What the way of asking and the words share, and the worth of all the way of asking is made of. */
  shared: number
  whole: number
  /** Of all the words are made of. */
  asked: number
}

async function near(sql: Sql, words: string): Promise<Hit[]> {
  const { all, maybe, isSpelt } = gramsOf(words, await loadSounds(), { asked: true })
  if (all.size === 0) return []
  const rows = await sql.query<Row>(
    `WITH q AS MATERIALIZED (SELECT * FROM unnest($1::text[], $2::float8[], $3::boolean[]) AS q(gram, weight, maybe)),
     ways AS (SELECT greatest(count(*), 1)::float8 AS count FROM answers a, unnest(a.asks) WHERE a.retired_at IS NULL),
     hits AS MATERIALIZED (
       SELECT g.gram, g.answer_id, g.ask, least(g.weight, q.weight) AS weight FROM q JOIN answer_grams g USING (gram) JOIN answers a ON a.id = g.answer_id
       WHERE a.retired_at IS NULL),
     common AS (SELECT gram, count(*) AS df FROM hits GROUP BY gram),
     best AS MATERIALIZED (
       SELECT h.answer_id, h.ask, sum(h.weight * ln(1 + w.count / c.df) / ln(1 + w.count)) AS shared
       FROM hits h JOIN common c USING (gram), ways w GROUP BY 1, 2 ORDER BY shared DESC, 1, 2 LIMIT ${candidates}),
     parts AS MATERIALIZED (SELECT b.answer_id, b.ask, g.gram, g.weight FROM best b JOIN answer_grams g USING (answer_id, ask)
       WHERE NOT ($4 AND g.gram LIKE 'c:%')),
     rare AS (SELECT p.gram, (SELECT count(*) FROM answer_grams g WHERE g.gram = p.gram) AS df FROM (SELECT DISTINCT gram FROM parts) p),
     wholes AS (
       SELECT p.answer_id, p.ask, sum(p.weight * ln(1 + w.count / r.df) / ln(1 + w.count)) AS whole FROM parts p JOIN rare r USING (gram), ways w GROUP BY 1, 2),
     asked AS (
       SELECT sum(q.weight * coalesce(ln(1 + w.count / c.df) / ln(1 + w.count), 1)) AS asked FROM q LEFT JOIN common c USING (gram), ways w
       WHERE c.df IS NOT NULL OR NOT q.maybe)
     SELECT a.id, a.title, a.say, a.piece, a.asks[b.ask + 1] AS ask, b.shared, t.whole, q.asked
     FROM best b JOIN wholes t USING (answer_id, ask) JOIN answers a ON a.id = b.answer_id, asked q`,
    [[...all.keys()], [...all.values()], [...all.keys()].map((gram) => maybe.has(gram)), isSpelt],
  )
  return rows.map(({ shared, whole, asked, ...hit }) => ({ ...hit, score: scoreOf(shared / whole, shared / asked) }))
}

/**
 * One question within the other is most of what is wanted: a whole question in a long sentence, or the one word that matters of
 * a question. How much else is said on either side is the rest.
 */
function scoreOf(ofWay: number, ofWords: number): number {
  const [more, less] = ofWay > ofWords ? [ofWay, ofWords] : [ofWords, ofWay]
  return Math.min(1, 0.6 * more + 0.4 * less)
}
