import type { Contact } from '../queries.ts'
import { Pieces } from './pieces.tsx'
import { Todos } from './todos.tsx'
import { useSending } from './use-sending.ts'

/** What to send him: what is planned for today, and the pieces that fit now. */
export function Send({ contact, inChat, onChange }: { contact: Contact; inChat: boolean; onChange(): Promise<void> }) {
  const { sending, send } = useSending(contact.lead.id, onChange)
  const how = { sending, send: inChat ? send : undefined }
  return (
    <>
      <Todos leadId={contact.lead.id} {...how} />
      <Pieces contact={contact} {...how} />
    </>
  )
}
