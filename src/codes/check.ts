import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { readLinkFigures } from '../wecom/acquisition.ts'
import { kinds } from './carriers.ts'
import { giveUpCode } from './keep-duty.ts'
import { type CodeRow, codeColumns } from './rows.ts'

const batch = 20
const everyMs = 3_600_000
/** WeCom counts at most this far at once. */
const figuresMs = 29 * 86_400_000

/**
 * Compares codes with what WeCom has, each about once an hour, the one that was not looked at for longest first: somebody may
 * have changed it by another app, deleted it, or an answer was not what it said. @returns true when there may be more
 */
export async function checkCodes(house: House): Promise<boolean> {
  const now = house.clock.now()
  const due = await house.db.query<CodeRow & { configId: string }>(
    `UPDATE live_codes SET checked_at = $1 WHERE id IN (
       SELECT id FROM live_codes WHERE kind IN ('live', 'link') AND archived_at IS NULL AND made = 'made' AND (checked_at IS NULL OR checked_at < $2)
       ORDER BY checked_at NULLS FIRST LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING ${codeColumns}`,
    [now, new Date(now.getTime() - everyMs), batch],
  )
  for (const [index, code] of due.entries()) {
    try {
      await check(house, code)
    } catch (error) {
      if (!(error instanceof RetryLater || error instanceof GiveUp)) throw error
      house.log.info({ liveCodeId: code.id, why: error.message }, 'live code not compared')
      if (error instanceof RetryLater) {
        await putBack(house, due.slice(index))
        return false
      }
    }
  }
  return due.length === batch
}

/** WeCom cannot be asked now: these are looked at when the job comes next. */
async function putBack(house: House, codes: readonly CodeRow[]): Promise<void> {
  await house.db.query('UPDATE live_codes SET checked_at = NULL WHERE id = ANY($1)', [codes.map(({ id }) => id)])
}

async function check(house: House, code: CodeRow & { configId: string }): Promise<void> {
  const held = await kinds[code.kind].carrier.read(house, code.configId)
  if (held === null) return giveUpCode(house, code)
  const told = (code.duty ?? []).map((userid) => userid.toLowerCase()).sort()
  const shown = held.staff.map((userid) => userid.toLowerCase()).sort()
  const isSame = told.join(' ') === shown.join(' ') && held.verify === (code.plan.verify ?? false)
  // Whoever changed it meanwhile knows better than what was read before.
  if (code.duty !== null && !isSame)
    await house.db.query(
      'UPDATE live_codes SET duty = NULL, duty_at = $3, duty_seq = duty_seq + 1 WHERE id = $1 AND duty_seq = $2 AND duty_until IS NULL',
      [code.id, code.dutySeq, house.clock.now()],
    )
  if (code.kind === 'link') await keepFigures(house, code)
}

async function keepFigures(house: House, { id, configId, createdAt }: CodeRow & { configId: string }): Promise<void> {
  const now = house.clock.now()
  const from = new Date(Math.max(createdAt.getTime(), now.getTime() - figuresMs))
  const figures = await readLinkFigures(house.wecom, configId, from, now)
  await house.db.query('UPDATE live_codes SET figures = $2 WHERE id = $1', [
    id,
    JSON.stringify({ ...figures, at: now.toISOString() }),
  ])
}
