import { Button, Checkbox } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import type { chosenOf } from './bulk-bar.tsx'
import { type ListWords, listWords } from './list-words.ts'

type Column = keyof ListWords['columns']
const atFirst: readonly Column[] = [
  'name',
  'company',
  'title',
  'stage',
  'owner',
  'grade',
  'score',
  'source',
  'tags',
  'created',
]

/** Which columns go into the file. */
export function ExportDialog({
  chosen,
  onStarted,
  onClose,
}: {
  chosen: ReturnType<typeof chosenOf>
  onStarted(): void
  onClose(): void
}) {
  const words = useRoomWords(listWords)
  const general = useWords()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [columns, setColumns] = useState<readonly Column[]>(atFirst)
  const [isBusy, setBusy] = useState(false)
  const start = async () => {
    setBusy(true)
    try {
      await call('POST', '/api/exports', { body: { ...chosen, columns } })
      onStarted()
    } catch (error) {
      show({ id: 'bulk', tone: 'bad', text: words.notStarted, hint: reasonOf(error) })
      setBusy(false)
    }
  }
  const all = Object.keys(words.columns) as Column[]
  return (
    <Dialog
      title={words.exports}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button type="primary" loading={isBusy} disabled={columns.length === 0} onClick={() => void start()}>
            {words.go}
          </Button>
        </>
      }
    >
      <fieldset className="export-columns">
        <legend>{words.exportColumns}</legend>
        {all.map((column) => (
          <Checkbox
            key={column}
            checked={columns.includes(column)}
            onChange={({ target }) =>
              setColumns(all.filter((one) => (one === column ? target.checked : columns.includes(one))))
            }
          >
            {words.columns[column]}
          </Checkbox>
        ))}
      </fieldset>
      <p className="quiet small">{words.exportHint}</p>
    </Dialog>
  )
}
