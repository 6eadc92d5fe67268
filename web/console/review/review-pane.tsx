import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link } from 'wouter'
import { useNames } from '../api/names.ts'
import { briefQuery } from '../api/queries.ts'
import type { QueueItem } from '../api/shapes.ts'
import { LeadBrief } from '../leads/lead-brief.tsx'
import { LeadHead } from '../leads/lead-head.tsx'
import { BackIcon } from '../look/icons.tsx'
import { Sla } from '../pieces/sla.tsx'
import { useWords } from '../words/words.tsx'
import { Claim } from './queue-row.tsx'
import type { Judgement } from './use-verdicts.ts'
import { VerdictPanel } from './verdict-panel.tsx'

interface Pane {
  item: QueueItem
  targets: readonly QueueItem[]
  judging: string | undefined
  onJudge(verdict: string | undefined): void
  onGive(judgement: Judgement): void
  onTake(verb: 'claim' | 'release'): void
  onBack(): void
  qualification: Record<string, string> | undefined
  onQualify(fields: Record<string, string>): void
  myUserid: string | null
}

const verdicts = [
  { id: 'mql', key: 'M' },
  { id: 'nurture', key: 'N' },
  { id: 'disqualified', key: 'X' },
]

/** The lead under judgement, and what can be said about it. */
export function ReviewPane({
  item,
  targets,
  judging,
  onJudge,
  onGive,
  onTake,
  onBack,
  qualification,
  onQualify,
  myUserid,
}: Pane) {
  const words = useWords()
  const names = useNames()
  const { data: brief } = useQuery(briefQuery(item.id))
  const mayJudge = (verdict: string) => !brief || brief.moves.some(({ on }) => on === `verdict.${verdict}`)
  const isMine = item.claimedBy !== null && item.claimedBy.toLowerCase() === myUserid?.toLowerCase()
  return (
    <section className="pane" aria-label={names.lead(item)}>
      <div className="pane-scroll">
        <div className="pane-top">
          <button type="button" className="icon-button pane-back" aria-label={words.back} onClick={onBack}>
            <BackIcon />
          </button>
          <LeadHead lead={item} />
          <div className="pane-claim">
            <Sla queuedAt={item.queuedAt} dueAt={item.dueAt} />
            <Claim item={item} />
            {isMine ? (
              <Button size="small" onClick={() => onTake('release')}>
                {words.review.release} <kbd>R</kbd>
              </Button>
            ) : item.claimedBy ? null : (
              <Button size="small" onClick={() => onTake('claim')}>
                {words.review.claim} <kbd>C</kbd>
              </Button>
            )}
            <Link href={`/leads/${item.id}`} className="small">
              {words.review.openLead}
            </Link>
          </div>
        </div>
        <LeadBrief lead={item} queue={item} qualification={qualification} onQualify={onQualify} />
      </div>
      <footer className="pane-foot">
        {judging ? (
          <VerdictPanel
            key={judging}
            verdict={judging}
            items={targets}
            onGive={onGive}
            onClose={() => onJudge(undefined)}
          />
        ) : (
          <div className="pane-verdicts">
            {verdicts.map(({ id, key }) => (
              <Button
                key={id}
                type={id === 'mql' ? 'primary' : 'default'}
                disabled={targets.length < 2 && !mayJudge(id)}
                title={mayJudge(id) ? undefined : words.review.notAllowed}
                onClick={() => onJudge(id)}
              >
                {names.verdict(id)}
                {targets.length > 1 ? ` · ${targets.length}` : ''} <kbd>{key}</kbd>
              </Button>
            ))}
          </div>
        )}
      </footer>
    </section>
  )
}
