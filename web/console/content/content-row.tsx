import { Link } from 'wouter'
import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import type { Listed } from './queries.ts'

/** One piece: what it is, for whom, whether it may go, and what it did. */
export function ContentRow({ piece }: { piece: Listed }) {
  const words = useWords()
  const { stage, staff } = useNames()
  const { id, kind, title, stages, audiences, industries, needs, effect, lapsed, retiredAt, owner, version } = piece
  const tags = [...audiences, ...industries, ...needs]
  return (
    <li className="piece" data-off={lapsed ? '' : undefined}>
      <div className="piece-what">
        <p>
          <span className="piece-kind">{words.content.kinds[kind] ?? kind}</span>
          <Link href={`/content/${id}`} className="piece-title" dir="auto">
            {title}
          </Link>
          {lapsed ? (
            <span className="piece-lapsed">
              {retiredAt ? words.content.states.retired : words.content.states.lapsed}
            </span>
          ) : null}
        </p>
        <p className="quiet small piece-tags">
          {[
            stages.map(stage).join(' · '),
            tags.join('、'),
            owner ? staff(owner) : '',
            words.operations.version(version),
          ]
            .filter(Boolean)
            .map((part) => (
              <span key={part}>{part}</span>
            ))}
        </p>
      </div>
      <dl className="piece-effect">
        {(['received', 'opened', 'read'] as const).map((name) => (
          <div key={name}>
            <dt>{words.content.effect[name]}</dt>
            <dd>
              {effect[name]}
              {name !== 'received' && effect.received > 0 ? (
                <small>{Math.round((100 * effect[name]) / effect.received)}%</small>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </li>
  )
}
