import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { call } from '../../shared/call.ts'
import type { Lead } from '../api/shapes.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { takersQuery } from './queries.ts'
import type { Given } from './shapes.ts'
import { teamWords } from './words.ts'

interface Giving {
  lead: Given
  /** On whom it was dropped. */
  to: string | undefined
  onClose(): void
  onDone(): void
}

/** To whom a lead goes, with what routing has against each: routing's own choice is chosen already. */
export function GiveDialog({ lead, to, onClose, onDone }: Giving) {
  const words = useRoomWords(teamWords)
  const { cancel } = useWords()
  const reasonOf = useReason()
  const { show } = useToasts()
  const group = useId()
  const { data, error, isPending, refetch } = useQuery(takersQuery(lead.leadId))
  const [picked, setPicked] = useState(to)
  const [note, setNote] = useState('')
  const [isBusy, setBusy] = useState(false)
  const takers = data?.items.filter(({ userid }) => userid !== lead.from) ?? []
  const taker =
    takers.find(({ userid }) => userid === picked) ?? (picked ? undefined : takers.find(({ chosen }) => chosen))
  const give = async () => {
    if (!taker) return
    setBusy(true)
    try {
      const after = await call<Lead>('POST', `/api/leads/${lead.leadId}/hand-over`, {
        body: { to: taker.userid, anyway: taker.objection !== null, note: note.trim() || undefined },
      })
      const said = after.owner ? words.givenOwner : words.givenOffer
      show({ id: 'give', tone: 'good', text: said(lead.name, taker.name) })
      onClose()
    } catch (failure) {
      show({ id: 'give', tone: 'bad', text: reasonOf(failure) })
      // What routing says may have changed since it was asked.
      await refetch()
      setBusy(false)
    }
    onDone()
  }
  return (
    <Dialog
      title={words.giveTitle(lead.name)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button
            type="primary"
            disabled={!taker}
            loading={isBusy}
            danger={Boolean(taker?.objection)}
            onClick={() => void give()}
          >
            {taker ? (taker.objection ? words.giveAnyway : words.giveNow)(taker.name) : words.choose}
          </Button>
        </>
      }
    >
      {isPending ? <Skeleton rows={4} /> : null}
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {data && takers.length === 0 ? <Empty title={words.nobodyToGive} hint={words.nobodyToGiveHint} /> : null}
      <ul className="team-takers">
        {takers.map(({ userid, name, load, friend, objection, chosen }) => (
          <li key={userid}>
            <label>
              <input type="radio" name={group} checked={taker?.userid === userid} onChange={() => setPicked(userid)} />
              <b dir="auto">{name}</b>
              <span className="quiet">{words.loadOf(load.open, load.capacity)}</span>
              {chosen ? <span className="fate fate-good">{words.byRule}</span> : null}
              {friend ? <span className="fate">{words.friend}</span> : null}
              {objection ? <span className="team-objection">{objection}</span> : null}
            </label>
          </li>
        ))}
      </ul>
      <Input
        value={note}
        maxLength={500}
        aria-label={words.note}
        placeholder={words.note}
        onChange={(event) => setNote(event.target.value)}
      />
    </Dialog>
  )
}
