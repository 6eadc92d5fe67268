import type { House } from '../house.ts'

/** A part of the sidebar that a card opens at. */
type Part = 'brief' | 'help'

/** Where a lead is looked at from a card or a message to one of us: the sidebar, which opens outside a chat too. */
export const leadPage = ({ config }: Pick<House, 'config'>, leadId: string, part?: Part): string =>
  `${config.publicUrl}/sidebar?lead=${leadId}${part ? `&page=${part}` : ''}`
