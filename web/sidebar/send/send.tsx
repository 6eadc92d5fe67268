import type { Contact } from '../queries.ts'
import { Pieces } from './pieces.tsx'

/** What to send him: what is planned for today, the pieces that fit now, and phrases. */
export function Send({ contact, inChat, onChange }: { contact: Contact; inChat: boolean; onChange(): Promise<void> }) {
  return <Pieces contact={contact} inChat={inChat} onChange={onChange} />
}
