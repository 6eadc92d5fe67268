import { createContext, type ReactNode, use, useMemo, useRef, useState } from 'react'
import './told.css'

interface Told {
  tell(text: string, tone?: 'good' | 'bad'): void
}
const ToldContext = createContext<Told>({ tell() {} })

/** One line at the foot of the page: what was done, or why it was not. */
export function ToldProvider({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState<{ text: string; tone: 'good' | 'bad' } | null>(null)
  const timer = useRef<number>(undefined)
  const told = useMemo<Told>(
    () => ({
      tell(text, tone = 'good') {
        window.clearTimeout(timer.current)
        setSaid({ text, tone })
        timer.current = window.setTimeout(() => setSaid(null), tone === 'bad' ? 6_000 : 3_000)
      },
    }),
    [],
  )
  return (
    <ToldContext value={told}>
      {children}
      <div className={`told ${said ? `shown ${said.tone}` : ''}`} role={said?.tone === 'bad' ? 'alert' : 'status'}>
        {said?.text}
      </div>
    </ToldContext>
  )
}

export const useTold = (): Told => use(ToldContext)
