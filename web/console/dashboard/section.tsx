import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import type { Table } from './csv.ts'
import { DownloadIcon } from './icons.tsx'
import { listOf } from './reports.ts'
import { saveCsv } from './save.ts'
import { useDashboardWords } from './words.ts'

interface Asked<T> {
  data: T | undefined
  error: Error | null
  refetch(): unknown
}

/** What a slow report answered a while ago says so. */
const oldMs = 90_000

const asOfOf = (data: unknown): string =>
  typeof data === 'object' && data !== null && 'asOf' in data && typeof data.asOf === 'string' ? data.asOf : ''

/** One part of the dashboard: its name, what one can do with it, and what it says once it is read. */
export function Section<T>({
  title,
  hint,
  controls,
  report,
  table,
  isEmpty,
  children,
}: {
  title: string
  hint?: string
  controls?: ReactNode
  report: Asked<T>
  /** As a table, for a spreadsheet. */
  table?: (data: T) => Table
  isEmpty?: (data: T) => boolean
  children: (data: T) => ReactNode
}) {
  const words = useDashboardWords()
  const all = useWords()
  const now = useNow()
  const { data, error } = report
  const told = asOfOf(data)
  const isOld = told !== '' && now - Date.parse(told) > oldMs
  return (
    <section className="part">
      <header className="part-head">
        <h2>{title}</h2>
        {isOld ? <span className="quiet small">{words.asOf(sayWhen(told, now, all))}</span> : null}
        <span className="bar-space" />
        {controls}
        {data && table ? (
          <button
            type="button"
            className="icon-button"
            title={words.csv}
            aria-label={`${words.csv}：${title}`}
            onClick={() => saveCsv(title, table(data))}
          >
            <DownloadIcon />
          </button>
        ) : null}
      </header>
      {hint ? <p className="quiet small part-hint">{hint}</p> : null}
      {error && !data ? <Failure error={error} onRetry={() => void report.refetch()} /> : null}
      {!data && !error ? <Skeleton rows={4} /> : null}
      {data ? isEmpty?.(data) ? <p className="quiet part-none">{words.none}</p> : children(data) : null}
    </section>
  )
}

/** A number that opens the leads behind it. */
export function Count({ n, link }: { n: number | string; link: string }) {
  return n === 0 ? (
    <span className="quiet">0</span>
  ) : (
    <Link href={listOf(link)} className="count">
      {typeof n === 'number' ? n.toLocaleString('en', { maximumFractionDigits: 1 }) : n}
    </Link>
  )
}
