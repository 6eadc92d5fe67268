import type { Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'

export interface WantedCall {
  /** The same again is the same call. */
  key: string
  webhook: string
  journey: string
  version: number
  enrolment: string
  step: string
  name: string | null
  leadId: string
  /** Everything known of the lead, flat; told is what the target may know. */
  fields: Readonly<Record<string, unknown>>
}

/** Writes a call down; it leaves the house after the commit. @throws Refused when there is no such target, or it is switched off */
export async function planCall(tx: Transaction, house: House, wanted: WantedCall): Promise<void> {
  const [target] = await tx.query<{ fields: string[]; active: boolean }>(
    'SELECT fields, active FROM webhooks WHERE id = $1 FOR SHARE',
    [wanted.webhook],
  )
  if (!target) throw new Refused(404, 'webhook_unknown', '没有这个外部系统')
  if (!target.active) throw new Refused(409, 'webhook_off', '这个外部系统已停用')
  const id = newId(house.clock)
  const now = house.clock.now()
  const { journey, version, enrolment, step, name, leadId } = wanted
  const told = Object.fromEntries(target.fields.map((field) => [field, tellable(wanted.fields[field])]))
  const place = { journey, version, enrolment, step, name }
  const body = JSON.stringify({ id, type: 'journey.step', at: now, ...place, lead: { id: leadId, ...told } })
  await tx.query(
    `INSERT INTO webhook_calls (id, key, enrolment, step, webhook, lead_id, body, begun_at, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8)
     ON CONFLICT (key) DO NOTHING`,
    [id, wanted.key, enrolment, step, wanted.webhook, leadId, body, now],
  )
  tx.afterCommit(() => house.wake.up('call-webhooks'))
}

/** A way to reach somebody, wherever it was written: e-mail, mobile, a number with its country's or its city's code. */
const contact =
  /[^\s@]+@[^\s@]+\.[^\s@]+|(?<!\d)1[3-9](?:[\s-]?\d){9}(?!\d)|\+\d(?:[\s()-]?\d){7,}|(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)/

/** Plain values only, and never how to reach a person, into whatever field that was put. */
function tellable(value: unknown): unknown {
  if (value instanceof Date || typeof value === 'boolean') return value
  if (typeof value !== 'number' && typeof value !== 'string') return null
  return contact.test(String(value).normalize('NFKC')) ? null : value
}
