import type { House } from '../house.ts'
import type { Within } from '../leads/list.ts'
import { totalOf } from '../scoring/grade.ts'
import { intentAt, shownIntent } from '../scoring/intent.ts'
import { type AccountRow, accountColumns } from './list.ts'
import { suggestRole } from './roles.ts'
import { accountFamily } from './surge.ts'

/** Somebody of a company. Who is out of the reader's reach is there, but only as somebody. */
export interface AccountPerson {
  leadId: string
  name: string
  title: string | null
  stage: string
  desk: string
  owner: string | null
  score: number
  activeOn: string | null
  how: string
  role: { id: string; by: string; at: string } | null
  suggestedRole: string | null
  withinReach: boolean
}

export interface ScoreLine {
  text: string
  points: number
}

export type AccountView = AccountRow & {
  lines: ScoreLine[]
  /** Other spellings and domains it is found by. */
  knownAs: { kind: string; key: string }[]
  members: AccountPerson[]
  /** How many more there are than are shown. */
  more: number
}

const mostMembers = 100

/** One account with its people, the best first, and why it is worth what it is. `id` speaks for itself. */
export async function readAccount(house: House, id: string, within: Within): Promise<AccountView> {
  const { playbook } = await house.playbook.current()
  const [[account], names, members] = await Promise.all([
    house.db.query<AccountRow & { topScore: number; breadth: number; topLead: string | null }>(
      `SELECT ${accountColumns}, a.top_score AS "topScore", a.breadth, a.top_lead AS "topLead" FROM accounts a WHERE a.id = $1`,
      [id],
    ),
    house.db.query<{ kind: string; key: string }>(
      `SELECT kind, key FROM account_names WHERE account_id IN (${accountFamily('$1')}) ORDER BY kind DESC, key LIMIT 50`,
      [id],
    ),
    readMembers(house, id, within, mostMembers),
  ])
  if (!account) throw new Error(`account ${id} is gone`)
  const { topScore, breadth, topLead, ...row } = account
  const best = members.find(({ leadId }) => leadId === topLead)
  const { each, most } = playbook.accounts.breadth
  const lines: ScoreLine[] = [{ text: `最高的一位：${best?.name ?? '（不在您的范围内）'}`, points: topScore }]
  if (breadth > 0)
    lines.push({
      text: `${row.activePeople} 人活跃，多一位加 ${each} 分，最多 ${most} 分`,
      points: breadth,
    })
  if (topScore + breadth > row.score) lines.push({ text: '满分 100', points: row.score - topScore - breadth })
  return { ...row, lines, knownAs: names, members, more: Math.max(0, row.people - members.length) }
}

interface Raw {
  leadId: string
  name: string
  title: string | null
  stage: string
  desk: string
  owner: string | null
  s: number
  fit: number
  activeOn: string | null
  how: string
  role: string | null
  roleBy: string | null
  roleAt: Date | null
  withinReach: boolean
}

/** People of an account, the best first; or the one that is named. */
export async function readMembers(
  house: House,
  id: string,
  within: Within,
  most: number,
  only: string | null = null,
): Promise<AccountPerson[]> {
  const { playbook, calendar } = await house.playbook.current()
  const scope = within(4)
  const rows = await house.db.query<Raw>(
    `SELECT l.id AS "leadId", l.name, l.title, l.stage, l.desk, l.owner, coalesce(s.s, 0) AS s, coalesce(s.fit, 50) AS fit,
       to_char(p.active_on, 'YYYY-MM-DD') AS "activeOn", p.how, p.role, p.role_by AS "roleBy", p.role_at AS "roleAt", (${scope.sql}) AS "withinReach"
     FROM account_people p JOIN leads l ON l.id = p.lead_id AND l.merged_into IS NULL LEFT JOIN scores s ON s.lead_id = l.id
     WHERE p.account_id IN (${accountFamily('$1')}) AND ($3::uuid IS NULL OR l.id = $3) ORDER BY coalesce(s.s, 0) DESC, coalesce(s.fit, 50) DESC, l.id LIMIT $2`,
    [id, most, only, ...scope.values],
  )
  const now = house.clock.now()
  return rows.map(({ s, fit, role, roleBy, roleAt, name, ...row }) => ({
    ...row,
    name: row.withinReach ? name : veiled(name),
    score: totalOf(fit, shownIntent(intentAt(s, now, playbook.score, calendar))),
    role: role && roleBy && roleAt ? { id: role, by: roleBy, at: roleAt.toISOString() } : null,
    suggestedRole: role ? null : suggestRole(row.title, playbook.accounts),
  }))
}

/** Enough to ask a colleague about, no more. */
const veiled = (name: string): string => (name ? `${[...name][0]}＊` : '')
