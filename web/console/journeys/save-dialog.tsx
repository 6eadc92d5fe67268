import { useQueryClient } from '@tanstack/react-query'
import { Button, Radio } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { Differences } from './differences.tsx'
import { Landings } from './landings.tsx'
import type { Checked, Migration } from './queries.ts'
import { Faults } from './step-form.tsx'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'

/** Before a version is in force: what it changes, and what becomes of whoever is on the way. */
export function SaveDialog({
  journey,
  before,
  checked,
  talk,
  onClose,
  onSaved,
}: {
  journey: Journey
  before: Journey | null
  checked: Checked
  talk: Talk
  onClose(): void
  onSaved(said: string): void
}) {
  const { words, general } = talk
  const { save } = words
  const client = useQueryClient()
  const reasonOf = useReason()
  const [way, setWay] = useState<'finish' | 'migrate'>('finish')
  const [isSaving, setSaving] = useState(false)
  const [fault, setFault] = useState('')
  const { changes, migration } = checked
  const moving = countOf(migration?.moves)
  const staying = countOf(migration?.left)
  const isSame = changes !== null && changes.settings.length === 0 && changes.steps.length === 0
  const publish = async () => {
    setSaving(true)
    setFault('')
    try {
      const path = before ? `/api/journeys/${journey.id}` : '/api/journeys'
      const { version } = await call<{ version: number }>(before ? 'PUT' : 'POST', path, { body: journey })
      await call('DELETE', `/api/journeys/drafts/${journey.id}`).catch(() => undefined)
      const moved = way === 'migrate' ? await migrateAll(journey.id) : 0
      await Promise.all([
        client.invalidateQueries({ queryKey: ['journeys'] }),
        client.invalidateQueries({ queryKey: ['journey-drafts'] }),
      ])
      onSaved([save.done(version), ...(moved > 0 ? [save.moved(moved)] : [])].join('，'))
    } catch (error) {
      setFault(reasonOf(error))
      setSaving(false)
    }
  }
  return (
    <Dialog
      title={save.title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button type="primary" loading={isSaving} disabled={isSame} onClick={() => void publish()}>
            {changes ? save.go(changes.version + 1) : save.goFirst}
          </Button>
        </>
      }
    >
      {changes && before ? (
        <>
          <p>{isSame ? save.nothing : save.differs(changes.version)}</p>
          <Differences before={before} after={journey} changes={changes} talk={talk} />
        </>
      ) : (
        <p>{save.first}</p>
      )}
      {migration && !isSame ? (
        <section aria-label={save.ask}>
          <h3 className="panel-part">{save.ask}</h3>
          {moving + staying === 0 ? (
            <p className="quiet">{save.nobody}</p>
          ) : (
            <>
              <Radio.Group
                className="save-ways"
                value={way}
                onChange={({ target }) => setWay(target.value as typeof way)}
              >
                <Radio value="finish">
                  {save.finish}
                  <small className="quiet">{save.finishHint(moving + staying)}</small>
                </Radio>
                <Radio value="migrate" disabled={moving === 0}>
                  {save.migrate}
                  <small className="quiet">{save.migrateHint(moving, staying)}</small>
                </Radio>
              </Radio.Group>
              <Landings migration={migration} talk={talk} />
            </>
          )}
        </section>
      ) : null}
      <Faults faults={fault ? [fault] : []} />
    </Dialog>
  )
}

export const countOf = (rows: readonly { count: number }[] = []): number =>
  rows.reduce((sum, { count }) => sum + count, 0)

/** Takes everybody over who can be; many take several calls. @throws CallFailed */
export async function migrateAll(id: string): Promise<number> {
  let moved = 0
  for (let more = true; more; ) {
    const done = await call<Migration>('POST', `/api/journeys/${id}/migrate`)
    moved += done.moved
    more = done.more
  }
  return moved
}
