import { KindIcon } from './icons.tsx'
import { sayExit, sayReentry, sayTrigger } from './say-rules.ts'
import { useView } from './view.ts'

/** How a journey begins: trigger, entry condition, and whether one may come again. */
export function TriggerFace() {
  const { journey, talk, counts, selection, select, hasOwnFaults } = useView()
  const { words } = talk
  return (
    <button
      type="button"
      className="step rail-face"
      data-kind="trigger"
      data-path="trigger"
      data-wrong={hasOwnFaults ? '' : undefined}
      aria-pressed={selection?.kind === 'settings'}
      onClick={() => select(selection?.kind === 'settings' ? null : { kind: 'settings' })}
    >
      <span className="step-icon">
        <KindIcon kind="trigger" />
      </span>
      <span className="step-words" dir="auto">
        <b>{sayTrigger(journey.trigger, talk)}</b>
        <span className="quiet">
          {[journey.entry ? talk.condition(journey.entry) : '', sayReentry(journey.reentry, talk)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      {counts ? (
        <span className="step-figures">
          <span className="figure">{`${words.entered} ${counts.enrolled.toLocaleString(talk.general.time.locale)}`}</span>
        </span>
      ) : null}
    </button>
  )
}

/** What ends it wherever somebody stands: the goal, and the exits. */
export function AlwaysFace() {
  const { journey, talk, counts, select } = useView()
  const { words } = talk
  const exits = journey.exits ?? []
  const left = counts?.left.reduce((sum, { count }) => sum + count, 0) ?? 0
  return (
    <button
      type="button"
      className="step rail-face"
      data-kind="always"
      data-path="always"
      onClick={() => select({ kind: 'settings' })}
    >
      <span className="step-icon">
        <KindIcon kind="always" />
      </span>
      <span className="step-words" dir="auto">
        <span className="unseen">{words.always}</span>
        <b>{journey.goal ? words.goalIs(talk.condition(journey.goal)) : words.noGoal}</b>
        {exits.length > 0 ? (
          <span className="quiet">
            {words.leavesIf(exits.map((exit) => sayExit(exit, talk)).join(talk.general.segments.say.or))}
          </span>
        ) : null}
      </span>
      {counts ? (
        <span className="step-figures">
          <span className="figure figure-good">{`${words.reached} ${counts.reachedGoal}`}</span>
          {left > 0 ? <span className="figure">{`${words.leaves} ${left}`}</span> : null}
        </span>
      ) : null}
    </button>
  )
}
