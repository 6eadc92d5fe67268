import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useMe } from '../api/queries.ts'
import { useRoomWords } from '../words/room-words.ts'
import { BulkDialog } from './bulk-dialog.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { listWords } from './list-words.ts'
import type { Asked } from './views.ts'

/** Leads that are picked: some, or everybody on the list. */
export interface Picked {
  ids: ReadonlySet<string>
  isAll: boolean
}
export const nobodyPicked: Picked = { ids: new Set(), isAll: false }

/** The picked as the server is told of them. */
export const chosenOf = ({ ids, isAll }: Picked, { filter, condition }: Asked) =>
  isAll
    ? { list: { filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value)), condition } }
    : { leadIds: [...ids] }

export const deeds = ['tag', 'untag', 'assign', 'enrol', 'segment', 'advance'] as const
export type Deed = (typeof deeds)[number]

interface Bar {
  picked: Picked
  asked: Asked
  shown: readonly string[]
  onPick(picked: Picked): void
}

/** What can be done with those that are picked. */
export function BulkBar({ picked, asked, shown, onPick }: Bar) {
  const words = useRoomWords(listWords)
  const client = useQueryClient()
  const me = useMe()
  const [doing, setDoing] = useState<Deed | 'export'>()
  const leads = me?.roles.some((role) => role === 'admin' || role === 'manager') ?? false
  const allowed = deeds.filter((deed) => leads || (deed !== 'assign' && deed !== 'advance'))
  const started = () => {
    setDoing(undefined)
    onPick(nobodyPicked)
    void client.invalidateQueries({ queryKey: ['jobs'] })
  }
  const of = { chosen: chosenOf(picked, asked), onStarted: started, onClose: () => setDoing(undefined) }
  return (
    <div className="bulk-bar" role="toolbar" aria-label={words.picked(picked.ids.size)}>
      <b>{picked.isAll ? words.allPicked : words.picked(picked.ids.size)}</b>
      {picked.isAll ? null : (
        <>
          <Button size="small" type="link" onClick={() => onPick({ ids: new Set(shown), isAll: false })}>
            {words.pickShown}
          </Button>
          <Button size="small" type="link" onClick={() => onPick({ ids: new Set(shown), isAll: true })}>
            {words.pickAll}
          </Button>
        </>
      )}
      <span className="bar-space" />
      {allowed.map((deed) => (
        <Button key={deed} size="small" onClick={() => setDoing(deed)}>
          {words.actions[deed]}
        </Button>
      ))}
      <Button size="small" onClick={() => setDoing('export')}>
        {words.exports}
      </Button>
      <Button size="small" type="text" onClick={() => onPick(nobodyPicked)}>
        {words.drop}
      </Button>
      {doing === 'export' ? <ExportDialog {...of} /> : null}
      {doing && doing !== 'export' ? <BulkDialog deed={doing} {...of} /> : null}
    </div>
  )
}
