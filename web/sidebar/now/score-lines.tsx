import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { ScoreLinesSchema } from '../../../src/http/api/leads.schema.ts'
import { call } from '../../shared/call.ts'
import { Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'

/** Every point of the score with the line that explains it. */
export function ScoreLines({ leadId }: { leadId: string }) {
  const words = useWords()
  const { data } = useQuery({
    queryKey: ['score', leadId],
    queryFn: ({ signal }) => call<z.infer<typeof ScoreLinesSchema>>('GET', `/api/leads/${leadId}/score`, { signal }),
  })
  if (!data) return <Skeleton lines={3} />
  return (
    <dl className="score-lines" aria-label={words.now.scoreTitle}>
      {(['intent', 'fit'] as const).map((part) => (
        <div key={part}>
          <dt>
            {words.now[part]} <b>{Math.round(data[part].points)}</b>
          </dt>
          {data[part].lines.map(({ text, points, day }) => (
            <dd key={`${text}${day ?? ''}`}>
              <span>{text}</span>
              <b className="score-points">{points > 0 ? `+${Math.round(points)}` : Math.round(points)}</b>
            </dd>
          ))}
        </div>
      ))}
    </dl>
  )
}
