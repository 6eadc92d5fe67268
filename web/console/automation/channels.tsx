import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { outgoingQuery } from '../api/queries.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { AutomationLine } from './line.tsx'
import { automationWords } from './words.ts'

/** Ways out of the house, each with a plug of its own. */
export function Channels({ mayTurn }: { mayTurn: boolean }) {
  const words = useRoomWords(automationWords)
  const all = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [asked, setAsked] = useState<string>()
  const [busy, setBusy] = useState('')
  const { data, error, refetch } = useQuery(outgoingQuery)
  const nameOf = (channel: string) => all.message.channels[channel] ?? channel
  const turn = async (channel: string, on: boolean) => {
    setBusy(channel)
    try {
      await call('PUT', '/api/outgoing', { body: { paused: !on, channel } })
      show({ id: 'switch', tone: 'good', text: (on ? words.turnedOn : words.turnedOff)(nameOf(channel)) })
      setAsked(undefined)
    } catch (failure) {
      show({ id: 'switch', tone: 'bad', text: reasonOf(failure) })
    }
    setBusy('')
    await client.invalidateQueries({ queryKey: outgoingQuery.queryKey })
  }
  return (
    <section className="card" aria-label={words.channels}>
      <h2>{words.channels}</h2>
      <p className="quiet small">{words.channelsHint}</p>
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {!data && !error ? <Skeleton rows={4} /> : null}
      <ul>
        {data
          ? Object.keys(words.channelSays).map((channel) => {
              const on = !data.channels.includes(channel)
              return (
                <AutomationLine
                  key={channel}
                  name={nameOf(channel)}
                  says={on ? words.channelSays[channel] : words.channelOff}
                  on={on}
                  busy={busy === channel}
                  onTurn={mayTurn ? (next) => (next ? void turn(channel, true) : setAsked(channel)) : undefined}
                />
              )
            })
          : null}
      </ul>
      {asked ? (
        <Dialog
          title={words.turnOffTitle(nameOf(asked))}
          onClose={() => setAsked(undefined)}
          foot={
            <>
              <Button onClick={() => setAsked(undefined)}>{all.cancel}</Button>
              <Button type="primary" danger loading={busy === asked} onClick={() => void turn(asked, false)}>
                {words.turnOff}
              </Button>
            </>
          }
        >
          <p>{words.channelOff}</p>
        </Dialog>
      ) : null}
    </section>
  )
}
