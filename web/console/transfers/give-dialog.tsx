import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { briefQuery, refreshLead } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { type ChosenLead, LeadChoice } from '../journeys/lead-choice.tsx'
import { Chips } from '../pieces/chips.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { Budget } from './budget.tsx'
import { ColleagueChoice } from './colleague-choice.tsx'
import { leadTransfersQuery } from './queries.ts'
import type { How, Transfer } from './shapes.ts'
import { transferWords } from './words.ts'

/** Whom to give, to whom, how, as far as it is known already. */
export interface Giving {
  lead?: Pick<Lead, 'id' | 'name' | 'company'>
  from?: string | undefined
  to?: string | null
  how?: How
}

const ways: How[] = ['present', 'introduction', 'none']

/** Gives a customer to a colleague: what WeCom still allows is seen before it is asked, and what will happen then. */
export function GiveDialog({ giving, onClose, onDone }: { giving: Giving; onClose(): void; onDone(): void }) {
  const words = useRoomWords(transferWords)
  const { cancel } = useWords()
  const names = useNames()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [lead, setLead] = useState<ChosenLead | undefined>(
    giving.lead && {
      value: giving.lead.id,
      label: [names.lead(giving.lead), giving.lead.company].filter(Boolean).join(' · '),
    },
  )
  const [to, setTo] = useState(giving.to ?? undefined)
  const [how, setHow] = useState(giving.how)
  const [note, setNote] = useState('')
  const [line, setLine] = useState('')
  const [refusal, setRefusal] = useState('')
  const [isBusy, setBusy] = useState(false)
  const known = useQuery({ ...leadTransfersQuery(lead?.value ?? ''), enabled: lead !== undefined })
  const brief = useQuery({ ...briefQuery(lead?.value ?? ''), enabled: lead !== undefined })
  const isFriend = brief.data?.follows.some(({ userid, state }) => state === 'full' && userid === to) ?? false
  const mayAsk = (known.data?.budget?.left ?? 0) > 0
  const chosen = how ?? (isFriend ? 'none' : mayAsk ? 'present' : 'introduction')
  const running = known.data?.items.find(
    ({ state, how: way }) => (state === 'wanted' || state === 'asked') && way !== 'none',
  )
  const isReady = lead !== undefined && to !== undefined && !running && (chosen !== 'present' || mayAsk)
  const give = async () => {
    if (!lead || !to) return
    setBusy(true)
    setRefusal('')
    try {
      await call<Transfer>('POST', `/api/leads/${lead.value}/transfers`, {
        body: {
          to,
          how: chosen,
          ...(giving.from ? { from: giving.from } : {}),
          ...(note.trim() ? { note: note.trim() } : {}),
          ...(chosen === 'present' && line.trim() ? { line: line.trim() } : {}),
        },
      })
      show({ id: 'transfer', tone: 'good', text: words.begun[chosen](names.staff(to)) })
      onClose()
    } catch (error) {
      setRefusal(reasonOf(error))
      setBusy(false)
    }
    onDone()
    await refreshLead(client, lead.value)
  }
  return (
    <Dialog
      title={words.startTitle}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="primary" disabled={!isReady} loading={isBusy} onClick={() => void give()}>
            {words.give[chosen]}
          </Button>
        </>
      }
    >
      <div className="transfers-form">
        <LeadChoice label={words.whom} value={lead ? [lead] : []} onChange={(next) => setLead(next.at(-1))} />
        {known.data ? <Budget budget={known.data.budget} /> : null}
        {running ? (
          <p className="transfer-bad">{words.alreadyRunning(running.to ? names.staff(running.to) : '')}</p>
        ) : null}
        <ColleagueChoice label={words.toWhom} value={to} except={[giving.from]} onChange={setTo} />
        <Chips
          value={chosen}
          onChoose={(next) => setHow(next as How)}
          options={ways.map((id) => ({ id, label: words.how[id] }))}
        />
        <p className="quiet small">{words.happens[chosen]}</p>
        {chosen === 'present' && lead && known.data && !mayAsk ? (
          <p className="transfer-bad small">{words.cannotAsk}</p>
        ) : null}
        <Input.TextArea
          rows={2}
          maxLength={1000}
          className="grows"
          value={note}
          placeholder={words.note}
          aria-label={words.note}
          onChange={({ target }) => setNote(target.value)}
        />
        {chosen === 'present' ? (
          <Input
            maxLength={200}
            value={line}
            placeholder={words.line}
            aria-label={words.line}
            onChange={({ target }) => setLine(target.value)}
          />
        ) : null}
        {refusal ? (
          <p className="transfer-bad" role="alert">
            {refusal}
          </p>
        ) : null}
      </div>
    </Dialog>
  )
}
