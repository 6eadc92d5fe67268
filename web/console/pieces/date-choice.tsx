import { serverNow } from '../../shared/call.ts'
import { useWords } from '../words/words.tsx'
import type { Dictionary } from '../words/zh.ts'
import { Chips } from './chips.tsx'

/** The dates people usually mean, at nine in the morning; each as ISO. */
export function dateChoices({ review }: Dictionary): { label: string; at: string }[] {
  const inDays = (days: number) => morning((date) => date.setDate(date.getDate() + days))
  return [
    { label: review.remindChoices.week, at: inDays(7) },
    { label: review.remindChoices.fortnight, at: inDays(14) },
    { label: review.remindChoices.month, at: morning((date) => date.setMonth(date.getMonth() + 1, 1)) },
    { label: review.remindChoices.quarter, at: morning((date) => date.setMonth(date.getMonth() + 3)) },
  ]
}

export function DateChoice({
  value,
  onChoose,
  numbered = false,
}: {
  value: string | undefined
  onChoose(at: string): void
  numbered?: boolean
}) {
  const words = useWords()
  return (
    <div className="date-choice">
      <Chips
        options={dateChoices(words).map(({ label, at }) => ({ id: at, label }))}
        value={value ?? ''}
        onChoose={onChoose}
        numbered={numbered}
      />
      <input
        type="date"
        className="date-own"
        aria-label={words.review.remindDate}
        title={words.review.remindDate}
        min={dayOf(new Date(serverNow()))}
        value={value ? dayOf(new Date(value)) : ''}
        onChange={({ target }) => {
          if (target.value) onChoose(new Date(`${target.value}T09:00`).toISOString())
        }}
      />
    </div>
  )
}

function morning(change: (date: Date) => void): string {
  const date = new Date(serverNow())
  change(date)
  date.setHours(9, 0, 0, 0)
  return date.toISOString()
}

const dayOf = (date: Date): string =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
