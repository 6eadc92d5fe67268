import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useId, useState } from 'react'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { Changes } from './changes.tsx'
import type { Change } from './rules.ts'

/** The last look before the rules are others: what changes, and a word for those who ask later why. */
export function PublishDialog({
  title,
  verb,
  changes,
  method,
  path,
  body,
  said,
  onDone,
  onClose,
}: {
  title: string
  verb: string
  changes: readonly Change[]
  method: 'PUT' | 'POST'
  path: string
  body: Record<string, unknown>
  /** What is said when it is done. */
  said(version: number): string
  onDone(): void
  onClose(): void
}) {
  const { playbook } = useWords()
  const client = useQueryClient()
  const { show } = useToasts()
  const reason = useReason()
  const [note, setNote] = useState('')
  const id = useId()
  const publish = useMutation({
    mutationFn: () =>
      call<{ version: number }>(method, path, { body: { ...body, ...(note.trim() ? { note: note.trim() } : {}) } }),
    async onSuccess({ version }) {
      show({ id: 'playbook', tone: 'good', text: said(version) })
      onDone()
      onClose()
      await Promise.all(
        ['playbook', 'playbook-versions', 'playbook-diff', 'words'].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      )
    },
  })
  return (
    <Dialog
      title={title}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{playbook.notYet}</Button>
          <Button type="primary" loading={publish.isPending} onClick={() => publish.mutate()}>
            {verb}
          </Button>
        </>
      }
    >
      <Changes changes={changes} />
      <div className="rule-note">
        <label className="rule-note-label" htmlFor={id}>
          {playbook.note}
        </label>
        <Input.TextArea
          id={id}
          rows={2}
          maxLength={500}
          value={note}
          placeholder={playbook.noteHint}
          onChange={({ target }) => setNote(target.value)}
        />
      </div>
      {publish.error ? (
        <p className="rule-fault" role="alert">
          {reason(publish.error)}
        </p>
      ) : null}
    </Dialog>
  )
}
