import { Button } from 'antd'
import type { ReactNode } from 'react'
import { CallFailed } from '../../shared/call.ts'
import { useWords } from '../words/words.tsx'
import './states.css'

/** Nothing here: what that means, and what to do next. */
export function Empty({ title, hint, action }: { title: string; hint: string; action?: ReactNode }) {
  return (
    <div className="state">
      <p className="state-title">{title}</p>
      <p className="state-hint">{hint}</p>
      {action}
    </div>
  )
}

/** It did not work: why, and a way to try again. */
export function Failure({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const words = useWords()
  const isRefusal = error instanceof CallFailed && (error.status === 403 || error.status === 401)
  return (
    <div className="state" role="alert">
      <p className="state-title">{words.failure.title}</p>
      <p className="state-hint">{useReason()(error)}</p>
      {onRetry && !isRefusal ? <Button onClick={onRetry}>{words.retry}</Button> : null}
    </div>
  )
}

/** What a failure says to people. */
export function useReason(): (error: unknown) => string {
  const { failure } = useWords()
  return (error) => {
    if (!(error instanceof CallFailed)) return error instanceof Error ? error.message : String(error)
    if (error.status === 0) return failure.offline
    if (error.status === 403 && error.id === 'forbidden') return failure.forbidden
    const faults = Array.isArray(error.details)
      ? (error.details as { field?: string; message?: string }[]).flatMap(({ field, message }) =>
          message ? [`${field ?? ''} ${message}`.trim()] : [],
        )
      : []
    return [error.message || failure.unexpected(error.status), ...faults].join('；')
  }
}

/** The shape of what is coming, while it is read. */
export function Skeleton({ rows = 6, tall = false }: { rows?: number; tall?: boolean }) {
  const words = useWords()
  return (
    <div className="skeleton" role="status" aria-label={words.loading}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows of nothing have no other name
        <div key={row} className={tall ? 'skeleton-row skeleton-tall' : 'skeleton-row'}>
          <span style={{ width: `${38 + ((row * 17) % 34)}%` }} />
          <span style={{ width: `${18 + ((row * 11) % 20)}%` }} />
        </div>
      ))}
    </div>
  )
}
