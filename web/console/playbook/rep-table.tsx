import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import { Figure } from './side-table.tsx'
import type { Result } from './simulation-page.tsx'

type Rep = NonNullable<Result['current']['placing']>['reps'][number]

/** Who would have been given how much, under both. */
export function RepTable({ result: { current, changed } }: { result: Result }) {
  const { playbook } = useWords()
  const names = useNames()
  const [before, after] = [current, changed].map(
    ({ placing }) => new Map(placing?.reps.map((rep) => [rep.userid, rep])),
  ) as [Map<string, Rep>, Map<string, Rep>]
  const userids = [...new Set([...before.keys(), ...after.keys()])]
  if (userids.length === 0) return null
  const figures = ['offers', 'taken', 'lapsed', 'peak', 'atEnd'] as const
  return (
    <section className="card">
      <h2>{playbook.perRep}</h2>
      <div className="rule-scroll">
        <table className="rule-result">
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {playbook.rep}
              </th>
              {figures.map((figure) => (
                <th scope="colgroup" colSpan={2} key={figure}>
                  {playbook.figures[figure]}
                </th>
              ))}
            </tr>
            <tr>
              {figures.flatMap((figure) => [
                <th scope="col" key={`${figure} current`}>
                  {playbook.current}
                </th>,
                <th scope="col" key={`${figure} changed`}>
                  {playbook.changedTo}
                </th>,
              ])}
            </tr>
          </thead>
          <tbody>
            {userids.map((userid) => (
              <tr key={userid}>
                <th scope="row">
                  {names.staff(userid)}
                  <span className="rule-range">
                    {playbook.capacity(after.get(userid)?.capacity ?? before.get(userid)?.capacity ?? 0)}
                  </span>
                </th>
                {figures.flatMap((figure) => [
                  <Figure key={`${figure} current`} said={before.get(userid)?.[figure] ?? { count: 0 }} />,
                  <Figure key={`${figure} changed`} said={after.get(userid)?.[figure] ?? { count: 0 }} />,
                ])}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet small">{playbook.rangeHint}</p>
    </section>
  )
}
