import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { eachAlone } from '../leads/each-alone.ts'
import { leadPage } from '../leads/lead-page.ts'
import { lockLead } from '../leads/lock.ts'
import { staffName } from '../leads/staff-name.ts'
import { plan } from '../messages/plan.ts'
import type { Calendar } from '../playbook/hours.ts'
import { type Card, templateCard } from '../skills/card.ts'
import { type HandOverBrief, readHandOverBrief } from './brief.ts'
import type { TransferReason } from './row.ts'

const page = 200

interface Group {
  id: string
  takeover: string
  handover: string
  reason: TransferReason
}

/**
 * Whoever takes customers over hears at once what he needs: of one, a card with what was promised and what comes next; of
 * several from the same colleague, one card for all of them. Nobody hears of the same customer twice.
 * @returns true when there may be more
 */
export async function briefTakers(house: House): Promise<boolean> {
  const groups = await house.db.query<Group>(
    `SELECT min(id::text) AS id, takeover, handover, reason FROM transfers t
     WHERE briefed_at IS NULL AND takeover IS NOT NULL AND state IN ('wanted', 'asked', 'done')
       AND NOT EXISTS (SELECT 1 FROM transfers w WHERE w.handover = t.handover AND w.state = 'unplaced' AND w.look_at <= $1)
     GROUP BY takeover, handover, reason ORDER BY 1 LIMIT ${page}`,
    [house.clock.now()],
  )
  return eachAlone(house, groups, page, (group) => house.db.transaction((tx) => briefOne(tx, house, group)))
}

async function briefOne(tx: Transaction, house: House, group: Group): Promise<void> {
  const { takeover, handover, reason } = group
  const leads = await tx.query<{ id: string; name: string; until: Date | null; isKnown: boolean }>(
    `WITH mine AS (UPDATE transfers SET briefed_at = $4 WHERE takeover = $1 AND handover = $2 AND reason = $3 AND briefed_at IS NULL
         AND state IN ('wanted', 'asked', 'done') RETURNING lead_id, until)
     SELECT DISTINCT ON (l.id) l.id, l.name, mine.until, EXISTS (
         SELECT 1 FROM transfers t WHERE t.lead_id = l.id AND t.takeover = $1 AND t.handover = $2 AND t.briefed_at > $5) AS "isKnown"
     FROM mine JOIN leads l ON l.id = lead_root(mine.lead_id) ORDER BY l.id`,
    [takeover, handover, reason, house.clock.now(), new Date(house.clock.now().getTime() - knownMs)],
  )
  const fresh = leads.filter(({ isKnown }) => !isKnown)
  const [first] = fresh
  if (!first) return
  const { calendar } = await house.playbook.current()
  const giver = await staffName(tx, handover)
  const why = `${giver}${reasonWords[reason]}${first.until ? `，到 ${calendar.say(first.until)}` : ''}`
  if (fresh.length === 1) await lockLead(tx, first.id)
  const card =
    fresh.length === 1
      ? await oneCard(tx, house, first, why, calendar)
      : manyCard(
          house,
          fresh.map(({ name }) => name || '未留姓名'),
          why,
        )
  await plan(tx, house, {
    key: `transfer-brief:${group.id}`,
    leadId: fresh.length === 1 ? first.id : null,
    purpose: 'notice',
    words: 'transfer-brief',
    recipient: takeover,
    card: templateCard(card),
    variables: { count: fresh.length, reason: why },
    within: '7d',
    by: 'system',
  })
}

const knownMs = 30 * 24 * 3_600_000

const reasonWords: Record<TransferReason, string> = {
  colleague: '转给您',
  absence: '请假，请您照看',
  left: '不在岗了，由您接手',
  resigned: '离职，由您接手',
}

async function oneCard(
  tx: Transaction,
  house: House,
  { id, name }: { id: string; name: string },
  why: string,
  calendar: Calendar,
): Promise<Card> {
  const brief = await readHandOverBrief(tx, house, id)
  const { deal, sent, transfer } = brief
  const rows: [string, string][] = [['转接', why]]
  if (transfer?.note) rows.push(['交代', transfer.note])
  if (brief.promise) rows.push(['等回复', `${calendar.say(brief.promise.dueAt)} 前 ${brief.promise.why}`])
  const [task] = brief.tasks
  if (task) rows.push(['答应过', `${task.dueAt ? `${calendar.say(task.dueAt)} ` : ''}${task.text}`])
  if (deal) rows.push(['商机', `${deal.name} · ${deal.step}`])
  if (deal?.nextStep) rows.push(['下一步', deal.nextStep])
  if (sent) rows.push(['上次发', `${sent.opened ? '已读' : '未读'}《${sent.title}》`])
  const [last] = brief.records
  if (last) rows.push(['上次记', last.text])
  return {
    title: `接手：${name || '未留姓名'}`,
    about: aboutOf(brief),
    rows,
    url: leadPage(house, id, 'brief'),
  }
}

const aboutOf = ({ tasks, todos }: HandOverBrief): string =>
  [tasks.length > 0 ? `${tasks.length} 件待办` : '', todos.length > 0 ? `${todos.length} 条待发` : '']
    .filter(Boolean)
    .join('，')

function manyCard(house: House, names: readonly string[], why: string): Card {
  return {
    title: `接手 ${names.length} 位客户`,
    about: why,
    rows: names.slice(0, 6).map((name, index) => [String(index + 1), name] as const),
    url: `${house.config.publicUrl}/console/leads?owner=me`,
  }
}
