import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { codeQuery } from './queries.ts'
import { type Code, type Kind, pathOf } from './shapes.ts'

/** Asks before a code that may hang on a wall stops working for ever. */
export function ArchiveCode({ code, kind, onClose }: { code: Code; kind: Kind; onClose(): void }) {
  const words = useWords()
  const { codes } = words
  const { show } = useToasts()
  const reason = useReason()
  const client = useQueryClient()
  const archive = useMutation({
    mutationFn: () => call<Code>('DELETE', `${pathOf[kind]}/${code.id}`),
    onSuccess(answer) {
      client.setQueryData(codeQuery(kind, code.id).queryKey, answer)
      void client.invalidateQueries({ queryKey: ['codes'] })
      show({ id: 'code', text: codes.archivedDone })
      onClose()
    },
    onError: (error) => show({ id: 'code', tone: 'bad', text: reason(error) }),
  })
  return (
    <Dialog
      title={codes.archiveTitle(code.name)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button danger type="primary" loading={archive.isPending} onClick={() => archive.mutate()}>
            {codes.archiveNow}
          </Button>
        </>
      }
    >
      <p>{codes.archiveHint}</p>
    </Dialog>
  )
}
