import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import type { SendsSchema } from '../../../src/http/api/broadcasts.schema.ts'
import type { CheckedSchema, DraftSchema } from '../../../src/http/api/journey-drafts.schema.ts'
import type {
  DryRunSchema,
  EnrolmentSchema,
  JourneyCountsSchema,
  JourneyDetailSchema,
  JourneySummarySchema,
  MigrationSchema,
  VersionSchema,
} from '../../../src/http/api/journeys.schema.ts'
import { CallFailed, call, queryOf, serverNow } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'
import type { Journey } from './tree.ts'

export type Summary = z.infer<typeof JourneySummarySchema>
export type Detail = Omit<z.infer<typeof JourneyDetailSchema>, 'journey'> & { journey: Journey }
export type Draft = Omit<z.infer<typeof DraftSchema>, 'body'> & { body: Journey }
export type Checked = z.infer<typeof CheckedSchema>
export type Migration = z.infer<typeof MigrationSchema>
export type Enrolment = z.infer<typeof EnrolmentSchema>
export type DryRun = z.infer<typeof DryRunSchema>
export type Sends = z.infer<typeof SendsSchema>
export type Counts = z.infer<typeof JourneyCountsSchema>
export type Version = Omit<z.infer<typeof VersionSchema>, 'journey'> & { journey: Journey }

export const journeysQuery = queryOptions({
  queryKey: ['journeys'],
  queryFn: ({ signal }) => call<{ items: Summary[] }>('GET', '/api/journeys', { signal }),
  staleTime: 0,
  refetchInterval: 30_000,
})

/** Null: there is none of that id in force; it may be somebody's draft. */
export const journeyQuery = (id: string) =>
  queryOptions({
    queryKey: ['journeys', id],
    queryFn: ({ signal }): Promise<Detail | null> =>
      call<Detail>('GET', `/api/journeys/${id}`, { signal }).catch((error: unknown) => {
        if (error instanceof CallFailed && error.status === 404) return null
        throw error
      }),
    staleTime: 0,
    refetchInterval: 15_000,
  })

/** Who stands where now, and what the steps came to in the last days. */
export const countsQuery = (id: string, version: number, days: number) =>
  queryOptions({
    queryKey: ['journeys', id, 'counts', version, days],
    queryFn: ({ signal }) => {
      const from = new Date(serverNow() - days * 86_400_000).toISOString()
      return call<Counts>('GET', `/api/journeys/${id}/counts${queryOf({ version, from })}`, { signal })
    },
    staleTime: 0,
    refetchInterval: 5_000,
    placeholderData: keepPreviousData,
  })

export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['journeys', id, 'versions'],
    queryFn: ({ signal }) => call<{ items: Version[] }>('GET', `/api/journeys/${id}/versions`, { signal }),
    staleTime: 0,
  })

export const sendsQuery = (id: string) =>
  queryOptions({
    queryKey: ['journeys', id, 'sends'],
    queryFn: ({ signal }) => call<Sends>('GET', `/api/journeys/${id}/sends`, { signal }),
    staleTime: 0,
    refetchInterval: 5_000,
  })

export const journeyDraftsQuery = queryOptions({
  queryKey: ['journey-drafts'],
  queryFn: ({ signal }) => call<{ items: Draft[] }>('GET', '/api/journeys/drafts', { signal }),
  staleTime: 0,
})

/** Who stands at a step of a version now. */
export const standingQuery = (id: string, version: number, step: string) =>
  pages<Enrolment>(['journeys', id, 'standing', version, step], `/api/journeys/${id}/enrolments`, {
    version: String(version),
    step,
  })

/** A move the playbook knows: by what word it is made, where to, and by whom. */
interface Edge {
  id: string
  name: string
  on: string
  to: string
  by: string[]
}

/** The moves the playbook knows; a journey makes those that the system may make. */
export const edgesQuery = queryOptions({
  queryKey: ['playbook', 'edges'],
  queryFn: ({ signal }) => call<{ edges: Edge[] }>('GET', '/api/playbook', { signal }),
  staleTime: 60_000,
})

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: ({ signal }) => call<{ items: { id: string }[] }>('GET', '/api/webhooks', { signal }),
  staleTime: 60_000,
})
