import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import type { Lead } from '../api/shapes.ts'
import { Stage } from '../pieces/stage.tsx'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'
import './lead.css'

/** Who this is, on two lines. */
export function LeadHead({ lead, heading: Heading = 'h2' }: { lead: Lead; heading?: 'h1' | 'h2' }) {
  const words = useWords()
  const names = useNames()
  const now = useNow()
  const { first, last } = lead.source
  return (
    <div className="lead-head">
      <Heading className="lead-name">
        <span dir="auto">{names.lead(lead)}</span>
        <span className="lead-place" dir="auto">
          {[lead.company ?? words.unknownCompany, lead.title ?? words.unknownTitle].join(' · ')}
        </span>
      </Heading>
      <p className="lead-facts">
        <Stage stage={lead.stage} desk={lead.desk} />
        <b>{words.review.score(lead.score.grade, lead.score.total)}</b>
        <span title={words.lead.firstSource}>{names.source(first)}</span>
        {last && last.at !== first?.at ? <span title={words.lead.lastSource}>→ {names.source(last)}</span> : null}
        <span>{lead.owner ? names.staff(lead.owner) : words.nobody}</span>
        {lead.recycleCount > 0 ? <span>{words.lead.recycled(lead.recycleCount)}</span> : null}
        {lead.coolUntil && Date.parse(lead.coolUntil) > now ? (
          <span>{words.lead.cooling(sayWhen(lead.coolUntil, now, words))}</span>
        ) : null}
        {lead.marketing === 'denied' ? <span className="lead-denied">{words.lead.consentStates.denied}</span> : null}
        <span className="quiet">
          {words.lead.created} <When at={lead.createdAt} />
        </span>
      </p>
    </div>
  )
}
