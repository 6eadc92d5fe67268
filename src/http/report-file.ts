import { Readable } from 'node:stream'
import type { Context } from 'koa'
import type { Sql } from '../db.ts'
import { readJobRows } from '../leads/long-job.ts'

const pageRows = 5_000

/** Answers a job's report as CSV, page by page, for any spreadsheet program. */
export function sendReport(
  ctx: Context,
  sql: Sql,
  job: { id: string; outcome?: string | undefined; name: string },
): void {
  ctx.type = 'text/csv; charset=utf-8'
  ctx.set('Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(job.name)}`)
  ctx.body = Readable.from(lines(sql, job))
}

async function* lines(sql: Sql, { id, outcome }: { id: string; outcome?: string | undefined }): AsyncGenerator<string> {
  // The mark tells Excel that it is UTF-8.
  yield '\ufeff行,结果,线索,问题\r\n'
  for (let after = 0; ; ) {
    const rows = await readJobRows(sql, id, { after, outcome, limit: pageRows })
    yield rows
      .map(
        (row) =>
          `${[String(row.row), names[row.outcome] ?? row.outcome, row.leadId ?? '', row.problem ?? ''].map(csvCell).join(',')}\r\n`,
      )
      .join('')
    if (rows.length < pageRows) return
    after = rows.at(-1)?.row ?? 0
  }
}

const names: Record<string, string> = { created: '新建', joined: '并入', unchanged: '没有变化', refused: '没有导入' }

/** A cell no spreadsheet program takes for a formula (OWASP: CSV injection). */
export function csvCell(text: string): string {
  const tame = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame
}
