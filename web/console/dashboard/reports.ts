import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { FunnelSchema } from '../../../src/http/api/funnel.ts'
import type {
  ChannelReportSchema,
  CohortReportSchema,
  ContentReportSchema,
  FlowReportSchema,
  JourneyReportSchema,
  SlaReportSchema,
  StageReportSchema,
  TodaySchema,
} from '../../../src/http/api/reports.schema.ts'
import { call, queryOf } from '../../shared/call.ts'

// The answers of the API, from its own schemas; nothing of them reaches the browser but the types.
interface Reports {
  '/api/funnel': z.infer<typeof FunnelSchema>
  '/api/reports/stages': z.infer<typeof StageReportSchema>
  '/api/reports/flows': z.infer<typeof FlowReportSchema>
  '/api/reports/content': z.infer<typeof ContentReportSchema>
  '/api/reports/channels': z.infer<typeof ChannelReportSchema>
  '/api/reports/journeys': z.infer<typeof JourneyReportSchema>
  '/api/reports/cohorts': z.infer<typeof CohortReportSchema>
  '/api/reports/sla': z.infer<typeof SlaReportSchema>
  '/api/reports/today': z.infer<typeof TodaySchema>
}
export type Report<Path extends keyof Reports> = Reports[Path]

/** Business days, both in the period. */
export interface Span {
  from: string
  to: string
}

export function useReport<Path extends keyof Reports>(path: Path, query: Record<string, string> = {}) {
  return useQuery({
    queryKey: ['report', path, query],
    queryFn: ({ signal }) => call<Reports[Path]>('GET', path + queryOf(query), { signal }),
    staleTime: 60_000,
    placeholderData: (before) => before,
  })
}

const dayMs = 86_400_000
const dayOf = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10)

export const lastDays = (days: number, now: number): Span => ({ from: dayOf(now - (days - 1) * dayMs), to: dayOf(now) })

/** The period of the same length just before. */
export function spanBefore({ from, to }: Span): Span {
  const [first, last] = [Date.parse(from), Date.parse(to)]
  const end = first - dayMs
  return {
    from: new Date(end - (last - first)).toISOString().slice(0, 10),
    to: new Date(end).toISOString().slice(0, 10),
  }
}

export const percent = (share: number | null, places = 0): string =>
  share === null ? '–' : `${(share * 100).toFixed(places)}%`

/** Of the difference of two shares: percentage points, with its sign. */
export const points = (share: number | null): string =>
  share === null ? '–' : `${share > 0 ? '+' : share < 0 ? '−' : ''}${Math.abs(share * 100).toFixed(1)}`

export const yuan = (fen: number | null): string =>
  fen === null ? '–' : `¥${(fen / 100).toLocaleString('en', { maximumFractionDigits: 0 })}`

/** Where the console shows the leads behind a number. */
export const listOf = (link: string): string => link.replace('/api/reports/leads', '/dashboard/leads')
