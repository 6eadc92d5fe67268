import { Button } from 'antd'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useNames } from '../api/names.ts'
import { Stage } from '../pieces/stage.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { dragged, type Given } from './shapes.ts'
import { teamWords } from './words.ts'

interface Item {
  lead: { leadId: string; name: string; company: string | null; stage: string }
  from: string | null
  clock: ReactNode
  children?: ReactNode
  onGive?: ((lead: Given) => void) | undefined
}

/** A lead in a list of the desk: it can be dragged onto somebody, or given by a button. */
export function LeadItem({ lead: { leadId, name, company, stage }, from, clock, children, onGive }: Item) {
  const words = useRoomWords(teamWords)
  const names = useNames()
  const given: Given = { leadId, name: names.lead({ name }), from }
  return (
    <li
      className="team-lead"
      draggable={onGive !== undefined}
      onDragStart={(event) => {
        event.dataTransfer.setData(dragged, JSON.stringify(given))
        event.dataTransfer.effectAllowed = 'move'
      }}
    >
      <p className="team-lead-head">
        <Link href={`/leads/${leadId}`} className="one-line" dir="auto">
          {given.name}
        </Link>
        <Stage stage={stage} />
        {clock}
      </p>
      <p className="quiet small one-line" dir="auto">
        {company}
      </p>
      <div className="team-lead-foot">
        <span className="small team-lead-note" title={typeof children === 'string' ? children : undefined}>
          {children}
        </span>
        {onGive ? (
          <Button size="small" aria-label={`${given.name}：${words.give}`} onClick={() => onGive(given)}>
            {words.give}
          </Button>
        ) : null}
      </div>
    </li>
  )
}
