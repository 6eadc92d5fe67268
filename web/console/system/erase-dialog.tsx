import { Button, Checkbox, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { watchJob } from '../api/jobs.ts'
import { useNames } from '../api/names.ts'
import type { Job, Lead } from '../api/shapes.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { systemWords } from './words.ts'

/** Says exactly what goes, for good, before anything does. */
export function EraseDialog({ lead, onClose, onDone }: { lead: Lead; onClose(): void; onDone(): void }) {
  const words = useRoomWords(systemWords)
  const { cancel } = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [reason, setReason] = useState('')
  const [isSure, setSure] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const name = names.lead(lead)
  const erase = async () => {
    setBusy(true)
    try {
      const job = await call<Job>('POST', `/api/leads/${lead.id}/erase-person`, {
        body: { reason: reason.trim(), confirm: 'erase' },
      })
      show({ id: 'person', text: words.erasing })
      onClose()
      const report = await watchJob(job.id)
      if (report.state === 'failed') show({ id: 'person', tone: 'bad', text: String(report.result?.problem ?? '') })
      else show({ id: 'person', tone: 'good', text: words.actions['person-erased'] ?? '' })
    } catch (error) {
      setBusy(false)
      show({ id: 'person', tone: 'bad', text: reasonOf(error) })
    }
    onDone()
  }
  return (
    <Dialog
      title={words.eraseTitle(name)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button
            type="primary"
            danger
            disabled={!isSure || reason.trim() === ''}
            loading={isBusy}
            onClick={() => void erase()}
          >
            {words.eraseNow(name)}
          </Button>
        </>
      }
    >
      <div className="system-form">
        <p>{words.eraseWhat}</p>
        <p className="quiet">{words.eraseOutside}</p>
        <Input
          value={reason}
          maxLength={200}
          aria-label={words.eraseReason}
          placeholder={words.eraseReason}
          onChange={({ target }) => setReason(target.value)}
        />
        <Checkbox checked={isSure} onChange={({ target }) => setSure(target.checked)}>
          {words.eraseConfirm}
        </Checkbox>
      </div>
    </Dialog>
  )
}
