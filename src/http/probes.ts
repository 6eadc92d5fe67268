import { connect } from 'node:net'
import type { House } from '../house.ts'
import type { Probe } from './health.ts'

/** How long an answer is believed; health checks come often and from several sides. */
const believedMs = 10_000
/** Events wait seconds; when they wait this long nobody is working on them. */
const backlogMs = 60_000

/** What the web process can do without, and how to tell that it is missing. */
export function probesOf(house: House): Record<string, Probe> {
  const { redisUrl, wecom } = house.config
  return {
    wecom: remembered(async () => {
      try {
        await house.wecom.look(`${wecom.apiUrl}/`)
        return null
      } catch {
        return '连不上企业微信接口，消息和标签会晚到'
      }
    }),
    worker: remembered(() => readBacklog(house)),
    ...(redisUrl ? { queue: remembered(() => reach(new URL(redisUrl))) } : {}),
  }
}

async function readBacklog(house: House): Promise<string | null> {
  const [oldest] = await house.db.query<{ dueAt: Date }>(
    `SELECT due_at AS "dueAt" FROM inbox WHERE state = 'received' AND lane IN ('welcome', 'default') ORDER BY lane, due_at LIMIT 1`,
  )
  const waited = oldest ? house.clock.now().getTime() - oldest.dueAt.getTime() : 0
  return waited > backlogMs ? `有事件已等待 ${Math.round(waited / 60_000)} 分钟，后台进程可能没有在工作` : null
}

function reach({ hostname, port }: URL): Promise<string | null> {
  return new Promise((done) => {
    const socket = connect({ host: hostname, port: Number(port) || 6379, timeout: 800 })
    const end = (fault: string | null) => {
      socket.destroy()
      done(fault)
    }
    socket.once('connect', () => end(null))
    socket.once('error', () => end('连不上 Redis，唤醒会晚到，工作不会丢'))
    socket.once('timeout', () => end('Redis 没有回应，唤醒会晚到，工作不会丢'))
  })
}

/** One look at a time, believed for a while. */
function remembered(probe: Probe): Probe {
  let last: Promise<string | null> | undefined
  let lookedAt = Number.NEGATIVE_INFINITY
  return () => {
    if (!last || performance.now() - lookedAt > believedMs) {
      lookedAt = performance.now()
      last = probe()
    }
    return last
  }
}
