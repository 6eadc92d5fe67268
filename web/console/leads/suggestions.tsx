import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { suggestionsQuery } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { SendDialog } from './send-dialog.tsx'

/** The pieces that fit now, and why; or words of one's own. Nothing goes before it has been looked at. */
export function Suggestions({ lead }: { lead: Lead }) {
  const words = useWords()
  const { data, error, isPending, refetch } = useQuery(suggestionsQuery(lead.id))
  const [sending, setSending] = useState<{ contentId: string } | { text: string }>()
  const [isWhole, setWhole] = useState(false)
  const [isWriting, setWriting] = useState(false)
  const [text, setText] = useState('')
  const items = data?.items ?? []
  const shown = isWhole ? items : items.slice(0, 3)
  return (
    <section className="card">
      <header className="card-head">
        <h2>{words.lead.suggestions}</h2>
        <button type="button" className="link-button small" onClick={() => setWriting(!isWriting)}>
          {words.lead.ownText}
        </button>
      </header>
      {isPending ? <Skeleton rows={2} /> : null}
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {shown.map(({ contentId, title, reason }) => (
        <div className="suggestion" key={contentId}>
          <div>
            <p dir="auto">{title}</p>
            <p className="quiet small">{reason}</p>
          </div>
          <Button size="small" aria-label={`${words.lead.send}: ${title}`} onClick={() => setSending({ contentId })}>
            {words.lead.send}
          </Button>
        </div>
      ))}
      {items.length > shown.length ? (
        <button type="button" className="link-button small" onClick={() => setWhole(true)}>
          {words.lead.showAll(items.length - shown.length)}
        </button>
      ) : null}
      {data?.items.length === 0 ? (
        <p className="quiet">
          {words.lead.suggestionsEmpty}
          {words.events.stop}
          {words.lead.suggestionsEmptyHint}
        </p>
      ) : null}
      {isWriting ? (
        <div className="own-words">
          <Input.TextArea
            value={text}
            maxLength={4000}
            autoFocus
            className="grows"
            rows={3}
            placeholder={words.lead.ownTextPlaceholder}
            aria-label={words.lead.ownTextPlaceholder}
            onChange={(event) => setText(event.target.value)}
          />
          <Button disabled={text.trim() === ''} onClick={() => setSending({ text: text.trim() })}>
            {words.lead.send}
          </Button>
        </div>
      ) : null}
      {sending ? (
        <SendDialog
          lead={lead}
          what={sending}
          onClose={() => setSending(undefined)}
          onSent={() => {
            setSending(undefined)
            setText('')
            setWriting(false)
          }}
        />
      ) : null}
    </section>
  )
}
