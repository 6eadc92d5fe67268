import { serverNow } from '../../shared/call.ts'
import { useWords } from '../words/words.tsx'

/** A day some days from now, `YYYY-MM-DD`, where the house is. */
export function dayAhead(days: number): string {
  const inChina = new Date(serverNow() + 8 * 3_600_000 + days * 86_400_000)
  return inChina.toISOString().slice(0, 10)
}

/** What comes next and when: becomes a task that reminds. */
export function NextStep({
  value,
  onChange,
  today,
}: {
  value: { text: string; day: string }
  onChange(value: { text: string; day: string }): void
  today: string
}) {
  const words = useWords()
  const days: [string, number][] = [
    [words.record.tomorrow, 1],
    [words.record.inThree, 3],
    [words.record.inWeek, 7],
  ]
  return (
    <fieldset>
      <legend>{words.record.next}</legend>
      <input
        type="text"
        maxLength={300}
        value={value.text}
        placeholder={words.record.nextHint}
        aria-label={words.record.next}
        onChange={({ target }) => onChange({ ...value, text: target.value })}
      />
      <div className="chips">
        {days.map(([label, ahead]) => (
          <button
            key={label}
            type="button"
            className="chip"
            aria-pressed={value.day === dayAhead(ahead)}
            onClick={() => onChange({ ...value, day: dayAhead(ahead) })}
          >
            {label}
          </button>
        ))}
        <input
          type="date"
          className="day"
          min={today}
          value={value.day}
          aria-label={words.record.day}
          onChange={({ target }) => onChange({ ...value, day: target.value })}
        />
      </div>
    </fieldset>
  )
}
