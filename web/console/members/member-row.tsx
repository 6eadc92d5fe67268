import { Button } from 'antd'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import type { Member } from './shapes.ts'
import { membersWords } from './words.ts'

/** One member: what he may do, how much he takes, and whether he is signed in. */
export function MemberRow({ member, onEdit }: { member: Member; onEdit(): void }) {
  const words = useRoomWords(membersWords)
  const all = useWords()
  const names = useNames()
  const now = useNow()
  const name = member.name || member.userid
  const isAway = member.absentUntil !== null && Date.parse(member.absentUntil) > now
  const marks = [...member.regions, ...member.industries, ...member.skills]
  return (
    <tr data-gone={!member.active || !member.inScope || undefined}>
      <th scope="row">
        <b dir="auto">{name}</b> <span className="quiet small">{member.userid}</span>
        <span className="members-marks">
          {member.active ? null : <span className="fate fate-bad">{words.stopped}</span>}
          {member.inScope ? null : <span className="fate fate-bad">{words.outOfScope}</span>}
          {isAway && member.absentUntil ? (
            <span className="fate fate-warn">{words.away(sayWhen(member.absentUntil, now, all))}</span>
          ) : null}
          {member.hours === null ? null : <span className="fate">{words.ownHours}</span>}
        </span>
      </th>
      <td data-name={words.role}>
        <span>
          {member.roles.length > 0 || member.adminByConfig ? (
            [
              ...member.roles.map((role) => all.account.roles[role] ?? role),
              ...(member.adminByConfig ? [words.byConfig] : []),
            ].join('、')
          ) : (
            <span className="members-warn">{words.noRole}</span>
          )}
        </span>
        <span className="quiet small members-line">
          {[
            words.reach[member.reach],
            member.team,
            member.manager ? `${words.manager} ${names.staff(member.manager)}` : '',
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </td>
      <td data-name={words.load}>
        {words.capacity(member.capacity)}
        <span className="quiet small members-line">
          {[words.holds(member.leads), member.weight === 1 ? '' : `×${member.weight}`].filter(Boolean).join(' · ')}
        </span>
      </td>
      <td data-name={words.skills}>
        <span className="lead-tags">
          {marks.slice(0, 5).map((mark) => (
            <span key={mark} className="tag one-line" dir="auto">
              {mark}
            </span>
          ))}
          {marks.length > 5 ? (
            <span className="quiet small" title={marks.join(all.events.comma)}>
              +{marks.length - 5}
            </span>
          ) : null}
          {marks.length === 0 ? <span className="quiet">{all.none}</span> : null}
        </span>
      </td>
      <td data-name={words.signIn}>
        {member.sessions > 0 ? words.sessions(member.sessions) : null}
        <span className="quiet small members-line">
          {member.lastSignIn ? words.lastSignIn(sayWhen(member.lastSignIn, now, all)) : words.never}
        </span>
      </td>
      <td className="members-act">
        <Button size="small" aria-label={words.editOf(name)} onClick={onEdit}>
          {words.edit}
        </Button>
      </td>
    </tr>
  )
}
