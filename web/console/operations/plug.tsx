import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { outgoingQuery } from '../api/queries.ts'
import { PlugIcon } from '../look/icons.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'

/** One big switch: everything that leaves the house, or nothing. */
export function Plug({ mayPull }: { mayPull: boolean }) {
  const words = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [isAsking, setAsking] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const { data: outgoing, error, refetch } = useQuery(outgoingQuery)
  if (error && !outgoing) return <Failure error={error} onRetry={() => void refetch()} />
  if (!outgoing) return <Skeleton rows={1} tall />
  const { paused } = outgoing
  const turn = async () => {
    setBusy(true)
    try {
      await call('PUT', '/api/outgoing', { body: { paused: !paused } })
    } catch (failure) {
      show({ id: 'plug', tone: 'bad', text: reasonOf(failure) })
    }
    await client.invalidateQueries({ queryKey: outgoingQuery.queryKey })
    setBusy(false)
    setAsking(false)
  }
  const { operations } = words
  return (
    <section className="plug" data-paused={paused || undefined}>
      <PlugIcon size={28} />
      <div className="plug-words">
        <h2>{paused ? operations.plugOff : operations.plugOn}</h2>
        <p>{paused ? operations.plugOffHint : operations.plugOnHint}</p>
        {!paused && outgoing.channels.length > 0 ? (
          <p className="plug-channels">
            {operations.channelsPaused(
              outgoing.channels.map((id) => words.message.channels[id] ?? id).join(words.events.comma),
            )}
          </p>
        ) : null}
      </div>
      {mayPull ? (
        <Button size="large" danger={!paused} type={paused ? 'primary' : 'default'} onClick={() => setAsking(true)}>
          {paused ? operations.resume : operations.pause}
        </Button>
      ) : null}
      {isAsking ? (
        <Dialog
          title={paused ? operations.resumeTitle : operations.pauseTitle}
          onClose={() => setAsking(false)}
          foot={
            <>
              <Button onClick={() => setAsking(false)}>{words.cancel}</Button>
              <Button type="primary" danger={!paused} loading={isBusy} onClick={() => void turn()}>
                {paused ? operations.resume : operations.pause}
              </Button>
            </>
          }
        >
          <p>{paused ? operations.resumeWhat : operations.pauseWhat}</p>
        </Dialog>
      ) : null}
    </section>
  )
}
