import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { SentPiecesSchema } from '../../../src/http/api/scripts.ts'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useWords } from '../words/words.tsx'

/** What went to him lately, and whether he opened it. */
export function Sent({ leadId }: { leadId: string }) {
  const words = useWords()
  const now = useNow()
  const { data } = useQuery({
    queryKey: ['contact', 'sent', leadId],
    queryFn: ({ signal }) => call<z.infer<typeof SentPiecesSchema>>('GET', `/api/leads/${leadId}/sent`, { signal }),
  })
  if (!data || data.items.length === 0) return null
  return (
    <>
      <h2>
        {words.send.history} <i>{data.items.length}</i>
      </h2>
      <ul className="sent">
        {data.items.map(({ contentId, title, sentAt, openedAt, depth, read }) => (
          <li key={contentId}>
            <span dir="auto">{title}</span>
            <small>{sayWhen(sentAt, now, words)}</small>
            <i className={openedAt ? 'opened' : 'quiet'}>
              {openedAt ? (read ? words.send.read : words.send.openedTo(depth)) : words.send.unopened}
            </i>
          </li>
        ))}
      </ul>
    </>
  )
}
