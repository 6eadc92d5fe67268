import { useQuery } from '@tanstack/react-query'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { sendsQuery } from './queries.ts'
import type { Talk } from './talk.ts'

/** What became of what a journey or a broadcast sends. */
export function BroadcastProgress({ id, talk }: { id: string; talk: Talk }) {
  const { words, general } = talk
  const said = words.broadcast
  const now = useNow()
  const { data, error, refetch } = useQuery(sendsQuery(id))
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={4} />
  const sent = data.states.sent ?? 0
  const rows = [['ahead', data.ahead] as const, ...Object.entries(data.states)].filter(([, count]) => count > 0)
  const share = (n: number) => (sent > 0 ? ` · ${Math.round((100 * n) / sent)}%` : '')
  return (
    <div aria-live="polite">
      {data.startsAt && new Date(data.startsAt).getTime() > now ? (
        <p>{said.startsAt(sayWhen(data.startsAt, now, general))}</p>
      ) : null}
      <ul className="outcomes">
        {rows.map(([state, count]) => (
          <li key={state}>
            <span>{said.states[state] ?? state}</span>
            <b>{count.toLocaleString(general.time.locale)}</b>
          </li>
        ))}
        {sent > 0
          ? (['opened', 'read'] as const).map((deed) => (
              <li key={deed}>
                <span>{said[deed]}</span>
                <b>{`${data[deed].toLocaleString(general.time.locale)}${share(data[deed])}`}</b>
              </li>
            ))
          : null}
      </ul>
      {data.reasons.length > 0 ? (
        <>
          <h3 className="panel-part">{said.why}</h3>
          <ul className="outcomes">
            {data.reasons.map(({ state, id: reason, message, count }) => (
              <li key={`${state}/${reason}`}>
                <span dir="auto">{message}</span>
                <b>{count.toLocaleString(general.time.locale)}</b>
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </div>
  )
}
