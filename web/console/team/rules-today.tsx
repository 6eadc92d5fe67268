import { useNames } from '../api/names.ts'
import { Empty } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import type { Team } from './shapes.ts'
import { teamWords } from './words.ts'

/** What each routing rule placed today, and what became of it. */
export function RulesToday({ rules }: { rules: Team['rules'] }) {
  const words = useRoomWords(teamWords)
  const names = useNames()
  const most = Math.max(1, ...rules.map(({ placed }) => placed))
  return (
    <section className="card" aria-label={words.rules}>
      <h2>{words.rules}</h2>
      {rules.length === 0 ? (
        <Empty title={words.rulesNone} hint={words.rulesNoneHint} />
      ) : (
        <>
          <p className="quiet small">{words.rulesHint}</p>
          <ul className="team-rules">
            {rules.map(({ rule, name, placed, accepted, passed }) => (
              <li key={rule}>
                <span className="one-line">{rule === name ? names.rule(rule) : name}</span>
                <meter min={0} max={most} value={placed} aria-label={words.placed(placed)} />
                <span className="quiet small">
                  {[words.placed(placed), words.accepted(accepted), passed > 0 ? words.passedOn(passed) : '']
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
