import './chips.css'

interface Option {
  id: string
  label: string
}

interface Choice {
  options: readonly Option[]
  value?: string | undefined
  onChoose(id: string): void
  /** Shows the number key of each. */
  numbered?: boolean
}

/** A handful of answers, each a press away. */
export function Chips({ options, value, onChoose, numbered = false }: Choice) {
  return (
    <ul className="chips">
      {options.map(({ id, label }, place) => (
        <li key={id}>
          <button
            type="button"
            className="chip"
            aria-pressed={value === undefined ? undefined : value === id}
            onClick={() => onChoose(id)}
          >
            {numbered && place < 9 ? <kbd>{place + 1}</kbd> : null}
            {label}
          </button>
        </li>
      ))}
    </ul>
  )
}
