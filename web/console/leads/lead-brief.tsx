import { useQuery } from '@tanstack/react-query'
import { briefQuery } from '../api/queries.ts'
import type { Lead, QueueItem } from '../api/shapes.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { Conversation, Identities, Offer, Routing } from './facts.tsx'
import './lead.css'
import { Qualification } from './qualification.tsx'
import { ScoreLines } from './score-lines.tsx'
import { StagePath } from './stage-path.tsx'
import { Tags } from './tags.tsx'
import { Timeline } from './timeline.tsx'

interface Shown {
  lead: Lead
  queue: Pick<QueueItem, 'why'>
  qualification: Record<string, string> | undefined
  onQualify(fields: Record<string, string>): void
}

/** All that helps to judge a lead: why it is here and worth what, what it did, whom it would go to. */
export function LeadBrief({ lead, queue, qualification, onQualify }: Shown) {
  const words = useWords()
  const { data: brief, error, refetch } = useQuery(briefQuery(lead.id))
  return (
    <div className="brief">
      <div className="brief-columns">
        <div className="brief-main">
          <section className="card">
            <h2>{words.lead.whyQueued}</h2>
            <ul className="why">
              {queue.why.map(({ rule, text }) => (
                <li key={rule + text}>{text}</li>
              ))}
            </ul>
          </section>
          <ScoreLines leadId={lead.id} />
          <Timeline leadId={lead.id} />
        </div>
        <aside className="brief-side">
          {error && !brief ? <Failure error={error} onRetry={() => void refetch()} /> : null}
          {brief ? (
            <>
              <Routing brief={brief} />
              <Offer brief={brief} />
              <Qualification kept={brief.qualification} draft={qualification} onChange={onQualify} />
              <Tags brief={brief} leadId={lead.id} />
              <Conversation brief={brief} />
              <Identities lead={lead} />
              <StagePath brief={brief} />
            </>
          ) : error ? null : (
            <Skeleton rows={5} tall />
          )}
        </aside>
      </div>
    </div>
  )
}
