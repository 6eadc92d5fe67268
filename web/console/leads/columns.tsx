import { Checkbox } from 'antd'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'

export const allColumns = ['stage', 'score', 'source', 'owner', 'tags', 'updated', 'created'] as const
export type Column = (typeof allColumns)[number]

const storedUnder = 'bowtie.lead-columns'
const atFirst: Column[] = ['stage', 'score', 'source', 'owner', 'tags', 'updated']

/** Which columns this person looks at, kept in this browser. */
export function useColumns(): [Column[], (columns: Column[]) => void] {
  const [columns, setColumns] = useState<Column[]>(() => {
    const stored = localStorage.getItem(storedUnder)
    if (stored === null) return atFirst
    const wanted = stored.split(',')
    return allColumns.filter((column) => wanted.includes(column))
  })
  return [
    columns,
    (next) => {
      localStorage.setItem(storedUnder, next.join(','))
      setColumns(next)
    },
  ]
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
