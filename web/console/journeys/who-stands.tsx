import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { More } from '../pieces/more.tsx'
import { Stage } from '../pieces/stage.tsx'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { standingQuery } from './queries.ts'
import type { Talk } from './talk.ts'

/** Who stands at a step now, and until when. */
export function WhoStands({ id, version, path, talk }: { id: string; version: number; path: string; talk: Talk }) {
  const { words, general, names } = talk
  const now = useNow()
  const query = useInfiniteQuery({ ...standingQuery(id, version, path), refetchInterval: 10_000 })
  return (
    <section aria-label={words.whoWaits}>
      <h3 className="panel-part">{words.whoWaits}</h3>
      {query.isPending ? <Skeleton rows={3} /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data?.length === 0 ? <p className="quiet">{words.nobodyWaits}</p> : null}
      <ul className="standing">
        {query.data?.map(({ id: enrolment, leadId, lead, dueAt, state }) => (
          <li key={enrolment}>
            <Link href={`/leads/${leadId}`} className="one-line" dir="auto">
              {[names.lead(lead), lead.company].filter(Boolean).join(' · ')}
            </Link>
            <Stage stage={lead.stage} />
            <span className="quiet small">
              {state === 'paused' || dueAt === null ? words.dueUnknown : words.due(sayWhen(dueAt, now, general))}
            </span>
          </li>
        ))}
      </ul>
      <More query={query} />
    </section>
  )
}
