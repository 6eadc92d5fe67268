import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { call } from '../../shared/call.ts'
import type { Job, Page } from '../api/shapes.ts'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'

/** What one has imported lately, each a way back to its report. */
export function RecentImports() {
  const { imports: words } = useWords()
  const { data } = useQuery({
    queryKey: ['jobs', 'import-leads'],
    queryFn: ({ signal }) => call<Page<Job>>('GET', '/api/jobs?kind=import-leads', { signal }),
    staleTime: 0,
  })
  if (!data || data.items.length === 0) return null
  return (
    <section className="card">
      <h2>{words.recent}</h2>
      <ul className="import-recent">
        {data.items.map(({ id, state, done, total, createdAt }) => (
          <li key={id}>
            <Link href={`/imports?job=${id}`}>
              {state === 'failed' ? words.failed : state === 'done' ? words.done : words.working(done, total)}
            </Link>
            <span>{words.recentRows(done)}</span>
            <When at={createdAt} className="quiet" />
          </li>
        ))}
      </ul>
    </section>
  )
}
