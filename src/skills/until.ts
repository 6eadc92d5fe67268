const dayMs = 86_400_000
const digits = '零一二三四五六七八九'

/** 3, 三, 两, 十, 十二, 三十一; null for anything else. */
function numberOf(text: string): number | null {
  if (/^\d{1,3}$/.test(text)) return Number(text)
  if (text === '两') return 2
  const [, tens, , ones = ''] = /^(([一二三四五六七八九])?十)?([一二三四五六七八九])?$/.exec(text) ?? []
  if (!tens && !ones) return null
  const ten = tens ? (tens.length === 2 ? digits.indexOf(tens[0] as string) : 1) * 10 : 0
  return ten + (ones ? digits.indexOf(ones) : 0)
}

const near: Record<string, number> = { 今天: 0, 今日: 0, 半天: 0, 明天: 1, 明日: 1, 后天: 2, 大后天: 3 }
const weekdays = '一二三四五六日'

/**
 * Until when somebody says to be away, as the first day he is back: 周三 means through Wednesday. `today` and the answer are
 * `YYYY-MM-DD`. Understands 今天 明天 后天, 三天, 周三, 下周三, 12月3日, 12-3, 3号.
 * @returns null when it is no day, or one that is over
 */
export function dayBack(words: string, today: string): string | null {
  const text = words
    .normalize('NFKC')
    .replace(/[\s,。.!]+$/g, '')
    .trim()
  const at = Date.parse(`${today}T00:00:00Z`)
  const back = (last: number) => new Date(last + dayMs).toISOString().slice(0, 10)
  if (Object.hasOwn(near, text)) return back(at + (near[text] as number) * dayMs)
  const days = numberOf(/^(.{1,3})[天日]$/.exec(text)?.[1] ?? '')
  if (days !== null && days > 0) return back(at + (days - 1) * dayMs)
  const [, next, name = ''] = /^(下|本|这)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])$/.exec(text) ?? []
  if (name) {
    const wanted = weekdays.indexOf(name === '天' ? '日' : name)
    const now = (new Date(at).getUTCDay() + 6) % 7
    const ahead = next === '下' ? 7 - now + wanted : wanted >= now ? wanted - now : wanted + 7 - now
    return back(at + ahead * dayMs)
  }
  const [, month, day] = /^(?:(\d{1,2})(?:月|[-/]))?(\d{1,2})(?:日|号)?$/.exec(text) ?? []
  if (!day || (!month && !/[日号]$/.test(text))) return null
  return dateAhead(at, month ? Number(month) : null, Number(day), back)
}

/** The next such day: this year's or next year's; of a day alone, this month's or the next's. */
function dateAhead(at: number, month: number | null, day: number, back: (last: number) => string): string | null {
  const now = new Date(at)
  for (const step of [0, 1]) {
    const year = now.getUTCFullYear() + (month ? step : 0)
    const index = month ? month - 1 : now.getUTCMonth() + step
    const found = new Date(Date.UTC(year, index, day))
    const isReal = found.getUTCDate() === day && (month === null || found.getUTCMonth() === index)
    if (isReal && found.getTime() >= at) return back(found.getTime())
  }
  return null
}
