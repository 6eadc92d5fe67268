import type { z } from 'zod'
import type { LiveCodeSchema, PreviewedSchema } from '../../../src/http/api/live-codes.schema.ts'

export type Code = z.infer<typeof LiveCodeSchema>
export type Slot = Code['slots'][number]
export type Greeting = Code['greetings'][number]
export type Previewed = z.infer<typeof PreviewedSchema>

/** The two kinds of code have the same calls under different paths. */
export type Kind = 'live' | 'link'
export const pathOf: Record<Kind, string> = { live: '/api/live-codes', link: '/api/acquisition-links' }

export interface Quota {
  total: number
  balance: number
  lots: { expiresAt: string; balance: number }[]
  at: string | null
  problem: string | null
  warnAt: number[]
}

/** What can be changed of a code. */
export type Draft = Pick<
  Code,
  | 'name'
  | 'staff'
  | 'tags'
  | 'welcome'
  | 'slots'
  | 'dailyLimit'
  | 'limits'
  | 'backup'
  | 'greetings'
  | 'remark'
  | 'description'
  | 'verify'
  | 'sameStaff'
> & { channel: string; campaign: string }

export const emptyDraft: Draft = {
  name: '',
  channel: '',
  campaign: '',
  staff: [],
  tags: [],
  welcome: null,
  slots: [],
  dailyLimit: null,
  limits: {},
  backup: [],
  greetings: [],
  remark: '{{name}}-{{channel}}-{{MMDD}}',
  description: null,
  verify: false,
  sameStaff: true,
}

export function draftOf(code: Code): Draft {
  const { name, staff, tags, welcome, slots, dailyLimit, limits, backup, greetings, remark, description } = code
  const { verify, sameStaff, source } = code
  return {
    ...{
      name,
      staff,
      tags,
      welcome,
      slots,
      dailyLimit,
      limits,
      backup,
      greetings,
      remark,
      description,
      verify,
      sameStaff,
    },
    channel: source?.channel ?? '',
    campaign: source?.campaign ?? '',
  }
}

/** As the API takes it. `isNew`: what is not said is left out, where a change takes it away. */
export function bodyOf({ channel, campaign, welcome, ...draft }: Draft, isNew: boolean): Record<string, unknown> {
  const source = channel.trim() || campaign.trim() ? { channel: channel.trim(), campaign: campaign.trim() } : null
  const said = { ...draft, name: draft.name.trim(), source, welcome: welcome?.trim() || null }
  return isNew ? Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null)) : said
}

export const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const daysOf = ({ days }: { days: string | string[] }): string[] => (typeof days === 'string' ? [days] : days)
