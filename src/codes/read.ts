import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { CodeKind } from './carriers.ts'
import { limitOf } from './plan.ts'
import { type CodeRow, codeColumns } from './rows.ts'

/** Codes of a kind, newest first. `before`: the last row of the page before. */
export async function listLiveCodes(
  sql: Sql,
  {
    kind = 'live',
    limit = 50,
    before,
    archived = null,
  }: {
    kind?: CodeKind
    limit?: number
    before?: { createdAt: Date; id: string }
    /** null: both. */
    archived?: boolean | null
  } = {},
): Promise<CodeRow[]> {
  return sql.query<CodeRow>(
    `SELECT ${codeColumns} FROM live_codes WHERE kind = $1 AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
       AND ($5::boolean IS NULL OR (archived_at IS NOT NULL) = $5)
     ORDER BY created_at DESC, id DESC LIMIT $2`,
    [kind, limit, before?.createdAt ?? null, before?.id ?? null, archived],
  )
}

/** @throws Refused 404 */
export async function readLiveCode(sql: Sql, kind: CodeKind, id: string): Promise<CodeRow> {
  const [row] = await sql.query<CodeRow>(`SELECT ${codeColumns} FROM live_codes WHERE id = $1 AND kind = $2`, [
    id,
    kind,
  ])
  if (!row) throw new Refused(404, 'live_code_unknown', '没有这个活码或链接')
  return row
}

export interface CodeCounts {
  /** Adds: WeCom does not tell of scans that end before the add. */
  today: number
  total: number
  requests: number
  /** Leads that came through it, and how many of them were ever judged good. */
  leads: number
  qualified: number
  staff: { userid: string; today: number; total: number; limit: number | null }[]
}

/** What came through these codes, by id. */
export async function countCodes(
  house: House,
  codes: readonly Pick<CodeRow, 'id' | 'state' | 'plan' | 'duty'>[],
): Promise<Map<string, CodeCounts>> {
  if (codes.length === 0) return new Map()
  const { playbook, calendar } = await house.playbook.current()
  const people = await house.db.query<{
    codeId: string
    userid: string
    today: number
    total: number
    requests: number
  }>(
    `SELECT code_id AS "codeId", userid, coalesce(sum(adds) FILTER (WHERE day = $2), 0)::int AS today, sum(adds)::int AS total, sum(requests)::int AS requests
     FROM live_code_days WHERE code_id = ANY($1) GROUP BY code_id, userid ORDER BY total DESC, userid`,
    [codes.map(({ id }) => id), calendar.dayOf(house.clock.now())],
  )
  const good = playbook.edges.filter(({ on }) => on === 'verdict.mql').map(({ id }) => id)
  const leads = await house.db.query<{ state: string; leads: number; qualified: number }>(
    `SELECT t.state, count(*)::int AS leads, count(*) FILTER (WHERE EXISTS (SELECT 1 FROM stage_changes c WHERE c.lead_id = t.lead_id AND c.edge = ANY($2)))::int AS qualified
     FROM (SELECT DISTINCT state, lead_id FROM touches WHERE state = ANY($1)) t GROUP BY t.state`,
    [codes.map(({ state }) => state), good],
  )
  return new Map(
    codes.map((code) => {
      const own = people.filter(({ codeId }) => codeId === code.id)
      const named = own.filter(({ userid }) => userid !== '')
      const standing = (code.duty ?? []).filter((userid) => !named.some((row) => row.userid === userid))
      const came = leads.find(({ state }) => state === code.state)
      return [
        code.id,
        {
          today: sum(own.map(({ today }) => today)),
          total: sum(own.map(({ total }) => total)),
          requests: sum(own.map(({ requests }) => requests)),
          leads: came?.leads ?? 0,
          qualified: came?.qualified ?? 0,
          staff: [...named, ...standing.map((userid) => ({ userid, today: 0, total: 0 }))].map(
            ({ userid, today, total }) => ({ userid, today, total, limit: limitOf(code.plan, userid) }),
          ),
        },
      ]
    }),
  )
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)
