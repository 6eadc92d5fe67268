import { pathOf, type Spot } from './tree.ts'

/** What the panel beside the journey is about. */
export type Selection =
  | { kind: 'settings' }
  | { kind: 'step'; path: string }
  /** Where a step is about to be put. */
  | { kind: 'spot'; spot: Spot }

export const isStep = (selection: Selection | null, path: string): boolean =>
  selection?.kind === 'step' && selection.path === path

export const isSpot = (selection: Selection | null, spot: Spot): boolean =>
  selection?.kind === 'spot' && pathOf(selection.spot) === pathOf(spot)
