import { Button, Input } from 'antd'
import { useWords } from '../words/words.tsx'
import type { Draft, Greeting } from './shapes.ts'
import { SpanFields } from './span-fields.tsx'

/** What whoever comes is greeted with: at any time, and at some. */
export function Welcomes({ draft, set }: { draft: Draft; set(change: Partial<Draft>): void }) {
  const { codes } = useWords()
  const { greetings } = draft
  const change = (index: number, to: Partial<Greeting>) =>
    set({ greetings: greetings.map((greeting, at) => (at === index ? { ...greeting, ...to } : greeting)) })
  const add = () => set({ greetings: [...greetings, { days: 'all', from: '18:00', to: '09:00', text: '' }] })
  return (
    <section className="card">
      <h2>{codes.welcome}</h2>
      <p className="quiet small">{codes.welcomeHint}</p>
      <Input.TextArea
        className="grows"
        aria-label={codes.welcome}
        rows={3}
        maxLength={1000}
        value={draft.welcome ?? ''}
        onChange={({ target }) => set({ welcome: target.value === '' ? null : target.value })}
      />
      <h2>{codes.greetings}</h2>
      <ul className="shifts">
        {greetings.map((greeting, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a greeting is its place in the list
          <li key={index} className="shift">
            <SpanFields span={greeting} onChange={(to) => change(index, to)} />
            <Input.TextArea
              className="grows"
              aria-label={codes.greetingText}
              placeholder={codes.greetingText}
              rows={2}
              maxLength={1000}
              value={greeting.text}
              onChange={({ target }) => change(index, { text: target.value })}
            />
            <Button type="text" onClick={() => set({ greetings: greetings.filter((_, at) => at !== index) })}>
              {codes.removeGreeting}
            </Button>
          </li>
        ))}
      </ul>
      <Button onClick={add}>{codes.newGreeting}</Button>
    </section>
  )
}
