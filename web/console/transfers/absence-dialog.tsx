import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { DateChoice } from '../pieces/date-choice.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { ColleagueChoice } from './colleague-choice.tsx'
import { transferWords } from './words.ts'

/** Whose leave, as far as it is known. */
export interface Absent {
  userid?: string
  isMe?: boolean
  until?: string
  cover?: string | null
}

/** Until when somebody is away, and who looks after his customers meanwhile. */
export function AbsenceDialog({ absent, onClose, onDone }: { absent: Absent; onClose(): void; onDone(): void }) {
  const words = useRoomWords(transferWords)
  const { cancel } = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [userid, setUserid] = useState(absent.userid)
  const [until, setUntil] = useState(absent.until)
  const [cover, setCover] = useState(absent.cover ?? undefined)
  const [isBusy, setBusy] = useState(false)
  const keep = async (end: string | null) => {
    setBusy(true)
    try {
      const path = absent.isMe ? '/api/me/absence' : `/api/absences/${encodeURIComponent(userid ?? '')}`
      await call('PUT', path, { body: { until: end, ...(end ? { cover: cover ?? null } : {}) } })
      show({ id: 'absence', tone: 'good', text: end ? words.leaveKept : words.isBack(names.staff(userid ?? '')) })
      onClose()
    } catch (error) {
      show({ id: 'absence', tone: 'bad', text: reasonOf(error) })
      setBusy(false)
    }
    onDone()
  }
  return (
    <Dialog
      title={absent.isMe ? words.myLeave : userid ? words.leaveOf(names.staff(userid)) : words.sayLeave}
      onClose={onClose}
      foot={
        <>
          {absent.until ? (
            <Button loading={isBusy} onClick={() => void keep(null)}>
              {words.back}
            </Button>
          ) : (
            <Button onClick={onClose}>{cancel}</Button>
          )}
          <Button type="primary" loading={isBusy} disabled={!userid || !until} onClick={() => void keep(until ?? null)}>
            {words.keepLeave}
          </Button>
        </>
      }
    >
      <div className="transfers-form">
        {absent.userid ? null : <ColleagueChoice label={words.who} value={userid} onChange={setUserid} />}
        <p className="quiet">{words.untilWhen}</p>
        <DateChoice value={until} onChoose={setUntil} />
        <ColleagueChoice label={words.coverBy} value={cover} clears except={[userid]} onChange={setCover} />
        <p className="quiet small">{words.leaveHint}</p>
      </div>
    </Dialog>
  )
}
