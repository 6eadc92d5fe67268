import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { CloseIcon } from '../look/icons.tsx'
import { useWords } from '../words/words.tsx'
import './toasts.css'

export interface Toast {
  /** A toast with the same id takes the place of the one before. */
  id: string
  tone?: 'plain' | 'good' | 'bad'
  text: string
  hint?: string
  action?: { label: string; key?: string; run(): void }
  /** Milliseconds until it goes by itself; shown as a line that runs out. */
  lasts?: number
}

interface Board {
  show(toast: Toast): void
  hide(id: string): void
}

const BoardContext = createContext<Board>({ show: () => {}, hide: () => {} })
export const useToasts = (): Board => use(BoardContext)

/** Short words about what just happened, read out to those who do not see them. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<(Toast & { shown: number })[]>([])
  const shown = useRef(0)
  const hide = useCallback((id: string) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])
  const show = useCallback((toast: Toast) => {
    shown.current += 1
    const next = { ...toast, shown: shown.current }
    setToasts((all) => [...all.filter(({ id }) => id !== toast.id), next].slice(-3))
  }, [])
  const board = useMemo(() => ({ show, hide }), [show, hide])
  return (
    <BoardContext value={board}>
      {children}
      <section className="toasts" aria-live="polite" aria-relevant="additions">
        {toasts.map((toast) => (
          <OneToast key={toast.shown} toast={toast} onGone={hide} />
        ))}
      </section>
    </BoardContext>
  )
}

function OneToast({ toast, onGone }: { toast: Toast; onGone(id: string): void }) {
  const words = useWords()
  const { id, tone = 'plain', text, hint, action, lasts = tone === 'bad' ? 12_000 : 5_000 } = toast
  useEffect(() => {
    const timer = window.setTimeout(() => onGone(id), lasts)
    return () => window.clearTimeout(timer)
  }, [id, lasts, onGone])
  return (
    <div className={`toast toast-${tone}`} role={tone === 'bad' ? 'alert' : undefined}>
      <div className="toast-words">
        <p>{text}</p>
        {hint ? <p className="toast-hint">{hint}</p> : null}
      </div>
      {action ? (
        <button type="button" className="toast-action" onClick={action.run}>
          {action.label}
          {action.key ? <kbd>{action.key}</kbd> : null}
        </button>
      ) : null}
      <button type="button" className="toast-close" aria-label={words.close} onClick={() => onGone(id)}>
        <CloseIcon size={16} />
      </button>
      <span className="toast-line" style={{ animationDuration: `${lasts}ms` }} />
    </div>
  )
}
