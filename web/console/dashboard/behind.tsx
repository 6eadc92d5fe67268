import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, Redirect, useLocation, useSearchParams } from 'wouter'
import { pages } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { useColumns } from '../leads/columns.tsx'
import { LeadRow } from '../leads/lead-row.tsx'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { useDashboardWords } from './words.ts'
import '../leads/leads.css'

/** The leads behind a number of the dashboard; without a number there is nothing behind it. */
export function Behind() {
  const [search] = useSearchParams()
  return search.has('what') ? <List filter={Object.fromEntries(search)} /> : <Redirect to="/dashboard" replace />
}

function List({ filter }: { filter: Record<string, string> }) {
  const words = useWords()
  const mine = useDashboardWords()
  const [, go] = useLocation()
  const { columns } = useColumns('behind', undefined)
  const query = useInfiniteQuery(pages<Lead>(['behind', filter], '/api/reports/leads', filter))
  const leads = query.data ?? []
  return (
    <div className="leads">
      <title>{`${mine.behind} · Bowtie`}</title>
      <header className="bar">
        <h1>{mine.behind}</h1>
        <p className="bar-facts">{query.data ? words.leads.count(leads.length, query.hasNextPage) : null}</p>
        <span className="bar-space" />
        <Link href="/dashboard">{mine.toDashboard}</Link>
      </header>
      {query.isPending ? <Skeleton rows={10} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {leads.length > 0 ? (
        <table className="lead-table" aria-label={mine.behind}>
          <thead>
            <tr>
              <th scope="col">{words.leads.columns.who}</th>
              {columns.map((column) => (
                <th key={column} scope="col" data-column={column}>
                  {words.leads.columns[column]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {leads.map((lead) => (
              <LeadRow
                key={lead.id}
                lead={lead}
                columns={columns}
                isCurrent={false}
                onOpen={() => go(`/leads/${lead.id}`)}
              />
            ))}
          </tbody>
        </table>
      ) : null}
      {query.data && leads.length === 0 ? (
        <Empty
          title={mine.behindNone}
          hint={mine.behindNoneHint}
          action={<Link href="/dashboard">{mine.toDashboard}</Link>}
        />
      ) : null}
      <More query={query} />
    </div>
  )
}
