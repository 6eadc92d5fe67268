import { queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { WordsSchema } from '../../src/http/api/console.schema.ts'
import type { MeSchema } from '../../src/http/api/me.ts'
import type { ContactSchema } from '../../src/http/api/sidebar.schema.ts'
import { call } from '../shared/call.ts'
import { given } from './given.ts'

type Me = z.infer<typeof MeSchema>
export type Contact = z.infer<typeof ContactSchema>
export type PlaybookWords = z.infer<typeof WordsSchema>

/** Whom a page is about: by the chat beside it, or by a link that names the lead. */
export type Subject = { externalUserId: string } | { leadId: string }

export const keyOf = (subject: Subject): string =>
  'leadId' in subject ? `lead:${subject.leadId}` : `contact:${subject.externalUserId}`

export const contactQuery = (subject: Subject) =>
  queryOptions({
    queryKey: ['contact', keyOf(subject)],
    queryFn: ({ signal }) =>
      call<Contact>(
        'GET',
        'leadId' in subject
          ? `/api/leads/${encodeURIComponent(subject.leadId)}/glance`
          : `/api/contacts/${encodeURIComponent(subject.externalUserId)}`,
        { signal },
      ),
    // What he does while the chat is open shows within seconds.
    refetchInterval: 15_000,
  })

export const wordsQuery = queryOptions({
  queryKey: ['words'],
  queryFn: ({ signal }) => call<PlaybookWords>('GET', '/api/words', { signal }),
  staleTime: 300_000,
})

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => call<Me>('GET', '/api/me', { signal }),
  ...(given ? { initialData: given.me } : {}),
  staleTime: 300_000,
})
