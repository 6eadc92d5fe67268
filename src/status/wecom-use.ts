import type { House } from '../house.ts'
import { explainErrcode } from '../wecom/errcodes.ts'
import { chinaDay, noAnswerCode } from '../wecom/tally.ts'

/** One kind of failure of an API, in words, with what a person can do. */
export interface CallFault {
  errcode: number | null
  calls: number
  what: string
  meaning: string
  operator: string
}

/** What an API of WeCom's answered on a day. */
export interface ApiUse {
  api: string
  calls: number
  failed: number
  faults: CallFault[]
}

const noAnswer = {
  what: 'retry',
  meaning: '没有等到企业微信的回答',
  operator: '多半是网络或代理的问题；一直这样，请检查这台机器能否访问 WECOM_API_URL。',
}

/** The day's calls by API, those with failures first. */
export async function readApiUse(house: House, day: string): Promise<ApiUse[]> {
  await house.wecom.flush()
  const rows = await house.db.query<{ api: string; errcode: number; calls: number }>(
    'SELECT api, errcode, calls FROM wecom_calls WHERE day = $1 ORDER BY api, calls DESC',
    [day],
  )
  const uses = new Map<string, ApiUse>()
  for (const { api, errcode, calls } of rows) {
    const use = uses.get(api) ?? { api, calls: 0, failed: 0, faults: [] }
    uses.set(api, use)
    use.calls += calls
    if (errcode === 0) continue
    use.failed += calls
    const isSilence = errcode === noAnswerCode
    const { what, meaning, operator } = isSilence ? noAnswer : explainErrcode(errcode)
    use.faults.push({ errcode: isSilence ? null : errcode, calls, what, meaning, operator })
  }
  return [...uses.values()].sort((a, b) => b.failed - a.failed || b.calls - a.calls)
}

/** A limit of WeCom's and how much of it is used at this moment. */
export interface LimitUse {
  /** The API, `ip` for all of them together, or a member's share of one. */
  name: string
  limit: number
  seconds: number
  used: number
  /** Closed by WeCom's 45009 until then. */
  closedUntil: Date | null
}

/** Limits that are in use now, the tightest first, at most so many. */
export async function readLimits({ db, clock }: House, most = 40): Promise<LimitUse[]> {
  const now = clock.now().getTime()
  const rows = await db.query<{ name: string; tat: number; blockedUntil: number }>(
    'SELECT name, tat, blocked_until AS "blockedUntil" FROM wecom_buckets WHERE tat > $1 OR blocked_until > $1 ORDER BY name LIMIT 5000',
    [now],
  )
  return rows
    .flatMap(({ name, tat, blockedUntil }): LimitUse[] => {
      const [, path, limit, seconds] = /^[^/]+\/(.+):(\d+)\/(\d+)s$/.exec(name) ?? []
      if (!path || !limit || !seconds) return []
      const whole = Number(limit)
      const used = Math.min(whole, Math.max(0, Math.round(((tat - now) / (Number(seconds) * 1000)) * whole)))
      const closedUntil = blockedUntil > now ? new Date(blockedUntil) : null
      return [{ name: path, limit: whole, seconds: Number(seconds), used, closedUntil }]
    })
    .sort(
      (a, b) => Number(b.closedUntil !== null) - Number(a.closedUntil !== null) || b.used / b.limit - a.used / a.limit,
    )
    .slice(0, most)
}

/** What of today's may still be said to customers, and what was held back. */
export interface SendingToday {
  /** Messages by channel that went or wait. */
  channels: { channel: string; sent: number; waiting: number; refused: number; failed: number }[]
  /** Why messages were refused, by the guard's reason. */
  refusals: { reason: string; count: number }[]
  /** Customers who have had all group messages WeCom allows this month. */
  full: number
}

/** WeCom delivers a corp's group messages to one customer this often in a calendar month; developer doc 92135. */
const groupSendsAMonth = 4

export async function readSendingToday(house: House): Promise<SendingToday> {
  const { calendar } = await house.playbook.current()
  const now = house.clock.now()
  const today = calendar.dayStart(calendar.dayOf(now))
  const gathering = [...house.shelves.channels].flatMap(([id, channel]) => (channel.merge ? [id] : []))
  const month = new Date(`${chinaDay(now).slice(0, 7)}-01T00:00:00+08:00`)
  const [channels, refusals, [full]] = await Promise.all([
    house.db.query<SendingToday['channels'][number]>(
      `SELECT channel, count(*) FILTER (WHERE state = 'sent') AS sent, count(*) FILTER (WHERE state IN ('planned', 'waiting', 'sending')) AS waiting,
         count(*) FILTER (WHERE state = 'refused') AS refused, count(*) FILTER (WHERE state IN ('failed', 'unknown', 'expired')) AS failed
       FROM messages WHERE created_at >= $1 GROUP BY channel ORDER BY channel`,
      [today],
    ),
    house.db.query<SendingToday['refusals'][number]>(
      `SELECT reason ->> 'id' AS reason, count(*) AS count FROM messages
       WHERE created_at >= $1 AND state = 'refused' AND reason IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20`,
      [today],
    ),
    house.db.query<{ full: number }>(
      `SELECT count(*) AS full FROM (SELECT lead_id FROM messages WHERE channel = ANY($3) AND state = 'sent' AND sent_at >= $1
         GROUP BY lead_id HAVING count(*) >= $2 LIMIT 10000) t`,
      [month, groupSendsAMonth, gathering],
    ),
  ])
  return { channels, refusals, full: full?.full ?? 0 }
}
