import { CallFailed } from '../../shared/call.ts'
import { useWords } from '../words/words.tsx'
import './states.css'

/** Something is missing: what, and what to do about it. */
export function Fault({ title, hint, again }: { title: string; hint?: string; again?: () => void }) {
  const words = useWords()
  return (
    <div className="fault" role="status">
      <b>{title}</b>
      {hint ? <p>{hint}</p> : null}
      {again ? (
        <button type="button" className="button" onClick={again}>
          {words.retry}
        </button>
      ) : null}
    </div>
  )
}

/** The shape of what is on its way. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  const words = useWords()
  return (
    <div className="skeleton" role="status" aria-label={words.loading}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike
        <i key={line} />
      ))}
    </div>
  )
}

/** The server's own words, or that there was no server. */
export function useReason(): (error: unknown) => string {
  const words = useWords()
  return (error) =>
    error instanceof CallFailed
      ? error.message || words.fault.offline
      : error instanceof Error
        ? error.message
        : String(error)
}
