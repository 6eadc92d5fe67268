import { Readable } from 'node:stream'
import type { Sql, Transaction } from '../db.ts'
import { Refused } from '../failures.ts'
import { CsvFault, delimiterOf, readCsv } from '../leads/csv.ts'

/** What a channel, or one campaign of it, cost in a month. */
export interface Cost {
  /** `YYYY-MM` */
  month: string
  channel: string
  /** '': the channel as a whole. */
  campaign: string
  /** Fen. */
  amount: number
}

export interface KeptCost extends Cost {
  by: string
  at: Date
}

export function listCosts(sql: Sql, { from, to }: { from: string; to: string }): Promise<KeptCost[]> {
  return sql.query(
    `SELECT to_char(month, 'YYYY-MM') AS month, channel, campaign, amount, by, at FROM costs
     WHERE month >= ($1 || '-01')::date AND month <= ($2 || '-01')::date ORDER BY costs.month, channel, campaign`,
    [from, to],
  )
}

/** Keeps costs; each takes the place of what was said of its month, channel and campaign before. Nothing is 0 fen: 0 takes it away. */
export async function keepCosts(tx: Transaction, costs: readonly Cost[], by: string, at: Date): Promise<void> {
  const rows = [...new Map(costs.map((cost) => [`${cost.month}\0${cost.channel}\0${cost.campaign}`, cost])).values()]
  const columns = [
    rows.map(({ month }) => `${month}-01`),
    rows.map(({ channel }) => channel),
    rows.map(({ campaign }) => campaign),
  ]
  await tx.query(
    `DELETE FROM costs c USING unnest($1::date[], $2::text[], $3::text[]) AS t(month, channel, campaign)
     WHERE (c.month, c.channel, c.campaign) = (t.month, t.channel, t.campaign)`,
    columns,
  )
  await tx.query(
    `INSERT INTO costs (month, channel, campaign, amount, by, at) SELECT t.*, $5, $6 FROM unnest($1::date[], $2::text[], $3::text[], $4::bigint[]) AS t(month, channel, campaign, amount)
     WHERE t.amount > 0 ON CONFLICT (month, channel, campaign) DO UPDATE SET amount = excluded.amount, by = excluded.by, at = excluded.at`,
    [...columns, rows.map(({ amount }) => amount), by, at],
  )
}

/** What people write over a column. */
const headings: Record<keyof Cost, readonly string[]> = {
  month: ['月份', 'month'],
  channel: ['渠道', 'channel'],
  campaign: ['活动', 'campaign'],
  amount: ['金额', '金额(元)', '金额（元）', 'amount'],
}
const columnOf = (heading: string): keyof Cost | undefined =>
  (Object.keys(headings) as (keyof Cost)[]).find((name) => headings[name].includes(heading.trim().toLowerCase()))

const mostRows = 10_000
const mostFaults = 50
/** A trillion yuan: more is a slip of the hand. */
export const mostFen = 100_000_000_000_000

/**
 * Reads a table of costs: 月份 (2026-11), 渠道, 活动 (may be absent), 金额 in yuan. All of it or nothing.
 * @throws Refused 422 with the rows that cannot be read
 */
export async function readCostTable(text: string): Promise<Cost[]> {
  const [first = ''] = text.replace(/^\uFEFF/, '').split(/\r?\n|\r/, 1)
  const costs: Cost[] = []
  const faults: { field: string; message: string }[] = []
  let columns: (keyof Cost | undefined)[] | undefined
  let row = 0
  try {
    for await (const records of readCsv(Readable.from([text.replace(/^\uFEFF/, '')]), delimiterOf(first)))
      for (const { cells } of records) {
        row++
        if (!columns) {
          columns = cells.map(columnOf)
          const missing = (['month', 'channel', 'amount'] as const).filter((name) => !columns?.includes(name))
          if (missing.length > 0)
            throw refusal([{ field: '标题行', message: '要有 月份、渠道、金额 三列，活动可以没有' }])
          continue
        }
        if (cells.every((cell) => cell.trim() === '')) continue
        if (row > mostRows) throw refusal([{ field: `第 ${row} 行`, message: `一次最多 ${mostRows} 行` }])
        const cell = (name: keyof Cost) => (cells[columns?.indexOf(name) ?? -1] ?? '').trim()
        const fault = keep(costs, cell)
        if (fault && faults.length < mostFaults) faults.push({ field: `第 ${row} 行`, message: fault })
      }
  } catch (error) {
    if (error instanceof CsvFault) throw refusal([{ field: `第 ${error.row} 行`, message: error.message }])
    throw error
  }
  if (faults.length > 0) throw refusal(faults)
  if (costs.length === 0) throw refusal([{ field: '文件', message: '没有一行费用' }])
  return costs
}

function keep(costs: Cost[], cell: (name: keyof Cost) => string): string | null {
  const month = /^(\d{4})[-/.年](\d{1,2})月?$/.exec(cell('month'))
  if (!month || !(Number(month[2]) >= 1 && Number(month[2]) <= 12)) return '月份请写成 2026-11'
  const channel = cell('channel')
  if (channel === '' || channel.length > 60) return '渠道要写，最多 60 个字'
  if (cell('campaign').length > 60) return '活动最多 60 个字'
  const amount = fenOf(cell('amount'))
  if (amount === null) return '金额请写成元，最多两位小数，例如 12000.50'
  costs.push({ month: `${month[1]}-${month[2]?.padStart(2, '0')}`, channel, campaign: cell('campaign'), amount })
  return null
}

/** Yuan as people write them, in fen; no floating point on the way. */
export function fenOf(text: string): number | null {
  const match = /^[¥￥]?(\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.(\d{1,2}))?$/.exec(text)
  if (!match) return null
  const fen = Number(match[1]?.replaceAll(',', '')) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return fen <= mostFen ? fen : null
}

const refusal = (details: { field: string; message: string }[]) =>
  new Refused(422, 'invalid', '费用表里有写得不对的地方，一行也没有记', details)
