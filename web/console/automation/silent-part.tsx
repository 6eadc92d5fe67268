import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { watchJob } from '../api/jobs.ts'
import { useNames } from '../api/names.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { type Silent, silentQuery } from './queries.ts'
import { automationWords } from './words.ts'

/** Customers the house had before us: nothing happens to them by itself until somebody says so. */
export function SilentPart() {
  const words = useRoomWords(automationWords)
  const { data } = useQuery(silentQuery)
  const [isOpen, setOpen] = useState(false)
  if (!data || data.silent === 0) return null
  return (
    <section className="card automation-silent" aria-label={words.silent}>
      <h2>{words.silent}</h2>
      <p>{words.silentSays(data.silent >= 10_000 ? '10000+' : String(data.silent))}</p>
      <Button type="primary" onClick={() => setOpen(true)}>
        {words.wake}
      </Button>
      {isOpen ? <WakeDialog silent={data} onClose={() => setOpen(false)} /> : null}
    </section>
  )
}

function WakeDialog({ silent, onClose }: { silent: Silent; onClose(): void }) {
  const words = useRoomWords(automationWords)
  const { cancel } = useWords()
  const names = useNames()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [stages, setStages] = useState<Record<number, string>>({})
  const [isBusy, setBusy] = useState(false)
  const start = async () => {
    setBusy(true)
    try {
      const tagToStage = silent.tags.flatMap(({ group, name }, place) => {
        const stage = stages[place]
        return stage ? [{ group, name, stage }] : []
      })
      const { jobId } = await call<{ jobId: string }>('POST', '/api/automation', { body: { tagToStage } })
      onClose()
      show({ id: 'wake', text: words.waking, lasts: 60_000 })
      await watchJob(jobId)
      show({ id: 'wake', tone: 'good', text: words.woken })
    } catch (error) {
      setBusy(false)
      show({ id: 'wake', tone: 'bad', text: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: silentQuery.queryKey })
  }
  const options = (names.words?.stages ?? []).map(({ id }) => ({ value: id, label: `${id} ${names.stage(id)}` }))
  return (
    <Dialog
      title={words.wakeTitle}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="primary" loading={isBusy} onClick={() => void start()}>
            {words.wakeNow}
          </Button>
        </>
      }
    >
      <p>{words.wakeHint}</p>
      {silent.tags.length === 0 ? <p className="quiet automation-gap">{words.noTags}</p> : null}
      <ul className="automation-map">
        {silent.tags.map(({ group, name, leads }, place) => (
          <li key={`${group}/${name}`}>
            <span className="one-line" dir="auto">
              {name} <span className="quiet small">{`${group} · ${words.people(leads)}`}</span>
            </span>
            <Select<string>
              size="small"
              allowClear
              aria-label={words.stageOf(name)}
              placeholder={words.asIs}
              value={stages[place] ?? null}
              options={options}
              onChange={(stage) => setStages(({ [place]: _, ...rest }) => (stage ? { ...rest, [place]: stage } : rest))}
            />
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
