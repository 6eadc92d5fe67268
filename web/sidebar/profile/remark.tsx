import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { CallFailed, call } from '../../shared/call.ts'
import { Skeleton, useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { useWords } from '../words/words.tsx'

interface RemarkFields {
  remark: string
  company: string
  description: string
  mobiles: string[]
}

/** What he wrote about the customer in WeCom, changed here and written back there. */
export function Remark({ leadId, onDone }: { leadId: string; onDone(): Promise<void> }) {
  const reasonOf = useReason()
  const { data, error } = useQuery({
    queryKey: ['remark', leadId],
    queryFn: ({ signal }) => call<RemarkFields>('GET', `/api/leads/${leadId}/remark`, { signal }),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  if (error) return <p className="quiet">{reasonOf(error)}</p>
  if (!data) return <Skeleton lines={3} />
  return <RemarkForm leadId={leadId} given={data} onDone={onDone} />
}

function RemarkForm({ leadId, given, onDone }: { leadId: string; given: RemarkFields; onDone(): Promise<void> }) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const client = useQueryClient()
  const [seen, setSeen] = useState(given)
  const [next, setNext] = useState(given)
  const [theirs, setTheirs] = useState<RemarkFields>()
  const [isBusy, setBusy] = useState(false)
  const changed = (Object.keys(next) as (keyof RemarkFields)[]).filter(
    (field) => JSON.stringify(next[field]) !== JSON.stringify(seen[field]),
  )
  const save = async () => {
    setBusy(true)
    const body = { seen, next: Object.fromEntries(changed.map((field) => [field, next[field]])) }
    try {
      const now = await call<RemarkFields>('PUT', `/api/leads/${leadId}/remark`, { body })
      client.setQueryData(['remark', leadId], now)
      tell(words.remark.saved)
      await onDone()
    } catch (failure) {
      if (failure instanceof CallFailed && failure.id === 'remark_changed') setTheirs(failure.details as RemarkFields)
      else tell(reasonOf(failure), 'bad')
    }
    setBusy(false)
  }
  const text = (field: 'remark' | 'company' | 'description', most: number) => (
    <label className="row" key={field}>
      <span>{words.remark[field]}</span>
      <input
        type="text"
        maxLength={most}
        value={next[field]}
        onChange={({ target }) => setNext({ ...next, [field]: target.value })}
      />
    </label>
  )
  return (
    <form
      className="reason"
      onSubmit={(event) => {
        event.preventDefault()
        if (changed.length > 0) void save()
      }}
    >
      {text('remark', 20)}
      {text('company', 20)}
      {text('description', 150)}
      <label className="row">
        <span>{words.remark.mobiles}</span>
        <input
          type="tel"
          maxLength={100}
          value={next.mobiles.join(' ')}
          onChange={({ target }) => setNext({ ...next, mobiles: target.value.split(' ').slice(0, 5) })}
          onBlur={() => setNext({ ...next, mobiles: next.mobiles.filter(Boolean) })}
        />
      </label>
      {theirs ? (
        <div className="bad" role="alert">
          <p>{words.remark.changed}</p>
          <blockquote>
            {[theirs.remark, theirs.company, theirs.description, theirs.mobiles.join(' ')].filter(Boolean).join('\n')}
          </blockquote>
          <div className="buttons">
            <button
              type="button"
              className="button"
              onClick={() => {
                setSeen(theirs)
                setNext(theirs)
                setTheirs(undefined)
              }}
            >
              {words.remark.takeTheirs}
            </button>
            <button
              type="button"
              className="button"
              onClick={() => {
                setSeen(theirs)
                setTheirs(undefined)
              }}
            >
              {words.remark.keepMine}
            </button>
          </div>
        </div>
      ) : (
        <div className="buttons">
          <button type="submit" className="button main" disabled={changed.length === 0 || isBusy}>
            {words.remark.save}
          </button>
        </div>
      )}
    </form>
  )
}
