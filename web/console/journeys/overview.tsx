import type { Counts } from './queries.ts'
import { sayExit, sayReentry, sayTrigger } from './say-rules.ts'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'

/** What a journey is for and how it goes, at a glance. */
export function Overview({ journey, counts, talk }: { journey: Journey; counts: Counts | undefined; talk: Talk }) {
  const { words } = talk
  const said = [
    [words.begins, sayTrigger(journey.trigger, talk)],
    [words.entry, journey.entry ? talk.condition(journey.entry) : ''],
    [words.reentry, sayReentry(journey.reentry, talk)],
    [words.goal, journey.goal ? talk.condition(journey.goal) : words.noGoal],
    [words.exits, (journey.exits ?? []).map((exit) => sayExit(exit, talk)).join(talk.general.segments.say.or)],
  ] as const
  const left = counts?.left ?? []
  return (
    <>
      {journey.about ? <p dir="auto">{journey.about}</p> : null}
      <dl className="said">
        {said.map(([name, text]) =>
          text ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{text}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {left.length > 0 ? (
        <>
          <h3 className="panel-part">{words.left}</h3>
          <ul className="outcomes">
            {left.map(({ reason, text, count }) => (
              <li key={reason}>
                <span dir="auto">{words.reasons[reason] ?? text}</span>
                <b>{count.toLocaleString(talk.general.time.locale)}</b>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <p className="quiet small">{words.quietHours}</p>
    </>
  )
}
