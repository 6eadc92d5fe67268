import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { pages } from '../api/queries.ts'
import type { Lead } from '../api/shapes.ts'
import { KeyHelp } from '../pieces/key-help.tsx'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useKeys } from '../shell/keys.ts'
import { useWords } from '../words/words.tsx'
import { ColumnChoice, useColumns } from './columns.tsx'
import { filterNames, type LeadFilter, LeadFilters } from './lead-filters.tsx'
import { LeadRow } from './lead-row.tsx'
import './leads.css'

/** All leads one may see, by whatever one asks for; further as one scrolls. */
export function LeadList() {
  const words = useWords()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const [at, setAt] = useState(-1)
  const [isHelping, setHelping] = useState(false)
  const [columns, setColumns] = useColumns()
  const body = useRef<HTMLTableSectionElement>(null)
  const filter = Object.fromEntries(filterNames.map((name) => [name, search.get(name) ?? ''])) as LeadFilter
  const isFiltered = Object.values(filter).some(Boolean)
  const query = useInfiniteQuery(pages<Lead>(['leads', filter], '/api/leads', filter))
  const leads = query.data ?? []

  const change = (next: LeadFilter) => {
    setAt(-1)
    setSearch(Object.fromEntries(Object.entries(next).filter(([, value]) => value)), { replace: true })
  }
  const move = (step: number) => setAt((place) => Math.max(0, Math.min(leads.length - 1, place + step)))
  const openOne = () => (leads[at] ? go(`/leads/${leads[at].id}`) : undefined)
  useEffect(() => {
    body.current?.children[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    arrowdown: () => move(1),
    arrowup: () => move(-1),
    o: openOne,
    enter: () => (document.activeElement === document.body ? openOne() : false),
    '/': () => document.querySelector<HTMLInputElement>('#leads-q')?.focus(),
    'mod+k': () => document.querySelector<HTMLInputElement>('#leads-q')?.focus(),
    '?': () => setHelping(true),
    escape: () => (document.activeElement as HTMLElement | null)?.blur(),
  })

  return (
    <div className="leads">
      <title>{`${words.leads.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.leads.title}</h1>
        <p className="bar-facts" aria-live="polite">
          {query.data ? words.leads.count(leads.length, query.hasNextPage) : null}
        </p>
        <span className="bar-space" />
        <ColumnChoice columns={columns} onChange={setColumns} />
        <button
          type="button"
          className="icon-button leads-help"
          aria-label={words.shortcuts}
          title={words.shortcuts}
          onClick={() => setHelping(true)}
        >
          <kbd>?</kbd>
        </button>
      </header>
      <LeadFilters filter={filter} onChange={change} />
      {query.isPending ? <Skeleton rows={10} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {leads.length > 0 ? (
        <table className="lead-table" aria-label={words.leads.title}>
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
          <tbody ref={body}>
            {leads.map((lead, place) => (
              <LeadRow
                key={lead.id}
                lead={lead}
                columns={columns}
                isCurrent={place === at}
                onOpen={() => go(`/leads/${lead.id}`)}
              />
            ))}
          </tbody>
        </table>
      ) : null}
      {query.data && leads.length === 0 ? (
        isFiltered ? (
          <Empty
            title={words.leads.noMatch}
            hint={words.leads.noMatchHint}
            action={<Button onClick={() => change({} as LeadFilter)}>{words.leads.clear}</Button>}
          />
        ) : (
          <Empty
            title={words.leads.empty}
            hint={words.leads.emptyHint}
            action={<Link href="/review">{words.failure.toReview}</Link>}
          />
        )
      ) : null}
      <More query={query} />
      {isHelping ? (
        <KeyHelp
          keys={[
            [['J', 'K'], words.leads.keys.move],
            [['O', '↵'], words.leads.keys.open],
            [['/'], words.leads.keys.search],
            [['?'], words.review.keys.help],
          ]}
          onClose={() => setHelping(false)}
        />
      ) : null}
    </div>
  )
}
