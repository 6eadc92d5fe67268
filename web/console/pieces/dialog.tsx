import { ConfigProvider } from 'antd'
import { type ReactNode, useEffect, useRef } from 'react'
import { CloseIcon } from '../look/icons.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './dialog.css'

/** A question or a list over the page. The browser's own dialog: it keeps the focus in and gives it back. */
export function Dialog({
  title,
  onClose,
  children,
  foot,
}: {
  title: string
  onClose(): void
  children: ReactNode
  foot?: ReactNode
}) {
  const words = useWords()
  const ref = useRef<HTMLDialogElement>(null)
  const { showIn } = useToasts()
  useEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    if (!dialog.open) dialog.showModal()
    const takeBack = showIn(dialog)
    return () => {
      takeBack()
      dialog.close()
    }
  }, [showIn])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={ref}
      className="dialog"
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose()
      }}
    >
      <div className="dialog-sheet">
        <header className="dialog-head">
          <h2>{title}</h2>
          <button type="button" className="icon-button" aria-label={words.close} onClick={onClose}>
            <CloseIcon size={18} />
          </button>
        </header>
        <div className="dialog-body">
          {/* What opens out of a field lies over the dialog only when it is part of it. */}
          <ConfigProvider getPopupContainer={() => ref.current ?? document.body}>{children}</ConfigProvider>
        </div>
        {foot ? <footer className="dialog-foot">{foot}</footer> : null}
      </div>
    </dialog>
  )
}
