import { Button, Checkbox, Input, Radio, Select } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { watchJob } from '../api/jobs.ts'
import type { Job } from '../api/shapes.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { sayHolds } from './left-behind.tsx'
import type { Teammate } from './shapes.ts'
import { teamWords } from './words.ts'

interface Leaving {
  person: Teammate
  people: readonly Teammate[]
  onClose(): void
  onDone(): void
}

const parts = ['leads', 'tasks', 'reviews'] as const

/** Everything that lies with somebody goes to one colleague, or where the rules send it. */
export function HandOverDialog({ person, people, onClose, onDone }: Leaving) {
  const words = useRoomWords(teamWords)
  const all = useWords()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [byRules, setByRules] = useState(true)
  const [to, setTo] = useState<string>()
  const [what, setWhat] = useState<string[]>([...parts])
  const [note, setNote] = useState('')
  const [isBusy, setBusy] = useState(false)
  const others = people.filter(({ userid, presence }) => userid !== person.userid && presence !== 'gone')
  const isReady = what.length > 0 && (byRules || to !== undefined)
  const start = async () => {
    setBusy(true)
    try {
      const given = what.filter((part) => part !== 'customers' || !byRules)
      const body = {
        from: person.userid,
        to: byRules ? null : to,
        what: given,
        anyway: true,
        note: note.trim() || undefined,
      }
      const job = await call<Job>('POST', '/api/team/hand-over', { body })
      onClose()
      show({ id: 'hand-over', text: words.allStarted(job.total ?? 0), lasts: 60_000 })
      const report = await watchJob(job.id)
      const count = (outcome: string) => Number(report.result?.[outcome] ?? 0)
      show({
        id: 'hand-over',
        tone: count('refused') > 0 ? 'bad' : 'good',
        text: words.allDone(count('done'), count('refused')),
        hint: report.items.find(({ problem }) => problem)?.problem ?? undefined,
      })
    } catch (error) {
      setBusy(false)
      show({ id: 'hand-over', tone: 'bad', text: reasonOf(error) })
    }
    onDone()
  }
  return (
    <Dialog
      title={words.allTitle(person.name)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{all.cancel}</Button>
          <Button type="primary" disabled={!isReady} loading={isBusy} onClick={() => void start()}>
            {words.allStart}
          </Button>
        </>
      }
    >
      <div className="team-form">
        <p>{sayHolds(person, words, all.events.comma) || words.nothing}</p>
        <Radio.Group
          aria-label={words.allTo}
          value={byRules}
          onChange={({ target }) => setByRules(target.value === true)}
          options={[
            { value: true, label: words.allByRules },
            { value: false, label: words.allToOne },
          ]}
        />
        {byRules ? (
          <p className="quiet small">{words.allByRulesHint}</p>
        ) : (
          <>
            <Select
              aria-label={words.allTo}
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={words.choose}
              value={to}
              onChange={setTo}
              options={others.map(({ userid, name, open, capacity, presence }) => ({
                value: userid,
                label: `${name} · ${words.presence[presence]} · ${words.loadOf(open, capacity)}`,
              }))}
            />
            <p className="quiet small">{words.allHint}</p>
          </>
        )}
        <fieldset>
          <legend className="quiet small">{words.allWhat}</legend>
          <Checkbox.Group
            value={what}
            onChange={(next) => setWhat(next.map(String))}
            options={[...parts, ...(byRules || person.presence === 'gone' ? [] : ['customers'])].map((value) => ({
              value,
              label: words.parts[value],
            }))}
          />
        </fieldset>
        <Input
          value={note}
          maxLength={500}
          aria-label={words.note}
          placeholder={words.note}
          onChange={(event) => setNote(event.target.value)}
        />
      </div>
    </Dialog>
  )
}
