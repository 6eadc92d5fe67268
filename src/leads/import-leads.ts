import type { Transaction } from '../db.ts'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { considerReview } from '../review/consider.ts'
import { setConsent } from './consent.ts'
import { CsvFault, type CsvRecord, delimiterOf, readCsv } from './csv.ts'
import { type FormField, fieldOf } from './form-fields.ts'
import { type Columns, type FormRow, type GroupNames, readFormRow } from './form-row.ts'
import { prepareFile } from './import-file.ts'
import { advanceLongJob, type Claimed, claimLongJob, endLongJob, type JobRow, releaseLongJob } from './long-job.ts'
import { openLeads } from './open.ts'
import { putTags } from './tags.ts'
import { forgotten } from './tombstones.ts'
import { tryTransaction } from './try-transaction.ts'
import { dropForgottenUploads, dropUpload, readUpload } from './uploads.ts'

export const importKind = 'import-leads'

/** What an import was asked to do, and how far it has come. */
export interface ImportInput {
  upload: string
  size: number
  name: string
  channel: string | null
  campaign: string | null
  /** Headings whose meaning was said: a field, or empty for columns that shall be left out. */
  mapping: Record<string, FormField | ''>
  /** Since the file is in its one form: */
  ready?: { delimiter: string; columns: Columns; width: number }
  offset?: number
}

/** Another worker has gone on from where this one was; nothing of this chunk is kept. */
class TakenOver extends Error {}

/** One turn at the work; others want theirs. */
const sliceMs = 1_500
const chunkRows = 1_000

/** Goes on with the oldest import. @returns true when there is more to do */
export async function runImports(house: House): Promise<boolean> {
  const job = await claimLongJob(house, importKind)
  if (!job) {
    await dropForgottenUploads(house)
    return false
  }
  const input = job.input as ImportInput
  try {
    const ready = input.ready ? input : await makeReady(house, job, input)
    const isOver = await runSlice(house, job, ready)
    if (!isOver) await releaseLongJob(house, job.id)
    else {
      await endLongJob(house, job.id, 'done')
      await dropUpload(house.db, ready.upload)
    }
    return true
  } catch (error) {
    if (error instanceof TakenOver) return false
    const problem =
      error instanceof GiveUp
        ? error.message
        : error instanceof CsvFault
          ? `第 ${job.done + error.row + 1} 行附近：${error.message}`
          : null
    if (problem === null) throw error
    await endLongJob(house, job.id, 'failed', { problem })
    await dropUpload(house.db, input.upload)
    return true
  }
}

/** Brings the file into its one form and reads its headings. */
async function makeReady(house: House, job: Claimed, input: ImportInput): Promise<ImportInput> {
  const { upload, size, offset } = await prepareFile(house, input.upload, input.size)
  const first = await readHeadings(house, upload, offset)
  if (!first) throw new GiveUp('file_empty', '文件是空的')
  const columns = columnsOf(first.cells, input.mapping)
  if (!columns.some((column) => column !== null && 'field' in column)) {
    throw new GiveUp('headings_unknown', '第一行里没有认得的列名；请写上 姓名、公司、手机号、邮箱 等')
  }
  const ready: ImportInput = {
    ...input,
    upload,
    size,
    offset: offset + first.end,
    ready: { delimiter: first.delimiter, columns, width: first.cells.length },
  }
  await house.db.query('UPDATE jobs SET input = $2 WHERE id = $1', [job.id, JSON.stringify(ready)])
  if (upload !== input.upload) await dropUpload(house.db, input.upload)
  return ready
}

export async function readHeadings(
  house: House,
  upload: string,
  offset: number,
): Promise<(CsvRecord & { delimiter: string }) | null> {
  for await (const part of readUpload(house.db, upload, offset)) {
    const text = new TextDecoder().decode(part)
    const delimiter = delimiterOf(text.split(/\r?\n|\r/, 1)[0] ?? '')
    const whole = async function* () {
      yield text
    }
    for await (const [record] of readCsv(whole(), delimiter)) return record ? { ...record, delimiter } : null
  }
  return null
}

