import { Checkbox } from 'antd'
import { useMemo, useState } from 'react'
import { useWords } from '../words/words.tsx'

export const allColumns = ['stage', 'score', 'source', 'owner', 'tags', 'updated', 'created'] as const
export type Column = (typeof allColumns)[number]

const storedUnder = (list: string) => `bowtie.lead-columns.${list}`
const atFirst: Column[] = ['stage', 'score', 'source', 'owner', 'tags', 'updated']

/**
 * Which columns this person looks at on a list: those of its view, and as changed since, kept in this browser. Once a view is
 * saved it keeps them itself.
 */
export function useColumns(list: string, ofView: readonly string[] | undefined) {
  const [changed, setChanged] = useState(0)
  const stored = useMemo(() => (changed >= 0 ? localStorage.getItem(storedUnder(list)) : null), [list, changed])
  const wanted = stored?.split(',') ?? (ofView && ofView.length > 0 ? ofView : atFirst)
  return {
    columns: allColumns.filter((column) => wanted.includes(column)),
    areChanged: stored !== null,
    choose(next: readonly Column[]) {
      localStorage.setItem(storedUnder(list), next.join(','))
      setChanged(changed + 1)
    },
    forget(of: string) {
      localStorage.removeItem(storedUnder(of))
      setChanged(changed + 1)
    },
  }
}

export function ColumnChoice({ columns, onChange }: { columns: readonly Column[]; onChange(columns: Column[]): void }) {
  const words = useWords()
  return (
    <details className="column-choice">
      <summary>{words.leads.chooseColumns}</summary>
      <div className="column-sheet">
        {allColumns.map((column) => (
          <Checkbox
            key={column}
            checked={columns.includes(column)}
            onChange={({ target }) =>
              onChange(allColumns.filter((one) => (one === column ? target.checked : columns.includes(one))))
            }
          >
            {words.leads.columns[column]}
          </Checkbox>
        ))}
      </div>
    </details>
  )
}
