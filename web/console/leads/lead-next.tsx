import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useNow } from '../../shared/now.ts'
import { saySpan, sayWhen } from '../../shared/say-time.ts'
import type { Lead } from '../api/shapes.ts'
import { useWords } from '../words/words.tsx'
import { SendDialog } from './send-dialog.tsx'
import { glanceQuery, tasksQuery, waitingQuery } from './work-queries.ts'
import './lead-work.css'

const shownWaiting = 2

/** The one thing to do now, and what lies undone: to-dos that are late, sends nobody has confirmed. */
export function LeadNext({ lead }: { lead: Lead }) {
  const words = useWords()
  const say = words.work
  const now = useNow()
  const { data: glance } = useQuery(glanceQuery(lead.id))
  const { data: tasks } = useQuery(tasksQuery(lead.id))
  const { data: waiting } = useQuery(waitingQuery(lead.id))
  const [sending, setSending] = useState<string>()
  const next = glance?.next
  const late = (tasks?.items ?? []).filter(({ dueAt }) => dueAt !== null && Date.parse(dueAt) < now)
  const unsent = waiting?.items ?? []
  if (!next && late.length === 0 && unsent.length === 0) return null
  return (
    <section className="card lead-next" aria-label={say.next}>
      {next ? (
        <div className="lead-next-main">
          <div>
            <h2>{say.next}</h2>
            <p className="lead-next-words" dir="auto">
              {next.words}
              {next.dueAt ? <span className="quiet small"> {sayWhen(next.dueAt, now, words)}</span> : null}
            </p>
            <p className="quiet small" dir="auto">
              {next.why}
            </p>
          </div>
          {next.contentId ? (
            <Button type="primary" onClick={() => setSending(next.contentId ?? undefined)}>
              {say.sendPiece}
            </Button>
          ) : null}
        </div>
      ) : null}
      <ul className="lead-undone">
        {late.map(({ id, text, dueAt }) => (
          <li key={id} className="undone-late" dir="auto">
            {say.overdue(text, saySpan(now - Date.parse(dueAt ?? ''), words))}
          </li>
        ))}
        {unsent.slice(0, shownWaiting).map(({ id, waitsFor, createdAt }) => (
          <li key={id} className="undone-waiting" dir="auto">
            {say.unsent(
              waitsFor?.words ?? words.message.states.waiting ?? '',
              saySpan(now - Date.parse(createdAt), words),
            )}
          </li>
        ))}
        {unsent.length > shownWaiting ? (
          <li className="quiet small">{say.moreWaiting(unsent.length - shownWaiting)}</li>
        ) : null}
      </ul>
      {sending ? (
        <SendDialog
          lead={lead}
          what={{ contentId: sending }}
          onClose={() => setSending(undefined)}
          onSent={() => setSending(undefined)}
        />
      ) : null}
    </section>
  )
}
