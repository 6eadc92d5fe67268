import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { setConsent } from '../leads/consent.ts'
import type { IdentityValue } from '../leads/identities.ts'
import { wantJoinUrl } from '../leads/join.ts'
import { noteEvents } from '../leads/note.ts'
import { openLeads } from '../leads/open.ts'
import { idFrom, record } from '../leads/record.ts'
import { tryTransaction } from '../leads/try-transaction.ts'
import type { PageAction } from '../playbook/pages-schema.ts'
import { considerReview } from '../review/consider.ts'
import { joinVisitor } from './join.ts'
import type { Ticket } from './ticket.ts'
import { findVisitor, leadOf, type Visitor } from './visitors.ts'

/** What somebody filled in, as he typed it. */
export interface Filled {
  name?: string | undefined
  mobile?: string | undefined
  company?: string | undefined
  words?: string | undefined
}

/**
 * Somebody asks for us on a page: he is recognised or becomes a lead, what he said is kept, and his hand is up. The same page
 * and action again is the same asking.
 * @returns where he can add our person, when he has none of ours yet
 * @throws Refused 422 when we could not call back: we do not know him and he left no number
 */
export async function raiseHand(
  house: House,
  ticket: Ticket,
  action: PageAction,
  filled: Filled,
): Promise<{ leadId: string; joinUrl: string | null }> {
  const { playbook } = await house.playbook.current()
  return tryTransaction(house.db, async (tx) => {
    const visitor = await visitorOf(tx, ticket)
    const known = visitor ? await leadOf(tx, house, visitor) : null
    const identities = identitiesOf(visitor, filled)
    if (!known && !filled.mobile) throw new Refused(422, 'invalid', '请留下手机号，我们才能联系您')
    const now = house.clock.now()
    const by = `page:${ticket.contentId}`
    const key = `${by}\0${ticket.visit}\0${action.id}`
    const again = await tx.query('SELECT 1 FROM touches WHERE id = $1', [idFrom(`touch\0${key}`)])
    const [opened] = await openLeads(tx, house, [
      {
        identities,
        fields: { name: filled.name, company: filled.company },
        source: { kind: 'form', channel: playbook.pages.channel, campaign: ticket.contentId },
        at: now,
        by,
        key,
        ...(known ? { leadId: known } : {}),
      },
    ])
    if (!opened) throw new Error('no lead was opened')
    const { leadId } = opened
    if (visitor && visitor.leadId !== leadId) await joinVisitor(tx, house, visitor, leadId)
    const note = filled.words ? await keepWords(tx, house, leadId, key, filled.words) : null
    if (filled.mobile && again.length === 0) await keepConsent(tx, house, leadId, playbook.pages.consent.version)
    const data = { contentId: ticket.contentId, visit: ticket.visit, ...(note ? { note } : {}) }
    const { event: type } = action
    await noteEvents(tx, house, [{ leadId, type, at: now, key, actor: 'customer', data }])
    await considerReview(tx, house, [leadId])
    return { leadId, joinUrl: (await hasFriend(tx, leadId)) ? null : await wantJoinUrl(tx, house, leadId, by) }
  })
}

async function visitorOf(tx: Transaction, ticket: Ticket): Promise<Visitor | null> {
  const visitor = ticket.visitor ? await findVisitor(tx, ticket.visitor) : null
  return visitor?.kind === 'staff' ? null : visitor
}

function identitiesOf(visitor: Visitor | null, { mobile }: Filled): IdentityValue[] {
  const { externalUserId, openid } = visitor ?? {}
  return [
    ...(externalUserId ? [{ kind: 'externalUserId', value: externalUserId } as const] : []),
    ...(mobile ? [{ kind: 'mobile', value: mobile } as const] : []),
    ...(openid && !externalUserId ? [{ kind: 'openid', value: openid } as const] : []),
  ]
}

/** What he wrote, in a table that can be erased; the timeline keeps the id. The same words again are the same note. */
async function keepWords(tx: Transaction, house: House, leadId: string, key: string, words: string): Promise<string> {
  const id = idFrom(`${key}\0${words}`)
  const now = house.clock.now()
  const written = await tx.query(
    "INSERT INTO notes (id, lead_id, by, at, kind, body) VALUES ($1, $2, 'customer', $3, 'note', $4) ON CONFLICT DO NOTHING RETURNING id",
    [id, leadId, now, words],
  )
  if (written.length > 0)
    await record(tx, [{ leadId, at: now, kind: 'note', actor: 'customer', key: `${key}\0${id}`, data: { note: id } }])
  return id
}

/** To be called back about this, by the text he saw; it says nothing of marketing. */
const keepConsent = (tx: Transaction, house: House, leadId: string, version: string): Promise<void> =>
  setConsent(tx, house, { leadId, purpose: 'contact', granted: true, source: `page:${version}`, by: 'customer' })

async function hasFriend(tx: Transaction, leadId: string): Promise<boolean> {
  const rows = await tx.query(
    "SELECT 1 FROM follows WHERE lead_id IN (SELECT lead_family($1)) AND state IN ('half', 'full') LIMIT 1",
    [leadId],
  )
  return rows.length > 0
}
