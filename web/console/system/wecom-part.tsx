import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { wecomUseQuery } from './queries.ts'
import type { WecomUse } from './shapes.ts'
import { type SystemWords, systemWords } from './words.ts'

/** What was asked of WeCom on a day, what it refused and what to do; and how much of the limits is used. */
export function WecomPart() {
  const words = useRoomWords(systemWords)
  const [day, setDay] = useState('')
  const { data, error, isPending, refetch } = useQuery(wecomUseQuery(day))
  if (isPending) return <Skeleton rows={8} tall />
  if (!data) return <Failure error={error ?? new Error()} onRetry={() => void refetch()} />
  return (
    <>
      <section className="card">
        <header className="card-head">
          <p className="quiet">{words.wecomHint}</p>
          <input
            type="date"
            className="date-own"
            aria-label={words.day}
            value={day || data.day}
            onChange={({ target }) => setDay(target.value)}
          />
        </header>
        {data.apis.length === 0 ? (
          <Empty title={words.wecomNone} hint={words.wecomNoneHint} />
        ) : (
          <ul className="system-lines">
            {data.apis.map((api) => (
              <ApiLine key={api.api} api={api} />
            ))}
          </ul>
        )}
      </section>
      <Limits limits={data.limits} />
      <Sending sending={data.sending} />
    </>
  )
}

function ApiLine({ api: { api, calls, failed, faults } }: { api: WecomUse['apis'][number] }) {
  const words = useRoomWords(systemWords)
  return (
    <li>
      <code className="system-api">{api}</code>
      <span className="quiet small">{`${words.calls} ${calls}`}</span>
      {failed > 0 ? <span className="fate fate-bad">{`${words.failed} ${failed}`}</span> : null}
      {faults.length > 0 ? (
        <ul className="system-faults">
          {faults.map(({ errcode, calls, meaning, operator }) => (
            <li key={errcode ?? 'none'}>
              <b>{`${errcode ?? words.noAnswer} ×${calls}`}</b> {meaning}
              <span className="system-operator">{operator}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  )
}

const windowOf = (seconds: number, words: SystemWords): string =>
  seconds === 60
    ? words.perMinute
    : seconds === 3600
      ? words.perHour
      : seconds === 86_400
        ? words.perDay
        : `${seconds}s`

function Limits({ limits }: { limits: WecomUse['limits'] }) {
  const words = useRoomWords(systemWords)
  return (
    <section className="card">
      <h2>{words.limits}</h2>
      <p className="quiet small">{words.limitsHint}</p>
      {limits.length === 0 ? <Empty title={words.limitsNone} hint={words.limitsNoneHint} /> : null}
      <ul className="system-limits">
        {limits.map(({ name, limit, seconds, used, closedUntil }) => (
          <li key={`${name}${limit}${seconds}`}>
            <code>{name === 'ip' ? words.everyApi : name}</code>
            <meter min={0} max={limit} value={used} high={limit * 0.8} aria-label={name} />
            <span className="quiet small">{`${used}/${limit} ${windowOf(seconds, words)}`}</span>
            {closedUntil ? (
              <span className="fate fate-bad">
                <When at={closedUntil} />
              </span>
            ) : (
              <span />
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Sending({ sending: { channels, refusals, full } }: { sending: WecomUse['sending'] }) {
  const words = useRoomWords(systemWords)
  const { message } = useWords()
  return (
    <section className="card">
      <h2>{words.sending}</h2>
      {channels.length === 0 ? (
        <Empty title={words.sendingNone} hint={words.sendingNoneHint} />
      ) : (
        <table className="system-table">
          <thead>
            <tr>
              <th scope="col">{words.sending}</th>
              <th scope="col">{words.sent}</th>
              <th scope="col">{words.waiting}</th>
              <th scope="col">{words.refused}</th>
              <th scope="col">{words.failed}</th>
            </tr>
          </thead>
          <tbody>
            {channels.map(({ channel, sent, waiting, refused, failed }) => (
              <tr key={channel}>
                <th scope="row">{message.channels[channel] ?? channel}</th>
                <td>{sent}</td>
                <td>{waiting}</td>
                <td>{refused}</td>
                <td className={failed > 0 ? 'system-bad' : undefined}>{failed}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {refusals.length > 0 ? (
        <p className="system-refusals">
          {refusals.map(({ reason, count }) => (
            <span key={reason} className="fate">
              {`${words.refusals[reason] ?? reason} ${count}`}
            </span>
          ))}
        </p>
      ) : null}
      {full > 0 ? <p className="quiet small">{words.full(full)}</p> : null}
    </section>
  )
}
