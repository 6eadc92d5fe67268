import { createContext, use } from 'react'
import type { FigureMap } from './figures.ts'
import type { Counts } from './queries.ts'
import type { Selection } from './selection.ts'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'

/** What canvas and outline show, and whom they tell what was picked. */
export interface View {
  journey: Journey
  talk: Talk
  figures: FigureMap
  counts: Counts | undefined
  /** By place of the step. */
  faults: ReadonlyMap<string, readonly string[]>
  /** Faults that are about no step. */
  hasOwnFaults: boolean
  isEditing: boolean
  selection: Selection | null
  select(selection: Selection | null): void
}

export const ViewContext = createContext<View | null>(null)

export function useView(): View {
  const view = use(ViewContext)
  if (!view) throw new Error('no ViewContext above')
  return view
}
