import { useInfiniteQuery } from '@tanstack/react-query'
import { messagesQuery } from '../api/queries.ts'
import { MessageLine } from '../operations/message-line.tsx'
import { More } from '../pieces/more.tsx'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'

/** What was said to this person, and what was not and why. */
export function LeadMessages({ leadId }: { leadId: string }) {
  const words = useWords()
  const query = useInfiniteQuery(messagesQuery({ leadId }))
  return (
    <section className="card">
      <h2>{words.lead.messages}</h2>
      {query.isPending ? <Skeleton rows={2} /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      <ul>
        {query.data?.map((message) => (
          <MessageLine key={message.id} message={message} />
        ))}
      </ul>
      {query.data?.length === 0 ? (
        <p className="quiet">
          {words.lead.messagesEmpty}
          {words.events.stop}
          {words.lead.messagesEmptyHint}
        </p>
      ) : null}
      <More query={query} />
    </section>
  )
}
