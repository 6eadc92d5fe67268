import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { MergedIntoSchema, MergePreviewSchema } from '../../../src/http/api/leads.schema.ts'
import type { ContactSchema } from '../../../src/http/api/sidebar.schema.ts'
import type { FollowUpFormAnswer, TaskSchema } from '../../../src/http/api/tasks.ts'
import { call } from '../../shared/call.ts'
import type { Message, Page } from '../api/shapes.ts'

export type Task = z.infer<typeof TaskSchema>
export type FollowUpForm = z.infer<typeof FollowUpFormAnswer>
export type MergedInto = z.infer<typeof MergedIntoSchema>
export type MergePreview = z.infer<typeof MergePreviewSchema>
type Glance = z.infer<typeof ContactSchema>

const ofLead = <T>(id: string, part: string, path: string) =>
  queryOptions({ queryKey: ['lead', id, part], queryFn: ({ signal }) => call<T>('GET', path, { signal }) })

/** What is to be done with somebody by whoever works on him. */
export const glanceQuery = (id: string) => ofLead<Glance>(id, 'glance', `/api/leads/${id}/glance?of=desk`)
export const tasksQuery = (id: string) => ofLead<Page<Task>>(id, 'tasks', `/api/tasks?leadId=${id}&limit=100`)
/** What waits for a member to confirm it, or for a manager's yes. */
export const waitingQuery = (id: string) =>
  ofLead<Page<Message>>(id, 'waiting', `/api/messages?leadId=${id}&state=waiting&limit=20`)
export const mergedQuery = (id: string) => ofLead<{ items: MergedInto[] }>(id, 'merged', `/api/leads/${id}/merges`)

export const followUpFormsQuery = queryOptions({
  queryKey: ['follow-up-forms'],
  queryFn: ({ signal }) => call<{ items: FollowUpForm[] }>('GET', '/api/follow-up-forms', { signal }),
  staleTime: 300_000,
})

/** Everything shown of one lead is read again. */
export const rereadLead = (client: QueryClient, id: string): Promise<void> =>
  client.invalidateQueries({ queryKey: ['lead', id] })
