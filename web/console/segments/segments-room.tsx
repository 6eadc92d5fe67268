import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link, useLocation } from 'wouter'
import { segmentsQuery, useMe } from '../api/queries.ts'
import type { Segment } from '../api/shapes.ts'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import './segments.css'
import { sentenceOf } from './sentence.ts'
import { useChoices } from './use-choices.ts'

/** Every segment: how many are in it, whether it is up to date, and what it asks. */
export function SegmentsRoom() {
  const words = useWords()
  const [, go] = useLocation()
  const query = useQuery(segmentsQuery)
  const mayEdit = useMayEdit()
  const add = mayEdit ? (
    <Button type="primary" onClick={() => go('/segments/new')}>
      {words.segments.create}
    </Button>
  ) : null
  const behind = query.data?.behindMs ?? 0
  return (
    <div>
      <title>{`${words.segments.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.segments.title}</h1>
        <p className="bar-facts">{query.data ? words.segments.behind(behind) : null}</p>
        <span className="bar-space" />
        {add}
      </header>
      <div className="segment-sheet">
        <p className="segment-hint">{words.segments.hint}</p>
        {query.isPending ? <Skeleton rows={6} tall /> : null}
        {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.data?.items.length === 0 ? (
          <Empty title={words.segments.empty} hint={words.segments.emptyHint} action={add} />
        ) : null}
        {query.data && query.data.items.length > 0 ? (
          <ul className="segment-list">
            {query.data.items.map((segment) => (
              <Row key={segment.id} segment={segment} />
            ))}
          </ul>
        ) : null}
      </div>
    </div>
  )
}

export const useMayEdit = (): boolean =>
  useMe()?.roles.some((role) => role === 'admin' || role === 'manager' || role === 'mdr') ?? false

function Row({ segment }: { segment: Segment }) {
  const { segments: words } = useWords()
  const { data: choices } = useChoices()
  return (
    <li>
      <Link href={`/segments/${segment.id}`} className="segment-row">
        <span className="segment-row-words">
          <strong>{segment.name}</strong>
          <span className="quiet one-line">
            {segment.condition ? choices && sentenceOf(segment.condition, choices, words) : words.byHand}
          </span>
        </span>
        {segment.usedBy.length > 0 ? (
          <span className="tag">{words.usedBy(segment.usedBy.map(({ name }) => name))}</span>
        ) : null}
        <span className="tag">{words.kindNames[segment.kind]}</span>
        <span className="segment-size">
          {segment.progress ? words.filling(segment.progress.done, segment.progress.total) : words.people(segment.size)}
        </span>
      </Link>
    </li>
  )
}
