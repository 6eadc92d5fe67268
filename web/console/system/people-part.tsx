import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { pages } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { EraseDialog } from './erase-dialog.tsx'
import type { CheckedErasure, Erasure } from './shapes.ts'
import { systemWords } from './words.ts'

/** Somebody asks for his data, or to be forgotten: find him, then one of two buttons; below, what was erased and its proof. */
export function PeoplePart() {
  const words = useRoomWords(systemWords)
  const all = useWords()
  const names = useNames()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [q, setQ] = useState('')
  const [erased, setErased] = useState<Lead>()
  const found = useInfiniteQuery({ ...pages<Lead>(['people', q], '/api/leads', { q }), enabled: q !== '' })
  const erasures = useInfiniteQuery({
    ...pages<Erasure>(['erasures'], '/api/erasures'),
    refetchInterval: 5_000,
  })
  const exportPerson = async (lead: Lead) => {
    try {
      await call('POST', `/api/leads/${lead.id}/export-person`)
      show({ id: 'person', tone: 'good', text: words.exported })
    } catch (error) {
      show({ id: 'person', tone: 'bad', text: reasonOf(error) })
    }
  }
  return (
    <>
      <p className="sheet-hint">{words.peopleHint}</p>
      <section className="card">
        <Input.Search
          allowClear
          maxLength={100}
          aria-label={words.find}
          placeholder={words.find}
          onSearch={(text) => setQ(text.trim())}
        />
        {q === '' ? <p className="quiet small">{words.findHint}</p> : null}
        {q !== '' && found.isPending ? <Skeleton rows={2} tall /> : null}
        {found.error ? <Failure error={found.error} onRetry={() => void found.refetch()} /> : null}
        {found.data?.length === 0 ? <Empty title={words.noPerson} hint={words.noPersonHint} /> : null}
        <ul className="system-lines">
          {found.data?.map((lead) => (
            <li key={lead.id}>
              <b dir="auto">{names.lead(lead)}</b>
              <span className="system-text quiet" dir="auto">
                {[lead.company, ...lead.identities.map(({ value }) => value)].filter(Boolean).join(' · ') ||
                  all.unknownCompany}
              </span>
              <Button size="small" onClick={() => void exportPerson(lead)}>
                {words.exportPerson}
              </Button>
              <Button size="small" danger onClick={() => setErased(lead)}>
                {words.erase}
              </Button>
            </li>
          ))}
        </ul>
        <More query={found} />
      </section>
      <section className="card">
        <h2>{words.erasures}</h2>
        {erasures.isPending ? <Skeleton rows={2} /> : null}
        {erasures.error && !erasures.data ? (
          <Failure error={erasures.error} onRetry={() => void erasures.refetch()} />
        ) : null}
        {erasures.data?.length === 0 ? <Empty title={words.erasuresNone} hint={words.erasuresNoneHint} /> : null}
        <ul className="system-lines">
          {erasures.data?.map((erasure) => (
            <ErasureLine key={erasure.id} erasure={erasure} />
          ))}
        </ul>
        <More query={erasures} />
      </section>
      {erased ? (
        <EraseDialog
          lead={erased}
          onClose={() => setErased(undefined)}
          onDone={() => void client.invalidateQueries({ queryKey: ['people'] })}
        />
      ) : null}
    </>
  )
}

function ErasureLine({ erasure }: { erasure: Erasure }) {
  const words = useRoomWords(systemWords)
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const rows = Object.values(erasure.counts).reduce((sum, count) => sum + count, 0)
  const check = async () => {
    try {
      const { matches, back } = await call<CheckedErasure>('GET', `/api/erasures/${erasure.id}`)
      const holds = matches && back.length === 0
      show({ id: 'proof', tone: holds ? 'good' : 'bad', text: holds ? words.proofGood : words.proofBad })
    } catch (error) {
      show({ id: 'proof', tone: 'bad', text: reasonOf(error) })
    }
  }
  return (
    <li>
      <code className="small">{erasure.leadId}</code>
      <span dir="auto">{erasure.reason}</span>
      <span className="quiet small">{`${words.rows(rows)} · ${names.actor(erasure.by)}`}</span>
      <code className="system-text small one-line" title={erasure.proof}>
        {erasure.proof.slice(0, 16)}…
      </code>
      <When at={erasure.at} className="quiet small" />
      <Button size="small" onClick={() => void check()}>
        {words.proof}
      </Button>
    </li>
  )
}
