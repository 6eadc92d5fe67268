import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { Playbook } from '../playbook/schema.ts'

const day = 86_400_000
/** Somebody who got a piece has this long to go on to a further stage; until it is over he is counted neither way. */
export const withinDays = 14
/** What is older says little about the piece as it is now. */
const keptDays = 365
/** Visits that become known later than this are left out. */
const lookBackDays = withinDays + 2
/** Days caught up in one run, after an import or a long stop. */
const atOnce = 30
const setting = 'content.measured'

/**
 * Counts what became of those who were sent a piece: today and yesterday with every run, the days whose time is not over once a
 * day, older ones never again. A day is counted anew as a whole, so it comes out the same however often that happens.
 * @returns true when there are more days to catch up
 */
export async function measureContent(house: House): Promise<boolean> {
  const today = dayOf(house.clock.now())
  const { playbook } = await house.playbook.current()
  return house.db.transaction(async (tx) => {
    const [mine] = await tx.query<{ mine: boolean }>(
      `SELECT pg_try_advisory_xact_lock(hashtext('measure-content')) AS mine`,
    )
    if (!mine?.mine) return false
    const [kept] = await tx.query<{ value: string }>('SELECT value FROM settings WHERE key = $1', [setting])
    const last = kept ? new Date(kept.value) : await firstDay(tx, today)
    const begin = last < today ? new Date(last.getTime() - lookBackDays * day) : new Date(today.getTime() - day)
    const from = new Date(Math.max(begin.getTime(), today.getTime() - keptDays * day))
    const to = new Date(Math.min(today.getTime() + day, from.getTime() + (atOnce + lookBackDays) * day))
    for (let at = from; at < to; at = new Date(at.getTime() + day)) await countDay(tx, playbook, at, house.clock.now())
    await sumUp(tx, new Date(today.getTime() - keptDays * day))
    const reached = new Date(Math.min(to.getTime() - day, today.getTime()))
    await tx.query(
      `INSERT INTO settings (key, value, by, at) VALUES ($1, $2, 'system', $3) ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at`,
      [setting, JSON.stringify(reached.toISOString()), house.clock.now()],
    )
    return reached < today
  })
}

const dayOf = (at: Date): Date => new Date(Math.floor(at.getTime() / day) * day)

async function firstDay(tx: Transaction, today: Date): Promise<Date> {
  const [row] = await tx.query<{ at: Date | null }>(
    `SELECT min(sent_at) AS at FROM messages WHERE state = 'sent' AND content_id IS NOT NULL`,
  )
  return row?.at ? dayOf(row.at) : today
}

/** Steps of the playbook that mean somebody came further. */
export const progressEdges = ({ edges, stages }: Playbook): string[] =>
  edges
    .filter(({ progress, on, to, coolDown, recycle }) => {
      const stage = stages[to.split('@')[0] ?? '']
      return (
        progress ??
        (stage !== undefined &&
          !stage.closed &&
          !coolDown &&
          !recycle &&
          (on === 'advance' || on.startsWith('verdict.')))
      )
    })
    .map(({ id }) => id)

async function countDay(tx: Transaction, playbook: Playbook, from: Date, now: Date): Promise<void> {
  const to = new Date(from.getTime() + day)
  const isOver = to.getTime() + withinDays * day <= now.getTime()
  await tx.query('DELETE FROM content_outcomes WHERE day = $1::date', [from.toISOString().slice(0, 10)])
  await tx.query(
    `WITH given AS (
       SELECT m.content_id, lead_root(m.lead_id) AS lead, min(m.sent_at) AS at FROM messages m
       WHERE m.state = 'sent' AND m.content_id IS NOT NULL AND m.lead_id IS NOT NULL AND m.purpose <> 'notice' AND m.sent_at >= $1 AND m.sent_at < $2
         AND EXISTS (SELECT FROM content c WHERE c.id = m.content_id AND c.kind <> 'words')
       GROUP BY 1, 2
     ), became AS (
       SELECT g.content_id, s.to_stage AS stage, v.opened, v.read,
         EXISTS (SELECT FROM stage_changes c WHERE c.lead_id = g.lead AND c.from_stage = s.to_stage AND c.to_stage <> s.to_stage AND c.edge = ANY($5)
           AND c.at > g.at AND c.at <= g.at + $4::interval) AS moved,
         EXISTS (SELECT FROM stage_changes c WHERE c.lead_id = g.lead AND c.from_stage = s.to_stage AND c.to_stage <> s.to_stage AND c.edge = ANY($5)
           AND c.at > v.read AND c.at <= g.at + $4::interval) AS read_moved
       FROM given g
       CROSS JOIN LATERAL (SELECT c.to_stage FROM stage_changes c WHERE c.lead_id = g.lead AND c.at <= g.at ORDER BY c.seq DESC LIMIT 1) s
       CROSS JOIN LATERAL (SELECT min(v.opened_at) AS opened, min(v.read_at) AS read FROM visits v
         WHERE v.lead_id IN (SELECT lead_family(g.lead)) AND v.content_id = g.content_id AND v.opened_at >= g.at AND v.opened_at <= g.at + $4::interval) v
     )
     INSERT INTO content_outcomes (content_id, stage, day, received, opened, read, moved, read_moved)
     SELECT content_id, stage, $3::date, count(*), count(opened), count(read), CASE WHEN $6 THEN count(*) FILTER (WHERE moved) END,
       CASE WHEN $6 THEN count(*) FILTER (WHERE read_moved) END
     FROM became GROUP BY content_id, stage`,
    [from, to, from.toISOString().slice(0, 10), `${withinDays} days`, progressEdges(playbook), isOver],
  )
}

async function sumUp(tx: Transaction, since: Date): Promise<void> {
  await tx.query('DELETE FROM content_outcomes WHERE day < $1', [since])
  await tx.query('DELETE FROM content_effect')
  await tx.query(
    `INSERT INTO content_effect (content_id, stage, received, opened, read, known, known_read, moved, read_moved)
     SELECT content_id, stage, sum(received), sum(opened), sum(read), coalesce(sum(received) FILTER (WHERE moved IS NOT NULL), 0),
       coalesce(sum(read) FILTER (WHERE moved IS NOT NULL), 0), coalesce(sum(moved), 0), coalesce(sum(read_moved), 0)
     FROM content_outcomes GROUP BY content_id, stage`,
  )
}
