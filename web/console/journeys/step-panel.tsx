import type { Figures } from './figures.ts'
import { sayStep } from './kinds.ts'
import { sayWay } from './say-rules.ts'
import type { Talk } from './talk.ts'
import type { Step } from './tree.ts'
import { WhoStands } from './who-stands.tsx'

/** A step looked at: what it does, what it came to, who stands there. */
export function StepPanel({
  at,
  step,
  figures,
  outcomes,
  talk,
}: {
  at: { id: string; version: number; path: string }
  step: Step
  figures: Figures | undefined
  outcomes: Readonly<Record<string, number>>
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
      <Outcomes outcomes={outcomes} talk={talk} />
      <WhoStands {...at} talk={talk} />
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
