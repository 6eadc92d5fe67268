import { z } from 'zod'

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const dayWord = z.enum([...weekdays, 'workdays', 'weekends', 'holidays', 'all'], {
  error: '请写 mon … sun、workdays、weekends、holidays 或 all',
})

const clockTime = z
  .string({ error: '请写时刻，例如 "09:00"' })
  .regex(/^(?:\d|[01]\d|2[0-3]):[0-5]\d$|^24:00$/, { error: '不是时刻，请写 "09:00" 到 "24:00"，并加引号' })

/** `"21:00-08:30"` is short for every day from 21:00 to 08:30. */
const shortSpan = (value: unknown): unknown => {
  const short = typeof value === 'string' ? /^(\d{1,2}:\d\d)\s*[-–~]\s*(\d{1,2}:\d\d)$/.exec(value) : null
  return short ? { days: 'all', from: short[1], to: short[2] } : value
}

/** A span of the day. One whose end lies before its start ends on the next day. */
export const SpanSchema = z.preprocess(
  shortSpan,
  z
    .strictObject({
      days: z.union([dayWord, z.array(dayWord).min(1)]).default('all'),
      from: clockTime,
      to: clockTime,
    })
    .refine(({ from, to }) => from !== to, { error: '起止时刻相同；整天请写 from: "00:00"、to: "24:00"' }),
)

/** Always, never, or spans of the day. */
export const SpansSchema = z.union([z.enum(['always', 'never']), z.array(SpanSchema).max(60)], {
  error: (issue) => explainList(issue, '请写 always、never，或若干时段 {days, from, to}'),
})

const civilDate = z
  .string({ error: '请写日期，例如 "2026-10-01"' })
  .refine((day) => /^\d{4}-\d\d-\d\d$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day, {
    error: '不是日期，请写 2026-10-01 这样的年-月-日',
  })

const HolidaySchema = z
  .strictObject({
    date: civilDate.optional(),
    from: civilDate.optional(),
    to: civilDate.optional(),
    name: z.string().max(40).default(''),
    /** A weekend day on which people work instead (调休上班日). */
    work: z.boolean().default(false),
  })
  .refine(({ date, from, to }) => (date ? !from && !to : from && to && from <= to), {
    error: '请写 date，或写 from 与 to（from 不晚于 to）',
  })

/**
 * When people work, when customers are left alone, and which days are holidays.
 * - `work`: on a holiday only spans that name `holidays` count; `workdays` are Monday to Friday and 调休上班日.
 * - `quiet`: no marketing. Spans are taken literally, so a holiday needs its own (`days: holidays`).
 * - `quietNotices`: no notices to staff; left out: as `quiet`. `quietUrgent`: within those, what even a hand-raise waits for.
 */
export const HoursSchema = z.strictObject({
  work: SpansSchema,
  quiet: SpansSchema,
  quietNotices: SpansSchema.optional(),
  quietUrgent: SpansSchema.default('always'),
  holidays: z.union([z.enum(['always', 'never']), z.array(HolidaySchema).max(400)], {
    error: (issue) => explainList(issue, '请写 always、never，或日期列表'),
  }),
})

/** For a list, the fault inside it, where the union would only say that nothing matched. */
function explainList(issue: { input?: unknown; errors?: unknown }, otherwise: string): string {
  const nested = Array.isArray(issue.input) && Array.isArray(issue.errors) ? issue.errors[1] : undefined
  const [first] = (nested ?? []) as { path: PropertyKey[]; message: string }[]
  if (!first) return otherwise
  const [index, ...rest] = first.path
  return `第 ${Number(index) + 1} 项${rest.length > 0 ? ` ${rest.join('.')}` : ''}：${first.message}`
}

export type Hours = z.infer<typeof HoursSchema>
export type Spans = z.infer<typeof SpansSchema>
export type DayWord = z.infer<typeof dayWord>
