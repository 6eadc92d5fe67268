import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { type LeadRow, leadColumns } from '../leads/lock.ts'
import type { Reacher } from '../leads/reach.ts'
import { readCandidates, readRoutingTags } from '../offers/candidates.ts'
import { type ChoiceFacts, chooseRep, objectionsTo } from '../routing/choose.ts'
import { membersWithin } from './scope.ts'

/** Somebody a lead could be given to by hand. */
export interface Taker {
  userid: string
  name: string
  load: { open: number; capacity: number }
  /** Already the customer's WeCom friend. */
  friend: boolean
  /** What routing has against it; null: nothing. */
  objection: string | null
  /** Whom routing itself would choose. */
  chosen: boolean
}

/**
 * Members of one's own who could be given a lead, with what routing has against each: its choice first, then those it would
 * take, the least loaded first.
 */
export async function readTakers(
  sql: Sql,
  house: House,
  lead: Pick<LeadRow, 'id' | 'industry' | 'region' | 'company' | 'title' | 'stage'>,
  reacher: Reacher,
): Promise<Taker[]> {
  const { playbook, calendar } = await house.playbook.current()
  const at = house.clock.now()
  const scope = membersWithin(reacher, 1)
  const facts: ChoiceFacts = {
    lead: { ...lead },
    tags: await readRoutingTags(sql, lead.id),
    candidates: await readCandidates(sql, lead.id, calendar, at),
    routing: playbook.routing,
    at,
    tried: [],
    seed: lead.id,
  }
  const ours = await sql.query<{ userid: string; name: string }>(
    `SELECT st.userid, st.name FROM staff st WHERE st.active AND st.in_scope AND st.roles <> '{}' AND ${scope.sql}`,
    scope.values,
  )
  const names = new Map(ours.map(({ userid, name }) => [userid, name]))
  const objections = objectionsTo(facts)
  const choice = chooseRep(facts)
  return facts.candidates
    .filter(({ userid }) => names.has(userid))
    .map(({ userid, open, capacity, friend }) => ({
      userid,
      name: names.get(userid) || userid,
      load: { open, capacity: capacity ?? playbook.routing.capacity },
      friend,
      objection: objections.get(userid) ?? null,
      chosen: choice.userid === userid,
    }))
    .sort(
      (a, b) =>
        Number(b.chosen) - Number(a.chosen) ||
        Number(a.objection !== null) - Number(b.objection !== null) ||
        a.load.open - b.load.open ||
        (a.userid < b.userid ? -1 : 1),
    )
}

/** The same for a lead by its id. @throws Refused 404 */
export async function readTakersOf(house: House, leadId: string, reacher: Reacher): Promise<Taker[]> {
  const [lead] = await house.db.query<LeadRow>(`SELECT ${leadColumns} FROM leads WHERE id = $1`, [leadId])
  if (!lead) throw new Refused(404, 'lead_unknown', '没有这条线索')
  return readTakers(house.db, house, lead, reacher)
}
