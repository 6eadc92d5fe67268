import { Checkbox } from 'antd'
import { memo, type ReactNode } from 'react'
import { Link } from 'wouter'
import { useNames } from '../api/names.ts'
import type { Lead } from '../api/shapes.ts'
import { Stage } from '../pieces/stage.tsx'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'
import type { Column } from './columns.tsx'

interface Row {
  lead: Lead
  columns: readonly Column[]
  isCurrent: boolean
  onOpen(): void
  /** Left out: nobody is picked here. */
  isPicked?: boolean
  onPick?(isPicked: boolean): void
}

const tagsShown = 3

/** One lead of the list. The name is the link; the whole row is its target for the mouse. */
export const LeadRow = memo(function LeadRow({ lead, columns, isCurrent, onOpen, isPicked, onPick }: Row) {
  const words = useWords()
  const names = useNames()
  const cells: Record<Column, ReactNode> = {
    stage: <Stage stage={lead.stage} desk={lead.desk} />,
    score: words.review.score(lead.score.grade, lead.score.total),
    source: <span className="quiet">{names.source(lead.source.last)}</span>,
    owner: lead.owner ? names.staff(lead.owner) : <span className="quiet">{words.nobody}</span>,
    tags: (
      <span className="lead-tags">
        {lead.tags.slice(0, tagsShown).map(({ group, name }) => (
          <span key={group + name} className="tag one-line" dir="auto" title={group}>
            {name}
          </span>
        ))}
        {lead.tags.length > tagsShown ? (
          <span className="quiet small" title={lead.tags.map(({ name }) => name).join(words.events.comma)}>
            +{lead.tags.length - tagsShown}
          </span>
        ) : null}
      </span>
    ),
    updated: <When at={lead.updatedAt} className="quiet" />,
    created: <When at={lead.createdAt} className="quiet" />,
  }
  return (
    <tr data-current={isCurrent || undefined} data-picked={isPicked || undefined} onClick={onOpen}>
      {onPick ? (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the box inside is what the keyboard presses
        <td className="lead-pick" onClick={(event) => event.stopPropagation()}>
          <Checkbox
            checked={isPicked ?? false}
            aria-label={words.leads.pick(names.lead(lead))}
            onChange={({ target }) => onPick(target.checked)}
          />
        </td>
      ) : null}
      <th scope="row">
        <Link href={`/leads/${lead.id}`} className="lead-link" dir="auto" onClick={(event) => event.stopPropagation()}>
          {names.lead(lead)}
        </Link>
        <span className="quiet one-line lead-row-place" dir="auto">
          {[lead.company, lead.title].filter(Boolean).join(' · ') || words.unknownCompany}
        </span>
      </th>
      {columns.map((column) => (
        <td key={column} data-column={column}>
          {cells[column]}
        </td>
      ))}
    </tr>
  )
})
