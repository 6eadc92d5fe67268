import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { beginningOf, sendFile } from './call-file.ts'

interface Preview {
  columns: { heading: string; field: string | null; kept: boolean }[]
  rows: { row: number; cells: string[]; problem: string | null }[]
  problem: string | null
}

interface Props {
  file: File
  onBack(): void
  onStarted(id: string): void
}

/** What each column means, as guessed and as put right; with the first rows and what is wrong with them. */
export function ImportColumns({ file, onBack, onStarted }: Props) {
  const { imports: words } = useWords()
  const { show } = useToasts()
  const reason = useReason()
  const [mapping, setMapping] = useState<Record<string, string>>({})
  const [source, setSource] = useState({ channel: '', campaign: '' })
  const fields = { mapping: Object.keys(mapping).length > 0 ? JSON.stringify(mapping) : '' }
  const preview = useQuery({
    queryKey: ['import-preview', file.name, file.size, file.lastModified, mapping],
    queryFn: () => sendFile<Preview>('/api/imports/preview', beginningOf(file), file.name, fields),
    placeholderData: (before) => before,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const start = useMutation({
    mutationFn: () => sendFile<{ id: string }>('/api/imports', file, file.name, { ...source, ...fields }),
    onSuccess: ({ id }) => onStarted(id),
    onError: (error) => show({ id: 'import', tone: 'bad', text: reason(error) }),
  })
  if (preview.error) return <Failure error={preview.error} onRetry={() => void preview.refetch()} />
  if (!preview.data) return <Skeleton rows={8} />
  const { columns, rows, problem } = preview.data
  const faults = rows.filter((row) => row.problem !== null).length
  return (
    <>
      <header className="import-head">
        <b className="one-line">{file.name}</b>
        <Button type="link" onClick={onBack}>
          {words.another}
        </Button>
      </header>
      {problem ? (
        <p className="import-problem" role="alert">
          {problem}
        </p>
      ) : null}
      {columns.length > 0 ? (
        <>
          <section className="card">
            <h2>{words.columns}</h2>
            <ul className="import-columns">
              {columns.map((column, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one heading
                <li key={index}>
                  <span className="one-line" title={column.heading}>
                    {column.heading || '—'}
                  </span>
                  <ColumnMeaning column={column} onChange={(to) => setMapping({ ...mapping, [column.heading]: to })} />
                </li>
              ))}
            </ul>
          </section>
          <section className="card">
            <h2>{words.source}</h2>
            <div className="import-source">
              {(['channel', 'campaign'] as const).map((name) => (
                <Input
                  key={name}
                  aria-label={words[name]}
                  placeholder={words[name]}
                  maxLength={60}
                  value={source[name]}
                  onChange={({ target }) => setSource({ ...source, [name]: target.value })}
                />
              ))}
            </div>
          </section>
          <section className="card">
            <h2>{words.rows}</h2>
            <p className={faults > 0 ? 'import-problem' : 'quiet'}>{faults > 0 ? words.faults(faults) : words.fine}</p>
            <FirstRows columns={columns} rows={rows} />
          </section>
          <Button type="primary" size="large" loading={start.isPending} onClick={() => start.mutate()}>
            {words.start}
          </Button>
        </>
      ) : null}
    </>
  )
}

const leftOut = '-'
const ownAttribute = '+'

function ColumnMeaning({ column, onChange }: { column: Preview['columns'][number]; onChange(to: string): void }) {
  const { imports: words } = useWords()
  const isNameless = column.heading === ''
  return (
    <Select
      aria-label={`${column.heading}：${words.columns}`}
      disabled={isNameless}
      value={column.field ?? (column.kept ? ownAttribute : leftOut)}
      onChange={(chosen) => onChange(chosen === leftOut ? '' : chosen)}
      showSearch={{ optionFilterProp: 'label' }}
      options={[
        ...Object.entries(words.fields).map(([value, label]) => ({ value, label })),
        ...(column.field === null && column.kept
          ? [{ value: ownAttribute, label: words.asAttribute, disabled: true }]
          : []),
        { value: leftOut, label: words.leaveOut },
      ]}
    />
  )
}

function FirstRows({ columns, rows }: Pick<Preview, 'columns' | 'rows'>) {
  const { imports: words } = useWords()
  return (
    <div className="import-rows">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.row}</th>
            <th scope="col">{words.problem}</th>
            {columns.map(({ heading, field, kept }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one heading
              <th scope="col" key={index} data-left={kept ? undefined : ''}>
                {field ? (words.fields[field] ?? field) : heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ row, cells, problem }) => (
            <tr key={row} data-problem={problem ? '' : undefined}>
              <th scope="row">{row}</th>
              <td className="import-problem">{problem}</td>
              {columns.map((column, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                <td key={index} data-left={column.kept ? undefined : ''} dir="auto">
                  {cells[index]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
