import type { Actor } from '../../src/actor.ts'
import type { House } from '../../src/house.ts'
import { type Arrival, openLeads } from '../../src/leads/open.ts'

let serial = 0
const next = () => `${process.pid}-${++serial}`

/** A member of staff with the roles a test needs. */
export async function addStaff(
  house: House,
  userid: string,
  roles: string[],
  more: { team?: string; manager?: string; weight?: number; capacity?: number; name?: string } = {},
): Promise<Actor> {
  const now = house.clock.now()
  await house.db.query(
    `INSERT INTO staff (userid, name, roles, team, manager, weight, capacity, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
    [
      userid,
      more.name ?? userid,
      roles,
      more.team ?? null,
      more.manager ?? null,
      more.weight ?? 1,
      more.capacity ?? null,
      now,
    ],
  )
  return { id: userid, roles }
}

/** Opens a lead; without identities it gets an external_userid of its own. */
export async function openLead(house: House, arrival: Partial<Arrival> = {}): Promise<string> {
  const key = next()
  const [opened] = await house.db.transaction((tx) =>
    openLeads(tx, house, [
      {
        identities: [{ kind: 'externalUserId', value: `wm-${key}` }],
        source: { kind: 'wecom' },
        at: house.clock.now(),
        by: 'test',
        key,
        ...arrival,
      },
    ]),
  )
  if (!opened) throw new Error('nothing was opened')
  return opened.leadId
}

/** A full friendship between a member and a lead, as an add would make it. */
export async function befriend(house: House, leadId: string, userid: string, externalUserId: string): Promise<void> {
  await house.db.query(
    "INSERT INTO follows (userid, external_userid, lead_id, state, started_at) VALUES ($1, $2, $3, 'full', $4)",
    [userid, externalUserId, leadId, house.clock.now()],
  )
}

export interface Standing {
  stage: string
  desk: string
  owner: string | null
  version: number
  recycleCount: number
  coolUntil: Date | null
  mergedInto: string | null
  name: string
  company: string | null
  firstSource: { kind: string; channel: string | null; state: string | null } | null
  lastSource: { kind: string; channel: string | null; state: string | null } | null
}

/** How a lead stands in the database. */
export async function standing(house: House, leadId: string): Promise<Standing> {
  const [row] = await house.db.query<Standing>(
    `SELECT stage, desk, owner, version, recycle_count AS "recycleCount", cool_until AS "coolUntil", merged_into AS "mergedInto", name, company,
       first_source AS "firstSource", last_source AS "lastSource" FROM leads WHERE id = $1`,
    [leadId],
  )
  if (!row) throw new Error(`no lead ${leadId}`)
  return row
}
