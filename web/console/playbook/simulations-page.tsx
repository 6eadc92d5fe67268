import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useNames } from '../api/names.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'
import { simulationsQuery } from './rules.ts'

/** What was tried, the latest first. */
export function SimulationsPage() {
  const { playbook } = useWords()
  const names = useNames()
  const query = useInfiniteQuery(simulationsQuery)
  if (query.error && !query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <Skeleton rows={6} />
  if (query.data.length === 0)
    return (
      <Empty
        title={playbook.simulationsNone}
        hint={playbook.simulationsNoneHint}
        action={<Link href="/playbook">{playbook.rules}</Link>}
      />
    )
  return (
    <div className="sheet">
      <p className="sheet-hint">{playbook.simulationsHint}</p>
      <ol className="rule-versions">
        {query.data.map(({ id, state, by, createdAt, changes, about }) => (
          <li className="card rule-version" key={id}>
            <header>
              <Link href={`/playbook/simulations/${id}`}>
                {about === null ? playbook.states[state] : playbook.tried(about, changes ?? 1)}
              </Link>
              <span className="quiet">
                {names.actor(by)} · <When at={createdAt} />
              </span>
            </header>
          </li>
        ))}
      </ol>
      <More query={query} />
    </div>
  )
}
