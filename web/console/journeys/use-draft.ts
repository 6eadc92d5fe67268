import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer, useState } from 'react'
import { call } from '../../shared/call.ts'
import type { Checked } from './queries.ts'
import { type Journey, placeOfFault } from './tree.ts'

interface History {
  past: Journey[]
  now: Journey
  future: Journey[]
  /** Grows with every step back or forward: forms that read once begin anew. */
  revision: number
  changedAt: number
}

type Act = { do: 'change'; journey: Journey; at: number; apart: boolean } | { do: 'undo' } | { do: 'redo' }

/** What is typed in one go is one step back. */
const breathMs = 900
const most = 100

function act(history: History, what: Act): History {
  const { past, now, future, revision } = history
  if (what.do === 'change') {
    const goesOn = !what.apart && past.length > 0 && what.at - history.changedAt < breathMs
    return {
      past: goesOn ? past : [...past, now].slice(-most),
      now: what.journey,
      future: [],
      revision,
      changedAt: what.apart ? 0 : what.at,
    }
  }
  const [from, to] = what.do === 'undo' ? [past, future] : [future, past]
  const next = what.do === 'undo' ? from.at(-1) : from[0]
  if (!next) return history
  const moved =
    what.do === 'undo'
      ? { past: past.slice(0, -1), future: [now, ...to] }
      : { past: [...to, now], future: future.slice(1) }
  return { ...moved, now: next, revision: revision + 1, changedAt: 0 }
}

export interface DraftInHand {
  journey: Journey
  isChanged: boolean
  /** `apart`: a step of its own on the way back, however soon it follows. */
  change(journey: Journey, apart?: boolean): void
  undo: (() => void) | null
  redo: (() => void) | null
  revision: number
  checked: Checked | undefined
  /** By place of the step. */
  faults: ReadonlyMap<string, readonly string[]>
  /** About no step: field and words. */
  ownFaults: readonly { field: string; message: string }[]
}

const keepAfterMs = 500

/** A journey being written: kept as it is written, checked as it is written, and every change can be taken back. */
export function useDraft(start: Journey, base: number | null, wasKept: boolean): DraftInHand {
  const [history, dispatch] = useReducer(act, {
    past: [],
    now: start,
    future: [],
    revision: 0,
    changedAt: 0,
  })
  const { now: journey, past, future, revision } = history
  const [asked, ask] = useState(journey)
  const isChanged = wasKept || past.length > 0 || future.length > 0
  useEffect(() => {
    const timer = window.setTimeout(() => {
      ask(journey)
      if (past.length > 0 || future.length > 0)
        void call('PUT', `/api/journeys/drafts/${journey.id}`, { body: { journey, base } }).catch(() => undefined)
    }, keepAfterMs)
    return () => window.clearTimeout(timer)
  }, [journey, base, past, future])
  const { data: checked } = useQuery({
    queryKey: ['journey-check', asked],
    queryFn: ({ signal }) => call<Checked>('POST', '/api/journeys/check', { body: asked, signal }),
    placeholderData: keepPreviousData,
    staleTime: 0,
  })
  const faults = new Map<string, string[]>()
  const ownFaults: { field: string; message: string }[] = []
  for (const fault of checked?.faults ?? []) {
    const place = placeOfFault(fault.field)
    if (place) faults.set(place.path, [...(faults.get(place.path) ?? []), fault.message])
    else ownFaults.push(fault)
  }
  const change = useCallback(
    (next: Journey, apart = false) => dispatch({ do: 'change', journey: next, at: Date.now(), apart }),
    [],
  )
  return {
    ...{ journey, isChanged, change, revision, checked, faults, ownFaults },
    undo: past.length > 0 ? () => dispatch({ do: 'undo' }) : null,
    redo: future.length > 0 ? () => dispatch({ do: 'redo' }) : null,
  }
}
