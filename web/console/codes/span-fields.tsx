import { Select } from 'antd'
import { useWords } from '../words/words.tsx'
import { dayNames, daysOf } from './shapes.ts'

interface Span {
  days: string | string[]
  from: string
  to: string
}

const dayWords = [...dayNames, 'workdays', 'weekends', 'holidays', 'all']
const times = Array.from(
  { length: 49 },
  (_, index) => `${String(Math.floor(index / 2)).padStart(2, '0')}:${index % 2 ? '30' : '00'}`,
)

/** Days and times of a span of the week. */
export function SpanFields({ span, onChange }: { span: Span; onChange(change: Partial<Span>): void }) {
  const { codes } = useWords()
  const timeOptions = (own: string) => [...new Set([...times, own])].sort().map((value) => ({ value, label: value }))
  return (
    <>
      <Select
        mode="multiple"
        className="span-days"
        aria-label={codes.schedule}
        value={daysOf(span)}
        onChange={(days: string[]) => days.length > 0 && onChange({ days })}
        options={dayWords.map((value) => ({ value, label: codes.days[value] }))}
      />
      <Select
        aria-label={codes.from}
        value={span.from}
        onChange={(from: string) => from !== span.to && onChange({ from })}
        options={timeOptions(span.from)}
      />
      <span className="quiet">–</span>
      <Select
        aria-label={codes.to}
        value={span.to}
        onChange={(to: string) => to !== span.from && onChange({ to })}
        options={timeOptions(span.to)}
      />
    </>
  )
}
