import type { House } from '../house.ts'
import { isId } from '../ids.ts'
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
  const story = await house.db.query<{ at: Date; kind: string; actor: string | null; data: Record<string, unknown> }>(
    'SELECT at, kind, actor, data FROM timeline WHERE lead_id IN (SELECT lead_family($1)) ORDER BY at, id',
    [lead.id],
  )
  const offers = await house.db.query<{
    id: string
    why: { userid: string; fits: boolean; note: string }[]
    rule: string
    version: number
  }>('SELECT id, why, rule, playbook_version AS version FROM offers WHERE lead_id = $1', [lead.id])
  const candidates = new Map(offers.map((offer) => [offer.id, offer]))
  return [
    `线索 ${lead.id}${lead.id === id ? '' : `（${id} 已合并到这里）`}`,
    `现在 ${lead.stage}@${lead.desk}，负责人 ${lead.owner ?? '无'}，版本 ${lead.version}`,
    '',
    `评分 ${score.grade}：匹配 ${score.fit.points}，意向 ${score.intent.points}，合计 ${score.total.points}`,
    ...[...score.fit.lines, ...score.intent.lines].map((line) => `  ${signed(line.points)}  ${line.text}`),
    '',
    '经过',
    ...story.flatMap(({ at, kind, actor, data }) => {
      const offer = kind === 'offer' ? candidates.get(String(data.offer)) : undefined
      return [
        `  ${at.toISOString()}  ${kind.padEnd(18)} ${actor ?? ''}  ${sayData(data)}`,
        ...(offer && data.state === 'open'
          ? offer.why.map(
              ({ userid, fits, note }) =>
                `      ${fits ? '✓' : '✗'} ${userid}：${note}（规则 ${offer.rule}，业务规则第 ${offer.version} 版）`,
            )
          : []),
      ]
    }),
  ]
}

// Functions and not constants: what stands above runs before a constant down here has its value.
function signed(points: number): string {
  return (points >= 0 ? `+${points}` : String(points)).padStart(6)
}

function sayData(data: Record<string, unknown>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== null && value !== '')
    .map(([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ')
}
