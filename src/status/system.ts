import type { House } from '../house.ts'

/** How a part of the system is, and what a person should do about it. */
export interface Part {
  id: string
  state: 'ok' | 'warn' | 'fail'
  /** Chinese: what was seen and, unless all is well, what to do. */
  text: string
  at: Date | null
}

const minuteMs = 60_000
const quietMs = 24 * 60 * minuteMs

/** What the processes themselves cannot say of each other; each part in plain words. */
export async function readParts(
  house: House,
  probes: Readonly<Record<string, () => Promise<string | null>>>,
): Promise<Part[]> {
  const [database, callback, tokens, worker] = await Promise.all([
    readDatabase(house),
    readCallback(house),
    readTokens(house),
    readWorker(house),
  ])
  const probed = await Promise.all(
    Object.entries(probes).map(async ([id, probe]): Promise<Part> => {
      const fault = await probe().catch(() => '没有回应')
      return { id, state: fault === null ? 'ok' : 'warn', text: fault ?? '正常', at: null }
    }),
  )
  return [database, worker, callback, ...tokens, ...probed]
}

async function readDatabase({ db, clock, config }: House): Promise<Part> {
  const began = performance.now()
  const [row] = await db.query<{ size: string; connections: number; most: number }>(
    `SELECT pg_size_pretty(pg_database_size(current_database())) AS size,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections, current_setting('max_connections')::int AS most`,
  )
  const ms = Math.round(performance.now() - began)
  const { size = '', connections = 0, most = 1 } = row ?? {}
  const isTight = connections > most * 0.8
  const where = config.databaseUrl.includes('127.0.0.1') ? '本机内置' : '外部'
  return {
    id: 'database',
    state: isTight ? 'warn' : 'ok',
    text: `${where} PostgreSQL，${size}，连接 ${connections}/${most}，回应 ${ms} 毫秒${isTight ? '。连接快用完了：请调大 max_connections，或减少同时运行的进程' : ''}`,
    at: clock.now(),
  }
}

async function readWorker({ db, clock }: House): Promise<Part> {
  const [row] = await db.query<{ at: Date | null; processes: number }>(
    "SELECT max(at) AS at, count(*) FILTER (WHERE at > $1) AS processes FROM process_metrics WHERE role = 'worker'",
    [new Date(clock.now().getTime() - minuteMs)],
  )
  const running = row?.processes ?? 0
  if (running > 0) return { id: 'worker', state: 'ok', text: `${running} 个后台进程在工作`, at: row?.at ?? null }
  return {
    id: 'worker',
    state: 'fail',
    text: '没有后台进程在工作：事件不会处理，消息不会发出，但不会丢。请确认 npm start 还在运行；分开部署时，请启动 --only=worker 的那一份',
    at: row?.at ?? null,
  }
}

async function readCallback({ db, clock, config }: House): Promise<Part> {
  const [last] = await db.query<{ at: Date }>(
    'SELECT received_at AS at FROM inbox ORDER BY received_at DESC, id DESC LIMIT 1',
  )
  const silent = last ? clock.now().getTime() - last.at.getTime() : null
  if (silent !== null && silent <= quietMs)
    return { id: 'callback', state: 'ok', text: '收得到企业微信的事件', at: last?.at ?? null }
  if (config.sandbox)
    return {
      id: 'callback',
      state: 'ok',
      text: '沙盒里还没有人有动作；在沙盒企业微信里加一位客户试试',
      at: last?.at ?? null,
    }
  return {
    id: 'callback',
    state: 'warn',
    text: `${last ? '一天多没有收到企业微信的事件' : '还没有收到过企业微信的事件'}。如果这段时间客户有动作，请到「接入」里检查回调 URL 一项`,
    at: last?.at ?? null,
  }
}

async function readTokens({ db, clock }: House): Promise<Part[]> {
  const rows = await db.query<{
    name: string
    expiresAt: Date | null
    failedUntil: Date | null
    errcode: number | null
    errmsg: string | null
  }>(
    `SELECT name, expires_at AS "expiresAt", failed_until AS "failedUntil", failed_errcode AS errcode, failed_errmsg AS errmsg FROM wecom_tokens ORDER BY name`,
  )
  const now = clock.now()
  const bad = rows.find(({ failedUntil }) => failedUntil && failedUntil > now)
  if (bad)
    return [
      {
        id: 'token',
        state: 'fail',
        text: `企业微信不给凭证（${bad.errcode ?? '没有回应'}）：请到「接入」里检查「凭证与企业可信 IP」一项，那里会说点哪里`,
        at: bad.failedUntil,
      },
    ]
  const good = rows.find(({ expiresAt }) => expiresAt && expiresAt > now)
  if (good) return [{ id: 'token', state: 'ok', text: '企业微信的凭证有效', at: good.expiresAt }]
  return [{ id: 'token', state: 'warn', text: '现在没有有效的凭证；下一次调用时会自己取', at: null }]
}
