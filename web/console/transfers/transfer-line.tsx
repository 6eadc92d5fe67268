import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { Budget } from './budget.tsx'
import type { Giving } from './give-dialog.tsx'
import { leadTransfersQuery } from './queries.ts'
import type { Transfer } from './shapes.ts'
import { sayFault, transferWords } from './words.ts'

interface Line {
  transfer: Transfer
  mayLead: boolean
  mayGive: boolean
  onGive(giving: Giving): void
  onAgain(transfer: Transfer): void
}

/** One customer's way to somebody else: how far, what stopped it, and the next thing to do. */
export function TransferLine({ transfer, mayLead, mayGive, onGive, onAgain }: Line) {
  const words = useRoomWords(transferWords)
  const all = useWords()
  const names = useNames()
  const now = useNow()
  const [isOpen, setOpen] = useState(false)
  const { leadId, leadName, company, from, to, state, how, fault, dueAt, until, returnedAt, reason } = transfer
  const name = names.lead({ name: leadName ?? '' })
  const isLost = state === 'refused' || state === 'failed'
  // A leaver's can be given again; of somebody who is here, one begins anew, another way.
  const isLeavers = how === 'leaver' || (how === 'none' && state === 'unplaced')
  const facts = [
    words.reasons[reason],
    how === 'none' ? '' : words.ways[how],
    until && !returnedAt ? words.until(sayWhen(until, now, all)) : '',
    returnedAt ? words.returned(sayWhen(returnedAt, now, all)) : '',
    dueAt ? words.expected(sayWhen(dueAt, now, all)) : '',
  ].filter(Boolean)
  return (
    <li className="transfer">
      <div className="transfer-head">
        {leadId ? (
          <Link href={`/leads/${leadId}`} className="one-line transfer-name" dir="auto">
            {name}
          </Link>
        ) : (
          <span className="quiet">{words.erased}</span>
        )}
        <span className="quiet small one-line" dir="auto">
          {company}
        </span>
        <span className={`fate fate-${tones[state]}`}>{until ? words.lent(!!returnedAt) : words.states[state]}</span>
      </div>
      <div className="transfer-body">
        <p className="transfer-way">
          <span dir="auto">{names.staff(from)}</span>
          <span aria-hidden="true">→</span>
          <span className="unseen">{words.goesTo}</span>
          {to ? <b dir="auto">{names.staff(to)}</b> : <span className="transfers-alert">{words.nobody}</span>}
          <span className="quiet small">
            {facts.join(' · ')}
            {facts.length > 0 ? ' · ' : ''}
            <When at={transfer.endedAt ?? transfer.at} />
          </span>
        </p>
        <div className="transfer-acts">
          {mayLead && isLeavers && (state === 'unplaced' || isLost) ? (
            <Button size="small" type="primary" onClick={() => onAgain(transfer)}>
              {state === 'unplaced' ? words.choose : words.again}
            </Button>
          ) : null}
          {mayGive && leadId && isLost ? (
            <Button
              size="small"
              onClick={() =>
                onGive({
                  lead: { id: leadId, name: leadName ?? '', company },
                  to,
                  how: 'introduction',
                  from: isLeavers ? undefined : from,
                })
              }
            >
              {words.introduce}
            </Button>
          ) : null}
          {leadId ? (
            <button type="button" className="link-button small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? words.fold : words.history}
            </button>
          ) : null}
        </div>
      </div>
      {fault ? (
        <p className={isLost ? 'transfer-fault transfer-bad' : 'transfer-fault'} dir="auto">
          {sayFault(fault, words)}
        </p>
      ) : null}
      {state === 'unplaced' && !fault ? <p className="transfer-fault">{words.unplacedWhy}</p> : null}
      {isOpen && leadId ? <History leadId={leadId} now={transfer} /> : null}
    </li>
  )
}

const tones: Record<Transfer['state'], string> = {
  unplaced: 'warn',
  wanted: 'plain',
  asked: 'plain',
  done: 'good',
  refused: 'bad',
  failed: 'bad',
  cancelled: 'plain',
}

/** What WeCom still allows for this customer, what was said to whoever takes over, and how it went before. */
function History({ leadId, now: transfer }: { leadId: string; now: Transfer }) {
  const words = useRoomWords(transferWords)
  const names = useNames()
  const { data, error, refetch } = useQuery(leadTransfersQuery(leadId))
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={2} />
  const before = data.items.filter(({ id }) => id !== transfer.id)
  return (
    <div className="transfer-history small">
      <Budget budget={data.budget} />
      {transfer.note ? (
        <p dir="auto">
          <span className="quiet">{words.noteOf}</span> {transfer.note}
        </p>
      ) : null}
      {transfer.line ? (
        <p dir="auto">
          <span className="quiet">{words.lineOf}</span> {transfer.line}
        </p>
      ) : null}
      <p className="quiet">{words.askedBy(names.actor(transfer.by))}</p>
      {before.length === 0 ? <p className="quiet">{words.firstTime}</p> : null}
      <ul>
        {before.map((one) => (
          <li key={one.id}>
            <When at={one.endedAt ?? one.at} className="quiet" /> <span dir="auto">{names.staff(one.from)}</span> →{' '}
            <span dir="auto">{one.to ? names.staff(one.to) : words.nobody}</span> · {words.states[one.state]}
            {one.fault ? ` · ${sayFault(one.fault, words)}` : ''}
          </li>
        ))}
      </ul>
    </div>
  )
}
