import { milliseconds } from '../clock.ts'
import type { Sql, Transaction } from '../db.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { tellRoles } from '../messages/tell.ts'
import { type Quota, readQuota } from '../wecom/acquisition.ts'

const key = 'acquisition-quota'

/** What is left of the acquisitions a corp bought, as last heard. */
export interface KeptQuota {
  total: number
  balance: number
  lots: { expiresAt: string; balance: number }[]
  at: string
  /** Why WeCom does not say; the numbers then are older. */
  problem: string | null
  /** The lowest threshold that was told since the balance was last above it; null: none. */
  told: number | null
}

export async function keptQuota(sql: Sql): Promise<KeptQuota | null> {
  const [row] = await sql.query<{ value: KeptQuota }>('SELECT value FROM settings WHERE key = $1', [key])
  return row?.value ?? null
}

/**
 * Asks WeCom what is left, and tells admins once for each threshold the balance falls below, and once for each lot that is
 * about to expire. A corp without links is not asked. @returns false always: there is one thing to do
 */
export async function watchQuota(house: House): Promise<boolean> {
  const [used] = await house.db.query("SELECT 1 FROM live_codes WHERE kind = 'link' AND archived_at IS NULL LIMIT 1")
  if (!used) return false
  try {
    const quota = await readQuota(house.wecom)
    await house.db.transaction((tx) => keep(tx, house, quota))
  } catch (error) {
    if (error instanceof RetryLater) return false
    if (!(error instanceof GiveUp)) throw error
    house.log.warn({ reason: error.reason }, 'WeCom does not tell the acquisition quota')
    const before = await keptQuota(house.db)
    const nothing = { total: 0, balance: 0, lots: [], told: null }
    await write(house.db, house, { ...nothing, ...before, problem: error.message, at: house.clock.now().toISOString() })
  }
  return false
}

async function keep(tx: Transaction, house: House, { total, balance, lots }: Quota): Promise<void> {
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('acquisition-quota', 0))")
  const { playbook } = await house.playbook.current()
  const { warnAt, expiresWithin } = playbook.codes.quota
  const now = house.clock.now()
  const before = await keptQuota(tx)
  const below = Math.min(...warnAt.filter((threshold) => balance < threshold || (threshold === 0 && balance === 0)))
  const told = Number.isFinite(below) ? below : null
  await write(tx, house, {
    total,
    balance,
    lots: lots.map((lot) => ({ ...lot, expiresAt: lot.expiresAt.toISOString() })),
    at: now.toISOString(),
    problem: null,
    told,
  })
  const tell = (what: string, reason: string) =>
    tellRoles(tx, house, ['admin', 'manager'], {
      key: `quota:${what}`,
      words: 'acquisition-quota',
      leadId: null,
      variables: { reason },
    })
  if (told !== null && (before?.told == null || told < before.told))
    await tell(
      `${told}:${now.toISOString()}`,
      balance === 0
        ? '获客助手次数已用完，获客链接暂时不能再添加客户'
        : `获客助手还剩 ${balance} 次，已低于 ${told} 次，请及时购买`,
    )
  for (const lot of lots)
    if (lot.balance > 0 && lot.expiresAt.getTime() - now.getTime() < milliseconds(expiresWithin))
      await tell(
        `expires:${lot.expiresAt.toISOString()}`,
        `获客助手有 ${lot.balance} 次在 ${(await house.playbook.current()).calendar.say(lot.expiresAt)} 到期，请尽快使用`,
      )
}

async function write(sql: Sql, house: House, value: KeptQuota): Promise<void> {
  await sql.query(
    `INSERT INTO settings (key, value, by, at) VALUES ($1, $2, 'system', $3) ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at`,
    [key, JSON.stringify(value), house.clock.now()],
  )
}
