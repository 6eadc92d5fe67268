import { useQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { CallFailed } from '../../shared/call.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useMayEdit } from '../segments/segments-room.tsx'
import { Editing } from './editing.tsx'
import { journeyDraftsQuery, journeyQuery } from './queries.ts'
import { Reading } from './reading.tsx'
import { useTalk } from './talk.ts'

/** One journey: as it runs, or as somebody is writing it. */
export function JourneyPage({ id }: { id: string }) {
  const [search, setSearch] = useSearchParams()
  const mayEdit = useMayEdit()
  const talk = useTalk()
  const stored = useQuery({ ...journeyQuery(id), retry: false })
  const drafts = useQuery({ ...journeyDraftsQuery, enabled: mayEdit })
  const draft = drafts.data?.items.find(({ journey }) => journey === id) ?? null
  const isUnknown = stored.error instanceof CallFailed && stored.error.status === 404
  const isEditing = mayEdit && (search.get('edit') !== null || (isUnknown && draft !== null))
  if (stored.isPending || (mayEdit && drafts.isPending)) return <Skeleton rows={10} tall />
  if (stored.error && !(isUnknown && draft))
    return <Failure error={stored.error} onRetry={() => void stored.refetch()} />
  if (isEditing && (draft || stored.data))
    return <Editing id={id} stored={stored.data ?? null} draft={draft} talk={talk} />
  return stored.data ? (
    <Reading
      detail={stored.data}
      hasDraft={draft !== null}
      mayEdit={mayEdit}
      talk={talk}
      onEdit={() => setSearch({ edit: 'yes' })}
    />
  ) : (
    <Skeleton rows={10} tall />
  )
}
