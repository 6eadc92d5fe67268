import { useRef, useState } from 'react'
import { isInWecom, listen } from '../client/wecom.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { useWords } from '../words/words.tsx'

/** A note spoken instead of typed: WeCom makes it text, which one may still mend. */
export function Voice({ onText }: { onText(text: string): void }) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const heard = useRef<Awaited<ReturnType<typeof listen>>>(undefined)
  const [state, setState] = useState<'idle' | 'listening' | 'reading'>('idle')
  if (!isInWecom) return null
  const press = async () => {
    try {
      if (heard.current) {
        setState('reading')
        const text = await heard.current.stop()
        if (text) onText(text)
      } else {
        heard.current = await listen()
        setState('listening')
        return
      }
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    heard.current = undefined
    setState('idle')
  }
  return (
    <button
      type="button"
      className="button wide"
      aria-pressed={state === 'listening'}
      disabled={state === 'reading'}
      onClick={() => void press()}
    >
      {words.record.voice[state]}
    </button>
  )
}
