import { sayStep } from './kinds.ts'
import type { Checked } from './queries.ts'
import { sayExit, sayReentry, sayTrigger } from './say-rules.ts'
import type { Talk } from './talk.ts'
import { type Journey, numberOf, stepAt } from './tree.ts'

type Changes = NonNullable<Checked['changes']>

/** What one version does otherwise than the other, in words. */
export function Differences({
  before,
  after,
  changes,
  talk,
}: {
  before: Journey
  after: Journey
  changes: Changes
  talk: Talk
}) {
  const { save } = talk.words
  const said = (journey: Journey, path: string) => {
    const step = stepAt(journey, path)
    if (!step) return path
    const own = sayStep(step, talk)
    return `${numberOf(path)} ${step.name ? `${step.name}（${own}）` : own}`
  }
  const step = ({ what, from, to }: Changes['steps'][number]): string => {
    if (what === 'changed' || what === 'moved')
      return save.from(said(before, from ?? ''), what === 'moved' ? numberOf(to ?? '') : said(after, to ?? ''))
    return what === 'added' ? said(after, to ?? '') : said(before, from ?? '')
  }
  return (
    <ul className="differences">
      {changes.settings.map((word) => (
        <li key={word} data-what="changed">
          <b>{save.settings[word] ?? word}</b>
          <span dir="auto">
            {save.from(
              saySetting(word, before, talk) || save.nothingThere,
              saySetting(word, after, talk) || save.nothingThere,
            )}
          </span>
        </li>
      ))}
      {changes.steps.map((change) => (
        <li key={`${change.what}${change.from}${change.to}`} data-what={change.what}>
          <b>{save.changed[change.what]}</b>
          <span dir="auto">{step(change)}</span>
        </li>
      ))}
    </ul>
  )
}

function saySetting(word: string, journey: Journey, talk: Talk): string {
  const say: Record<string, () => string> = {
    name: () => journey.name ?? '',
    about: () => journey.about ?? '',
    trigger: () => sayTrigger(journey.trigger, talk),
    entry: () => (journey.entry ? talk.condition(journey.entry) : ''),
    reentry: () => sayReentry(journey.reentry, talk),
    concurrent: () => (journey.concurrent ? talk.words.concurrent : ''),
    goal: () => (journey.goal ? talk.condition(journey.goal) : ''),
    exits: () => (journey.exits ?? []).map((exit) => sayExit(exit, talk)).join(talk.general.segments.say.or),
  }
  return say[word]?.() ?? ''
}
