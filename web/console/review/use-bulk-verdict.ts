import { call } from '../../shared/call.ts'
import { watchJob } from '../api/jobs.ts'
import { useNames } from '../api/names.ts'
import type { Job, QueueItem } from '../api/shapes.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import type { Judgement } from './use-verdicts.ts'

interface Hands {
  undoSeconds: number
  hide(ids: readonly string[]): void
  bringBack(ids: readonly string[]): void
  readQueue(): Promise<void>
}

/** One verdict for many leads: a job of the server's, watched until it is done; what was refused comes back to the list. */
export function useBulkVerdict({ undoSeconds, hide, bringBack, readQueue }: Hands) {
  const words = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()

  const undoAll = async (ids: readonly string[]): Promise<void> => {
    const undone: string[] = []
    for (const id of ids) {
      const ok = await call('POST', `/api/leads/${id}/undo`).then(
        () => true,
        () => false,
      )
      if (ok) undone.push(id)
    }
    await readQueue()
    bringBack(undone)
    show({
      id: 'verdict',
      tone: undone.length === ids.length ? 'good' : 'bad',
      text: words.review.undoneMany(undone.length, ids.length - undone.length),
    })
  }

  return async (items: readonly QueueItem[], judgement: Judgement): Promise<void> => {
    const ids = items.map(({ id }) => id)
    const verdict = names.verdict(judgement.verdict)
    hide(ids)
    show({ id: 'verdict', text: words.review.bulkStarted(ids.length), lasts: 60_000 })
    try {
      const job = await call<Job>('POST', '/api/verdicts', { body: { ...judgement, leadIds: ids, undoSeconds } })
      const report = await watchJob(job.id)
      const refused = report.items.flatMap(({ outcome, leadId }) => (outcome === 'done' || !leadId ? [] : [leadId]))
      const done = ids.filter((id) => !refused.includes(id))
      await readQueue()
      bringBack(ids)
      const firstProblem = report.items.find(({ problem }) => problem)?.problem ?? undefined
      show({
        id: 'verdict',
        tone: refused.length > 0 ? 'bad' : 'good',
        text: `${verdict}: ${words.review.bulkDone(done.length, refused.length)}`,
        hint: firstProblem,
        action: done.length > 0 ? { label: words.review.undo, run: () => void undoAll(done) } : undefined,
        lasts: undoSeconds * 1000,
      })
    } catch (error) {
      await readQueue().catch(() => undefined)
      bringBack(ids)
      show({ id: 'verdict', tone: 'bad', text: words.review.bulkDone(0, ids.length), hint: reasonOf(error) })
    }
  }
}
