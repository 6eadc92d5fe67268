import { useQuery } from '@tanstack/react-query'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { systemQuery } from './queries.ts'
import { toneOf } from './shapes.ts'
import { systemWords } from './words.ts'

/** Every part with one line: what was seen, and what to do where that is not well. */
export function StatePart() {
  const words = useRoomWords(systemWords)
  const { data, error, isPending, refetch } = useQuery(systemQuery)
  if (isPending) return <Skeleton rows={6} tall />
  if (!data) return <Failure error={error ?? new Error()} onRetry={() => void refetch()} />
  const bad = data.parts.filter(({ state }) => state !== 'ok').length
  return (
    <>
      <p className={bad > 0 ? 'system-verdict system-verdict-bad' : 'system-verdict'} role="status">
        {bad > 0 ? words.notGood(bad) : words.allGood}
      </p>
      <ul className="card system-lines">
        {data.parts.map(({ id, state, text, at }) => (
          <li key={id}>
            <span className={`fate fate-${toneOf[state]}`}>{words.states[state]}</span>
            <b>{words.parts[id] ?? id}</b>
            <span className="system-text">{text}</span>
            {at ? <When at={at} className="quiet small" /> : null}
          </li>
        ))}
      </ul>
      <section className="card">
        <h2>{words.processes}</h2>
        <ul className="system-lines">
          {data.processes.map(({ role, since, at }) => (
            <li key={`${role}${since ?? at}`}>
              <b>{words.roles[role] ?? role}</b>
              <span className="quiet small">{since ? <When at={since} /> : null}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  )
}
