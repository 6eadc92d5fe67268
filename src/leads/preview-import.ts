import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { CsvFault, type CsvRecord, readCsv } from './csv.ts'
import type { FormField } from './form-fields.ts'
import { readFormRow } from './form-row.ts'
import { prepareFile } from './import-file.ts'
import { columnsOf, groupNames, readHeadings, textOf } from './import-leads.ts'
import { dropUpload } from './uploads.ts'

export interface ImportPreview {
  /** What each column of the file is called, and what it would be taken for: a field, an attribute of its own, or nothing. */
  columns: { heading: string; field: FormField | null; kept: boolean }[]
  rows: { row: number; cells: string[]; problem: string | null }[]
  problem: string | null
}

const mostRows = 20
const mostCell = 200

/** The beginning of a file as the import would read it, with what it would refuse. Nothing is written; the upload is dropped. */
export async function previewImport(
  house: House,
  id: string,
  size: number,
  mapping: Record<string, FormField | ''>,
): Promise<ImportPreview> {
  const uploads = [id]
  try {
    const { upload, offset } = await prepareFile(house, id, size)
    uploads.push(upload)
    const first = await readHeadings(house, upload, offset)
    if (!first) return { columns: [], rows: [], problem: '文件是空的' }
    const columns = columnsOf(first.cells, mapping)
    const groups = await groupNames(house)
    const { records, problem } = await firstRecords(house, upload, offset + first.end, first.delimiter)
    return {
      columns: first.cells.map((heading, index) => {
        const column = columns[index] ?? null
        const field = column && 'field' in column ? column.field : null
        return { heading: cut(heading), field, kept: column !== null }
      }),
      rows: records
        .map(({ cells }, index) => {
          const read = cells.length > columns.length ? '这一行的列比标题多' : readFormRow(cells, columns, groups)
          const isBlank = cells.every((cell) => cell.trim() === '')
          return { row: index + 2, cells: cells.map(cut), problem: typeof read === 'string' && !isBlank ? read : null }
        })
        .slice(0, mostRows),
      problem,
    }
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error
    return { columns: [], rows: [], problem: error.message }
  } finally {
    for (const upload of uploads) await dropUpload(house.db, upload)
  }
}

async function firstRecords(
  house: House,
  upload: string,
  offset: number,
  delimiter: string,
): Promise<{ records: CsvRecord[]; problem: string | null }> {
  const records: CsvRecord[] = []
  try {
    for await (const some of readCsv(textOf(house, upload, offset), delimiter)) {
      records.push(...some)
      if (records.length >= mostRows) break
    }
  } catch (error) {
    if (!(error instanceof CsvFault)) throw error
    return { records, problem: `第 ${error.row + 1} 行附近：${error.message}` }
  }
  return { records, problem: null }
}

const cut = (text: string): string =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, mostCell)
