import { cutBytes } from '../cut-bytes.ts'
import type { Channel } from '../define.ts'
import type { House } from '../house.ts'
import type { Rules } from '../playbook/keep.ts'
import { approvedOf } from './arrange.ts'
import type { Claimed } from './claim.ts'
import { claimMs } from './claim.ts'
import type { LeadFacts } from './facts.ts'
import { lockAccount, notValid } from './plan.ts'
import { askChannel, chooseRoute } from './route.ts'
import { type MessageRow, messageColumns } from './row.ts'
import { readGuardFacts } from './rule-facts.ts'
import { type Fate, settle, type Way } from './settle.ts'
import { type Question, standing, waitKind } from './standing.ts'
import { findLapsed } from './words.ts'

/**
 * Looks again at a claimed message, because the world moved on since it was planned: opt-out, reach, quiet hours, caps,
 * deadline. What may go is handed back as `sending`, committed; anything else is settled here.
 */
export async function check(house: House, claimed: Claimed): Promise<MessageRow | null> {
  const rules = await house.playbook.current()
  return house.db.transaction(async (tx) => {
    // Two messages to one person are looked at one after the other, so that each sees the other go.
    if (claimed.leadId && (claimed.purpose === 'marketing' || claimed.purpose === 'handover')) {
      await tx.query('SELECT 1 FROM leads WHERE id = (SELECT lead_root($1)) FOR NO KEY UPDATE', [claimed.leadId])
      await lockAccount(tx, claimed.leadId)
    }
    const now = house.clock.now()
    const lead = claimed.leadId
      ? (await readGuardFacts(tx, rules, [claimed.leadId], now)).get(claimed.leadId)
      : undefined
    const lapsed = await findLapsed(tx, claimed.contentId ? [claimed.contentId] : [], now)
    const fate = lookAgain(house, rules, claimed, lead ?? null, now, lapsed)
    if (fate) {
      await settle(tx, house, [{ row: claimed, fate }], 'planned')
      if (fate.state === 'planned' && fate.way) tx.afterCommit(() => house.wake.up('deliver'))
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
export function lookAgain(
  house: House,
  rules: Rules,
  row: MessageRow,
  lead: LeadFacts | null,
  now: Date,
  lapsed: ReadonlyMap<string, string>,
): Fate | null {
  if (row.expiresAt && row.expiresAt <= now)
    return { state: 'expired', reason: { id: 'late', message: '已过时限，没有发出' } }
  const { purpose, sender, extra } = row
  const why = lapsed.get(row.contentId ?? '')
  if (why) return { state: 'refused', reason: notValid(why) }
  if (purpose === 'handover' && (lead?.owner ?? null) !== (extra.owner ?? null))
    return { state: 'cancelled', reason: { id: 'moved_on', message: '线索已换了负责人，不再介绍' } }
  if (purpose === 'handover' && lead?.follows.some(({ userid, state }) => userid === lead.owner && state === 'full'))
    return { state: 'cancelled', reason: { id: 'moved_on', message: '客户已经加了负责人，不用再介绍' } }
  const recipient = purpose === 'notice' ? row.recipient : null
  const wanted = { purpose, sender, recipient, extra }
  const question = questionOf(row, lead, now)
  const reached = askChannel(house.shelves.channels, row.channel, wanted, lead, now)
  const verdict = standing(rules, { ...question, channel: row.channel, reached })
  // The channel came back and was given another, so who is reached by it is not known yet.
  const undecided = row.recipient === null && purpose !== 'notice'
  if (verdict.allowed && !undecided) return null
  if (undecided || !reached.ok || (!verdict.allowed && verdict.reason.id === 'cap')) {
    const way = anotherWay(house, rules, row, question, lead, now)
    if (way) return { state: 'planned', dueAt: now, reason: null, waitsFor: 'time', way }
  }
  if (verdict.allowed) return { state: 'refused', reason: { id: 'not_reachable', message: '现在没有通道能联系到他' } }
  const { reason, until } = verdict
  if (until && until > now && (!row.expiresAt || until < row.expiresAt))
    return { state: 'planned', dueAt: until, reason, waitsFor: waitKind(rules, verdict, question) }
  return { state: 'refused', reason }
}

type Asked = Omit<Question, 'channel' | 'reached'>

function questionOf(row: MessageRow, lead: LeadFacts | null, now: Date): Asked {
  // Of several that are due, the first to be looked at goes; what matters more is waited for.
  const gone = (sends: LeadFacts['sends']) =>
    sends.filter(({ id, state, priority }) => id !== row.id && (state !== 'planned' || priority > row.priority))
  return {
    purpose: row.purpose,
    personal: row.personal,
    at: now,
    lead: lead && { ...lead, sends: gone(lead.sends), accountSends: gone(lead.accountSends) },
    seenBefore: false,
    text: row.body.text,
    priority: row.priority,
    urgent: row.extra.urgent === true,
    approved: approvedOf(row),
  }
}

/** The first lawful channel among those left, in the same words; null: there is none. */
function anotherWay(
  house: House,
  rules: Rules,
  row: MessageRow,
  question: Asked,
  lead: LeadFacts | null,
  now: Date,
): Way | null {
  const order = row.recipient === null ? [row.channel, ...row.ways] : row.ways
  const wanted = { purpose: row.purpose, sender: null, recipient: null, extra: row.extra }
  const lawful: Parameters<typeof chooseRoute>[5] = (channel, reached) =>
    standing(rules, { ...question, channel, reached }).allowed
  const { channel, reached, ways } = chooseRoute(house.shelves.channels, order, wanted, lead, now, lawful)
  if (!reached.ok || !lawful(channel, reached)) return null
  const text = cutBytes(row.body.text, house.shelves.channels.get(channel)?.textBytes ?? 4000)
  return { channel, sender: reached.sender, recipient: reached.recipient, ways, body: { ...row.body, text } }
}
