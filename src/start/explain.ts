import type { House } from '../house.ts'
import { isId } from '../ids.ts'
import type { Playbook } from '../playbook/schema.ts'
import { explainScore } from '../scoring/explain.ts'
import { runCommand, Usage } from './run-command.ts'

/** `npm run explain -- LEAD_ID`: the lead's story with every decision, who or which rule made it, and why. */
await runCommand(async ({ args, house }) => {
  const id = args[0] ?? ''
  if (!isId(id)) throw new Usage('用法：npm run explain -- 线索编号')
  for (const line of await tell(await house(), id)) console.log(line)
})

async function tell(house: House, id: string): Promise<string[]> {
  const { playbook, calendar } = await house.playbook.current()
  const [lead] = await house.db.query<{
    id: string
    stage: string
    desk: string
    owner: string | null
    industry: string | null
    title: string | null
    region: string | null
    size: string | null
    company: string | null
    version: number
  }>(
    'SELECT id, stage, desk, owner, industry, title, region, size, company, version FROM leads WHERE id = lead_root($1)',
    [id],
  )
  if (!lead) throw new Usage(`没有线索 ${id}`)
  const days = await house.db.query<{ type: string; day: string; weight: number; events: number }>(
    `SELECT type, to_char(day, 'YYYY-MM-DD') AS day, sum(weight) AS weight, sum(events) AS events
     FROM score_days WHERE lead_id IN (SELECT lead_family($1)) GROUP BY type, score_days.day`,
    [lead.id],
  )
  const score = explainScore({ lead, days, at: house.clock.now() }, playbook, calendar)
  const story = await house.db.query<{
    at: Date
    kind: string
    actor: string | null
    data: Record<string, unknown>
    why: { userid: string; fits: boolean; note: string }[] | null
    rule: string | null
    version: number
  }>(
    // Lines older than the naming of rules have them from the decision's own row. Outsiders write what they like into an event.
    `SELECT t.at, t.kind, t.actor, t.data - 'rule' - 'playbookVersion' AS data, o.why,
       CASE WHEN t.kind NOT LIKE 'event:%' THEN coalesce(t.data ->> 'rule', c.rule, c.edge, o.rule, CASE WHEN t.kind = 'message' THEN t.data ->> 'reason' END) END AS rule,
       coalesce(CASE WHEN t.kind NOT LIKE 'event:%' THEN (t.data ->> 'playbookVersion')::int END, c.playbook_version, o.playbook_version, m.playbook_version, 0) AS version
     FROM timeline t
     LEFT JOIN stage_changes c ON c.lead_id = t.lead_id AND c.seq = CASE WHEN t.kind = 'stage' THEN (t.data ->> 'seq')::int END
     LEFT JOIN offers o ON o.id = CASE WHEN t.kind = 'offer' THEN (t.data ->> 'offer')::uuid END
     LEFT JOIN messages m ON m.id = CASE WHEN t.kind = 'message' THEN (t.data ->> 'message')::uuid END
     WHERE t.lead_id IN (SELECT lead_family($1)) ORDER BY t.at, t.id`,
    [lead.id],
  )
  const steps = await house.db.query<{ at: Date; journey: string; step: string; outcome: string; version: number }>(
    `SELECT s.at, e.journey || '@' || e.version AS journey, s.step, s.outcome, s.playbook_version AS version
     FROM enrolments e JOIN enrolment_steps s ON s.enrolment = e.id
     WHERE e.lead_id IN (SELECT lead_family($1)) ORDER BY s.at, s.step`,
    [lead.id],
  )
  const underVersion = async (rule: string, version: number): Promise<string> => {
    const known = version > 0 ? (await house.playbook.version(version)).playbook : null
    return `（规则 ${known ? ruleName(known, rule) : rule}${version > 0 ? ` · 第 ${version} 版` : ''}）`
  }
  const lines: string[] = []
  for (const { at, kind, actor, data, why, rule, version } of story) {
    const under = rule === null ? '' : await underVersion(rule, version)
    lines.push(`  ${at.toISOString()}  ${kind.padEnd(18)} ${actor ?? ''}  ${sayData(data)}${under}`)
    for (const { userid, fits, note } of (data.state === 'open' && why) || [])
      lines.push(`      ${fits ? '✓' : '✗'} ${userid}：${note}`)
  }
  const trail: string[] = []
  for (const { at, journey, step, outcome, version } of steps)
    trail.push(`  ${at.toISOString()}  ${journey} ${step}  ${outcome}${await underVersion(journey, version)}`)
  return [
    `线索 ${lead.id}${lead.id === id ? '' : `（${id} 已合并到这里）`}`,
    `现在 ${lead.stage}@${lead.desk}，负责人 ${lead.owner ?? '无'}，版本 ${lead.version}`,
    '',
    `评分 ${score.grade}：匹配 ${score.fit.points}，意向 ${score.intent.points}，合计 ${score.total.points}`,
    ...[...score.fit.lines, ...score.intent.lines].map((line) => `  ${signed(line.points)}  ${line.text}`),
    '',
    '经过',
    ...lines,
    ...(trail.length > 0 ? ['', '旅程', ...trail] : []),
  ]
}

// Functions and not constants: what stands above runs before a constant down here has its value.
function signed(points: number): string {
  return (points >= 0 ? `+${points}` : String(points)).padStart(6)
}

/** What the playbook of that time calls a rule; the engine's own rules go by their id. */
function ruleName({ routing, edges, redLineRules }: Playbook, id: string): string {
  return [...routing.rules, ...edges, ...redLineRules].find((rule) => rule.id === id)?.name || id
}

function sayData(data: Record<string, unknown>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ')
}
