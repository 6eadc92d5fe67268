import type { Actor } from '../actor.ts'
import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import {
  advanceLongJob,
  claimLongJob,
  endLongJob,
  type LongJob,
  readLongJob,
  releaseLongJob,
  startLongJob,
} from '../leads/long-job.ts'
import { type LeadView, readLeads } from '../leads/read.ts'
import { readUpload } from '../leads/uploads.ts'
import { dropGathered, type Gathering, gatherOnce, nextLeads } from './gather.ts'

export const exportKind = 'export-leads'
/** As many rows as one sheet of a spreadsheet program holds, and a heading. */
export const mostExported = 1_048_575

/** What can stand in a column. What a lead is known by stays masked, whoever asks. */
export const exportColumns = {
  id: ['线索', ({ id }) => id],
  name: ['姓名', ({ name }) => name],
  company: ['公司', ({ company }) => company],
  title: ['职位', ({ title }) => title],
  industry: ['行业', ({ industry }) => industry],
  region: ['地区', ({ region }) => region],
  size: ['规模', ({ size }) => size],
  mobile: ['手机号（已遮蔽）', known('mobile')],
  email: ['邮箱（已遮蔽）', known('email')],
  stage: ['阶段', ({ stage }) => stage],
  desk: ['工位', ({ desk }) => desk],
  owner: ['负责人', ({ owner }) => owner],
  grade: ['等级', ({ score }) => score.grade],
  score: ['评分', ({ score }) => score.total],
  source: [
    '来源',
    ({ source }) => [source.last?.kind, source.last?.channel, source.last?.campaign].filter(Boolean).join(' / '),
  ],
  tags: ['标签', ({ tags }) => tags.map(({ group, name }) => `${group}：${name}`).join('、')],
  marketing: ['营销许可', ({ marketing }) => marketing],
  updated: ['最近变动', ({ updatedAt }) => updatedAt],
  created: ['建档', ({ createdAt }) => createdAt],
} as const satisfies Record<string, readonly [string, (lead: LeadView) => string | number | null]>
export type ExportColumn = keyof typeof exportColumns
export const exportColumnNames = Object.keys(exportColumns) as [ExportColumn, ...ExportColumn[]]

function known(kind: string): (lead: LeadView) => string {
  return ({ identities }) =>
    identities.flatMap((identity) => (identity.kind === kind ? [identity.value] : [])).join('、')
}

interface Input extends Gathering {
  columns: readonly ExportColumn[]
  /** Where the lines are kept: the job's own id, as with files that come in. */
  upload: string
}

export type Line = readonly (string | number | null)[]

const atOnce = 500
const sliceMs = 1_500

/** Writes down what is to be exported; a worker does it. */
export const startExport = (
  house: House,
  { id, by, ...input }: Omit<Input, 'gathered' | 'upload'> & { id: string; by: Actor },
): Promise<LongJob> =>
  house.db.transaction((tx) =>
    startLongJob(tx, house, { id, kind: exportKind, input: { ...input, upload: id }, total: null, by: by.id }),
  )

/** Goes on with the oldest export: each piece of lines and how far it is are one transaction. */
export async function runExports(house: House): Promise<boolean> {
  const job = await claimLongJob(house, exportKind)
  if (!job) return false
  const { reacher, columns } = job.input as Input
  const until = performance.now() + sliceMs
  const problem = await gatherOnce(house, job, mostExported)
  if (problem !== null) {
    await endLongJob(house, job.id, 'failed', { problem })
    return true
  }
  for (let done = job.done; ; ) {
    const from = done
    const to = await house.db.transaction(async (tx) => {
      const leads = await nextLeads(tx, job.id, { after: from, limit: atOnce, reacher })
      const last = leads.at(-1)
      if (!last) return null
      const views = await readLeads(
        house,
        leads.flatMap(({ leadId }) => leadId ?? []),
      )
      const lines = views.map((lead): Line => columns.map((column) => exportColumns[column][1](lead)))
      await tx.query(
        `INSERT INTO uploads (id, part, start, bytes, at)
         SELECT $1, $2::int, coalesce((SELECT start + octet_length(bytes) FROM uploads WHERE id = $1 AND part = $2::int - 1), 0), $3, $4`,
        [job.id, Math.floor(from / atOnce), Buffer.from(JSON.stringify(lines)), house.clock.now()],
      )
      return (await advanceLongJob(tx, house, job.id, { from, to: last.row, rows: [] })) ? last.row : -1
    })
    if (to === null) break
    if (to === -1) return true
    done = to
    if (performance.now() > until) {
      await releaseLongJob(house, job.id)
      return true
    }
  }
  await endLongJob(house, job.id, 'done')
  await dropGathered(house, job.id)
  return true
}

/** An export that is there to be fetched. @throws Refused 404 job_unknown | gone, 409 not_ready */
export async function findExport(sql: Sql, id: string): Promise<{ job: LongJob; columns: readonly ExportColumn[] }> {
  const job = await readLongJob(sql, id)
  if (job?.kind !== exportKind) throw new Refused(404, 'job_unknown', '没有这次导出')
  if (job.state !== 'done') throw new Refused(409, 'not_ready', '还在导出，请稍候')
  const [row] = await sql.query<{ columns: ExportColumn[]; kept: boolean }>(
    `SELECT input -> 'columns' AS columns, done = 0 OR EXISTS (SELECT FROM uploads u WHERE u.id = jobs.id) AS kept FROM jobs WHERE id = $1`,
    [id],
  )
  if (!row?.kept) throw new Refused(404, 'gone', '导出的文件只保留一天，请重新导出')
  return { job, columns: row.columns }
}

/** The lines of an export, heading first, a piece at a time. */
export async function* readExport(sql: Sql, id: string, columns: readonly ExportColumn[]): AsyncGenerator<Line[]> {
  yield [columns.map((column) => exportColumns[column][0])]
  for await (const part of readUpload(sql, id)) yield JSON.parse(part.toString()) as Line[]
}
