import type { Figures } from './figures.ts'
import { sayStep } from './kinds.ts'
import type { Counts } from './queries.ts'
import { sayWay } from './say-rules.ts'
import type { Talk } from './talk.ts'
import type { Step } from './tree.ts'
import { WhoStands } from './who-stands.tsx'

/** A step looked at: what it does, what it came to, who stands there. */
export function StepPanel({
  at,
  step,
  figures,
  arms,
  talk,
}: {
  at: { id: string; version: number; path: string }
  step: Step
  figures: Figures | undefined
  /** Of a random split. */
  arms: readonly Arm[]
  talk: Talk
}) {
  const { words } = talk
  return (
    <>
      <p dir="auto">{sayStep(step, talk)}</p>
      <dl className="panel-figures">
        {(['waiting', 'passed', 'refused'] as const).map((name) =>
          figures?.[name] === undefined ? null : <dd key={name}>{words.figures[name](figures[name])}</dd>,
        )}
      </dl>
      <Outcomes outcomes={figures?.outcomes ?? {}} talk={talk} />
      <Arms arms={arms} talk={talk} />
      <WhoStands {...at} talk={talk} />
    </>
  )
}

type Arm = NonNullable<Counts['steps'][number]['arms']>[number]

/** How the groups of a split did, honest about few. */
function Arms({ arms, talk }: { arms: readonly Arm[]; talk: Talk }) {
  const { words } = talk
  if (arms.length === 0) return null
  const percent = (n: number) => `${Math.round(n * 1000) / 10}%`
  return (
    <>
      <h3 className="panel-part">{words.compared}</h3>
      <ul className="outcomes">
        {arms.map(({ arm, name, ended, goal, rate, interval, verdict }) => (
          <li key={arm}>
            <span dir="auto">
              {name}
              <small className="quiet arm-said">
                {words.armReached(
                  goal,
                  ended,
                  rate !== null && interval ? ` · ${percent(interval.low)}–${percent(interval.high)}` : '',
                )}
              </small>
            </span>
            <b>{rate === null ? '' : percent(rate)}</b>
            <span className="quiet small">{words.verdicts[verdict]}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

/** What a step came to, most often first. */
export function Outcomes({ outcomes, talk }: { outcomes: Readonly<Record<string, number>>; talk: Talk }) {
  const rows = Object.entries(outcomes).sort(([, a], [, b]) => b - a)
  if (rows.length === 0) return null
  return (
    <ul className="outcomes">
      {rows.map(([outcome, count]) => (
        <li key={outcome}>
          <span>{sayOutcome(outcome, talk)}</span>
          <b>{count.toLocaleString(talk.general.time.locale)}</b>
        </li>
      ))}
    </ul>
  )
}

/** An outcome as people say it; of a random split it is the number of the group. */
export function sayOutcome(outcome: string, talk: Talk): string {
  const { words } = talk
  const [, why] = /^refused:(.+)$/.exec(outcome) ?? []
  if (why !== undefined) return words.refusedFor(words.refusals[why] ?? why)
  if (/^\d+$/.test(outcome)) return words.armName(Number(outcome))
  return sayWay(outcome, talk) ?? words.outcomes[outcome] ?? outcome
}
