import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Checkbox, Input } from 'antd'
import { Link, useLocation, useSearchParams } from 'wouter'
import { useNames } from '../api/names.ts'
import '../leads/leads.css'
import { More } from '../pieces/more.tsx'
import { Stage } from '../pieces/stage.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import './accounts.css'
import { sayAmount } from './say-amount.ts'
import { accountsQuery } from './shapes.ts'

/** Companies, the best first; further as one scrolls. */
export function AccountList() {
  const words = useWords()
  const names = useNames()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const filter = { q: search.get('q') ?? '', surging: search.get('surging') ?? '' }
  const query = useInfiniteQuery(accountsQuery(filter))
  const accounts = query.data ?? []
  const change = (next: Record<string, string>) =>
    setSearch(Object.fromEntries(Object.entries({ ...filter, ...next }).filter(([, value]) => value)), {
      replace: true,
    })
  const isFiltered = Object.values(filter).some(Boolean)
  const { accounts: say } = words
  return (
    <div className="leads">
      <title>{`${say.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{say.title}</h1>
        <p className="bar-facts" aria-live="polite">
          {query.data ? say.count(accounts.length, query.hasNextPage) : null}
        </p>
        <span className="bar-space" />
      </header>
      <div className="account-filters">
        <Input.Search
          allowClear
          defaultValue={filter.q}
          maxLength={100}
          placeholder={say.q}
          aria-label={say.q}
          onSearch={(q) => change({ q: q.trim() })}
        />
        <Checkbox
          checked={filter.surging === 'true'}
          onChange={({ target }) => change({ surging: target.checked ? 'true' : '' })}
        >
          {say.surging}
        </Checkbox>
      </div>
      {query.isPending ? <Skeleton rows={10} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {accounts.length > 0 ? (
        <table className="lead-table" aria-label={say.title}>
          <thead>
            <tr>
              {(['who', 'stage', 'score', 'people', 'deals', 'owner'] as const).map((column) => (
                <th key={column} scope="col" data-column={column}>
                  {say.columns[column]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {accounts.map((account) => (
              <tr key={account.id} onClick={() => go(`/accounts/${account.id}`)}>
                <th scope="row">
                  <Link
                    href={`/accounts/${account.id}`}
                    className="lead-link"
                    dir="auto"
                    onClick={(event) => event.stopPropagation()}
                  >
                    {account.name}
                  </Link>
                  {account.surgeAt ? <span className="account-surge">{say.surging}</span> : null}
                </th>
                <td data-column="stage">{account.stage ? <Stage stage={account.stage} /> : null}</td>
                <td data-column="score">{words.points(account.score)}</td>
                <td data-column="people">{say.people(account.people, account.activePeople)}</td>
                <td data-column="deals">
                  {account.openOpportunities > 0 ? (
                    `${account.openOpportunities} · ${sayAmount(account.openAmount, words)}`
                  ) : (
                    <span className="quiet">—</span>
                  )}
                </td>
                <td data-column="owner">
                  {account.owner ? names.staff(account.owner) : <span className="quiet">{words.nobody}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
      {query.data && accounts.length === 0 ? (
        <Empty
          title={isFiltered ? say.noMatch : say.empty}
          hint={isFiltered ? say.noMatchHint : say.emptyHint}
          action={
            isFiltered ? (
              <Button onClick={() => setSearch({}, { replace: true })}>{words.leads.clear}</Button>
            ) : (
              <Link href="/leads">{words.failure.toLeads}</Link>
            )
          }
        />
      ) : null}
      <More query={query} />
    </div>
  )
}
