import type { House } from '../../src/house.ts'
import { newId } from '../../src/ids.ts'
import { lockLead } from '../../src/leads/lock.ts'
import { type PlanRequest, plan } from '../../src/messages/plan.ts'
import { type MessageRow, messageColumns } from '../../src/messages/row.ts'
import { sendSoon } from '../../src/messages/send-soon.ts'
import { readContact } from './contacts.ts'

/**
 * Says something to a contact by whichever channel of the house is lawful now: a 客服 answer while his conversation is open, else
 * what the playbook has for proactive words, which waits for a colleague. The guard applies as to everything that leaves.
 * @returns the message; `waitsFor` says what it waits for
 * @throws Error with the guard's reason
 */
export async function say(house: House, contactId: string, text: string): Promise<MessageRow> {
  const contact = await readContact(house, contactId)
  const request = { key: `bot:${newId(house.clock)}`, text, by: 'bot' }
  if (contact.kind === 'staff')
    return settled(
      house,
      await house.db.transaction((tx) =>
        plan(tx, house, { ...request, leadId: null, purpose: 'notice', recipient: contact.id, personal: true }),
      ),
    )
  if (contact.kind !== 'customer') throw new Error('只能对客户或同事说话')
  const [found] = await house.db.query<{ id: string; heardAt: Date | null }>(
    `SELECT lead_root(i.lead_id) AS id, (SELECT max(k.heard_at) FROM kf_sessions k WHERE k.external_userid = i.key) AS "heardAt"
     FROM identities i WHERE i.kind = 'externalUserId' AND i.key = $1`,
    [contactId],
  )
  if (!found) throw new Error(`没有这位客户：${contactId}`)
  const isOpen = found.heardAt !== null && house.clock.now().getTime() - found.heardAt.getTime() < answerableMs
  const how: Pick<PlanRequest, 'purpose' | 'within'> = isOpen
    ? { purpose: 'answer', within: '48h' }
    : { purpose: 'marketing' }
  return settled(
    house,
    await house.db.transaction(async (tx) => {
      const lead = await lockLead(tx, found.id)
      return plan(tx, house, { ...request, leadId: lead.id, ...how })
    }),
  )
}

/** WeCom lets an account answer this long after the customer's last words. */
const answerableMs = 48 * 3_600_000

function settled(house: House, message: MessageRow): MessageRow {
  if (message.state === 'refused') throw new Error(message.reason?.message ?? '没有发出')
  if (message.state === 'planned' && !message.waitsFor) sendSoon(house, message.id)
  return message
}

/** A message of ours as it stands now; null when it is none. */
export async function readSaid(house: House, id: string): Promise<MessageRow | null> {
  const [row] = await house.db.query<MessageRow>(
    `SELECT ${messageColumns('m')} FROM messages m WHERE m.id::text = $1`,
    [id],
  )
  return row ?? null
}
