import type { z } from 'zod'
import type { FollowUpFormAnswer } from '../../src/http/api/tasks.ts'

export type Answers = Record<string, string | string[] | number>
type FieldOf = z.infer<typeof FollowUpFormAnswer>['fields'][number]

/** One question of a quick record: a tap where there is a choice. `undefined` takes the answer back. */
export function Field({
  field: { label, kind, options = [], required },
  value,
  onChange,
}: {
  field: FieldOf
  value: Answers[string] | undefined
  onChange(value: Answers[string] | undefined): void
}) {
  const name = required ? `${label} *` : label
  if (kind === 'choice' || kind === 'choices') {
    const chosen = Array.isArray(value) ? value : value === undefined ? [] : [String(value)]
    const tap = (option: string) => {
      if (kind === 'choice') return onChange(chosen.includes(option) ? undefined : option)
      const now = chosen.includes(option) ? chosen.filter((one) => one !== option) : [...chosen, option]
      onChange(now.length === 0 ? undefined : now)
    }
    return (
      <fieldset>
        <legend>{name}</legend>
        <div className="chips">
          {options.map((option) => (
            <button
              key={option}
              type="button"
              className="chip"
              aria-pressed={chosen.includes(option)}
              onClick={() => tap(option)}
            >
              {option}
            </button>
          ))}
        </div>
      </fieldset>
    )
  }
  return (
    <label className="row">
      <span>{name}</span>
      <input
        type={kind}
        value={value === undefined ? '' : String(value)}
        maxLength={kind === 'text' ? 2000 : undefined}
        onChange={({ target }) =>
          onChange(target.value === '' ? undefined : kind === 'number' ? Number(target.value) : target.value)
        }
      />
    </label>
  )
}
