import { z } from 'zod'
import type { House } from '../house.ts'
import { newId } from '../ids.ts'
import { openToken, sealToken } from './token.ts'

/**
 * What a page is handed out with: which piece, by which link, to whom. What comes back from the page is judged by it alone, so
 * that neither a cookie of somebody else's nor an address that was passed on says who it was.
 */
export interface Ticket {
  visit: string
  link: string | null
  contentId: string
  version: number
  /** Code of the visitor; null: nobody we know. */
  visitor: string | null
  /** Code of the visitor who forwarded the page. */
  from: string | null
  at: Date
}

const lifeMs = 7 * 86_400_000

const Packed = z.tuple([
  z.uuid(),
  z.string().nullable(),
  z.string(),
  z.int(),
  z.string().nullable(),
  z.string().nullable(),
  z.int(),
])

export function issueTicket(house: House, page: Omit<Ticket, 'visit' | 'at'>): string {
  const { link, contentId, version, visitor, from } = page
  const packed: z.input<typeof Packed> = [
    newId(house.clock),
    link,
    contentId,
    version,
    visitor,
    from,
    house.clock.now().getTime(),
  ]
  return sealToken(house, 'visit', packed)
}

/** @returns null for a ticket that is not ours, or a week old */
export function readTicket(house: House, token: string): Ticket | null {
  const ticket = openTicket(house, token)
  return ticket && house.clock.now().getTime() - ticket.at.getTime() <= lifeMs ? ticket : null
}

/** A ticket of whatever age; null for one that is not ours. */
export function openTicket(house: House, token: string): Ticket | null {
  const packed = Packed.safeParse(openToken(house, 'visit', token))
  if (!packed.success) return null
  const [visit, link, contentId, version, visitor, from, at] = packed.data
  return { visit, link, contentId, version, visitor, from, at: new Date(at) }
}
