import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useNow } from '../../shared/now.ts'
import { saySpan, sayWhen } from '../../shared/say-time.ts'
import { urgencyOf } from '../../shared/urgency.ts'
import { StageChip } from '../pieces/stage.tsx'
import { type Contact, meQuery, wordsQuery } from '../queries.ts'
import { useSending } from '../send/use-sending.ts'
import { Warning } from '../send/warning.tsx'
import { useWords } from '../words/words.tsx'
import type { Dictionary } from '../words/zh.ts'
import { Promised } from './promised.tsx'
import { ScoreLines } from './score-lines.tsx'
import './now.css'

interface NowProps {
  contact: Contact
  inChat: boolean
  onBack?: (() => void) | undefined
  onChange(): Promise<void>
}

/** Who he is, what he did last, what runs out, what to do: readable in a second. */
export function Now({ contact, inChat, onBack, onChange }: NowProps) {
  const words = useWords()
  const { lead } = contact
  const { data: names } = useQuery(wordsQuery)
  const { data: me } = useQuery(meQuery)
  const [isOpen, setOpen] = useState(false)
  const nameOf = (userid: string) => names?.staff.find((one) => one.userid === userid)?.name || userid
  const isMe = (userid: string | null) => userid !== null && userid.toLowerCase() === me?.userid?.toLowerCase()
  const { sending, send, warned, decide } = useSending(lead.id, onChange)
  const { promise, next } = contact
  const { contentId } = next
  return (
    <header className="now">
      <div className="who">
        {onBack ? (
          <button type="button" className="back" onClick={onBack} aria-label="‹">
            ‹
          </button>
        ) : null}
        <h1>{lead.name || words.nameless}</h1>
        <StageChip stage={lead.stage} desk={lead.desk} />
      </div>
      <p className="about">
        {[lead.title, lead.company].filter(Boolean).join(' · ')}
        <span>{lead.owner ? words.owner(isMe(lead.owner) ? words.me : nameOf(lead.owner)) : words.nobody}</span>
      </p>
      <button type="button" className="score" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <b>{lead.score.grade}</b>
        {words.points(Math.round(lead.score.total))}
        <i>{words.why}</i>
      </button>
      {lead.marketing === 'denied' ? <span className="chip bad">{words.now.optedOut}</span> : null}
      {isOpen ? <ScoreLines leadId={lead.id} /> : null}
      <Reading reading={contact.reading} />
      <Clock clock={contact.clock} />
      <div className={`next next-${next.kind}`}>
        <small>{words.now.suggestion}</small>
        <b>{next.words}</b>
        <p>{next.why}</p>
        {inChat && contentId ? (
          <button
            type="button"
            className="button main"
            disabled={sending !== undefined}
            onClick={() => void send(contentId, { contentId })}
          >
            {sending ? words.send.sending : words.send.send}
          </button>
        ) : null}
        <Warning warned={warned} decide={decide} />
        {promise ? (
          <Promised
            leadId={lead.id}
            promise={promise}
            name={promise.userid && nameOf(promise.userid)}
            isMine={isMe(promise.userid)}
            onChange={onChange}
          />
        ) : null}
      </div>
    </header>
  )
}

function Reading({ reading }: { reading: Contact['reading'] }) {
  const words = useWords()
  const now = useNow()
  const [last, ...others] = reading
  if (!last) return <p className="reading quiet">{words.now.neverRead}</p>
  const facts = [
    last.seconds > 0 ? words.now.span(saySpan(last.seconds * 1000, words)) : '',
    howFar(last, words),
    last.times > 1 ? words.now.times(last.times) : '',
    last.forwardedTo > 0 ? words.now.forwarded(last.forwardedTo) : '',
  ].filter(Boolean)
  return (
    <p className="reading">
      {[words.now.read(sayWhen(last.openedAt, now, words), last.title), ...facts].join('，')}
      {others.length > 0 ? (
        <small title={others.map(({ title }) => title).join('\n')}>{words.now.more(others.length)}</small>
      ) : null}
    </p>
  )
}

/** A page of how many says more than a share of the whole. */
function howFar({ depth, part, parts, unit }: Contact['reading'][number], words: Dictionary): string {
  if (unit === 'page' && part !== null && parts !== null) return words.now.page(part, parts)
  return depth > 0 ? words.now.depth(depth) : ''
}

function Clock({ clock }: { clock: Contact['clock'] }) {
  const words = useWords()
  const now = useNow(1000)
  if (!clock) return null
  const left = Date.parse(clock.dueAt) - now
  const what = words.now.clocks[clock.kind] ?? clock.kind
  return (
    <p className={`clock clock-${urgencyOf(clock, now)}`}>
      {left > 0 ? words.now.left(what, saySpan(left, words)) : words.now.over(what, saySpan(-left, words))}
    </p>
  )
}
