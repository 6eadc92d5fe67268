import type { CSSProperties } from 'react'
import { useNames } from '../api/names.ts'
import type { Words } from '../api/shapes.ts'
import './stage.css'

const hues = 9

/** A stage in its own colour, the same everywhere; with the desk where that says more. */
export function Stage({ stage, desk }: { stage: string; desk?: string }) {
  const names = useNames()
  return (
    <span className="stage" style={stageColours(stage, names.words)} title={names.stage(stage)}>
      <b>{stage}</b>
      {desk ? <span className="stage-desk">{names.desk(desk)}</span> : null}
    </span>
  )
}

/** A hue for every open stage in the playbook's order; closed ones are grey. */
export function stageColours(stage: string, words: Words | undefined): CSSProperties {
  const open = (words?.stages ?? []).filter(({ closed }) => !closed)
  const place = open.findIndex(({ id }) => id === stage)
  const hue = place < 0 ? 'closed' : String(place % hues)
  return { '--hue': `var(--stage-${hue})`, '--hue-soft': `var(--stage-${hue}-soft)` } as CSSProperties
}
