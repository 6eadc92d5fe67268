import { Switch as Toggle } from 'antd'
import type { ReactNode } from 'react'

interface Line {
  name: ReactNode
  /** What it does, or what is missing. */
  says: ReactNode
  /** Absent: it has no switch here. */
  on?: boolean | undefined
  label?: string
  busy?: boolean
  /** Absent: whoever looks may not switch it. */
  onTurn?: ((on: boolean) => void) | undefined
  end?: ReactNode
}

/** One thing that happens by itself: how it stands, what that means, and its switch. */
export function AutomationLine({ name, says, on, label, busy, onTurn, end }: Line) {
  return (
    <li className="automation-line" data-off={on === false || undefined}>
      <div className="automation-what">
        <p className="automation-name" dir="auto">
          {name}
        </p>
        <p className="small automation-says" dir="auto">
          {says}
        </p>
      </div>
      {end}
      {on === undefined ? null : (
        <Toggle
          aria-label={label ?? (typeof name === 'string' ? name : undefined)}
          checked={on}
          disabled={!onTurn}
          loading={busy}
          onChange={onTurn}
        />
      )}
    </li>
  )
}
