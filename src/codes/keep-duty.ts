import type { Sql } from '../db.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { tellRoles } from '../messages/tell.ts'
import { isErrcode } from '../wecom/failure.ts'
import { kinds } from './carriers.ts'
import { onDuty } from './on-duty.ts'
import { type CodeRow, codeColumns } from './rows.ts'

const batch = 20
const leaseMs = 60_000
const refusedMs = 600_000

type Claimed = CodeRow & { configId: string; dutyUntil: Date }

/** These codes are looked at now: somebody reached his limit, the plan was changed, WeCom shows something else. */
export async function markDuty(sql: Sql, codeIds: readonly string[], at: Date): Promise<void> {
  if (codeIds.length === 0) return
  await sql.query(
    `UPDATE live_codes SET duty_at = least(duty_at, $2), duty_seq = duty_seq + 1
     WHERE id IN (SELECT id FROM live_codes WHERE id = ANY($1) ORDER BY id FOR UPDATE)`,
    [codeIds, at],
  )
}

/**
 * Tells WeCom who stands behind each code that is due: at the edge of a slot, when somebody has had enough, left or came back.
 * What WeCom was told is compared with what is right now, so reasons that come together cost one call, and one that comes while
 * a call is under way is seen when it is written down. @returns true when there may be more
 */
export async function keepDuty(house: House): Promise<boolean> {
  const now = house.clock.now()
  const claimed = await house.db.query<Claimed>(
    `UPDATE live_codes SET duty_until = $2 WHERE id IN (
       SELECT id FROM live_codes WHERE duty_at <= $1 AND made = 'made' AND (duty_until IS NULL OR duty_until < $1)
       ORDER BY duty_at LIMIT $3 FOR UPDATE SKIP LOCKED)
     RETURNING ${codeColumns}, duty_until AS "dutyUntil"`,
    [now, new Date(now.getTime() + leaseMs), batch],
  )
  const duties = await onDuty(house.db, house, claimed, now)
  for (const code of claimed) {
    try {
      if (code.archivedAt) await remove(house, code)
      else await bring(house, code, duties.get(code.id) ?? { userids: code.staff, why: 'staff', nextAt: null })
    } catch (error) {
      await postpone(house, code, error)
    }
  }
  return claimed.length === batch
}

async function bring(
  house: House,
  code: Claimed,
  { userids, why, nextAt }: { userids: string[]; why: string; nextAt: Date | null },
): Promise<void> {
  const isNobody = userids.length === 0
  if (!isNobody && !sameStaff(code.duty, userids)) {
    // Until the answer is written down nobody knows whom WeCom holds; whoever comes next tells it again.
    await house.db.query('UPDATE live_codes SET duty = NULL WHERE id = $1 AND duty_until = $2', [
      code.id,
      code.dutyUntil,
    ])
    await kinds[code.kind].carrier.update(house, code.configId, code, userids)
  }
  const problem = isNobody ? '活码上的成员都已停用或离职，企业微信里保持原样；请换人' : null
  const now = house.clock.now()
  const lookAt = isNobody
    ? new Date(Math.min(nextAt?.getTime() ?? Number.POSITIVE_INFINITY, now.getTime() + refusedMs))
    : nextAt
  await house.db.query(
    `UPDATE live_codes SET duty = CASE WHEN $8 THEN duty WHEN duty_seq = $6 THEN $3::text[] END, duty_why = $4, duty_error = $5, duty_until = NULL,
       duty_at = CASE WHEN duty_seq = $6 THEN $7::timestamptz ELSE $9::timestamptz END
     WHERE id = $1 AND duty_until = $2`,
    [code.id, code.dutyUntil, userids, why, problem, code.dutySeq, lookAt, isNobody, now],
  )
  if (problem && code.dutyError !== problem) await tellTrouble(house, code, problem)
}

async function remove(house: House, code: Claimed): Promise<void> {
  await kinds[code.kind].carrier.remove(house, code.configId)
  await house.db.query(
    `UPDATE live_codes SET duty = '{}', duty_at = NULL, duty_until = NULL, duty_error = NULL WHERE id = $1 AND duty_until = $2`,
    [code.id, code.dutyUntil],
  )
}

/** WeCom no longer has it: its printed picture adds nobody any more, and another would be another picture. */
export async function giveUpCode(house: House, { id, name }: { id: string; name: string }): Promise<void> {
  const problem = '它在企业微信里已被删除，印出去的二维码或链接不能再添加客户；请新建一个'
  const gone = await house.db.query(
    `UPDATE live_codes SET made = 'failed', made_error = $2, duty_at = NULL, duty_until = NULL WHERE id = $1 AND made = 'made' RETURNING 1`,
    [id, problem],
  )
  if (gone.length > 0) await tellTrouble(house, { id, name }, problem)
}

async function postpone(house: House, code: Claimed, error: unknown): Promise<void> {
  // The kinds say `gone` in their own errcode; for links it is the one every bad request gets.
  if (isErrcode(error, 41044)) return giveUpCode(house, code)
  const waitMs = error instanceof RetryLater ? error.afterMs : error instanceof GiveUp ? refusedMs : 5_000
  const problem = error instanceof GiveUp ? `企业微信不接受这次换班：${error.message}`.slice(0, 500) : null
  house.log.warn({ liveCodeId: code.id, waitMs, err: error }, 'duty not brought to WeCom')
  await house.db.query(
    `UPDATE live_codes SET duty_until = NULL, duty_at = $3, duty_error = coalesce($4, duty_error) WHERE id = $1 AND duty_until = $2`,
    [code.id, code.dutyUntil, new Date(house.clock.now().getTime() + waitMs), problem],
  )
  if (problem && code.dutyError !== problem) await tellTrouble(house, code, problem)
}

async function tellTrouble(house: House, code: { id: string; name: string }, problem: string): Promise<void> {
  const { calendar } = await house.playbook.current()
  const day = calendar.dayOf(house.clock.now())
  await house.db.transaction((tx) =>
    tellRoles(tx, house, ['admin', 'manager'], {
      key: `code-trouble:${code.id}:${day}`,
      words: 'code-trouble',
      leadId: null,
      variables: { code: code.name, reason: problem },
    }),
  )
}

const sameStaff = (told: readonly string[] | null, userids: readonly string[]): boolean =>
  told !== null && told.map(lower).sort().join(' ') === userids.map(lower).sort().join(' ')

const lower = (userid: string): string => userid.toLowerCase()
