import { sayStep } from './kinds.ts'
import type { DryRun } from './queries.ts'
import { sayOutcome } from './step-panel.tsx'
import type { Talk } from './talk.ts'
import { type Journey, stepAt } from './tree.ts'

/** What came of a dry run: how many, what the caps stood against, by day, and person by person. */
export function RunReport({ run, journey, talk }: { run: DryRun; journey: Journey; talk: Talk }) {
  const { dry, refusals, reasons } = talk.words
  const most = Math.max(1, ...run.byDay.map(({ sends }) => sends))
  return (
    <div className="run" aria-live="polite">
      <p>{dry.asked(run.asked, run.more)}</p>
      <p className="run-main">
        <b>{run.entered > 0 ? dry.entered(run.entered) : dry.nobody}</b>
        {run.sends > 0 ? <b>{dry.sends(run.sends)}</b> : null}
      </p>
      <p className={run.capConflicts > 0 ? 'warn-words' : 'quiet'}>{dry.conflicts(run.capConflicts)}</p>
      <Rows title={dry.putOff} rows={Object.entries(run.putOff)} say={(id) => refusals[id] ?? id} talk={talk} />
      <Rows
        title={dry.refused}
        rows={run.refused.map(({ message, count }) => [message, count])}
        say={(message) => message}
        talk={talk}
      />
      <Rows
        title={dry.ends}
        rows={Object.entries(run.ends).filter(([, count]) => count > 0)}
        say={(why) => reasons[why] ?? why}
        talk={talk}
      />
      {run.byDay.length > 0 ? (
        <>
          <h3 className="panel-part">{dry.byDay}</h3>
          <ul className="by-day">
            {run.byDay.map(({ day, sends }) => (
              <li key={day} aria-label={dry.dayCount(day, sends)}>
                <span>{day.slice(5)}</span>
                <span className="by-day-bar" style={{ width: `${(100 * sends) / most}%` }} />
                <b>{sends}</b>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {run.calendars.length > 0 ? (
        <>
          <h3 className="panel-part">{dry.calendar}</h3>
          <p className="quiet small">{dry.calendarHint}</p>
          {run.calendars.map((calendar) => (
            <PersonCalendar key={calendar.leadId} calendar={calendar} journey={journey} talk={talk} />
          ))}
        </>
      ) : null}
    </div>
  )
}

function Rows({
  title,
  rows,
  say,
  talk,
}: {
  title: string
  rows: readonly (readonly [string, number])[]
  say(id: string): string
  talk: Talk
}) {
  if (rows.length === 0) return null
  return (
    <>
      <h3 className="panel-part">{title}</h3>
      <ul className="outcomes">
        {rows.map(([id, count]) => (
          <li key={id}>
            <span dir="auto">{say(id)}</span>
            <b>{count.toLocaleString(talk.general.time.locale)}</b>
          </li>
        ))}
      </ul>
    </>
  )
}

/** What one person would meet, day by day. */
function PersonCalendar({
  calendar,
  journey,
  talk,
}: {
  calendar: DryRun['calendars'][number]
  journey: Journey
  talk: Talk
}) {
  const { words, general, names } = talk
  const clock = new Intl.DateTimeFormat(general.time.locale, {
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return (
    <details className="person">
      <summary dir="auto">
        {[names.lead(calendar), calendar.company].filter(Boolean).join(' · ')}
        <span className="quiet small">
          {calendar.end ? (words.reasons[calendar.end] ?? calendar.end) : words.dry.still}
        </span>
      </summary>
      <ol>
        {calendar.lines.map(({ step: path, outcome, at, content, putOffBy }) => {
          const step = stepAt(journey, path)
          return (
            <li key={path} className="person-day">
              <time dateTime={at}>{clock.format(new Date(at))}</time>
              <span dir="auto">
                {content ? words.say.piece(talk.piece(content)) : (step?.name ?? (step ? sayStep(step, talk) : path))}
                <span className="quiet small">
                  {[sayOutcome(outcome, talk), ...new Set(putOffBy.map((id) => words.refusals[id] ?? id))].join(' · ')}
                </span>
              </span>
            </li>
          )
        })}
      </ol>
    </details>
  )
}
