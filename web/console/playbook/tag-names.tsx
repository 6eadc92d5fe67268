import { Button, Input } from 'antd'
import { type ReactNode, useState } from 'react'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { mapWords } from './map-words.ts'

/** Gives a tag or a group another name; a refusal says where the old one is written. */
export function RenameDialog({
  path,
  name,
  onClose,
  onDone,
}: {
  path: string
  name: string
  onClose(): void
  onDone(): Promise<void>
}) {
  const words = useRoomWords(mapWords)
  const [next, setNext] = useState(name)
  const wanted = next.trim()
  return (
    <NameDialog
      title={words.renameTitle(name)}
      verb={words.renameNow}
      isReady={wanted !== '' && wanted !== name}
      said={words.renamed(wanted)}
      run={() => call('PUT', path, { body: { name: wanted } })}
      onClose={onClose}
      onDone={onDone}
    >
      <Input
        value={next}
        maxLength={30}
        aria-label={words.newName}
        placeholder={words.newName}
        onChange={({ target }) => setNext(target.value)}
      />
      <p className="quiet small">{words.renameHint}</p>
    </NameDialog>
  )
}

/** A group begins with its first tag. */
export function NewGroupDialog({ onClose, onDone }: { onClose(): void; onDone(): Promise<void> }) {
  const words = useRoomWords(mapWords)
  const [group, setGroup] = useState('')
  const [name, setName] = useState('')
  return (
    <NameDialog
      title={words.newGroup}
      verb={words.add}
      isReady={group.trim() !== '' && name.trim() !== ''}
      said={words.added(name.trim())}
      run={() => call('POST', '/api/tags', { body: { group: group.trim(), name: name.trim() } })}
      onClose={onClose}
      onDone={onDone}
    >
      <Input
        value={group}
        maxLength={30}
        aria-label={words.group}
        placeholder={words.group}
        onChange={({ target }) => setGroup(target.value)}
      />
      <Input
        value={name}
        maxLength={30}
        aria-label={words.tag}
        placeholder={words.tag}
        onChange={({ target }) => setName(target.value)}
      />
    </NameDialog>
  )
}

function NameDialog({
  title,
  verb,
  isReady,
  said,
  run,
  onClose,
  onDone,
  children,
}: {
  title: string
  verb: string
  isReady: boolean
  said: string
  run(): Promise<unknown>
  onClose(): void
  onDone(): Promise<void>
  children: ReactNode
}) {
  const { cancel } = useWords()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [refusal, setRefusal] = useState('')
  const [isBusy, setBusy] = useState(false)
  const go = async () => {
    setBusy(true)
    setRefusal('')
    try {
      await run()
      show({ id: 'tags', tone: 'good', text: said })
      await onDone()
      onClose()
    } catch (error) {
      setRefusal(reasonOf(error))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="primary" disabled={!isReady} loading={isBusy} onClick={() => void go()}>
            {verb}
          </Button>
        </>
      }
    >
      <form
        className="tags-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (isReady) void go()
        }}
      >
        {children}
        {refusal ? (
          <p className="rule-fault" role="alert">
            {refusal}
          </p>
        ) : null}
      </form>
    </Dialog>
  )
}
