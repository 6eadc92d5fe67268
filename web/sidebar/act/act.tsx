import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { type GivenReason, type LeadMove, leadMoves } from '../../shared/lead-moves.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { type Contact, meQuery, wordsQuery } from '../queries.ts'
import { type Todo, useSending } from '../send/use-sending.ts'
import { useWords } from '../words/words.tsx'
import { AskHelp } from './ask-help.tsx'
import { HandOver } from './hand-over.tsx'
import { Meeting } from './meeting.tsx'
import { ReasonForm } from './reason-form.tsx'
import { Section } from './section.tsx'
import { Tags } from './tags.tsx'

/** What one may do with him from here: take him, move him on, give him back or to a colleague, meet him, ask about him, tag him. */
export function Act({ contact, inChat, onChange }: { contact: Contact; inChat: boolean; onChange(): Promise<void> }) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const { data: names } = useQuery(wordsQuery)
  const { data: me } = useQuery(meQuery)
  const [asking, setAsking] = useState<LeadMove>()
  const [isBusy, setBusy] = useState(false)
  const { lead, brief } = contact
  const mayWork =
    lead.owner?.toLowerCase() === me?.userid?.toLowerCase() ||
    (me?.roles.some((role) => role === 'admin' || role === 'manager') ?? false)
  const moves = leadMoves(brief, { version: lead.version, undoSeconds: names?.undoSeconds ?? 10, mayWork })
  const labelOf = ({ kind, verdict, name }: LeadMove): string =>
    kind === 'verdict'
      ? (names?.verdicts.find(({ id }) => id === verdict)?.name ?? verdict ?? '')
      : kind === 'advance'
        ? (name ?? '')
        : words.act[kind]

  const { put } = useSending(lead.id, onChange)
  const introduce = async (transferId: string) => {
    try {
      await put(await call<Todo>('POST', `/api/transfers/${transferId}/introduce`))
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
  }
  const run = async (move: LeadMove, given: GivenReason | null) => {
    setAsking(undefined)
    setBusy(true)
    try {
      await call('POST', `/api/leads/${lead.id}/${move.path}`, { body: move.body(given) })
      tell(words.act.done(labelOf(move)))
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setBusy(false)
    await onChange()
  }

  return (
    <>
      <h2>{words.act.stage}</h2>
      {moves.length === 0 ? <p className="quiet">{words.act.none}</p> : null}
      <div className="buttons">
        {moves.map((move, index) => (
          <button
            key={move.id}
            type="button"
            className={index === 0 ? 'button main' : 'button'}
            disabled={isBusy}
            onClick={() => (move.reasons ? setAsking(move) : void run(move, null))}
          >
            {labelOf(move)}
          </button>
        ))}
      </div>
      {asking ? (
        <ReasonForm
          list={asking.reasons ?? ''}
          action={labelOf(asking)}
          onGive={(given) => void run(asking, given)}
          onClose={() => setAsking(undefined)}
        />
      ) : null}
      <Section title={words.meeting.title}>
        <Meeting leadId={lead.id} put={inChat ? put : undefined} onChange={onChange} />
      </Section>
      <Section title={words.help.title}>
        <AskHelp leadId={lead.id} />
      </Section>
      {mayWork ? <HandOver contact={contact} introduce={inChat ? introduce : undefined} onChange={onChange} /> : null}
      <Tags contact={contact} onChange={onChange} />
    </>
  )
}
