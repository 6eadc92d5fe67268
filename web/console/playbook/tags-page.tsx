import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useMe } from '../api/queries.ts'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { mapWords } from './map-words.ts'
import { TagGroupCard } from './tag-group.tsx'
import { NewGroupDialog } from './tag-names.tsx'
import { libraryQuery } from './tag-queries.ts'
import './stages.css'

/** Every tag by its group: who wears it, what puts it on, and whether WeCom has it. */
export function TagsPage() {
  const words = useRoomWords(mapWords)
  const all = useWords()
  const me = useMe()
  const now = useNow()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [isNew, setNew] = useState(false)
  const { data, error, refetch } = useQuery(libraryQuery)
  const edits = me?.roles.some((role) => ['admin', 'manager', 'mdr'].includes(role)) ?? false
  const refresh = async () => {
    await client.invalidateQueries({ queryKey: libraryQuery.queryKey })
    await client.invalidateQueries({ queryKey: ['words'] })
  }
  const sync = async () => {
    try {
      await call('POST', '/api/tags/sync')
      show({ id: 'tags', text: words.syncing })
      window.setTimeout(() => void refresh(), 6_000)
    } catch (failure) {
      show({ id: 'tags', tone: 'bad', text: reasonOf(failure) })
    }
  }
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={8} tall />
  const coming = data.groups.flatMap(({ tags }) => tags).filter((tag) => tag.sync === 'coming').length
  return (
    <div className="stages">
      <p className="sheet-hint">{words.tagsHint}</p>
      <div className="tags-head">
        <span className="quiet small">
          {data.syncedAt ? words.synced(sayWhen(data.syncedAt, now, all)) : words.neverSynced}
        </span>
        {coming > 0 ? <span className="tags-warn small">{words.waiting(coming)}</span> : null}
        {edits ? (
          <>
            <Button size="small" onClick={() => void sync()}>
              {words.syncNow}
            </Button>
            <Button size="small" type="primary" onClick={() => setNew(true)}>
              {words.newGroup}
            </Button>
          </>
        ) : null}
      </div>
      {data.groups.length === 0 ? <Empty title={words.none} hint={words.noneHint} /> : null}
      <div className="tags-groups">
        {data.groups.map((group) => (
          <TagGroupCard key={group.id} group={group} edits={edits} onChanged={refresh} />
        ))}
      </div>
      {isNew ? <NewGroupDialog onClose={() => setNew(false)} onDone={refresh} /> : null}
    </div>
  )
}
