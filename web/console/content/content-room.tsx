import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { Link, useLocation, useSearchParams } from 'wouter'
import { useMe } from '../api/queries.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { ContentFilters, filterNames } from './content-filters.tsx'
import { ContentRow } from './content-row.tsx'
import './content.css'
import { MatrixView } from './matrix.tsx'
import { contentQuery } from './queries.ts'

export const mayEdit = (roles: readonly string[] = []): boolean =>
  roles.some((role) => ['admin', 'manager', 'mdr'].includes(role))

/** What there is to send, for whom, and what it does; and where nothing is. */
export function ContentRoom() {
  const words = useWords()
  const me = useMe()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const view = search.get('view') === 'matrix' ? 'matrix' : 'list'
  const filter = Object.fromEntries(filterNames.map((name) => [name, search.get(name) ?? '']))
  return (
    <div>
      <title>{[view === 'matrix' ? words.content.matrix : [], words.rooms.content, 'Bowtie'].flat().join(' · ')}</title>
      <header className="bar">
        <h1>{words.rooms.content}</h1>
        <Segmented
          aria-label={words.rooms.content}
          options={[
            { value: 'list', label: words.content.list },
            { value: 'matrix', label: words.content.matrix },
          ]}
          value={view}
          onChange={(next) => setSearch(next === 'matrix' ? { view: next } : {}, { replace: true })}
        />
        <span className="bar-space" />
        {mayEdit(me?.roles) ? (
          <Button type="primary" onClick={() => go('/content/new')}>
            {words.content.write}
          </Button>
        ) : null}
      </header>
      {view === 'matrix' ? (
        <MatrixView />
      ) : (
        <ContentList filter={filter} onFilter={(next) => setSearch(next, { replace: true })} />
      )}
    </div>
  )
}

function ContentList({
  filter,
  onFilter,
}: {
  filter: Record<string, string>
  onFilter(next: Record<string, string>): void
}) {
  const words = useWords()
  const query = useInfiniteQuery(contentQuery(filter))
  const isNarrowed = Object.values(filter).some(Boolean)
  return (
    <div className="content-list">
      <ContentFilters filter={filter} onChange={onFilter} />
      {query.isPending ? <Skeleton rows={8} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data && query.data.length > 0 ? (
        <ul className="card pieces">
          {query.data.map((piece) => (
            <ContentRow key={piece.id} piece={piece} />
          ))}
        </ul>
      ) : null}
      {query.data?.length === 0 ? (
        <Empty
          title={isNarrowed ? words.content.none : words.content.empty}
          hint={isNarrowed ? words.content.noneHint : words.content.emptyHint}
          action={<Link href="/content/new">{words.content.write}</Link>}
        />
      ) : null}
      <More query={query} />
    </div>
  )
}
