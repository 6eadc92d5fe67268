import { Button } from 'antd'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import type { Teammate } from './shapes.ts'
import { type TeamWords, teamWords } from './words.ts'

/** What still lies with somebody, in words; empty: nothing. */
export function sayHolds({ holds }: Teammate, words: TeamWords, comma: string): string {
  return (['leads', 'others', 'offers', 'tasks', 'claims'] as const)
    .flatMap((part) => (holds[part] > 0 ? [words.holds[part](holds[part])] : []))
    .join(comma)
}

/** People on leave or gone, with what nobody works on meanwhile. */
export function LeftBehind({
  people,
  onHandOver,
}: {
  people: readonly Teammate[]
  onHandOver(person: Teammate): void
}) {
  const words = useRoomWords(teamWords)
  const { events } = useWords()
  const away = people.filter(
    (person) => (person.presence === 'absent' || person.presence === 'gone') && sayHolds(person, words, ' ') !== '',
  )
  if (away.length === 0) return null
  return (
    <section className="card team-left" aria-label={words.left}>
      <h2>{words.left}</h2>
      <p className="quiet small">{words.leftHint}</p>
      <ul>
        {away.map((person) => (
          <li key={person.userid}>
            <span>
              <b dir="auto">{person.name}</b> <span className="quiet">{words.presence[person.presence]}</span>
            </span>
            <span className="team-left-what">{sayHolds(person, words, events.comma)}</span>
            <Button
              size="small"
              type="primary"
              aria-label={words.handOverOf(person.name)}
              onClick={() => onHandOver(person)}
            >
              {words.handOver}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
