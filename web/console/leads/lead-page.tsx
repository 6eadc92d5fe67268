import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { CallFailed } from '../../shared/call.ts'
import { Deals } from '../accounts/deals.tsx'
import { useNames } from '../api/names.ts'
import { briefQuery, leadQuery } from '../api/queries.ts'
import { BackIcon } from '../look/icons.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { AccountCard } from './account-card.tsx'
import { Actions } from './actions.tsx'
import { Consent } from './consent.tsx'
import { Conversation, Identities, Offer, Routing } from './facts.tsx'
import { FollowUp } from './follow-up.tsx'
import './lead.css'
import { LeadHead } from './lead-head.tsx'
import { LeadMessages } from './lead-messages.tsx'
import { LeadNext } from './lead-next.tsx'
import './leads.css'
import { SamePerson } from './merge.tsx'
import { Qualification } from './qualification.tsx'
import { ScoreLines } from './score-lines.tsx'
import { StagePath } from './stage-path.tsx'
import { Suggestions } from './suggestions.tsx'
import { Tags } from './tags.tsx'
import { Tasks } from './tasks.tsx'
import { Timeline } from './timeline.tsx'

/** Everything about one lead, and what may be done with it. */
export function LeadPage({ id }: { id: string }) {
  const words = useWords()
  const names = useNames()
  const { data: lead, error, refetch } = useQuery(leadQuery(id))
  const { data: brief, error: briefError, refetch: readBrief } = useQuery(briefQuery(id))
  // Also when it was here a moment ago: whoever gives a lead back may see it no more.
  if (error instanceof CallFailed && (error.status === 404 || error.status === 403)) {
    return (
      <Empty
        title={words.leads.gone}
        hint={words.leads.goneHint}
        action={<Link href="/leads">{words.failure.toLeads}</Link>}
      />
    )
  }
  if (error && !lead) return <Failure error={error} onRetry={() => void refetch()} />
  if (!lead) return <Skeleton rows={8} tall />
  return (
    <article>
      <title>{`${names.lead(lead)} · Bowtie`}</title>
      <header className="lead-page-top">
        <button
          type="button"
          className="icon-button"
          aria-label={words.back}
          title={words.back}
          onClick={() => window.history.back()}
        >
          <BackIcon />
        </button>
        <LeadHead lead={lead} heading="h1" />
      </header>
      <div className="brief">
        <div className="brief-columns">
          <div className="brief-main">
            <LeadNext lead={lead} />
            {brief ? <Actions lead={lead} brief={brief} /> : null}
            <FollowUp lead={lead} />
            <Suggestions lead={lead} />
            <Story leadId={lead.id} />
          </div>
          <aside className="brief-side">
            {briefError && !brief ? <Failure error={briefError} onRetry={() => void readBrief()} /> : null}
            {brief ? (
              <>
                <Tasks leadId={lead.id} />
                <Offer brief={brief} />
                <Routing brief={brief} />
                <AccountCard lead={lead} />
                <Deals of={{ lead: lead.id }} />
                <ScoreLines leadId={lead.id} />
                <Consent lead={lead} brief={brief} />
                <Tags brief={brief} leadId={lead.id} />
                <Conversation brief={brief} />
                <Identities lead={lead} />
                <SamePerson lead={lead} />
                <Qualification kept={brief.qualification} draft={undefined} />
                <StagePath brief={brief} />
              </>
            ) : briefError ? null : (
              <Skeleton rows={6} tall />
            )}
          </aside>
        </div>
      </div>
    </article>
  )
}

/** What happened, or what was said. */
function Story({ leadId }: { leadId: string }) {
  const words = useWords()
  const [view, setView] = useState<'timeline' | 'messages'>('timeline')
  return (
    <>
      <Segmented<'timeline' | 'messages'>
        className="story-choice"
        value={view}
        onChange={setView}
        options={[
          { value: 'timeline', label: words.lead.timeline },
          { value: 'messages', label: words.lead.messages },
        ]}
      />
      {view === 'timeline' ? <Timeline leadId={leadId} /> : <LeadMessages leadId={leadId} />}
    </>
  )
}
