import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { type LeadRow, lockLead } from '../leads/lock.ts'
import { staffName } from '../leads/staff-name.ts'
import { tellManager } from '../messages/tell-manager.ts'
import { readRoutingTags } from '../offers/candidates.ts'
import { keepCredits, lockCandidates } from '../offers/make.ts'
import { roles as everyRole } from '../playbook/stages-schema.ts'
import { chooseRep } from '../routing/choose.ts'
import { finish } from './finish.ts'
import { moveWork } from './move-work.ts'
import { byOffer, type Fault, faults, type TransferRow, transferColumns } from './row.ts'

const page = 50
const waitMs = 10 * 60_000
const nobodyMs = 3_600_000
const offerMs = 30 * 24 * 3_600_000
const peersRule = { id: 'peers', name: '同角色的同事', strategy: 'weighted-round-robin' } as const

/**
 * Finds who takes over from somebody who is gone: whoever owns the lead by now; else, where no offer of it is open, by the
 * rules of routing. Nobody fits: it stays in the list, a manager hears once a day, and it is tried again.
 * @returns true when there may be more
 */
export async function placeTransfers(house: House): Promise<boolean> {
  const due = await house.db.query<TransferRow>(
    `SELECT ${transferColumns('t')} FROM transfers t WHERE state = 'unplaced' AND look_at <= $1 ORDER BY look_at, id LIMIT ${page}`,
    [house.clock.now()],
  )
  return eachAlone(house, due, page, ({ id, leadId }) =>
    house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, leadId ?? '')
      const [row] = await tx.query<TransferRow>(
        `SELECT ${transferColumns('t')} FROM transfers t WHERE id = $1 AND state = 'unplaced' FOR UPDATE`,
        [id],
      )
      if (row) await placeOne(tx, house, row, lead)
    }),
  )
}

async function placeOne(tx: Transaction, house: House, row: TransferRow, lead: LeadRow): Promise<void> {
  const now = house.clock.now()
  const later = (ms: number) =>
    tx.query('UPDATE transfers SET look_at = $2 WHERE id = $1', [row.id, new Date(now.getTime() + ms)])
  const owner = await ownerWhoIsHere(tx, lead, row)
  if (owner) return take(tx, house, row, lead, { userid: owner, rule: 'owner' })
  if (lead.desk === 'sales' || row.rule === byOffer) {
    // Whoever accepts it takes over.
    if (now.getTime() - row.askedAt.getTime() < offerMs) await later(waitMs)
    else await finish(tx, house, row, { state: 'cancelled', fault: faults.notNeeded })
    return
  }
  const found = await choose(tx, house, row, lead)
  if (found) return take(tx, house, row, lead, found)
  await later(nobodyMs)
  const { calendar } = await house.playbook.current()
  await tellManager(tx, house, row.handover, {
    key: `transfers-unplaced:${row.handover}:${calendar.dayOf(now)}`,
    words: 'transfers-failed',
    leadId: null,
    variables: { rep: { name: await staffName(tx, row.handover) }, reason: '按派单规则没有同事可以接手，请指定一位' },
  })
}

/** Its work goes over at once; the customer, where WeCom has to be asked, when WeCom says so. */
async function take(
  tx: Transaction,
  house: House,
  row: TransferRow,
  lead: LeadRow,
  { userid, rule }: { userid: string; rule: string },
): Promise<void> {
  const now = house.clock.now()
  await tx.query(
    `UPDATE transfers SET takeover = $2, rule = $3, placed_at = $4, worked_at = $4, look_at = $4, tries = 0, told = NULL, state = $5 WHERE id = $1`,
    [row.id, userid, rule, now, row.way === 'none' ? 'unplaced' : 'wanted'],
  )
  // Whoever was to take it before has the work by now.
  const from = row.tried.at(-1) ?? row.handover
  await moveWork(tx, house, lead, { from, to: userid, by: 'system', claims: row.reason === 'left' })
  if (row.way === 'none') await finish(tx, house, { ...row, takeover: userid, workedAt: now }, { state: 'done' })
  tx.afterCommit(() => house.wake.up('follow-transfers'))
}

async function ownerWhoIsHere(
  tx: Transaction,
  lead: LeadRow,
  { handover, tried }: TransferRow,
): Promise<string | null> {
  if (lead.owner === null) return null
  const [here] = await tx.query<{ userid: string }>(
    'SELECT userid FROM staff WHERE lower(userid) = lower($1) AND active AND in_scope AND lower(userid) <> ALL($2)',
    [lead.owner, [handover, ...tried].map((userid) => userid.toLowerCase())],
  )
  return here?.userid ?? null
}

/** By the rules whose people do what the leaver did; last, anybody with a role of his. */
async function choose(
  tx: Transaction,
  house: House,
  { handover, tried }: TransferRow,
  lead: LeadRow,
): Promise<{ userid: string; rule: string } | null> {
  const { playbook, calendar } = await house.playbook.current()
  const now = house.clock.now()
  const [gone] = await tx.query<{ roles: string[] }>('SELECT roles FROM staff WHERE userid = $1', [handover])
  const roles = everyRole.filter((role) => gone?.roles.includes(role))
  const { routing } = playbook
  const alike = routing.rules.filter(
    ({ pool }) => roles.length === 0 || (pool.roles ?? ['sales']).some((role) => roles.includes(role)),
  )
  const peers = roles.length > 0 ? [{ ...peersRule, pool: { matchRegion: false, matchIndustry: false, roles } }] : []
  const choice = chooseRep({
    lead: { ...lead },
    tags: await readRoutingTags(tx, lead.id),
    candidates: await lockCandidates(tx, lead.id, calendar, now),
    routing: { ...routing, newPerDay: Number.MAX_SAFE_INTEGER, rules: [...alike, ...peers] },
    at: now,
    tried: [handover, ...tried],
    seed: lead.id,
  })
  if (choice.userid === null) return null
  await keepCredits(tx, choice)
  await tx.query('UPDATE rotation SET last_offered_at = $2 WHERE userid = $1', [choice.userid, now])
  return choice
}

/** The one WeCom has no room with, or does not let take anybody, is passed over for the next, as often as an offer would be. */
export async function tryAnother(tx: Transaction, house: House, row: TransferRow, fault: Fault): Promise<boolean> {
  const { sla } = (await house.playbook.current()).playbook
  const isHisFault = takersFaults.has(fault.id)
  if (row.way !== 'leaver' || !isHisFault || !row.takeover || row.tried.length + 1 >= sla.maxOffers) return false
  await tx.query(
    `UPDATE transfers SET state = 'unplaced', takeover = NULL, tried = tried || $2::text, fault = $3, fault_id = $4, told = NULL, claimed_until = NULL, tries = 0,
       briefed_at = NULL, look_at = $5 WHERE id = $1 AND state IN ('wanted', 'asked')`,
    [row.id, row.takeover, fault.words, fault.id, house.clock.now()],
  )
  return true
}

/** Full, not verified, banned, out of scope: another may do. */
const takersFaults = new Set(['takeover_full', 'wecom_40099', 'wecom_40098', 'wecom_40143', 'wecom_60011'])
