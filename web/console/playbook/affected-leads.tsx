import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { pages } from '../api/queries.ts'
import { More } from '../pieces/more.tsx'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import type { Result } from './simulation-page.tsx'

interface Affected {
  row: number
  outcome: string
  leadId: string | null
  name: string | null
  problem: string | null
}

const outcomes = [
  'only-changed',
  'only-current',
  'different',
  'other-rep',
  'only-current-placed',
  'only-changed-placed',
] as const

/** Whom it would concern, and how, each with a way to the lead. */
export function AffectedLeads({ id, result }: { id: string; result: Result }) {
  const { playbook } = useWords()
  const counts = result as unknown as Record<string, unknown>
  const there = outcomes.filter((outcome) => Number(counts[outcome] ?? 0) > 0)
  const [chosen, choose] = useState<string | null>(null)
  const outcome = chosen ?? there[0]
  return (
    <section className="card">
      <h2>{playbook.affected}</h2>
      {outcome === undefined ? <p className="quiet">{playbook.affectedNone}</p> : null}
      <div className="rule-outcomes">
        {there.map((one) => (
          <button
            key={one}
            type="button"
            className="rule-outcome"
            aria-pressed={one === outcome}
            onClick={() => choose(one)}
          >
            {playbook.outcomes[one]} <b>{Number(counts[one]).toLocaleString()}</b>
          </button>
        ))}
      </div>
      {outcome === undefined ? null : <Leads id={id} outcome={outcome} key={outcome} />}
    </section>
  )
}

function Leads({ id, outcome }: { id: string; outcome: string }) {
  const words = useWords()
  const query = useInfiniteQuery(
    pages<Affected>(['simulation-leads', id, outcome], `/api/playbook/simulations/${id}/leads`, { outcome }),
  )
  if (query.error && !query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <Skeleton rows={4} />
  return (
    <>
      <ul className="rule-affected">
        {query.data.map(({ row, leadId, name, problem }) => (
          <li key={row}>
            {leadId ? (
              <Link href={`/leads/${leadId}`}>{name?.trim() || words.nameless}</Link>
            ) : (
              <span className="quiet">{words.playbook.outOfReach}</span>
            )}
            <span>{problem}</span>
          </li>
        ))}
      </ul>
      <More query={query} />
    </>
  )
}
