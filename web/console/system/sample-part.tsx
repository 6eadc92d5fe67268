import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { systemWords } from './words.ts'

interface Sample {
  leads: number
  mayLoad: boolean
}

/** The made-up company: in for trying, out without a trace. */
export function SamplePart() {
  const words = useRoomWords(systemWords)
  const { cancel } = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [isAsking, setAsking] = useState(false)
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['sample'],
    queryFn: ({ signal }) => call<Sample>('GET', '/api/sample', { signal }),
    refetchInterval: 3_000,
  })
  if (isPending) return <Skeleton rows={2} tall />
  if (!data) return <Failure error={error ?? new Error()} onRetry={() => void refetch()} />
  const start = async (verb: 'load' | 'wipe') => {
    try {
      await call('POST', `/api/sample/${verb}`)
      show({ id: 'sample', tone: 'good', text: words.sampleWorking })
    } catch (failure) {
      show({ id: 'sample', tone: 'bad', text: reasonOf(failure) })
    }
    setAsking(false)
    await client.invalidateQueries()
  }
  return (
    <section className="card system-form">
      <p>{words.sampleHint}</p>
      <p role="status">
        <b>{data.leads > 0 ? words.sampleLoaded(data.leads) : words.sampleNone}</b>
      </p>
      <div className="system-buttons">
        <Button type="primary" disabled={!data.mayLoad || data.leads > 0} onClick={() => void start('load')}>
          {words.load}
        </Button>
        <Button danger disabled={data.leads === 0} onClick={() => setAsking(true)}>
          {words.wipe}
        </Button>
      </div>
      {data.mayLoad ? null : <p className="quiet small">{words.onlySandbox}</p>}
      {isAsking ? (
        <Dialog
          title={words.wipeTitle}
          onClose={() => setAsking(false)}
          foot={
            <>
              <Button onClick={() => setAsking(false)}>{cancel}</Button>
              <Button type="primary" danger onClick={() => void start('wipe')}>
                {words.wipeNow}
              </Button>
            </>
          }
        >
          <p>{words.wipeWhat(data.leads)}</p>
        </Dialog>
      ) : null}
    </section>
  )
}