/** What each column means: what was said, else what its heading is known by, else an attribute of that name. */
export function columnsOf(headings: readonly string[], mapping: ImportInput['mapping']): Columns {
  const taken = new Set<string>()
  return headings.map((heading) => {
    const name = heading
      .replace(/\p{Cc}/gu, ' ')
      .trim()
      .slice(0, 60)
    const said = Object.hasOwn(mapping, name) ? mapping[name] : undefined
    if (said === '' || name === '') return null
    const field = said ?? fieldOf(name)
    if (field && !taken.has(field)) {
      taken.add(field)
      return { field }
    }
    return { attribute: name }
  })
}

/** Works through rows until the time is up. @returns true at the end of the file */
async function runSlice(house: House, job: Claimed, input: ImportInput): Promise<boolean> {
  const { ready, upload, size, offset: start = 0 } = input
  if (!ready) throw new Error('the file is not ready')
  const until = performance.now() + sliceMs
  const groups = await groupNames(house)
  let done = job.done
  let waiting: CsvRecord[] = []
  // While the database works on one chunk the next is read.
  let working: Promise<void> = Promise.resolve()
  const flush = async (records: CsvRecord[]) => {
    const offset = start + (records.at(-1)?.end ?? 0)
    const to = done + records.length
    const total = Math.max(to, Math.round((to * size) / Math.max(1, offset)))
    const chunk = { from: done, to, rows: readRows(records, done, ready.columns, groups), offset, total }
    done = to
    await working
    working = importChunk(house, job, input, chunk)
    // Its failure is heard where it is waited for, which may be a while.
    working.catch(() => {})
  }
  try {
    for await (const records of readCsv(textOf(house, upload, start), ready.delimiter)) {
      waiting.push(...records)
      while (waiting.length >= chunkRows) {
        await flush(waiting.slice(0, chunkRows))
        waiting = waiting.slice(chunkRows)
        if (performance.now() > until) return false
      }
    }
    if (waiting.length > 0) await flush(waiting)
    return true
  } finally {
    // What was begun is over before anybody says what became of the job.
    await working
  }
}

export async function* textOf(house: House, upload: string, from: number): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  for await (const part of readUpload(house.db, upload, from)) yield decoder.decode(part, { stream: true })
  yield decoder.decode()
}

/** A line of the file: the row, or in Chinese why it cannot be a lead. */
interface Line {
  number: number
  isBlank: boolean
  row: FormRow | string
}

interface Chunk {
  from: number
  to: number
  rows: readonly Line[]
  offset: number
  total: number
}

const readRows = (records: readonly CsvRecord[], from: number, columns: Columns, groups: GroupNames): Line[] =>
  records.map(({ cells }, index) => ({
    number: from + index + 2,
    isBlank: cells.every((cell) => cell.trim() === ''),
    row: cells.length > columns.length ? '这一行的列比标题多' : readFormRow(cells, columns, groups),
  }))

/** One chunk, its report and the place it ends at, in one transaction. What one row spoils is done row by row. */
async function importChunk(house: House, job: Claimed, input: ImportInput, chunk: Chunk): Promise<void> {
  const { rows, from, to } = chunk
  const finish = (tx: Transaction, report: JobRow[]) =>
    advanceLongJob(tx, house, job.id, {
      from,
      to,
      rows: report,
      input: { offset: chunk.offset },
      total: chunk.total,
    }).then((isMine) => {
      if (!isMine) throw new TakenOver()
    })
  const good = rows.flatMap(({ row, number }) => (typeof row === 'string' ? [] : [{ row, number }]))
  const bad = rows.flatMap(({ row, number, isBlank }) =>
    typeof row !== 'string' || isBlank ? [] : [{ row: number, outcome: 'refused', leadId: null, problem: row }],
  )
  try {
    await tryTransaction(house.db, async (tx) =>
      finish(tx, [...bad, ...(await importRows(tx, house, job, input, good))]),
    )
  } catch (error) {
    if (!isRowFault(error)) throw error
    const report: JobRow[] = [...bad]
    for (const one of good) report.push(await importAlone(house, job, input, one))
    await house.db.transaction((tx) => finish(tx, report))
  }
}

