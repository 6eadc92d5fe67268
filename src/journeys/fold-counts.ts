import type { Db } from '../db.ts'

const atOnce = 20_000

/**
 * Adds what was counted since to the sums. Nothing is lost or counted twice: a change is in one of the two tables, whoever looks.
 * @returns true when there is more to do at once
 */
export async function foldCounts(db: Db): Promise<boolean> {
  const [taken] = await db.query<{ count: number }>(
    `WITH taken AS (
       DELETE FROM journey_ticks WHERE id IN (SELECT id FROM journey_ticks ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING journey, version, kind, step, word, hour, n),
     summed AS (
       INSERT INTO journey_counts (journey, version, kind, step, word, hour, n)
       SELECT journey, version, kind, step, word, hour, sum(n) FROM taken GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(n) <> 0 ORDER BY 1, 2, 3, 4, 5, 6
       ON CONFLICT (journey, version, kind, step, word, hour) DO UPDATE SET n = journey_counts.n + excluded.n)
     SELECT count(*) AS count FROM taken`,
    [atOnce],
  )
  return taken?.count === atOnce
}
