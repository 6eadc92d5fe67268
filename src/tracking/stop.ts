import { z } from 'zod'
import type { House } from '../house.ts'
import { findLink } from './pieces.ts'
import { stop } from './prefs.ts'
import { openTicket } from './ticket.ts'
import { openToken, sealToken } from './token.ts'
import { findVisitor, leadOf } from './visitors.ts'

/** Whom the button 停止接收 of a page is for. Null: nothing is known of it. */
export interface StopHolder {
  /** Code of the visitor the page was shown to. */
  visitor: string | null
  /** Link that led to the page. */
  link: string | null
  /** Lead the address was made for. */
  leadId: string | null
}

const Packed = z.tuple([z.string().nullable(), z.string().nullable(), z.uuid().nullable()])

export const stopToken = (house: House, { visitor = null, link = null, leadId = null }: Partial<StopHolder>): string =>
  sealToken(house, 'stop', [visitor, link, leadId] satisfies z.input<typeof Packed>)

/**
 * Reads what a page's button sends: its own token, or the page's ticket, however long the page lay open.
 * @returns null for whatever we did not hand out
 */
export function readStop(house: House, token: string): StopHolder | null {
  const packed = Packed.safeParse(openToken(house, 'stop', token))
  if (packed.success) {
    const [visitor, link, leadId] = packed.data
    return { visitor, link, leadId }
  }
  const ticket = openTicket(house, token)
  return ticket && { visitor: ticket.visitor, link: ticket.link, leadId: null }
}

/** What pressing 停止接收 on a page did. */
export type Stopped =
  /** `leadId` null: a stranger, who will be left alone should he become somebody. */
  | { outcome: 'stopped'; leadId: string | null; known: boolean }
  /** We do not know who pressed; the address was given to one person. It takes a second press. */
  | { outcome: 'ask' }
  /** We do not know who pressed, and the address was given to many or to nobody. */
  | { outcome: 'nobody' }
  | { outcome: 'staff' }

/** Stops for whoever holds the page: who he is, WeCom said when he opened it. `sure`: he pressed twice. */
export async function stopByPage(house: House, holder: StopHolder, sure: boolean): Promise<Stopped> {
  const visitor = holder.visitor ? await findVisitor(house.db, holder.visitor) : null
  if (visitor?.kind === 'staff') return { outcome: 'staff' }
  if (visitor) {
    const leadId = await leadOf(house.db, house, visitor)
    if (leadId) await stop(house, leadId)
    else
      await house.db.query('UPDATE visitors SET stopped_at = coalesce(stopped_at, $2) WHERE id = $1', [
        visitor.id,
        house.clock.now(),
      ])
    return { outcome: 'stopped', leadId, known: true }
  }
  const leadId = holder.leadId ?? (holder.link ? ((await findLink(house.db, holder.link))?.leadId ?? null) : null)
  if (!leadId) return { outcome: 'nobody' }
  if (!sure) return { outcome: 'ask' }
  await stop(house, leadId)
  return { outcome: 'stopped', leadId, known: false }
}
