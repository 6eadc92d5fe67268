import { type ReactNode, useRef } from 'react'
import { CloseIcon } from '../look/icons.tsx'
import { useWords } from '../words/words.tsx'
import { Canvas } from './canvas.tsx'
import './journeys.css'
import './panels.css'
import './canvas.css'
import { usePhone } from '../look/use-phone.ts'
import { Outline } from './outline.tsx'
import { type View, ViewContext } from './view.ts'

export interface Panel {
  title: string
  body: ReactNode
  onClose(): void
}

/** The journey, and beside it what somebody looks at closely; on a phone that comes up from below. */
export function Desk({
  view,
  shows,
  panel,
  instead,
}: {
  view: View
  shows: 'canvas' | 'outline'
  panel: Panel | null
  /** Shown in place of the journey. */
  instead?: ReactNode
}) {
  const words = useWords()
  const isPhone = usePhone()
  const ref = useRef<HTMLElement>(null)
  const close = () => {
    // Back to the step the panel was about.
    const path = view.selection?.kind === 'step' ? view.selection.path : 'trigger'
    panel?.onClose()
    document.querySelector<HTMLElement>(`[data-path="${path}"]`)?.focus()
  }
  return (
    <ViewContext value={view}>
      <div className="desk" data-panel={panel ? '' : undefined}>
        <div className="desk-view">{instead ?? (isPhone || shows === 'outline' ? <Outline /> : <Canvas />)}</div>
        {panel ? (
          <aside
            className="desk-panel"
            aria-label={panel.title}
            ref={ref}
            onKeyDown={(event) => {
              if (event.key !== 'Escape' || event.defaultPrevented || event.nativeEvent.isComposing) return
              if (ref.current?.querySelector('.ant-select-open')) return
              close()
            }}
          >
            <header className="desk-panel-head">
              <h2 dir="auto">{panel.title}</h2>
              <button type="button" className="icon-button" aria-label={words.close} onClick={close}>
                <CloseIcon size={18} />
              </button>
            </header>
            <div className="desk-panel-body">{panel.body}</div>
          </aside>
        ) : null}
      </div>
    </ViewContext>
  )
}
