import { exactTime } from '../../shared/say-time.ts'
import { useWords } from '../words/words.tsx'
import type { Result } from './simulation-page.tsx'

/** A number, and between what it may lie where it is not known. */
export interface Said {
  count: number
  low?: number
  high?: number
}

/** Both sides number by number, with what really happened beside them. */
export function SideTable({ result: { current, changed, recorded, from, to } }: { result: Result }) {
  const words = useWords()
  const { playbook } = words
  const estimated = ({ known, estimated, low, high }: Result['current']['mql']): Said => ({
    count: Math.round((known + estimated) * 10) / 10,
    low: known + low,
    high: known + high,
  })
  const both = (read: (side: Result['current']) => Said | undefined) => [read(current), read(changed)] as const
  const rows: [name: string, sides: readonly [Said | undefined, Said | undefined], real: number | undefined][] = [
    ['nominations', both(({ nominations }) => ({ count: nominations })), recorded.nominations],
    ['mql', both(({ mql }) => estimated(mql)), recorded.mql],
    ['lateReviews', both(({ lateReviews }) => estimated(lateReviews)), undefined],
    ['waiting', both(({ waiting }) => ({ count: waiting })), undefined],
    ['offers', both(({ placing }) => placing?.offers), recorded.placing?.offers],
    ['taken', both(({ placing }) => placing?.taken), recorded.placing?.taken],
    ['declined', both(({ placing }) => placing?.declined), recorded.placing?.declined],
    ['lapsed', both(({ placing }) => placing?.lapsed), recorded.placing?.lapsed],
    ['unplaced', both(({ placing }) => placing?.unplaced), recorded.placing?.unplaced],
    ['lateContacts', both(({ promises }) => ({ count: promises.lateContacts })), undefined],
  ]
  return (
    <section className="card">
      <h2>{playbook.beside}</h2>
      <p className="quiet small">{playbook.window(exactTime(from, words), exactTime(to, words))}</p>
      <div className="rule-scroll">
        <table className="rule-result">
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">{playbook.figure}</span>
              </th>
              <th scope="col">{playbook.current}</th>
              <th scope="col">{playbook.changedTo}</th>
              <th scope="col">{playbook.difference}</th>
              <th scope="col">{playbook.recorded}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, [before, after], real]) => (
              <tr key={name}>
                <th scope="row">{playbook.figures[name]}</th>
                <Figure said={before} />
                <Figure said={after} />
                <td>{before && after ? sign(after.count - before.count) : ''}</td>
                <td className="quiet">{real ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet small">
        {current.placing
          ? playbook.agreement(current.placing.asRecorded, recorded.placing?.offers ?? 0)
          : playbook.rangeHint}
      </p>
    </section>
  )
}

/** A cell: the number, and small beside it its range. */
export function Figure({ said }: { said: Said | undefined }) {
  if (!said) return <td />
  const { count, low = count, high = count } = said
  return (
    <td>
      {count.toLocaleString()}
      {low === high ? null : (
        <span className="rule-range">
          {short(low)}–{short(high)}
        </span>
      )}
    </td>
  )
}

const short = (number: number): string => (Math.round(number * 10) / 10).toLocaleString()
const sign = (number: number): string => {
  const rounded = Math.round(number * 10) / 10
  return rounded === 0 ? '±0' : rounded > 0 ? `+${rounded.toLocaleString()}` : `−${Math.abs(rounded).toLocaleString()}`
}
