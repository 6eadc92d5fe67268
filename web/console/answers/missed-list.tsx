import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link, useLocation } from 'wouter'
import { call } from '../../shared/call.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { missedQuery } from './queries.ts'
import type { Missed } from './shapes.ts'
import { answerWords } from './words.ts'

/** Questions nobody had an answer for, those in the same words together: each becomes an answer, or needs none. */
export function MissedList() {
  const words = useRoomWords(answerWords)
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [, go] = useLocation()
  const query = useInfiniteQuery(missedQuery)
  const close = async (ids: readonly string[]) => {
    try {
      await call('POST', '/api/answers/missed/close', { body: { ids: ids.slice(0, mostAtOnce) } })
      show({ id: 'missed', tone: 'good', text: words.closed(ids.length) })
    } catch (error) {
      show({ id: 'missed', tone: 'bad', text: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: missedQuery.queryKey })
  }
  const groups = new Map<string, [Missed, ...Missed[]]>()
  for (const one of query.data ?? []) {
    const words = one.text.replace(/[\s\p{P}]+/gu, '').toLowerCase()
    const same = groups.get(words)
    if (same) same.push(one)
    else groups.set(words, [one])
  }
  return (
    <>
      <p className="sheet-hint">{words.missedHint}</p>
      {query.isPending ? <Skeleton rows={5} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data?.length === 0 ? <Empty title={words.noneMissed} hint={words.noneMissedHint} /> : null}
      {groups.size > 0 ? (
        <ul className="card answers-list">
          {[...groups.values()].map((group) => {
            const [{ id, text, at, leadId, close: near }] = group
            const ids = group.map((one) => one.id)
            const from = `ask=${encodeURIComponent(text.slice(0, 100))}&missed=${ids.slice(0, mostInAddress).join(',')}`
            return (
              <li key={id} className="answers-row">
                <div className="answer-link">
                  <span className="answer-title" dir="auto">
                    {text}
                  </span>
                  <span className="quiet small">
                    {group.length > 1 ? `${words.times(group.length)} · ` : ''}
                    <When at={at} />
                    {leadId ? (
                      <>
                        {' · '}
                        <Link href={`/leads/${leadId}`}>{words.whoAsked}</Link>
                      </>
                    ) : null}
                  </span>
                  {near.length > 0 ? (
                    <span className="small">
                      {words.nearTo}{' '}
                      {near.map((one, place) => (
                        <span key={one.id}>
                          {place > 0 ? words.comma : ''}
                          <Link href={`/answers/${encodeURIComponent(one.id)}?${from}`}>{words.addTo(one.title)}</Link>
                        </span>
                      ))}
                    </span>
                  ) : null}
                </div>
                <span className="missed-acts">
                  <Button size="small" type="primary" onClick={() => go(`/answers/new?${from}`)}>
                    {words.answerIt}
                  </Button>
                  <Button size="small" onClick={() => void close(ids)}>
                    {words.needsNone}
                  </Button>
                </span>
              </li>
            )
          })}
        </ul>
      ) : null}
      <More query={query} />
    </>
  )
}

/** The API closes so many in one call. */
const mostAtOnce = 200
/** An address has an end. */
const mostInAddress = 20
