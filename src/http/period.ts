import { z } from 'zod'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { Period } from '../reports/ask.ts'

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const moment = z.union([day, z.iso.datetime({ offset: true })])

/** A period as people ask for one. */
export const periodQuery = {
  from: moment.optional().meta({ description: '从哪天或哪一刻起（业务时区），默认 30 天前' }),
  to: moment.optional().meta({ description: '到哪天（含）或哪一刻为止，默认现在' }),
}

const monthMs = 30 * 864e5
const mostMs = 5 * 366 * 864e5

/** @throws Refused 422 for a period that ends before it begins, is no date, or is longer than five years */
export async function readPeriod(
  house: House,
  { from, to }: { from?: string | undefined; to?: string | undefined },
): Promise<Period> {
  const { calendar } = await house.playbook.current()
  const now = house.clock.now()
  const start = (text: string, field: string) => {
    const at = text.length > 10 ? new Date(text) : isDay(text) ? calendar.dayStart(text) : null
    if (!at || Number.isNaN(at.getTime())) throw refusal(field, '没有这一天')
    return at
  }
  const end =
    to === undefined ? justAfter(now) : to.length === 10 ? start(isDay(to) ? dayAfter(to) : to, 'to') : start(to, 'to')
  const begin = from === undefined ? new Date(end.getTime() - monthMs) : start(from, 'from')
  if (!(begin < end)) throw refusal('from', 'from 要早于 to')
  if (end.getTime() - begin.getTime() > mostMs) throw refusal('from', '一次最多看五年')
  return { from: begin, to: end }
}

const refusal = (field: string, message: string) =>
  new Refused(422, 'invalid', '有字段不符合要求', [{ field, message }])

const isDay = (text: string): boolean => {
  const at = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
}

/** The end of a period is not in it; what happened this very moment is. */
const justAfter = (at: Date): Date => new Date(at.getTime() + 1)

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`)
  next.setUTCDate(next.getUTCDate() + 1)
  return next.toISOString().slice(0, 10)
}
