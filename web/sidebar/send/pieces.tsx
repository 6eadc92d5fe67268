import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { MessageSchema } from '../../../src/http/api/leads.schema.ts'
import { call } from '../../shared/call.ts'
import { Skeleton, useReason } from '../pieces/states.tsx'
import type { Contact } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import './pieces.css'

/** The pieces that fit him now, best first, each with why; one tap sends. */
export function Pieces({ contact }: { contact: Contact; inChat: boolean; onChange(): Promise<void> }) {
  const words = useWords()
  const { suggestions } = contact
  return (
    <>
      <h2>
        {words.send.pieces} <i>{suggestions.length}</i>
      </h2>
      {suggestions.length === 0 ? (
        <p className="quiet">
          {words.send.noPieces}。{words.send.noPiecesHint}
        </p>
      ) : null}
      <ul className="pieces">
        {suggestions.map((piece) => (
          <Piece key={piece.contentId} leadId={contact.lead.id} {...piece} />
        ))}
      </ul>
    </>
  )
}

function Piece({
  leadId,
  contentId,
  title,
  reason,
}: {
  leadId: string
  contentId: string
  title: string
  reason: string
}) {
  const words = useWords()
  const [isOpen, setOpen] = useState(false)
  return (
    <li>
      <b dir="auto">{title}</b>
      <p>{reason}</p>
      <div className="buttons">
        <button type="button" className="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {words.send.preview}
        </button>
      </div>
      {isOpen ? <Preview leadId={leadId} contentId={contentId} /> : null}
    </li>
  )
}

/** What he would read, and whether it may go now. */
function Preview({ leadId, contentId }: { leadId: string; contentId: string }) {
  const reasonOf = useReason()
  const { data, error } = useQuery({
    queryKey: ['preview', leadId, contentId],
    queryFn: () =>
      call<z.infer<typeof MessageSchema>>('POST', `/api/leads/${leadId}/message-preview`, { body: { contentId } }),
    staleTime: 0,
  })
  if (error) return <p className="bad">{reasonOf(error)}</p>
  if (!data) return <Skeleton lines={2} />
  return (
    <blockquote>
      {data.text}
      {data.reason ? <p className="bad">{data.reason.message}</p> : null}
    </blockquote>
  )
}
