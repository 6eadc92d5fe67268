import { Link } from 'wouter'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import type { Message } from '../api/shapes.ts'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'
import { ApprovalAnswer } from './approval-answer.tsx'
import './operations.css'

/** One message: what it says, how far it is, and why it is no further. */
export function MessageLine({ message, withLead = false }: { message: Message; withLead?: boolean }) {
  const words = useWords()
  const names = useNames()
  return (
    <li className="message">
      <div className="message-head">
        <State of={message} />
        <span>{words.message.purposes[message.purpose] ?? message.purpose}</span>
        <span className="quiet">
          {words.message.channels[message.channel] ?? message.channel}
          {message.sender ? ` · ${words.message.sender(names.staff(message.sender))}` : ''}
        </span>
        <span className="message-end">
          {withLead && message.leadId ? <Link href={`/leads/${message.leadId}`}>{words.review.openLead}</Link> : null}
          <When at={message.sentAt ?? message.createdAt} className="quiet" />
        </span>
      </div>
      {message.text ? (
        <p className="message-text" dir="auto">
          {message.text}
        </p>
      ) : null}
      <MessageFate message={message} />
      <Why message={message} />
      {waitsForApproval(message) ? <ApprovalAnswer message={message} /> : null}
    </li>
  )
}

const waitsForApproval = ({ state, waitsFor }: Message) =>
  state === 'waiting' && waitsFor?.kind === 'staff' && waitsFor.for === 'approval'

const tones: Record<Message['state'], string> = {
  planned: 'plain',
  waiting: 'plain',
  sending: 'plain',
  sent: 'good',
  failed: 'bad',
  refused: 'warn',
  expired: 'warn',
  cancelled: 'plain',
  unknown: 'bad',
}

function State({ of: { state } }: { of: Message }) {
  const { message } = useWords()
  return <span className={`fate fate-${tones[state]}`}>{message.states[state]}</span>
}

/** By which rule and which version of the rules it stands as it does. */
function Why({ message: { reason, playbookVersion, warnings, purpose } }: { message: Message }) {
  const words = useWords()
  const say = words.work
  if (purpose === 'notice') return null
  return (
    <details className="message-why">
      <summary>{say.whyMessage}</summary>
      <ul className="small">
        {reason ? (
          <li dir="auto">
            <b>{say.refusals[reason.id] ?? reason.id}</b> {reason.message}
          </li>
        ) : (
          <li>{say.allowed}</li>
        )}
        {warnings.map((rule) => (
          <li key={rule} dir="auto">
            {words.message.warned(rule)}
          </li>
        ))}
        <li className="quiet">{say.byVersion(playbookVersion)}</li>
      </ul>
    </details>
  )
}

/** Why it has not gone, or not yet; what was sent needs no word. */
export function MessageFate({ message }: { message: Message }) {
  const { state, reason, waitsFor, warnings, tried } = message
  const words = useWords()
  const names = useNames()
  const now = useNow()
  const lines = [
    reason?.message,
    waitsFor && state !== 'sent'
      ? waitsFor.kind === 'staff'
        ? (waitsForApproval(message) ? words.message.waitsForApproval : words.message.waitsForStaff)(
            names.staff(waitsFor.staff),
          )
        : words.message.waitsUntil(sayWhen(waitsFor.until, now, words))
      : null,
    ...tried.map((before) =>
      words.message.tried(words.message.channels[before.channel] ?? before.channel, before.reason?.message ?? ''),
    ),
    warnings.length > 0 ? words.message.warned(warnings.join(words.events.comma)) : null,
    state === 'unknown' ? words.message.unknownHint : null,
  ].filter(Boolean)
  if (lines.length === 0) return null
  return (
    <p
      className={state === 'refused' || state === 'failed' ? 'message-fate message-fate-bad' : 'message-fate'}
      dir="auto"
    >
      {lines.join(words.events.stop)}
    </p>
  )
}
