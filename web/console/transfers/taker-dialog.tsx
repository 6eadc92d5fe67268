import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { ByRulesOr } from './by-rules-or.tsx'
import type { Transfer } from './shapes.ts'
import { transferWords } from './words.ts'

/** A leaver's customer is given once more: to whoever is named, else by the rules. */
export function TakerDialog({ transfer, onClose, onDone }: { transfer: Transfer; onClose(): void; onDone(): void }) {
  const words = useRoomWords(transferWords)
  const { cancel } = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [to, setTo] = useState<string | null | undefined>(null)
  const [isBusy, setBusy] = useState(false)
  const again = async () => {
    setBusy(true)
    try {
      await call('POST', `/api/transfers/${transfer.id}/again`, { body: to ? { to } : {} })
      show({ id: 'transfer', tone: 'good', text: to ? words.givenTo(names.staff(to)) : words.placedByRules })
      onClose()
    } catch (error) {
      show({ id: 'transfer', tone: 'bad', text: reasonOf(error) })
      setBusy(false)
    }
    onDone()
  }
  return (
    <Dialog
      title={words.takerTitle(names.lead({ name: transfer.leadName ?? '' }))}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="primary" disabled={to === undefined} loading={isBusy} onClick={() => void again()}>
            {to ? words.giveTo(names.staff(to)) : words.byRulesNow}
          </Button>
        </>
      }
    >
      <ByRulesOr to={to} except={[transfer.from]} onChange={setTo} />
    </Dialog>
  )
}
