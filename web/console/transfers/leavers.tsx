import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link } from 'wouter'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { leaversQuery } from './queries.ts'
import type { Leaver } from './shapes.ts'
import { transferWords } from './words.ts'

const parts = ['done', 'running', 'refused', 'failed', 'unplaced'] as const

/** Who left, and how far his customers are: those nobody has yet come first. */
export function Leavers({ onGive }: { onGive(leaver: Leaver): void }) {
  const words = useRoomWords(transferWords)
  const { data, error, isPending, refetch } = useQuery({ ...leaversQuery, refetchInterval: 30_000 })
  const open = (one: Leaver) => one.unplaced + one.failed
  const leavers = [...(data?.items ?? [])].sort((a, b) => open(b) - open(a))
  return (
    <section className="card" aria-label={words.leavers}>
      <h2>{words.leavers}</h2>
      {isPending ? <Skeleton rows={2} tall /> : null}
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {data && leavers.length === 0 ? <Empty title={words.noLeavers} hint={words.noLeaversHint} /> : null}
      <ul className="transfers-people">
        {leavers.map((one) => (
          <li key={one.userid}>
            <p className="transfers-person">
              <Link href={`/transfers?from=${encodeURIComponent(one.userid)}`} dir="auto">
                <b>{one.name}</b>
              </Link>
              {one.leftAt ? (
                <span className="quiet small">
                  <When at={one.leftAt} /> {words.left}
                </span>
              ) : null}
            </p>
            <p className="transfers-bar-of" aria-hidden="true">
              {parts.map((part) =>
                one[part] > 0 ? <i key={part} data-part={part} style={{ flexGrow: one[part] }} /> : null,
              )}
            </p>
            <p className="small">
              {parts
                .filter((part) => one[part] > 0)
                .map((part) => words.parts[part](one[part]))
                .join(' · ')}
            </p>
            {open(one) > 0 ? (
              <Button size="small" type="primary" aria-label={words.giveRestOf(one.name)} onClick={() => onGive(one)}>
                {words.giveRest(open(one))}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
    </section>
  )
}
