import { useNow } from '../../shared/now.ts'
import { saySpan } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import type { Brief } from '../api/shapes.ts'
import { Stage } from '../pieces/stage.tsx'
import { When } from '../pieces/time.tsx'
import { useWords } from '../words/words.tsx'

/** Every step it took: how long it stayed, who moved it, and why. */
export function StagePath({ brief: { path } }: { brief: Brief }) {
  const words = useWords()
  const names = useNames()
  const now = useNow()
  if (path.length === 0) return null
  return (
    <section className="card">
      <h2>{words.lead.path}</h2>
      <ol className="path">
        {path.map(({ seq, edge, to, at, actor, name, reason, words: said, rule }, index) => {
          const until = path[index - 1]?.at
          const span = saySpan((until ? Date.parse(until) : now) - Date.parse(at), words)
          const because = [reason && reason !== 'other' ? names.reason(reason) : null, said]
            .filter(Boolean)
            .join(words.events.comma)
          return (
            <li key={seq} className="path-step">
              <p className="path-head">
                <Stage stage={to.stage} desk={to.desk} />
                <span className="quiet small">{until ? words.lead.stayed(span) : words.lead.standing(span)}</span>
              </p>
              <p className="small">
                {names.actor(actor)} · {words.events.edges[edge] ?? names.edge(edge, name)} ·{' '}
                <When at={at} className="quiet" />
              </p>
              {because ? (
                <p className="small" dir="auto">
                  {words.lead.because(because)}
                </p>
              ) : rule && actor === 'system' ? (
                <p className="small quiet">{words.byRule(names.rule(rule))}</p>
              ) : null}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
