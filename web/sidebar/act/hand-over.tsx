import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { LeadTransfersSchema, TransferSchema } from '../../../src/http/api/transfers.schema.ts'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { saySpan, sayWhen } from '../../shared/say-time.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { type Contact, wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import { Colleague } from './colleague.tsx'

type Transfers = z.infer<typeof LeadTransfersSchema>
type Transfer = z.infer<typeof TransferSchema>
type How = 'present' | 'introduction' | 'none'

/** Gives him to a colleague: what WeCom still allows, what happens then, and how the last one stands. */
export function HandOver({
  contact: { lead, brief },
  introduce,
  onChange,
}: {
  contact: Contact
  /** Puts the introduction into the chat; absent where there is none. */
  introduce: ((transferId: string) => Promise<void>) | undefined
  onChange(): Promise<void>
}) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const client = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const [to, setTo] = useState('')
  const [how, setHow] = useState<How>()
  const [note, setNote] = useState('')
  const [isBusy, setBusy] = useState(false)
  const { data } = useQuery({
    queryKey: ['transfers', lead.id],
    queryFn: ({ signal }) => call<Transfers>('GET', `/api/leads/${lead.id}/transfers`, { signal }),
  })
  const isFriend = brief.follows.some(({ userid, state }) => state === 'full' && userid === to)
  const chosen = how ?? (isFriend ? 'none' : (data?.budget?.left ?? 0) > 0 ? 'present' : 'introduction')
  const running = data?.items.find(({ state, how: way }) => (state === 'wanted' || state === 'asked') && way !== 'none')
  const [last] = data?.items ?? []

  const give = async () => {
    setBusy(true)
    try {
      const body = { to, how: chosen, ...(note.trim() ? { note: note.trim() } : {}) }
      const made = await call<Transfer>('POST', `/api/leads/${lead.id}/transfers`, { body })
      if (chosen === 'introduction' && introduce) await introduce(made.id)
      tell(words.handOver.begun[chosen])
      setOpen(false)
      setTo('')
      setNote('')
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setBusy(false)
    await client.invalidateQueries({ queryKey: ['transfers', lead.id] })
    await onChange()
  }

  return (
    <>
      {last ? <Standing transfer={last} /> : null}
      {running ? (
        running.how === 'introduction' && introduce ? (
          <div className="buttons">
            <button type="button" className="button" onClick={() => void introduce(running.id)}>
              {words.handOver.introduceAgain}
            </button>
          </div>
        ) : null
      ) : (
        <button type="button" className="button wide" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {words.handOver.open}
        </button>
      )}
      {isOpen && !running ? (
        <form
          className="reason"
          onSubmit={(event) => {
            event.preventDefault()
            if (to) void give()
          }}
        >
          <Colleague label={words.handOver.to} value={to} none={words.handOver.choose} onChange={setTo} />
          <div className="chips">
            {(['present', 'introduction', 'none'] as const).map((way) => (
              <button
                key={way}
                type="button"
                className="chip"
                aria-pressed={chosen === way}
                disabled={way === 'present' && !data?.budget?.left}
                onClick={() => setHow(way)}
              >
                {words.handOver.ways[way]}
              </button>
            ))}
          </div>
          <p className="quiet">
            {words.handOver.happens[chosen]}
            {chosen === 'present' && data?.budget ? words.handOver.left(data.budget.left, data.budget.max) : ''}
          </p>
          {data?.budget?.left === 0 ? <UsedUp freeAt={data.budget.freeAt} /> : null}
          <textarea
            rows={2}
            maxLength={1000}
            value={note}
            placeholder={words.handOver.note}
            aria-label={words.handOver.note}
            onChange={({ target }) => setNote(target.value)}
          />
          <div className="buttons">
            <button type="button" className="button" onClick={() => setOpen(false)}>
              {words.cancel}
            </button>
            <button type="submit" className="button main" disabled={!to || isBusy}>
              {words.handOver.give[chosen]}
            </button>
          </div>
        </form>
      ) : null}
    </>
  )
}

function UsedUp({ freeAt }: { freeAt: string | null }) {
  const words = useWords()
  const now = useNow()
  return <p className="bad">{words.handOver.usedUp(freeAt ? saySpan(Date.parse(freeAt) - now, words) : null)}</p>
}

/** How the last one stands, and where it came to nothing, why and what to do. */
function Standing({ transfer: { from, to, state, how, at, fault, until } }: { transfer: Transfer }) {
  const words = useWords()
  const now = useNow()
  const { data: names } = useQuery(wordsQuery)
  const nameOf = (userid: string | null) => names?.staff.find((one) => one.userid === userid)?.name || userid || ''
  const stands = until
    ? words.handOver.lent(nameOf(from), nameOf(to))
    : words.handOver.stands(nameOf(from), nameOf(to), words.handOver.states[state] ?? state)
  const waits = state === 'asked' && how !== 'introduction' ? words.handOver.aDay : ''
  return (
    <p className={state === 'refused' || state === 'failed' ? 'bad' : 'quiet'}>
      {sayWhen(at, now, words)} {stands}
      {waits}
      {fault ? `：${fault.message}` : ''}
    </p>
  )
}