interface Good {
  row: FormRow
  number: number
}

async function importAlone(house: House, job: Claimed, input: ImportInput, one: Good): Promise<JobRow> {
  try {
    const [report] = await tryTransaction(house.db, (tx) => importRows(tx, house, job, input, [one]))
    return report as JobRow
  } catch (error) {
    if (!isRowFault(error)) throw error
    return { row: one.number, outcome: 'refused', leadId: null, problem: '内容里有无法保存的字符或数值' }
  }
}

/** Data the database cannot hold (class 22) is one row's fault, not its neighbours'. */
const isRowFault = (error: unknown): boolean => /^22/.test((error as { code?: string }).code ?? '')

async function importRows(
  tx: Transaction,
  house: House,
  job: Claimed,
  input: ImportInput,
  read: readonly Good[],
): Promise<JobRow[]> {
  const gone = await forgotten(
    tx,
    house,
    read.map(({ row }) => row.identities),
  )
  const rows = read.filter((_, place) => !gone.has(place))
  const refused = read
    .filter((_, place) => gone.has(place))
    .map(({ number }) => ({ row: number, outcome: 'refused', leadId: null, problem: '这个人要求过删除，不再导入' }))
  if (rows.length === 0) return refused
  const opened = await openLeads(
    tx,
    house,
    rows.map(({ row }) => ({
      identities: row.identities,
      fields: row.fields,
      source: {
        kind: 'import',
        channel: row.channel ?? input.channel,
        campaign: row.campaign ?? input.campaign,
      },
      at: job.createdAt,
      by: job.by,
      key: ['import', row.channel ?? input.channel, row.campaign ?? input.campaign, row.hash].join('\0'),
    })),
  )
  const leadOf = (index: number): string => (opened[index] as { leadId: string }).leadId
  await putTags(
    tx,
    house,
    rows.flatMap(({ row }, index) => row.tags.map((tag) => ({ leadId: leadOf(index), ...tag, by: 'import' }))),
  )
  await keepConsents(
    tx,
    house,
    job,
    new Map(rows.flatMap(({ row }, index) => (row.consent === null ? [] : [[leadOf(index), row.consent]]))),
  )
  await considerReview(
    tx,
    house,
    opened.flatMap(({ leadId, created }) => (created ? [leadId] : [])),
  )
  const kept = rows.map(({ number }, index) => {
    const { leadId, created, changed } = opened[index] as (typeof opened)[number]
    return { row: number, outcome: created ? 'created' : changed ? 'joined' : 'unchanged', leadId, problem: null }
  })
  return [...kept, ...refused]
}

/** Only what is new is written; a file never takes back an opt-out. */
async function keepConsents(
  tx: Transaction,
  house: House,
  job: Claimed,
  said: ReadonlyMap<string, boolean>,
): Promise<void> {
  if (said.size === 0) return
  const leads = await tx.query<{ id: string; marketing: string }>(
    'SELECT id, marketing FROM leads WHERE id = ANY($1) ORDER BY id',
    [[...said.keys()]],
  )
  for (const { id, marketing } of leads) {
    const granted = said.get(id) === true
    if (marketing === 'denied' || marketing === (granted ? 'granted' : 'denied')) continue
    await setConsent(tx, house, { leadId: id, purpose: 'marketing', granted, source: 'import', by: job.by })
  }
}

/** The house's own group for needs, and one for tags that came without a group. */
export async function groupNames(house: House): Promise<GroupNames> {
  const { playbook } = await house.playbook.current()
  return { need: playbook.tagGroups.find(({ kind }) => kind === 'need')?.name ?? '需求', tags: '导入标签' }
}
