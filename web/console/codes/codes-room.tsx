import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Segmented } from 'antd'
import { useLocation, useSearchParams } from 'wouter'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { CodeRow } from './code-row.tsx'
import '../operations/operations.css'
import './codes.css'
import { codesQuery, quotaQuery } from './queries.ts'
import { QuotaBar } from './quota-bar.tsx'
import type { Kind } from './shapes.ts'

/** Every channel people can scan or click, who is on duty behind it, and what came of it. */
export function CodesRoom() {
  const { codes: words } = useWords()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const kind: Kind = search.get('kind') === 'link' ? 'link' : 'live'
  const archived = search.get('archived') === 'true'
  const query = useInfiniteQuery({ ...codesQuery(kind, archived), refetchInterval: 15_000 })
  const quota = useQuery({ ...quotaQuery, enabled: kind === 'link' })
  const ask = (next: { kind: Kind; archived: boolean }) =>
    setSearch(
      { ...(next.kind === 'link' ? { kind: 'link' } : {}), ...(next.archived ? { archived: 'true' } : {}) },
      { replace: true },
    )
  const add = (
    <Button type="primary" onClick={() => go(kind === 'link' ? '/codes/new?kind=link' : '/codes/new')}>
      {words.add[kind]}
    </Button>
  )
  return (
    <div>
      <title>{[kind === 'link' ? words.kinds.link : [], words.title, 'Bowtie'].flat().join(' · ')}</title>
      <header className="bar codes-bar">
        <h1>{words.title}</h1>
        <Segmented
          aria-label={words.title}
          value={kind}
          onChange={(next) => ask({ kind: next, archived })}
          options={(['live', 'link'] as const).map((value) => ({ value, label: words.kinds[value] }))}
        />
        <span className="bar-space" />
        <Checkbox checked={archived} onChange={({ target }) => ask({ kind, archived: target.checked })}>
          {words.archivedOnes}
        </Checkbox>
        {add}
      </header>
      <div className="codes">
        <p className="sheet-hint">{kind === 'link' ? words.linkHint : words.hint}</p>
        {kind === 'link' && quota.data ? <QuotaBar quota={quota.data} /> : null}
        {query.isPending ? <Skeleton rows={6} tall /> : null}
        {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.data?.length === 0 ? (
          <Empty
            title={kind === 'link' ? words.noneLinks : words.none}
            hint={kind === 'link' ? words.noneLinksHint : words.noneHint}
            action={archived ? undefined : add}
          />
        ) : null}
        {query.data && query.data.length > 0 ? (
          <table className="code-table">
            <thead>
              <tr>
                <th scope="col">{words.name}</th>
                <th scope="col">{words.onDuty}</th>
                <th scope="col">{words.today}</th>
                <th scope="col">{words.total}</th>
                <th scope="col">{words.rate}</th>
              </tr>
            </thead>
            <tbody>
              {query.data.map((code) => (
                <CodeRow key={code.id} code={code} kind={kind} />
              ))}
            </tbody>
          </table>
        ) : null}
        <More query={query} />
      </div>
    </div>
  )
}
