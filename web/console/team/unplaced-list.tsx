import type { UseInfiniteQueryResult } from '@tanstack/react-query'
import { useNow } from '../../shared/now.ts'
import { saySpan } from '../../shared/say-time.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { LeadItem } from './lead-item.tsx'
import type { Given, Unplaced } from './shapes.ts'
import { teamWords } from './words.ts'

/** Leads that wait for a manager's hand. */
export function UnplacedList({
  query,
  onGive,
}: {
  query: UseInfiniteQueryResult<Unplaced[]>
  onGive(lead: Given): void
}) {
  const words = useRoomWords(teamWords)
  const all = useWords()
  const now = useNow()
  return (
    <section className="card" aria-label={words.unplaced}>
      <h2>{words.unplaced}</h2>
      {query.isPending ? <Skeleton rows={2} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data?.length === 0 ? <Empty title={words.unplacedNone} hint={words.unplacedNoneHint} /> : null}
      {query.data && query.data.length > 0 ? (
        <>
          <p className="quiet small">{words.unplacedHint}</p>
          <ul className="team-leads">
            {query.data.map((lead) => (
              <LeadItem
                key={lead.leadId}
                lead={lead}
                from={null}
                onGive={onGive}
                clock={<span className="sla sla-soon">{words.waited(saySpan(now - Date.parse(lead.since), all))}</span>}
              >
                {[
                  lead.handRaised ? all.review.handRaised : '',
                  lead.passed > 0 ? words.passed(lead.passed) : '',
                  lead.note ?? '',
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </LeadItem>
            ))}
          </ul>
          <More query={query} />
        </>
      ) : null}
    </section>
  )
}
