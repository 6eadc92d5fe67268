import { useInfiniteQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import { More } from '../pieces/more.tsx'
import { Sla } from '../pieces/sla.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { LeadItem } from './lead-item.tsx'
import { dueQuery } from './queries.ts'
import type { Given } from './shapes.ts'
import { teamWords } from './words.ts'

/** Promises by their clock: late ones first, then what comes next. */
export function DueList({ onGive, refetchInterval }: { onGive(lead: Given): void; refetchInterval: number }) {
  const words = useRoomWords(teamWords)
  const names = useNames()
  const [kind, setKind] = useState('')
  const query = useInfiniteQuery({ ...dueQuery(kind), refetchInterval })
  return (
    <section className="card" aria-label={words.due}>
      <h2>{words.due}</h2>
      <Segmented
        size="small"
        block
        aria-label={words.due}
        value={kind}
        onChange={setKind}
        options={Object.entries(words.dueKinds).map(([value, label]) => ({ value, label }))}
      />
      {query.isPending ? <Skeleton rows={4} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data?.length === 0 ? <Empty title={words.dueNone} hint={words.dueNoneHint} /> : null}
      {query.data && query.data.length > 0 ? (
        <ul className="team-leads">
          {query.data.map((due) => (
            <LeadItem
              key={due.key}
              lead={due}
              from={due.userid}
              // A review is somebody's to judge, not to hand on.
              onGive={due.kind === 'review' ? undefined : onGive}
              clock={<Sla queuedAt={due.since} dueAt={due.dueAt} />}
            >
              {[
                words.dueKinds[due.kind],
                due.userid ? names.staff(due.userid) : words.nobodyYet,
                due.kind === 'follow-up' && due.warned > 1 ? words.managerKnows : '',
              ]
                .filter(Boolean)
                .join(' · ')}
            </LeadItem>
          ))}
        </ul>
      ) : null}
      <More query={query} />
    </section>
  )
}
