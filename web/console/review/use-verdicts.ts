import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useRef, useState } from 'react'
import { CallFailed, call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { queueQuery, refreshLead } from '../api/queries.ts'
import type { Lead, QueueItem } from '../api/shapes.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { useBulkVerdict } from './use-bulk-verdict.ts'

export interface Judgement {
  verdict: string
  reason: string
  note?: string
  remindAt?: string
  qualification?: Record<string, string>
}

interface Given {
  item: QueueItem
  /** Settles when the server has answered; false: it refused. */
  arrived: Promise<boolean>
}

/**
 * Verdicts that are there at once: the lead leaves the list before the server has answered, and comes back to its place when
 * the server refuses, with the reason. The last one can be taken back while it is held.
 */
export function useVerdicts({ undoSeconds, onReturned }: { undoSeconds: number; onReturned(id: string): void }) {
  const client = useQueryClient()
  const names = useNames()
  const words = useWords()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [judged, setJudged] = useState<ReadonlySet<string>>(new Set())
  const given = useRef<Given[]>([])

  const hide = useCallback((ids: readonly string[]) => setJudged((all) => new Set([...all, ...ids])), [])
  const bringBack = useCallback(
    (ids: readonly string[]) => setJudged((all) => new Set([...all].filter((id) => !ids.includes(id)))),
    [],
  )
  const readQueue = useCallback(() => client.invalidateQueries({ queryKey: queueQuery.queryKey }), [client])

  /** Who has it, or where it went, in names people know. */
  const saidWhy = (error: unknown): string => {
    if (!(error instanceof CallFailed) || error.status !== 409) return reasonOf(error)
    const { claimedBy, stage, desk } = (error.details ?? {}) as { claimedBy?: string; stage?: string; desk?: string }
    if (claimedBy) return words.review.claimedBy(names.staff(claimedBy))
    return stage && desk ? words.review.movedOn(stage, names.desk(desk)) : reasonOf(error)
  }

  const undo = async (): Promise<void> => {
    const last = given.current.pop()
    if (!last) {
      show({ id: 'verdict', text: words.review.nothingToUndo })
      return
    }
    if (!(await last.arrived)) return
    const name = names.lead(last.item)
    try {
      await call<Lead>('POST', `/api/leads/${last.item.id}/undo`)
      await readQueue()
      bringBack([last.item.id])
      onReturned(last.item.id)
      show({ id: 'verdict', tone: 'good', text: words.review.undone(name) })
      await refreshLead(client, last.item.id)
    } catch (error) {
      show({ id: 'verdict', tone: 'bad', text: words.review.undoFailed(name), hint: saidWhy(error) })
    }
  }

  const give = (item: QueueItem, judgement: Judgement): void => {
    hide([item.id])
    const lasts = undoSeconds * 1000
    const name = names.lead(item)
    const post = async (): Promise<boolean> => {
      try {
        await call<Lead>('POST', `/api/leads/${item.id}/verdict`, {
          body: { ...judgement, version: item.version, undoSeconds },
        })
        window.setTimeout(() => {
          given.current = given.current.filter((one) => one !== entry)
        }, lasts)
        // A reading of the queue that began before the verdict would bring the lead back for a moment.
        await client.cancelQueries({ queryKey: queueQuery.queryKey })
        client.setQueryData(
          queueQuery.queryKey,
          (page) => page && { ...page, items: page.items.filter(({ id }) => id !== item.id) },
        )
        bringBack([item.id])
        void refreshLead(client, item.id)
        return true
      } catch (error) {
        given.current = given.current.filter((one) => one !== entry)
        await readQueue().catch(() => undefined)
        bringBack([item.id])
        show({
          id: `verdict-${item.id}`,
          tone: 'bad',
          text: words.review.failed(name),
          hint: `${saidWhy(error)} ${words.review.restored}`,
        })
        return false
      }
    }
    const entry: Given = { item, arrived: Promise.resolve(true) }
    entry.arrived = post()
    given.current.push(entry)
    show({
      id: 'verdict',
      tone: 'good',
      text: words.review.done(names.verdict(judgement.verdict), name),
      hint: names.reason(judgement.reason, names.words?.verdicts.find(({ id }) => id === judgement.verdict)?.reasons),
      action: { label: words.review.undo, key: 'Z', run: () => void undo() },
      lasts,
    })
  }

  const giveMany = useBulkVerdict({ undoSeconds, hide, bringBack, readQueue })
  return { judged, give, giveMany, undo, saidWhy }
}
