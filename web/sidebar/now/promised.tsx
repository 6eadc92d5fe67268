import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import type { Contact } from '../queries.ts'
import { useWords } from '../words/words.tsx'

interface PromisedProps {
  leadId: string
  promise: NonNullable<Contact['promise']>
  /** Of whoever answers; null: nobody yet. */
  name: string | null
  isMine: boolean
  onChange(): Promise<void>
}

/** Somebody told him that a person answers: who, and one tap to be that person, or to say that it is done. */
export function Promised({ leadId, promise, name, isMine, onChange }: PromisedProps) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const [isBusy, setBusy] = useState(false)
  const say = async (what: 'take' | 'kept') => {
    setBusy(true)
    try {
      await call('POST', `/api/leads/${leadId}/promise/${what}`)
      tell(words.promise.done[what])
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    await onChange()
    setBusy(false)
  }
  return (
    <div className="promised">
      <p>{isMine ? words.promise.mine : name ? words.promise.theirs(name, promise.why) : words.promise.nobody}</p>
      <div className="buttons">
        {isMine ? null : (
          <button type="button" className="button" disabled={isBusy} onClick={() => void say('take')}>
            {words.promise.take}
          </button>
        )}
        <button type="button" className="button" disabled={isBusy} onClick={() => void say('kept')}>
          {words.promise.kept}
        </button>
      </div>
    </div>
  )
}
