import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { HandOverBriefSchema } from '../../../src/http/api/transfers.schema.ts'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'

type Brief = z.infer<typeof HandOverBriefSchema>

/** What somebody has to know who took him over; nothing where he never changed hands. */
export function HandOverBrief({ leadId }: { leadId: string }) {
  const words = useWords()
  const now = useNow()
  const { data: names } = useQuery(wordsQuery)
  const { data } = useQuery({
    queryKey: ['hand-over-brief', leadId],
    queryFn: ({ signal }) => call<Brief>('GET', `/api/leads/${leadId}/hand-over-brief`, { signal }),
  })
  if (!data?.transfer) return null
  const { transfer, deal, tasks, promise, todos, sent, records } = data
  const nameOf = (userid: string | null) => names?.staff.find((one) => one.userid === userid)?.name || userid || ''
  const when = (at: string | null) => (at ? `${sayWhen(at, now, words)} ` : '')
  return (
    <section className="brief">
      <h2>{words.brief.title}</h2>
      <p>
        {words.brief.from[transfer.reason](nameOf(transfer.from), nameOf(transfer.to))}
        <small>{sayWhen(transfer.at, now, words)}</small>
      </p>
      {transfer.note ? <blockquote>{transfer.note}</blockquote> : null}
      <dl className="facts">
        <Fact label={words.brief.waits}>
          {promise ? (
            <p>
              {when(promise.dueAt)}
              {[promise.why, promise.words].filter(Boolean).join('：')}
            </p>
          ) : null}
        </Fact>
        <Fact label={words.brief.promised}>
          {tasks.map(({ id, text, dueAt }) => (
            <p key={id}>
              {when(dueAt)}
              {text}
            </p>
          ))}
        </Fact>
        <Fact label={words.brief.toSend}>
          {todos.map(({ id, title }) => (
            <p key={id}>{title}</p>
          ))}
        </Fact>
        <Fact label={words.brief.deal}>
          {deal ? (
            <p>
              {[deal.name, deal.step, deal.nextStep && `${when(deal.nextAt)}${deal.nextStep}`]
                .filter(Boolean)
                .join(' · ')}
            </p>
          ) : null}
        </Fact>
        <Fact label={words.brief.sent}>
          {sent ? <p>{words.brief.sentAs(when(sent.at), sent.title, sent.opened)}</p> : null}
        </Fact>
        <Fact label={words.brief.records}>
          {records.map(({ at, by, text }) => (
            <p key={at + by}>
              {text} <small>{`${when(at)}${nameOf(by)}`}</small>
            </p>
          ))}
        </Fact>
      </dl>
    </section>
  )
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  const isEmpty = children === null || (Array.isArray(children) && children.length === 0)
  if (isEmpty) return null
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}
