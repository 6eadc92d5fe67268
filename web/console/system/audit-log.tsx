import { useInfiniteQuery } from '@tanstack/react-query'
import { Input, Select } from 'antd'
import { useSearchParams } from 'wouter'
import { useNames } from '../api/names.ts'
import { pages } from '../api/queries.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useRoomWords } from '../words/room-words.ts'
import type { AuditLine } from './shapes.ts'
import { systemWords } from './words.ts'

const fields = ['by', 'action', 'target', 'from', 'to'] as const
type Field = (typeof fields)[number]

/** Who did what to whom; the filter is in the address, so that a search can be sent to somebody. */
export function AuditLog() {
  const words = useRoomWords(systemWords)
  const names = useNames()
  const [search, setSearch] = useSearchParams()
  const filter = Object.fromEntries(fields.map((field) => [field, search.get(field) ?? ''])) as Record<Field, string>
  const ask = (change: Partial<Record<Field, string>>) => {
    const next = Object.entries({ ...filter, ...change }).filter(([, value]) => value !== '')
    setSearch({ tab: 'audit', ...Object.fromEntries(next) }, { replace: true })
  }
  const asked = {
    ...filter,
    from: filter.from && new Date(`${filter.from}T00:00`).toISOString(),
    to: filter.to && new Date(new Date(`${filter.to}T00:00`).getTime() + 86_400_000).toISOString(),
  }
  const query = useInfiniteQuery(pages<AuditLine>(['audit', asked], '/api/audit', asked))
  return (
    <>
      <p className="sheet-hint">{words.auditHint}</p>
      <div className="system-filter">
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          aria-label={words.who}
          placeholder={words.who}
          value={filter.by || undefined}
          onChange={(by?: string) => ask({ by: by ?? '' })}
          options={[
            { value: 'api', label: words.machine },
            ...(names.words?.staff.map(({ userid }) => ({ value: userid, label: names.staff(userid) })) ?? []),
          ]}
        />
        <Select
          allowClear
          aria-label={words.what}
          placeholder={words.what}
          value={filter.action || undefined}
          onChange={(action?: string) => ask({ action: action ?? '' })}
          options={Object.entries(words.actions).map(([value, label]) => ({ value, label }))}
        />
        <Input.Search
          allowClear
          maxLength={200}
          defaultValue={filter.target}
          aria-label={words.whom}
          placeholder={words.whom}
          onSearch={(target) => ask({ target: target.trim() })}
        />
        <input
          type="date"
          className="date-own"
          aria-label={words.from}
          title={words.from}
          value={filter.from}
          onChange={({ target }) => ask({ from: target.value })}
        />
        <input
          type="date"
          className="date-own"
          aria-label={words.to}
          title={words.to}
          value={filter.to}
          onChange={({ target }) => ask({ to: target.value })}
        />
      </div>
      {query.isPending ? <Skeleton rows={8} /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data?.length === 0 ? <Empty title={words.auditNone} hint={words.auditNoneHint} /> : null}
      {query.data && query.data.length > 0 ? (
        <ul className="card system-lines">
          {query.data.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </ul>
      ) : null}
      <More query={query} />
    </>
  )
}

function Line({ line: { at, principal, actAs, action, target, data } }: { line: AuditLine }) {
  const words = useRoomWords(systemWords)
  const names = useNames()
  const { requestId: _, ...details } = data
  return (
    <li>
      <b>{principal === 'api' ? words.machine : names.staff(principal)}</b>
      {actAs ? <span className="quiet">{words.as(names.staff(actAs))}</span> : null}
      <span>{words.actions[action] ?? <code className="small">{action}</code>}</span>
      <code className="system-text small" dir="auto">
        {target}
      </code>
      {Object.keys(details).length > 0 ? (
        <details>
          <summary className="link-button">{words.more}</summary>
          <pre className="system-data">{JSON.stringify(details, null, 1)}</pre>
        </details>
      ) : null}
      <When at={at} className="quiet small" />
    </li>
  )
}
