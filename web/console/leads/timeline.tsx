import { useInfiniteQuery } from '@tanstack/react-query'
import { Fragment, useState } from 'react'
import { useNow } from '../../shared/now.ts'
import { sayDay } from '../../shared/say-time.ts'
import { timelineQuery } from '../api/queries.ts'
import { Choice } from '../pieces/choice.tsx'
import { More } from '../pieces/more.tsx'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { TimelineLine } from './timeline-line.tsx'

const parts = ['all', 'customer', 'stage', 'messages', 'staff'] as const
type Part = (typeof parts)[number]

/** Everything that happened, newest first, by day; further back as one scrolls. */
export function Timeline({ leadId }: { leadId: string }) {
  const words = useWords()
  const now = useNow()
  const [part, setPart] = useState<Part>('all')
  const query = useInfiniteQuery(timelineQuery(leadId, part === 'all' ? undefined : part))
  const items = query.data ?? []
  return (
    <section className="card timeline">
      <header className="card-head">
        <h2>{words.lead.timeline}</h2>
        <Choice<Part>
          label={words.lead.timeline}
          value={part}
          onChange={setPart}
          options={parts.map((value) => ({ value, label: words.lead.filters[value] }))}
        />
      </header>
      {query.isPending ? <Skeleton rows={6} /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      <ol className="timeline-lines">
        {items.map((item, index) => {
          const day = sayDay(item.at, now, words)
          const before = items[index - 1]
          return (
            <Fragment key={item.id}>
              {before && sayDay(before.at, now, words) === day ? null : <li className="timeline-day">{day}</li>}
              <TimelineLine item={item} />
            </Fragment>
          )
        })}
      </ol>
      {query.data && items.length === 0 && !query.hasNextPage ? (
        <p className="quiet timeline-none">
          {part === 'all'
            ? `${words.lead.timelineEmpty}${words.events.stop}${words.lead.timelineEmptyHint}`
            : words.lead.timelineNoMatch}
        </p>
      ) : null}
      <More query={query} />
    </section>
  )
}
