import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { Landings } from './landings.tsx'
import { type Migration, versionsQuery } from './queries.ts'
import { countOf, migrateAll } from './save-dialog.tsx'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'

/** Every version, who is still in which, and the way back to one of them. */
export function VersionsPanel({
  id,
  mayEdit,
  talk,
  onRestore,
}: {
  id: string
  mayEdit: boolean
  talk: Talk
  onRestore(journey: Journey): void
}) {
  const { words, names } = talk
  const versions = useQuery(versionsQuery(id))
  if (versions.error) return <Failure error={versions.error} onRetry={() => void versions.refetch()} />
  if (!versions.data) return <Skeleton rows={4} />
  const { items } = versions.data
  return (
    <>
      <ul className="versions">
        {items.map(({ version, current, origin, by, at, live, journey }) => (
          <li key={version} data-current={current ? '' : undefined}>
            <p>
              <b>{words.version(version)}</b> {current ? <span className="tag">{words.save.current}</span> : null}
            </p>
            <p className="quiet small">
              {origin === 'file' ? words.byFile : names.actor(by)} · <When at={at} /> · {words.save.live(live)}
            </p>
            {mayEdit && !current ? (
              <Button size="small" onClick={() => onRestore(journey)}>
                {words.save.restore}
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {mayEdit && items.some(({ current, live }) => !current && live > 0) ? <OldOnes id={id} talk={talk} /> : null}
    </>
  )
}

function OldOnes({ id, talk }: { id: string; talk: Talk }) {
  const { save } = talk.words
  const client = useQueryClient()
  const { show } = useToasts()
  const reasonOf = useReason()
  const [isMoving, setMoving] = useState(false)
  const { data } = useQuery({
    queryKey: ['journeys', id, 'migration'],
    queryFn: () => call<Migration>('POST', `/api/journeys/${id}/migrate`, { body: { preview: true } }),
  })
  if (!data) return null
  const move = async () => {
    setMoving(true)
    try {
      show({ id: 'journey', tone: 'good', text: save.moved(await migrateAll(id)) })
    } catch (error) {
      show({ id: 'journey', tone: 'bad', text: talk.words.notDone, hint: reasonOf(error) })
    }
    setMoving(false)
    await client.invalidateQueries({ queryKey: ['journeys'] })
  }
  return (
    <section aria-label={save.migrateOld}>
      <h3 className="panel-part">{save.migrateOld}</h3>
      <p className="quiet">{save.migrateHint(countOf(data.moves), countOf(data.left))}</p>
      <Landings migration={data} talk={talk} />
      <Button loading={isMoving} disabled={data.moves.length === 0} onClick={() => void move()}>
        {save.migrate}
      </Button>
    </section>
  )
}
