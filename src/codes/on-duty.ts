import type { Sql } from '../db.ts'
import type { House } from '../house.ts'
import { type Duty, dutyAt, type Member } from './duty.ts'
import { type CodePlan, peopleOf } from './plan.ts'

interface Asked {
  id: string
  staff: readonly string[]
  plan: CodePlan
}

/** Who stands behind these codes now, by id: their plans, who is there, and whom today's customers went to. */
export async function onDuty(
  sql: Sql,
  house: House,
  codes: readonly Asked[],
  at = house.clock.now(),
): Promise<Map<string, Duty>> {
  const { calendar } = await house.playbook.current()
  const named = [
    ...new Set(codes.flatMap(({ staff, plan }) => peopleOf(staff, plan)).map((name) => name.toLowerCase())),
  ]
  const members = await sql.query<Member>(
    `SELECT userid, active AND in_scope AS here, absent_until AS "absentUntil" FROM staff WHERE lower(userid) = ANY($1)`,
    [named],
  )
  const adds = await sql.query<{ codeId: string; userid: string; adds: number }>(
    `SELECT code_id AS "codeId", lower(userid) AS userid, sum(adds)::int AS adds FROM live_code_days WHERE code_id = ANY($1) AND day = $2 GROUP BY 1, 2`,
    [codes.map(({ id }) => id), calendar.dayOf(at)],
  )
  const byUserid = new Map(members.map((member) => [member.userid.toLowerCase(), member]))
  return new Map(
    codes.map((code) => [
      code.id,
      dutyAt(code, calendar, {
        members: byUserid,
        adds: new Map(adds.filter((row) => row.codeId === code.id).map((row) => [row.userid, row.adds])),
        at,
      }),
    ]),
  )
}
