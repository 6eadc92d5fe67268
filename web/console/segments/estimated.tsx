import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import type { Condition, SegmentEstimate } from '../api/shapes.ts'
import { Stage } from '../pieces/stage.tsx'
import { useReason } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'

const quietMs = 250

/** About how many a condition finds, and some of them, while it is written. */
export function Estimated({ condition }: { condition: Condition }) {
  const { segments: words, ...general } = useWords()
  const reasonOf = useReason()
  const [asked, ask] = useState(condition)
  useEffect(() => {
    const timer = window.setTimeout(() => ask(condition), quietMs)
    return () => window.clearTimeout(timer)
  }, [condition])
  const { data, error } = useQuery({
    queryKey: ['segment-estimate', asked],
    queryFn: ({ signal }) =>
      call<SegmentEstimate>('POST', '/api/segments/estimate', { body: { condition: asked }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  if (error) return <p role="alert">{reasonOf(error)}</p>
  if (!data) return <p className="quiet">{general.loading}</p>
  return (
    <div aria-live="polite">
      <p className="segment-count">{data.exact ? words.people(data.count) : words.about(data.count)}</p>
      {data.exact ? null : <p className="quiet small">{words.between(data.low, data.high)}</p>}
      {data.leads.length > 0 ? (
        <ul className="segment-sample" aria-label={words.sample}>
          {data.leads.map((lead) => (
            <li key={lead.id}>
              <Link href={`/leads/${lead.id}`} className="one-line">
                {[lead.name || general.nameless, lead.company].filter(Boolean).join(' · ')}
              </Link>
              <Stage stage={lead.stage} desk={lead.desk} />
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet">{words.noSample}</p>
      )}
    </div>
  )
}
