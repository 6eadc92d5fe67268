import type { Channel } from '../define.ts'
import type { House } from '../house.ts'
import type { Rules } from '../playbook/keep.ts'
import type { Claimed } from './claim.ts'
import { claimMs } from './claim.ts'
import { type LeadFacts, readFacts } from './facts.ts'
import { lockAccount } from './plan.ts'
import { askChannel } from './route.ts'
import { type MessageRow, messageColumns } from './row.ts'
import { type Fate, settle } from './settle.ts'
import { standing, waitKind } from './standing.ts'

/**
 * Looks again at a claimed message, because the world moved on since it was planned: opt-out, reach, quiet hours, caps,
 * deadline. What may go is handed back as `sending`, committed; anything else is settled here.
 */
export async function check(house: House, claimed: Claimed): Promise<MessageRow | null> {
  const rules = await house.playbook.current()
  return house.db.transaction(async (tx) => {
    // Two messages to one person are looked at one after the other, so that each sees the other go.
    if (claimed.leadId && claimed.purpose === 'marketing') {
      await tx.query('SELECT 1 FROM leads WHERE id = (SELECT lead_root($1)) FOR NO KEY UPDATE', [claimed.leadId])
      await lockAccount(tx, claimed.leadId)
    }
    const now = house.clock.now()
    const lead = claimed.leadId ? (await readFacts(tx, [claimed.leadId], now)).get(claimed.leadId) : undefined
    const fate = lookAgain(house, rules, claimed, lead ?? null, now)
    if (fate) {
      await settle(tx, house, [{ row: claimed, fate }], 'planned')
      return null
    }
    const channel = house.shelves.channels.get(claimed.channel) as Channel
    const [row] = await tx.query<MessageRow>(
      `UPDATE messages m SET state = 'sending', claimed_until = $3, attempts = attempts + 1, waits_for = NULL, reason = NULL
       WHERE m.id = $1 AND m.state = 'planned' AND m.claimed_until = $2 RETURNING ${messageColumns('m')}`,
      [claimed.id, claimed.claimedUntil, new Date(now.getTime() + claimMs)],
    )
    if (!row) return null
    await channel.prepare?.(row, tx, now)
    return row
  })
}

/** What must happen to a planned message instead of sending it now; null: it may go. */
export function lookAgain(house: House, rules: Rules, row: MessageRow, lead: LeadFacts | null, now: Date): Fate | null {
  if (row.expiresAt && row.expiresAt <= now)
    return { state: 'expired', reason: { id: 'late', message: '已过时限，没有发出' } }
  const { purpose, sender, extra } = row
  if (purpose === 'handover' && (lead?.owner ?? null) !== (extra.owner ?? null))
    return { state: 'cancelled', reason: { id: 'moved_on', message: '线索已换了负责人，不再介绍' } }
  if (purpose === 'handover' && lead?.follows.some(({ userid, state }) => userid === lead.owner && state === 'full'))
    return { state: 'cancelled', reason: { id: 'moved_on', message: '客户已经加了负责人，不用再介绍' } }
  const recipient = purpose === 'notice' ? row.recipient : null
  const reached = askChannel(house.shelves.channels, row.channel, { purpose, sender, recipient, extra }, lead, now)
  // What is only planned does not keep this one back: of several that are due, the first to be looked at goes.
  const gone = (sends: LeadFacts['sends']) => sends.filter(({ id, state }) => id !== row.id && state !== 'planned')
  const verdict = standing(rules, {
    purpose: row.purpose,
    personal: row.personal,
    at: now,
    lead: lead && { ...lead, sends: gone(lead.sends), accountSends: gone(lead.accountSends) },
    reached,
    seenBefore: false,
    text: row.body.text,
    priority: row.priority,
    urgent: row.extra.urgent === true,
  })
  if (verdict.allowed) return null
  const { reason, until } = verdict
  if (until && until > now && (!row.expiresAt || until < row.expiresAt))
    return { state: 'planned', dueAt: until, reason, waitsFor: waitKind(rules, verdict, now) }
  return { state: 'refused', reason }
}
