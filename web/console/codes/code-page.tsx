import { useQuery } from '@tanstack/react-query'
import { useLocation, useSearchParams } from 'wouter'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { CodeEditor } from './code-editor.tsx'
import { codeQuery } from './queries.ts'
import { draftOf, emptyDraft, type Kind } from './shapes.ts'

/** One code, made or to be made. */
export function CodePage({ id }: { id: string }) {
  const [, go] = useLocation()
  const [search] = useSearchParams()
  const kind: Kind = search.get('kind') === 'link' ? 'link' : 'live'
  const isNew = id === 'new'
  const query = useQuery({ ...codeQuery(kind, id), enabled: !isNew })
  const opened = (made: string) => go(`/codes/${made}${kind === 'link' ? '?kind=link' : ''}`, { replace: true })
  if (isNew) return <CodeEditor kind={kind} code={null} begin={emptyDraft} onMade={opened} />
  if (query.error && !query.data) return <Failure error={query.error} onRetry={() => void query.refetch()} />
  if (!query.data) return <Skeleton rows={8} tall />
  return <CodeEditor key={query.data.id} kind={kind} code={query.data} begin={draftOf(query.data)} onMade={opened} />
}
