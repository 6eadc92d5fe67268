import { useRoomWords } from '../words/room-words.ts'
import type { Counts } from './shapes.ts'
import { transferWords } from './words.ts'

/** What WeCom allows, in plain words, so that a refusal is no riddle. */
export function Limits({ counts }: { counts: Counts | undefined }) {
  const words = useRoomWords(transferWords)
  return (
    <section className="card" aria-label={words.limits}>
      <h2>{words.limits}</h2>
      {counts ? (
        <p>
          {words.limitNow(counts.max, counts.within)}
          {counts.usedUp > 0 ? <b className="transfers-alert"> {words.usedUp(counts.usedUp)}</b> : null}
        </p>
      ) : null}
      <ul className="transfers-rules small">
        {words.rules.map((rule) => (
          <li key={rule}>{rule}</li>
        ))}
      </ul>
    </section>
  )
}
