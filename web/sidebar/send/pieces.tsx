import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { MessageSchema } from '../../../src/http/api/leads.schema.ts'
import { call, queryOf } from '../../shared/call.ts'
import { Skeleton, useReason } from '../pieces/states.tsx'
import { type Contact, wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import type { Sending } from './use-sending.ts'
import './pieces.css'

/** The pieces that fit him now, best first, each with why; one tap sends. `send` is absent where there is no chat to send in. */
export function Pieces({
  contact,
  sending,
  send,
}: {
  contact: Contact
  sending: string | undefined
  send: Sending['send'] | undefined
}) {
  const words = useWords()
  const [need, setNeed] = useState('')
  const needs = useNeeds()
  const { data } = useQuery({
    queryKey: ['suggestions', contact.lead.id, need],
    queryFn: ({ signal }) =>
      call<{ items: Contact['suggestions'] }>(
        'GET',
        `/api/leads/${contact.lead.id}/suggestions${queryOf({ need, limit: 6 })}`,
        { signal },
      ),
    enabled: need !== '',
  })
  const suggestions = need === '' ? contact.suggestions : (data?.items ?? [])
  return (
    <>
      <div className="chips">
        {needs.map((name) => (
          <button
            key={name}
            type="button"
            className="chip"
            aria-pressed={need === name}
            onClick={() => setNeed(need === name ? '' : name)}
          >
            {name}
          </button>
        ))}
      </div>
      {suggestions.length === 0 ? (
        <p className="quiet">
          {words.send.noPieces}。{words.send.noPiecesHint}
        </p>
      ) : null}
      <ul className="pieces">
        {suggestions.map(({ contentId, title, reason }) => (
          <Piece
            key={contentId}
            leadId={contact.lead.id}
            contentId={contentId}
            title={title}
            reason={reason}
            isBusy={sending !== undefined}
            isSending={sending === contentId}
            onSend={send && (() => void send(contentId, { contentId }))}
          />
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
  isBusy,
  isSending,
  onSend,
}: {
  leadId: string
  contentId: string
  title: string
  reason: string
  isBusy: boolean
  isSending: boolean
  onSend: (() => void) | undefined
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
        {onSend ? (
          <button
            type="button"
            className="button main"
            disabled={isBusy}
            aria-label={`${words.send.send}：${title}`}
            onClick={onSend}
          >
            {isSending ? words.send.sending : words.send.send}
          </button>
        ) : null}
      </div>
      {isOpen ? <Preview leadId={leadId} contentId={contentId} /> : null}
    </li>
  )
}

/** The needs the house has words for. */
function useNeeds(): string[] {
  const { data } = useQuery(wordsQuery)
  return data?.tagGroups.find(({ kind }) => kind === 'need')?.tags ?? []
}

/** What he would read, and whether it may go now. */
function Preview({ leadId, contentId }: { leadId: string; contentId: string }) {
  const reasonOf = useReason()
  const { data, error } = useQuery({
    queryKey: ['preview', leadId, contentId],
    queryFn: () =>
      call<z.infer<typeof MessageSchema>>('POST', `/api/leads/${leadId}/message-preview`, {
        body: { contentId, channel: 'one-tap' },
      }),
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
