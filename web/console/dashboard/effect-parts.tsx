import { percent, points, type Report, type Span, useReport } from './reports.ts'
import { Count, Section } from './section.tsx'
import { useDashboardWords } from './words.ts'

interface Interval {
  low: number
  high: number
}

/** Where the difference lies, with 95 % certainty; the line in the middle is no difference. */
function Whisker({ at, interval, tone }: { at: number; interval: Interval; tone: string }) {
  const x = (value: number) => 60 + Math.max(-1, Math.min(1, value / 0.4)) * 56
  return (
    <svg className={`whisker whisker-${tone}`} viewBox="0 0 120 16" aria-hidden="true">
      <path d="M60 1V15" className="whisker-zero" />
      <path d={`M${x(interval.low)} 8H${x(interval.high)}`} className="whisker-range" />
      <circle cx={x(at)} cy="8" r="3" />
    </svg>
  )
}

function Difference({
  value,
  interval,
  verdict,
}: {
  value: number | null
  interval: Interval | null
  verdict: string
}) {
  const words = useDashboardWords()
  const isKnown = value !== null && interval !== null && verdict !== 'tooFew'
  return (
    <span className="difference">
      {isKnown ? <Whisker at={value} interval={interval} tone={verdict} /> : null}
      {isKnown ? (
        <span>
          {points(value)} <small>{`[${points(interval.low)}, ${points(interval.high)}]`}</small>
        </span>
      ) : null}
      <b className={`verdict verdict-${verdict}`}>{words.verdicts[verdict]}</b>
    </span>
  )
}

const deeds = ['sent', 'opened', 'read', 'forwarded'] as const

/** Which piece moves people forward. */
export function ContentPart({ span }: { span: Span }) {
  const words = useDashboardWords()
  const report = useReport('/api/reports/content', { ...span })
  return (
    <Section
      title={words.content}
      hint={words.contentHint(report.data?.horizon ?? 30)}
      report={report}
      isEmpty={({ items }) => items.length === 0}
      table={({ items }) => [
        [words.piece, ...deeds.map((deed) => words.deeds[deed]), words.lift, 'low', 'high', 'matched', 'controls', ''],
        ...items.map(({ title, lift, ...row }) => [
          title,
          ...deeds.map((deed) => row[deed]),
          ...[
            lift.lift,
            lift.interval?.low,
            lift.interval?.high,
            lift.matched,
            lift.controls,
            words.verdicts[lift.verdict],
          ],
        ]),
      ]}
    >
      {({ items }) => (
        <div className="wide-table">
          <table className="numbers">
            <thead>
              <tr>
                <th scope="col">{words.piece}</th>
                {deeds.map((deed) => (
                  <th key={deed} scope="col">
                    {words.deeds[deed]}
                  </th>
                ))}
                <th scope="col" className="start">
                  {words.lift}
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <tr key={row.contentId}>
                  <th scope="row" className="piece-name" dir="auto">
                    {row.title}
                    <small>{row.stages.join(' · ')}</small>
                  </th>
                  {deeds.map((deed) => (
                    <td key={deed}>
                      <Count n={row[deed]} link={row.leads[deed]} />
                      {deed !== 'sent' && row.sent > 0 && row[deed] > 0 ? (
                        <small>{percent(row[deed] / row.sent)}</small>
                      ) : null}
                    </td>
                  ))}
                  <td className="start">
                    <Difference value={row.lift.lift} interval={row.lift.interval} verdict={row.lift.verdict} />
                    <small>
                      {[
                        words.against(row.lift.matched, row.lift.controls),
                        row.pending > 0 ? words.pending(row.pending) : '',
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </small>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

/** How journeys end, and which arm of a split does better. */
export function JourneyPart({ span }: { span: Span }) {
  const words = useDashboardWords()
  const report = useReport('/api/reports/journeys', { ...span })
  return (
    <Section
      title={words.journeys}
      report={report}
      isEmpty={({ items }) => items.length === 0}
      table={({ items }) => [
        [
          words.journey,
          words.arm,
          words.entered,
          words.ended,
          words.goal,
          words.goalRate,
          words.difference,
          'low',
          'high',
        ],
        ...items.flatMap((row) => [
          [row.name, '', row.entered, row.ended, row.goal, row.rate],
          ...row.splits.flatMap(({ step, arms }) =>
            arms.map((arm) => [
              ...[row.name, `${step} ${arm.name}`, arm.entered, arm.ended, arm.goal, arm.rate],
              ...[arm.difference, arm.differenceInterval?.low, arm.differenceInterval?.high],
            ]),
          ),
        ]),
      ]}
    >
      {({ items }) => (
        <div className="wide-table">
          <table className="numbers">
            <thead>
              <tr>
                <th scope="col">{words.journey}</th>
                <th scope="col">{words.entered}</th>
                <th scope="col">{words.ended}</th>
                <th scope="col">{words.goal}</th>
                <th scope="col">{words.goalRate}</th>
                <th scope="col" className="start">
                  {words.difference}
                </th>
              </tr>
            </thead>
            <tbody>{items.flatMap((row) => journeyRows(row))}</tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

type JourneyRow = Report<'/api/reports/journeys'>['items'][number]

const journeyRows = (row: JourneyRow) => [
  <tr key={row.journey}>
    <th scope="row" dir="auto">
      {row.name}
    </th>
    <td>
      <Count n={row.entered} link={row.leads.entered} />
    </td>
    <td>{row.ended}</td>
    <td>
      <Count n={row.goal} link={row.leads.goal} />
    </td>
    <td>
      {percent(row.rate)}
      {row.interval ? <small>{`${percent(row.interval.low)}–${percent(row.interval.high)}`}</small> : null}
    </td>
    <td />
  </tr>,
  ...row.splits.flatMap(({ step, arms }) =>
    arms.map((arm) => (
      <tr key={`${row.journey}${step}${arm.arm}`} className="arm">
        <th scope="row">{arm.name}</th>
        <td>
          <Count n={arm.entered} link={arm.leads} />
        </td>
        <td>{arm.ended}</td>
        <td>{arm.goal}</td>
        <td>
          {percent(arm.rate)}
          {arm.interval ? <small>{`${percent(arm.interval.low)}–${percent(arm.interval.high)}`}</small> : null}
        </td>
        <td className="start">
          <Difference value={arm.difference} interval={arm.differenceInterval} verdict={arm.verdict} />
        </td>
      </tr>
    )),
  ),
]
