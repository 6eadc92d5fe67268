import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
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
  /** A dialog hides all that is not in it: while one is open, toasts are shown in it. Answers how to take it back. */
  showIn(dialog: HTMLDialogElement): () => void
}

const BoardContext = createContext<Board>({ show: () => {}, hide: () => {}, showIn: () => () => {} })
export const useToasts = (): Board => use(BoardContext)

/** Short words about what just happened, read out to those who do not see them. */
export function Toasts({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Shown[]>([])
  const [dialogs, setDialogs] = useState<readonly HTMLDialogElement[]>([])
  const shown = useRef(0)
  const hide = useCallback((id: string) => setToasts((all) => all.filter((toast) => toast.id !== id)), [])
  const show = useCallback((toast: Toast) => {
    shown.current += 1
    const { lasts = toast.tone === 'bad' ? 12_000 : 5_000 } = toast
    const next = { ...toast, shown: shown.current, lasts, since: performance.now() }
    setToasts((all) => [...all.filter(({ id }) => id !== toast.id), next].slice(-3))
  }, [])
  const showIn = useCallback((dialog: HTMLDialogElement) => {
    setDialogs((all) => [...all, dialog])
    return () => setDialogs((all) => all.filter((one) => one !== dialog))
  }, [])
  const board = useMemo(() => ({ show, hide, showIn }), [show, hide, showIn])
  return (
    <BoardContext value={board}>
      {children}
      {createPortal(
        <section className="toasts" aria-live="polite" aria-relevant="additions">
          {toasts.map((toast) => (
            <OneToast key={toast.shown} toast={toast} onGone={hide} />
          ))}
        </section>,
        dialogs.at(-1) ?? document.body,
      )}
    </BoardContext>
  )
}

type Shown = Toast & { shown: number; lasts: number; since: number }

function OneToast({ toast, onGone }: { toast: Shown; onGone(id: string): void }) {
  const words = useWords()
  const { id, tone = 'plain', text, hint, action, lasts, since } = toast
  // Moved into a dialog, or out of one, it goes on where it was.
  const [past] = useState(() => performance.now() - since)
  useEffect(() => {
    const timer = window.setTimeout(() => onGone(id), Math.max(0, lasts - past))
    return () => window.clearTimeout(timer)
  }, [id, lasts, past, onGone])
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
      <span className="toast-line" style={{ animationDuration: `${lasts}ms`, animationDelay: `-${past}ms` }} />
    </div>
  )
}
