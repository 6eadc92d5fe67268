import { lazy, Suspense, useState } from 'react'
import type { Contact } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import { Pieces } from './pieces.tsx'
import { Sent } from './sent.tsx'
import { Todos } from './todos.tsx'
import { useSending } from './use-sending.ts'
import { Warning } from './warning.tsx'

const Scripts = lazy(() => import('./scripts.tsx').then(({ Scripts }) => ({ default: Scripts })))

/** What to send him: what is planned for today, the pieces that fit now, what to say; and what was sent. */
export function Send({ contact, inChat, onChange }: { contact: Contact; inChat: boolean; onChange(): Promise<void> }) {
  const words = useWords()
  const [shelf, setShelf] = useState<'pieces' | 'scripts'>('pieces')
  const { sending, send, warned, decide } = useSending(contact.lead.id, onChange)
  const how = { sending, send: inChat ? send : undefined }
  return (
    <>
      <Warning warned={warned} decide={decide} />
      <Todos leadId={contact.lead.id} {...how} />
      <div className="chips shelves">
        {(['pieces', 'scripts'] as const).map((id) => (
          <button key={id} type="button" className="chip" aria-pressed={shelf === id} onClick={() => setShelf(id)}>
            {words.send[id]}
          </button>
        ))}
      </div>
      {inChat ? null : <p className="quiet">{words.send.outside}</p>}
      {shelf === 'pieces' ? (
        <Pieces contact={contact} {...how} />
      ) : (
        <Suspense fallback={null}>
          <Scripts leadId={contact.lead.id} {...how} />
        </Suspense>
      )}
      <Sent leadId={contact.lead.id} />
    </>
  )
}
