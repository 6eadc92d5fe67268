import { Link } from 'wouter'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import type { Code, Kind } from './shapes.ts'

/** One code: what it is, who takes its customers now, how full they are, and what came of it. */
export function CodeRow({ code, kind }: { code: Code; kind: Kind }) {
  const words = useWords()
  const names = useNames()
  const now = useNow()
  const { codes } = words
  const { counts, onDuty, source } = code
  const onNow = new Set((onDuty.userids ?? []).map((userid) => userid.toLowerCase()))
  const busy = counts.staff.filter(({ userid, today }) => today > 0 || onNow.has(userid.toLowerCase()))
  return (
    <tr>
      <th scope="row">
        <Link className="code-name" href={`/codes/${code.id}${kind === 'link' ? '?kind=link' : ''}`}>
          {code.name}
        </Link>
        <span className="quiet small">
          {[source?.channel, source?.campaign].filter(Boolean).join(' · ')}
          {code.figures ? ` ${codes.clicks(code.figures.clicks)}` : ''}
        </span>
        {code.problem ? <span className="code-problem">{code.problem}</span> : null}
      </th>
      <td data-name={codes.onDuty}>
        {code.archivedAt ? (
          <span className="fate">{codes.archived}</span>
        ) : code.made !== 'made' ? (
          <span className={code.made === 'failed' ? 'fate fate-bad' : 'fate'}>{codes.made[code.made]}</span>
        ) : (
          <>
            <span className="code-people">
              {onDuty.userids ? onDuty.userids.map(names.staff).join('、') || codes.nobody : codes.updating}
            </span>
            <span className={onDuty.why === 'nobody' ? 'code-problem' : 'quiet small'}>
              {[
                codes.why[onDuty.why ?? ''] ?? '',
                onDuty.nextAt ? codes.nextAt(sayWhen(onDuty.nextAt, now, words)) : '',
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </>
        )}
      </td>
      <td data-name={codes.today}>
        <b>{counts.today}</b>
        {counts.requests > 0 ? <span className="quiet small"> {codes.requests(counts.requests)}</span> : null}
        <ul className="code-loads">
          {busy.slice(0, 6).map(({ userid, today, limit }) => (
            <li key={userid} title={names.staff(userid)}>
              <span className="one-line">{names.staff(userid)}</span>
              <meter
                min={0}
                max={limit ?? Math.max(counts.today, 1)}
                value={today}
                data-full={limit !== null && today >= limit ? '' : undefined}
              />
              <span className="quiet">{limit === null ? today : `${today}/${limit}`}</span>
            </li>
          ))}
        </ul>
      </td>
      <td data-name={codes.total}>{counts.total}</td>
      <td data-name={codes.rate} title={codes.rateHint(counts.qualified, counts.leads)}>
        {counts.leads > 0 ? `${Math.round((counts.qualified / counts.leads) * 100)}%` : words.none}
      </td>
    </tr>
  )
}
