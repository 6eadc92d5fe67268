import { useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useMayEdit } from '../segments/segments-room.tsx'
import { useWords } from '../words/words.tsx'
import { Editing } from './editing.tsx'
import { journeyDraftsQuery, journeyQuery } from './queries.ts'
import { Reading } from './reading.tsx'
import { useTalk } from './talk.ts'

/** One journey: as it runs, or as somebody is writing it. */
export function JourneyPage({ id }: { id: string }) {
  const [search, setSearch] = useSearchParams()
  const mayEdit = useMayEdit()
  const talk = useTalk()
  const stored = useQuery(journeyQuery(id))
  const drafts = useQuery({ ...journeyDraftsQuery, enabled: mayEdit })
  const { failure } = useWords()
  const draft = drafts.data?.items.find(({ journey }) => journey === id) ?? null
  // Data that is there stays while it is read again: nobody is thrown out of what he is writing.
  if (stored.error && stored.data === undefined)
    return <Failure error={stored.error} onRetry={() => void stored.refetch()} />
  if (stored.data === undefined || (mayEdit && drafts.data === undefined && !drafts.error))
    return <Skeleton rows={10} tall />
  if (mayEdit && (draft || stored.data) && (search.get('edit') !== null || stored.data === null))
    return <Editing id={id} stored={stored.data} draft={draft} talk={talk} />
  if (stored.data === null)
    return (
      <Empty
        title={failure.notFound}
        hint={failure.notFoundHint}
        action={<Link href="/journeys">{talk.words.title}</Link>}
      />
    )
  return (
    <Reading
      detail={stored.data}
      hasDraft={draft !== null}
      mayEdit={mayEdit}
      talk={talk}
      onEdit={() => setSearch({ edit: 'yes' })}
    />
  )
}
