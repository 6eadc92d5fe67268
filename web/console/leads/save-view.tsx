import { useQueryClient } from '@tanstack/react-query'
import { Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useMe } from '../api/queries.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { listWords } from './list-words.ts'
import type { Asked, View } from './views.ts'

interface Saving {
  /** The view that is looked at, when it may be changed. */
  view: View | null
  asked: Asked
  columns: readonly string[]
  onSaved(view: View | null): void
  onClose(): void
}

/** Gives the list as it is now a name, or changes one that has one. */
export function SaveView({ view, asked, columns, onSaved, onClose }: Saving) {
  const words = useRoomWords(listWords)
  const general = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const me = useMe()
  const mayShare = me?.roles.some((role) => role === 'admin' || role === 'manager' || role === 'mdr') ?? false
  const [name, setName] = useState(view?.name ?? '')
  const [shared, setShared] = useState(view?.shared ?? false)
  const run = async (work: () => Promise<View | null>) => {
    try {
      const saved = await work()
      await client.invalidateQueries({ queryKey: ['lead-views'] })
      show({ id: 'view', tone: 'good', text: words.saved })
      onSaved(saved)
    } catch (error) {
      show({ id: 'view', tone: 'bad', text: words.notSaved, hint: reasonOf(error) })
    }
  }
  const { filter, condition } = asked
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value))
  const body = { name, shared, filter: given, condition, columns }
  const save = () =>
    run(() => call<View>(view ? 'PUT' : 'POST', view ? `/api/lead-views/${view.id}` : '/api/lead-views', { body }))
  const remove = () => run(() => call<null>('DELETE', `/api/lead-views/${view?.id}`).then(() => null))
  return (
    <Dialog
      title={view ? words.rename : words.save}
      onClose={onClose}
      foot={
        <>
          {view ? (
            <Button danger onClick={() => void remove()}>
              {words.remove}
            </Button>
          ) : null}
          <span className="bar-space" />
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button type="primary" disabled={!name.trim()} onClick={() => void save()}>
            {view ? words.update : words.save}
          </Button>
        </>
      }
    >
      <Input
        aria-label={words.viewName}
        placeholder={words.viewName}
        maxLength={60}
        value={name}
        onChange={({ target }) => setName(target.value)}
        onPressEnter={() => (name.trim() ? void save() : undefined)}
      />
      {mayShare ? (
        <p>
          <Checkbox checked={shared} onChange={({ target }) => setShared(target.checked)}>
            {words.share}
          </Checkbox>
        </p>
      ) : null}
    </Dialog>
  )
}
