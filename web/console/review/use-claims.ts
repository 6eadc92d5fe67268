import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { CallFailed, call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { queueQuery, useMe } from '../api/queries.ts'
import type { QueueItem } from '../api/shapes.ts'
import { useToasts } from '../shell/toasts.tsx'

/** Taking leads so that nobody else begins with them, and letting them go. `saidWhy` puts a refusal into words. */
export function useClaims(saidWhy: (error: unknown) => string) {
  const client = useQueryClient()
  const names = useNames()
  const me = useMe()
  const { show } = useToasts()
  /** Taken by beginning to judge; let go again by stopping. */
  const begun = useRef<string>(undefined)
  const readQueue = () => client.invalidateQueries({ queryKey: queueQuery.queryKey })

  const ask = async (item: QueueItem, verb: 'claim' | 'release'): Promise<boolean> => {
    try {
      await call('POST', `/api/leads/${item.id}/${verb}`)
      return true
    } catch (error) {
      // Whoever was judged a moment ago waits no more.
      const isOver = error instanceof CallFailed && error.status === 404
      if (!isOver) show({ id: 'claim', tone: 'bad', text: names.lead(item), hint: saidWhy(error) })
      return isOver
    } finally {
      void readQueue()
    }
  }

  return {
    claim: (item: QueueItem) => ask(item, 'claim'),
    release: (item: QueueItem) => ask(item, 'release'),
    /** False: somebody else has it. Whether his time is over the server knows. */
    async begin(item: QueueItem): Promise<boolean> {
      const isMine = item.claimedBy !== null && item.claimedBy.toLowerCase() === me?.userid?.toLowerCase()
      if (isMine || begun.current === item.id) return true
      begun.current = item.id
      return ask(item, 'claim')
    },
    stop(item: QueueItem): void {
      if (begun.current === item.id) void ask(item, 'release')
      begun.current = undefined
    },
    finish(): void {
      begun.current = undefined
    },
    async claimNext(): Promise<string | undefined> {
      try {
        const item = await call<QueueItem | null>('POST', '/api/review-queue/claim')
        await readQueue()
        return item?.id
      } catch (error) {
        show({ id: 'claim', tone: 'bad', text: saidWhy(error) })
        return undefined
      }
    },
  }
}
