import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import type { Summary } from './queries.ts'
import { useJourneyWords } from './words/words.ts'

export type SwitchWord = 'pause' | 'resume' | 'stop'

/** How many are on their way. */
export const inIt = ({ counts }: Pick<Summary, 'counts'>): number => (counts.waiting ?? 0) + (counts.paused ?? 0)

/** Asks before a journey is held, let go on, or ended for everybody, and says whom it is about. */
export function SwitchDialog({ journey, word, onClose }: { journey: Summary; word: SwitchWord; onClose(): void }) {
  const words = useJourneyWords()
  const { cancel } = useWords()
  const client = useQueryClient()
  const { show } = useToasts()
  const reasonOf = useReason()
  const [isDoing, setDoing] = useState(false)
  const go = async () => {
    setDoing(true)
    try {
      if (word === 'stop') show({ id: 'journey', tone: 'good', text: words.stopped(...(await stopAll(journey.id))) })
      else await call('POST', `/api/journeys/${journey.id}/${word}`)
      onClose()
    } catch (error) {
      show({ id: 'journey', tone: 'bad', text: words.notDone, hint: reasonOf(error) })
      setDoing(false)
    }
    await client.invalidateQueries({ queryKey: ['journeys'] })
  }
  return (
    <Dialog
      title={words[`${word}Ask`](journey.name)}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{cancel}</Button>
          <Button type="primary" danger={word === 'stop'} loading={isDoing} onClick={() => void go()}>
            {words[word]}
          </Button>
        </>
      }
    >
      <p>{words[`${word}Hint`](inIt(journey))}</p>
    </Dialog>
  )
}

async function stopAll(id: string): Promise<[ended: number, withdrawn: number]> {
  const sum: [number, number] = [0, 0]
  for (let more = true; more; ) {
    const done = await call<{ ended: number; withdrawn: number; more: boolean }>('POST', `/api/journeys/${id}/stop`)
    sum[0] += done.ended
    sum[1] += done.withdrawn
    more = done.more
  }
  return sum
}
