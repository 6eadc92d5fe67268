import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { call } from '../../shared/call.ts'
import type { JobReport } from '../api/shapes.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'

const outcomes = ['created', 'joined', 'unchanged', 'refused'] as const

/** How far the import is, what became of the rows, and the report row by row. */
export function ImportProgress({ id, onNext }: { id: string; onNext(): void }) {
  const { imports: words } = useWords()
  const { data, error, refetch } = useQuery({
    queryKey: ['import', id],
    queryFn: ({ signal }) => call<JobReport>('GET', `/api/imports/${id}?outcome=refused&limit=20`, { signal }),
    refetchInterval: ({ state }) =>
      state.data && !['queued', 'working'].includes(state.data.state) ? false : state.error ? 5_000 : 1_000,
  })
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={4} />
  const isOver = data.state === 'done' || data.state === 'failed'
  const result = (data.result ?? {}) as Record<string, number | string>
  const problem = typeof result.problem === 'string' ? result.problem : null
  return (
    <>
      <section className="card import-progress" aria-live="polite">
        <h2>{data.state === 'failed' ? words.failed : isOver ? words.done : words.working(data.done, data.total)}</h2>
        {isOver ? null : (
          <>
            <progress max={Math.max(data.total ?? 0, data.done, 1)} value={data.done} />
            <p className="quiet">{words.keepsGoing}</p>
          </>
        )}
        {problem ? (
          <p className="import-problem" role="alert">
            {problem}
          </p>
        ) : null}
        {isOver ? (
          <dl className="import-result">
            {outcomes.map((outcome) => (
              <div key={outcome}>
                <dt>{words.outcomes[outcome]}</dt>
                <dd>{Number(result[outcome] ?? 0).toLocaleString()}</dd>
              </div>
            ))}
          </dl>
        ) : null}
        <p className="import-buttons">
          <Button href={`/api/imports/${id}/report`} download>
            {words.report}
          </Button>
          {data.items.length > 0 ? (
            <Button href={`/api/imports/${id}/report?outcome=refused`} download>
              {words.reportRefused}
            </Button>
          ) : null}
          {isOver ? (
            <Button type="primary" onClick={onNext}>
              {words.next}
            </Button>
          ) : null}
        </p>
      </section>
      {data.items.length > 0 ? (
        <section className="card">
          <h2>{words.outcomes.refused}</h2>
          <ul className="import-faults">
            {data.items.map(({ row, problem }) => (
              <li key={row}>
                <span className="quiet">{`${words.row} ${row}`}</span>
                <span>{problem}</span>
              </li>
            ))}
          </ul>
        </section>
      ) : null}
    </>
  )
}
