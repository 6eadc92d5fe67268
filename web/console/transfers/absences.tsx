import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { useMe } from '../api/queries.ts'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import type { Absent } from './absence-dialog.tsx'
import { absencesQuery } from './queries.ts'
import { transferWords } from './words.ts'

/** Who is on leave, until when, and who looks after his customers. */
export function Absences({ mayLead, onSay }: { mayLead: boolean; onSay(absent: Absent): void }) {
  const words = useRoomWords(transferWords)
  const all = useWords()
  const names = useNames()
  const me = useMe()
  const now = useNow()
  const { data, error, isPending, refetch } = useQuery({ ...absencesQuery, refetchInterval: 60_000 })
  return (
    <section className="card" aria-label={words.absences}>
      <div className="card-head">
        <h2>{words.absences}</h2>
        {mayLead ? (
          <Button size="small" onClick={() => onSay({})}>
            {words.sayLeave}
          </Button>
        ) : null}
      </div>
      {isPending ? <Skeleton rows={2} /> : null}
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {data?.items.length === 0 ? <Empty title={words.noAbsences} hint={words.noAbsencesHint} /> : null}
      <ul className="transfers-people">
        {data?.items.map(({ userid, name, until, cover, lent, left }) => {
          const isMe = userid === me?.userid
          return (
            <li key={userid}>
              <p className="transfers-person">
                <b dir="auto">{name}</b>
                <span className="quiet small">{words.until(sayWhen(until, now, all))}</span>
              </p>
              <p className={cover || left === 0 ? 'small' : 'small transfers-alert'}>
                {cover ? words.covered(names.staff(cover), lent) : left > 0 ? words.uncovered(left) : words.nothingLeft}
              </p>
              {mayLead || isMe ? (
                <Button
                  size="small"
                  aria-label={words.changeOf(name)}
                  onClick={() => onSay({ userid, isMe, until, cover })}
                >
                  {words.change}
                </Button>
              ) : null}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
