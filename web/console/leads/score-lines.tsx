import { useQuery } from '@tanstack/react-query'
import { useNow } from '../../shared/now.ts'
import { sayDay } from '../../shared/say-time.ts'
import { scoreQuery } from '../api/queries.ts'
import type { ScoreLines as Lines } from '../api/shapes.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'

/** Where every point comes from. */
export function ScoreLines({ leadId }: { leadId: string }) {
  const words = useWords()
  const { data: score, error, refetch } = useQuery(scoreQuery(leadId))
  return (
    <section className="card">
      <h2>{words.lead.whyScore}</h2>
      {error && !score ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {score ? (
        <div className="score">
          <Half title={words.lead.intent} half={score.intent} empty={words.lead.noIntent} />
          <Half title={words.lead.fit} half={score.fit} empty={words.none} />
        </div>
      ) : error ? null : (
        <Skeleton rows={3} />
      )}
    </section>
  )
}

function Half({ title, half, empty }: { title: string; half: Lines['fit']; empty: string }) {
  const words = useWords()
  const now = useNow()
  return (
    <div className="score-half">
      <h3>
        {title} <b>{half.points}</b>
      </h3>
      <ul>
        {half.lines.map(({ text, points, day }) => (
          <li key={`${text} ${day ?? ''}`} title={day ? sayDay(`${day}T00:00`, now, words) : undefined}>
            <span>{text}</span>
            <span className="score-points">{points > 0 ? `+${points}` : points}</span>
          </li>
        ))}
      </ul>
      {half.lines.length === 0 ? <p className="quiet">{empty}</p> : null}
    </div>
  )
}
