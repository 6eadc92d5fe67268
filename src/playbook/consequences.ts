import type { Sql } from '../db.ts'
import type { Playbook } from './schema.ts'

export interface Consequence {
  /** `stops`: the change is refused as long as this is so. `mind`: worth knowing. */
  weight: 'stops' | 'mind'
  id: string
  /** How many rows it is about. */
  count: number
  /** Chinese, with what to do. */
  message: string
}

/**
 * What a new playbook would do to what stands in the database under the old one: leads at places that vanish or that no way
 * leads out of, journeys that speak of a stage that is gone, offers of a rule that is no longer there.
 */
export async function consequencesOf(sql: Sql, before: Playbook, after: Playbook): Promise<Consequence[]> {
  const found: Consequence[] = []
  const touchesPlaces = !sameJson([before.stages, before.edges], [after.stages, after.edges])
  if (touchesPlaces) found.push(...(await strandedLeads(sql, before, after)))
  const gone = Object.keys(before.stages).filter((stage) => !Object.hasOwn(after.stages, stage))
  if (gone.length > 0) found.push(...(await journeysThatName(sql, gone)))
  const rules = before.routing.rules.filter(({ id }) => !after.routing.rules.some((rule) => rule.id === id))
  if (rules.length > 0) {
    const [row] = await sql.query<{ count: number }>(
      "SELECT count(*) AS count FROM offers WHERE state = 'open' AND rule = ANY($1)",
      [rules.map(({ id }) => id)],
    )
    if (row && row.count > 0)
      found.push({
        weight: 'mind',
        id: 'open_offers',
        count: row.count,
        message: `${row.count} 条派单是按删去的规则（${rules.map(({ name }) => name).join('、')}）派出的，还在等答复；它们照旧有效。`,
      })
  }
  if (before.review.threshold !== after.review.threshold || !sameJson(before.score, after.score))
    found.push({
      weight: 'mind',
      id: 'looked_at_later',
      count: 0,
      message: '分数和门槛从线索的下一次行为起按新规则算，已经在审核台上的不会退出。',
    })
  if (before.routing.capacity > after.routing.capacity) found.push(...(await overfull(sql, after)))
  return found
}

async function strandedLeads(sql: Sql, before: Playbook, after: Playbook): Promise<Consequence[]> {
  const places = await sql.query<{ stage: string; desk: string; count: number }>(
    'SELECT stage, desk, count(*) AS count FROM leads WHERE merged_into IS NULL GROUP BY stage, desk ORDER BY stage, desk',
  )
  return places.flatMap(({ stage, desk, count }): Consequence[] => {
    const where = `${before.stages[stage]?.name ?? stage}（${stage}）· ${before.desks[desk as keyof Playbook['desks']] ?? desk}`
    if (!Object.hasOwn(after.stages, stage))
      return [
        {
          weight: 'stops',
          id: `stage:${stage}@${desk}`,
          count,
          message: `有 ${count} 条线索站在「${where}」，这个阶段却要没有了。请先把它们转到别的阶段，再删。`,
        },
      ]
    if (isLeft(before, stage, desk) && !isLeft(after, stage, desk))
      return [
        {
          weight: 'stops',
          id: `way:${stage}@${desk}`,
          count,
          message: `有 ${count} 条线索站在「${where}」，改后没有一条流转从那里出去。请留一条，或先把它们转走。`,
        },
      ]
    return []
  })
}

const isLeft = ({ edges }: Playbook, stage: string, desk: string): boolean =>
  edges.some(({ from }) =>
    from.some((place) => [stage, '*'].some((s) => [desk, '*'].some((d) => place === `${s}@${d}`))),
  )

async function journeysThatName(sql: Sql, gone: readonly string[]): Promise<Consequence[]> {
  const rows = await sql.query<{ id: string; name: string; running: number }>(
    `SELECT j.id, j.name, (SELECT count(*) FROM enrolments e WHERE e.journey = j.id AND e.state = 'waiting') AS running
     FROM journeys j WHERE j.current AND (j.body::jsonb -> 'trigger' ->> 'stage') = ANY($1) ORDER BY j.id`,
    [gone],
  )
  return rows.map(({ id, name, running }) => ({
    weight: 'stops',
    id: `journey:${id}`,
    count: running,
    message: `旅程「${name || id}」由删去的阶段触发，现有 ${running} 人在走。请先改它的触发条件。`,
  }))
}

async function overfull(sql: Sql, { routing }: Playbook): Promise<Consequence[]> {
  const [row] = await sql.query<{ count: number }>(
    `SELECT count(*) AS count FROM (SELECT l.owner FROM leads l JOIN staff s ON s.userid = l.owner
       WHERE l.merged_into IS NULL AND l.desk = 'sales' AND s.capacity IS NULL AND s.active GROUP BY l.owner HAVING count(*) >= $1) o`,
    [routing.capacity],
  )
  return row && row.count > 0
    ? [
        {
          weight: 'mind',
          id: 'overfull',
          count: row.count,
          message: `有 ${row.count} 位同事在手已达到 ${routing.capacity} 条，改后先不给他们派新线索；在手的不动。`,
        },
      ]
    : []
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
