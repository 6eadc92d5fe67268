import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { lockLead } from '../leads/lock.ts'
import { placeLead } from '../leads/move.ts'
import { record } from '../leads/record.ts'
import type { Playbook } from '../playbook/schema.ts'
import { wishStage } from './wishes.ts'
import { askWork, type Claim, doWork } from './work.ts'

/** Which stage a tag the corp already uses stands for; of several on one person the first counts. */
export interface TagMapping {
  tagToStage: readonly { group: string; name: string; stage: string }[]
}

interface SwitchJob {
  id: string
  input: TagMapping
  by: string
}

const kind = 'switch-automation'
const batch = 200
const exampleCount = 5

/**
 * Wakes the people the first sync found: each goes to the stage his tags say, wears its tag, and from now on gets what
 * everybody gets. Runs as a job with progress.
 * @throws Refused 422 when a stage does not exist, 409 when one is running
 */
export async function switchAutomation(house: House, mapping: TagMapping, by: string): Promise<{ jobId: string }> {
  const { playbook } = await house.playbook.current()
  const wrong = mapping.tagToStage.filter(({ stage }) => !deskOf(playbook, stage))
  if (wrong.length > 0)
    throw new Refused(422, 'stage_unknown', '标签对应的阶段不在业务规则里', { tags: wrong.slice(0, exampleCount) })
  const jobId = newId(house.clock)
  const now = house.clock.now()
  await house.db.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('switch-automation'))")
    const running = await tx.query("SELECT 1 FROM jobs WHERE kind = $1 AND state = 'working'", [kind])
    if (running.length > 0) throw new Refused(409, 'already_running', '正在开启自动化，请等它完成')
    await tx.query(
      `INSERT INTO jobs (id, kind, state, input, total, by, created_at)
       SELECT $1, $2, 'working', $3, count(*), $4, $5 FROM leads WHERE NOT automation AND merged_into IS NULL`,
      [jobId, kind, JSON.stringify(mapping), by, now],
    )
    await askWork(tx, [kind], now)
    tx.afterCommit(() => house.wake.up(kind))
  })
  return { jobId }
}

/** Goes on with what was asked for, batch by batch; a batch is done or not begun. */
export async function runSwitchAutomation(house: House): Promise<void> {
  await doWork(house, kind, null, async (claim: Claim) => {
    const [job] = await house.db.query<SwitchJob>(
      "SELECT id, input, by FROM jobs WHERE kind = $1 AND state = 'working'",
      [kind],
    )
    if (!job) return
    while ((await wakeBatch(house, job)) > 0) await claim.extend()
    await house.db.query("UPDATE jobs SET state = 'done', finished_at = $2 WHERE id = $1", [job.id, house.clock.now()])
  })
}

async function wakeBatch(house: House, job: SwitchJob): Promise<number> {
  const { playbook } = await house.playbook.current()
  const { tagToStage } = job.input
  return house.db.transaction(async (tx) => {
    const rows = await tx.query<{ id: string; rank: number | null; follower: string | null }>(
      `SELECT l.id,
         (SELECT min(t.rank) FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS t(grp, name, rank) JOIN tag_groups gg ON gg.name = t.grp
            JOIN tags g ON g.group_id = gg.id AND g.name = t.name JOIN lead_tags lt ON lt.tag_id = g.id WHERE lt.lead_id IN (SELECT lead_family(l.id))) AS rank,
         (SELECT f.userid FROM follows f JOIN staff s ON s.userid = f.userid WHERE f.lead_id IN (SELECT lead_family(l.id)) AND f.state = 'full' AND s.in_scope AND s.active
            ORDER BY f.started_at DESC LIMIT 1) AS follower
       FROM leads l WHERE NOT l.automation AND l.merged_into IS NULL ORDER BY l.id LIMIT $3 FOR UPDATE OF l`,
      [tagToStage.map((tag) => tag.group), tagToStage.map((tag) => tag.name), batch],
    )
    if (rows.length === 0) return 0
    const now = house.clock.now()
    const ids = rows.map((row) => row.id)
    // What brought them here is long ago; it must not send them to review now.
    await tx.query(
      'UPDATE leads SET automation = true, stage_at = $2, updated_at = $2, version = version + 1 WHERE id = ANY($1)',
      [ids, now],
    )
    for (const { id, rank, follower } of rows) {
      const stage = rank === null ? undefined : tagToStage[rank - 1]?.stage
      const desk = stage === undefined ? undefined : deskOf(playbook, stage)
      if (stage === undefined || desk === undefined) continue
      const lead = await lockLead(tx, id)
      const held = desk === 'sales' || desk === 'success'
      // Nobody is at sales or success without somebody who holds him.
      if (lead.stage === stage || (held && follower === null)) continue
      await placeLead(tx, house, lead, { stage, desk, owner: held ? follower : null }, job.by)
    }
    await wishStage(tx, ids, now)
    await record(
      tx,
      ids.map((leadId) => ({ leadId, at: now, kind: 'automation', actor: job.by, key: job.id, data: { on: true } })),
    )
    await tx.query('UPDATE jobs SET done = done + $2 WHERE id = $1', [job.id, ids.length])
    tx.afterCommit(() => house.wake.up('mark-tags'))
    return ids.length
  })
}

/** The desk a stage is worked on at, as the playbook's first way into it says. */
export function deskOf(playbook: Playbook, stage: string): string | undefined {
  if (!playbook.stages[stage]) return undefined
  for (const { to } of playbook.edges) {
    const [at, desk] = to.split('@')
    if (at === stage && desk && desk !== '=') return desk
  }
  return undefined
}
