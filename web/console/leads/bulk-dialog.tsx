import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Input, Select } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { segmentsQuery } from '../api/queries.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useChoices } from '../segments/use-choices.ts'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import type { chosenOf, Deed } from './bulk-bar.tsx'
import { listWords } from './list-words.ts'

interface Doing {
  deed: Deed
  chosen: ReturnType<typeof chosenOf>
  onStarted(): void
  onClose(): void
}

/** One question, then it begins. */
export function BulkDialog({ deed, chosen, onStarted, onClose }: Doing) {
  const words = useRoomWords(listWords)
  const general = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const { data: choices } = useChoices()
  const segments = useQuery({ ...segmentsQuery, enabled: deed === 'segment' })
  const [values, setValues] = useState<string[]>([])
  const [note, setNote] = useState('')
  const [anyway, setAnyway] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const [value = ''] = values
  const many = deed === 'tag' || deed === 'untag'
  const tags =
    // A stage is moved to, with its rules; its tag follows.
    names.words?.tagGroups
      .filter(({ kind }) => kind !== 'stage')
      .map((group) => ({
        label: group.name,
        options: group.tags.map((tag) => ({ value: JSON.stringify([group.name, tag]), label: tag })),
      })) ?? []
  const offered: Record<Deed, { value?: string; label: string; options?: { value: string; label: string }[] }[]> = {
    tag: tags,
    untag: tags,
    assign: names.words?.staff.map(({ userid }) => ({ value: userid, label: names.staff(userid) })) ?? [],
    enrol: choices?.journeys ?? [],
    segment:
      segments.data?.items.flatMap(({ id, name, kind }) => (kind === 'static' ? [{ value: id, label: name }] : [])) ??
      [],
    advance: names.words?.stages.map(({ id }) => ({ value: id, label: `${id} ${names.stage(id)}` })) ?? [],
  }
  const action = () => {
    const reason = note.trim()
    if (deed === 'tag') return { do: 'tag', put: values.map(tagOf), take: [] }
    if (deed === 'untag') return { do: 'tag', put: [], take: values.map(tagOf) }
    if (deed === 'assign') return { do: 'assign', to: value, anyway, ...(reason ? { note: reason } : {}) }
    if (deed === 'enrol') return { do: 'enrol', journey: value }
    if (deed === 'segment') return { do: 'segment', segment: value }
    return { do: 'advance', to: value, ...(reason ? { reason } : {}) }
  }
  const start = async () => {
    setBusy(true)
    try {
      await call('POST', '/api/bulk', { body: { ...chosen, action: action() } })
      onStarted()
    } catch (error) {
      show({ id: 'bulk', tone: 'bad', text: words.notStarted, hint: reasonOf(error) })
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={words.actions[deed]}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button type="primary" loading={isBusy} disabled={values.length === 0} onClick={() => void start()}>
            {words.go}
          </Button>
        </>
      }
    >
      <div className="bulk-form">
        <Select
          aria-label={words.asks[deed]}
          placeholder={words.asks[deed]}
          {...(many ? { mode: 'multiple' as const } : {})}
          showSearch={{ optionFilterProp: 'label' }}
          placement="bottomLeft"
          listHeight={200}
          value={many ? values : value || null}
          options={offered[deed] as { value: string; label: string }[]}
          onChange={(next: string | string[] | null) => setValues([next ?? []].flat())}
        />
        {deed === 'assign' || deed === 'advance' ? (
          <Input
            aria-label={words.reason}
            placeholder={words.reason}
            maxLength={500}
            value={note}
            onChange={({ target }) => setNote(target.value)}
          />
        ) : null}
        {deed === 'assign' ? (
          <Checkbox checked={anyway} onChange={({ target }) => setAnyway(target.checked)}>
            {words.anyway}
          </Checkbox>
        ) : null}
        <p className="quiet small">{words.hint}</p>
      </div>
    </Dialog>
  )
}

function tagOf(value: string): { group: string; name: string } {
  const [group = '', name = ''] = JSON.parse(value) as string[]
  return { group, name }
}
