import { saySpan } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import { percent, type Report, type Span, useReport } from './reports.ts'
import { Count, Section } from './section.tsx'
import { useDashboardWords } from './words.ts'

type Row = Report<'/api/reports/sla'>['items'][number]

/** Whether we were as quick as we said: all together, and each who had to be. */
export function SlaPart({ span }: { span: Span }) {
  const words = useDashboardWords()
  const names = useNames()
  const report = useReport('/api/reports/sla', { ...span })
  const nameOf = ({ who }: Row) => (who === null ? words.together : names.actor(who))
  return (
    <Section
      title={words.sla}
      hint={words.slaHint}
      report={report}
      isEmpty={({ items }) => items.length === 0}
      table={({ items }) => [
        [words.promise, words.person, words.met, words.late, words.running, words.rateMet, words.median],
        ...items.map((row) => [
          words.promises[row.promise],
          nameOf(row),
          row.met,
          row.late,
          row.running,
          row.rate,
          row.medianMinutes,
        ]),
      ]}
    >
      {({ items }) => (
        <div className="wide-table">
          <table className="numbers" aria-label={words.sla}>
            <thead>
              <tr>
                <th scope="col">{words.promise}</th>
                <th scope="col">{words.person}</th>
                <th scope="col">{words.met}</th>
                <th scope="col">{words.late}</th>
                <th scope="col">{words.running}</th>
                <th scope="col">{words.rateMet}</th>
                <th scope="col">{words.median}</th>
              </tr>
            </thead>
            <tbody>
              {items.map((row) => (
                <SlaLine key={`${row.promise} ${row.who ?? ''}`} row={row} name={nameOf(row)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

function SlaLine({ row, name }: { row: Row; name: string }) {
  const words = useDashboardWords()
  const all = useWords()
  const { promise, who, met, late, running, rate, medianMinutes, leads } = row
  return (
    <tr className={who === null ? 'sla-whole' : undefined}>
      <th scope="row">{who === null ? words.promises[promise] : ''}</th>
      <td dir="auto">{name}</td>
      <td>
        <Count n={met} link={leads.met} />
      </td>
      <td className={late > 0 ? 'sla-late' : undefined}>
        <Count n={late} link={leads.late} />
      </td>
      <td>
        <Count n={running} link={leads.running} />
      </td>
      <td>{percent(rate)}</td>
      <td>{medianMinutes === null ? '–' : saySpan(medianMinutes * 60_000, all)}</td>
    </tr>
  )
}
