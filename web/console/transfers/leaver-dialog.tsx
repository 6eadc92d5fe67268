import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { watchJob } from '../api/jobs.ts'
import { useNames } from '../api/names.ts'
import type { Job } from '../api/shapes.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { ByRulesOr } from './by-rules-or.tsx'
import type { Leaver } from './shapes.ts'
import { transferWords } from './words.ts'

/** Every customer a leaver still has goes to somebody, at once; what does not go over is said with its reason. */
export function LeaverDialog({ leaver, onClose, onDone }: { leaver: Leaver; onClose(): void; onDone(): void }) {
  const words = useRoomWords(transferWords)
  const { cancel } = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [to, setTo] = useState<string | null | undefined>(null)
  const [isBusy, setBusy] = useState(false)
  const count = leaver.unplaced + leaver.failed
  const start = async () => {
    setBusy(true)
    try {
      const path = `/api/leavers/${encodeURIComponent(leaver.userid)}/give`
      const job = await call<Job>('POST', path, { body: { to } })
      onClose()
      show({ id: 'leaver', text: words.giving(job.total ?? count), lasts: 60_000 })
      const { result, items } = await watchJob(job.id)
      const refused = Number(result?.refused ?? 0)
      show({
        id: 'leaver',
        tone: refused > 0 ? 'bad' : 'good',
        text: words.gave(Number(result?.done ?? 0), refused),
        hint: items.find(({ problem }) => problem)?.problem ?? undefined,
      })
    } catch (error) {
      setBusy(false)
      show({ id: 'leaver', tone: 'bad', text: reasonOf(error) })
    }
    onDone()
  }
  return (
    <Dialog
      title={words.leaverTitle(leaver.name, count)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="primary" disabled={to === undefined} loading={isBusy} onClick={() => void start()}>
            {to ? words.giveTo(names.staff(to)) : words.byRulesNow}
          </Button>
        </>
      }
    >
      <p className="transfers-say">{words.leaverWhat}</p>
      <ByRulesOr to={to} except={[leaver.userid]} onChange={setTo} />
    </Dialog>
  )
}
