import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { useNames } from '../api/names.ts'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { matrixQuery } from './queries.ts'

/** How many pieces there are for whom at which stage. Where nothing is, is what to write next. */
export function MatrixView() {
  const words = useWords()
  const { stage: nameOf } = useNames()
  const { data, error, refetch } = useQuery(matrixQuery)
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={8} />
  if (data.audiences.length === 0) return <Empty title={words.content.empty} hint={words.content.emptyHint} />
  const gaps = data.stages.reduce((sum, { counts }) => sum + counts.filter((count) => count === 0).length, 0)
  return (
    <div className="matrix">
      <p className="quiet">{words.content.matrixHint(gaps)}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="matrix-scroll" tabIndex={0} aria-label={words.content.matrix}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.content.filters.stage}</th>
              {data.audiences.map((audience) => (
                <th scope="col" key={audience}>
                  {audience}
                </th>
              ))}
              <th scope="col">{words.content.everybody}</th>
            </tr>
          </thead>
          <tbody>
            {data.stages.map(({ stage, everybody, counts }) => (
              <tr key={stage}>
                <th scope="row">{nameOf(stage)}</th>
                {counts.map((count, place) => {
                  const audience = data.audiences[place] ?? ''
                  const where = new URLSearchParams({ stage, audience })
                  return (
                    <td key={audience} data-gap={count === 0 ? '' : undefined}>
                      {count > 0 ? (
                        <Link href={`/content?${where}`}>{count}</Link>
                      ) : (
                        <Link
                          href={`/content/new?${where}`}
                          title={words.content.fill}
                          aria-label={`${nameOf(stage)} · ${audience}: ${words.content.fill}`}
                        >
                          ＋
                        </Link>
                      )}
                    </td>
                  )
                })}
                <td className="quiet">{everybody}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
