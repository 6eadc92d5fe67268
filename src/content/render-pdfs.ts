import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { GiveUp } from '../failures.ts'
import type { House } from '../house.ts'
import { advanceLongJob, type Claimed, claimLongJob, endLongJob } from '../leads/long-job.ts'
import { encodePng } from './encode-png.ts'
import { readFileBytes, renderKind } from './files.ts'

/** Width of a page's picture: sharp on a phone at three pixels for one. */
const width = 1080
const coverWidth = 300
/** As tall as this a page is still one page; a longer one is drawn narrower. */
const mostHeight = 4_000
export const mostPages = 300
const mostMemory = 768 * 1024 * 1024
/** A page that takes longer was made to take longer. */
const pageMs = 30_000

interface Drawn {
  page: number
  width: number
  height: number
  webp: Uint8Array
  cover?: { data: Uint8Array; width: number; height: number }
}

const problems: Record<string, string> = {
  locked: '这份 PDF 有打开密码，请去掉密码再传',
  broken: '这份 PDF 坏了，打不开；请重新导出一份',
  long: `这份 PDF 超过 ${mostPages} 页，请拆开再传`,
  slow: '这份 PDF 有一页画不出来，请用 PDF 软件重新另存一份',
}

/**
 * Makes pages of one PDF. Each page is kept as it is drawn, so that whoever goes on after a crash begins where it stopped.
 * @returns true when there may be more
 */
export async function renderPdfs(house: House): Promise<boolean> {
  const job = await claimLongJob(house, renderKind)
  if (!job) return false
  const { file } = job.input as { file: string }
  try {
    const pages = await render(house, job, file)
    if (pages === null) return true
    await house.db.query(`UPDATE content_files SET state = 'ready', pages = $2 WHERE id = $1`, [file, pages])
    await endLongJob(house, job.id, 'done', { file, pages })
  } catch (error) {
    if (!(error instanceof GiveUp)) throw error
    const problem = error.message
    await house.db.query(`UPDATE content_files SET state = 'refused', problem = $2 WHERE id = $1`, [file, problem])
    await house.db.query('DELETE FROM content_file_pages WHERE file = $1', [file])
    await endLongJob(house, job.id, 'failed', { file, problem })
  }
  return true
}

/** @returns how many pages there are; null when somebody else has gone on with it. @throws GiveUp with words for people */
async function render(house: House, job: Claimed, file: string): Promise<number | null> {
  const bytes = await readFileBytes(house.db, file, 0, 64 * 1024 * 1024)
  const thread = new Worker(join(import.meta.dirname, 'render-pdf.mjs'), {
    workerData: { bytes, from: job.done, width, coverWidth, mostPages, mostHeight, mostMemory },
    resourceLimits: { maxOldGenerationSizeMb: 256 },
    env: {},
    stderr: true,
    stdout: true,
  })
  const next = answersOf(thread)
  try {
    const { pages } = (await next()) as { pages: number }
    for (let done = job.done; done < pages; done++) {
      thread.postMessage('next')
      const drawn = (await next()) as Drawn
      const isMine = await house.db.transaction(async (tx) => {
        if (!(await advanceLongJob(tx, house, job.id, { from: done, to: done + 1, rows: [], total: pages })))
          return false
        const pictures = [
          {
            page: drawn.page,
            type: 'image/webp',
            width: drawn.width,
            height: drawn.height,
            bytes: Buffer.from(drawn.webp),
          },
          ...(drawn.cover
            ? [
                {
                  page: 0,
                  type: 'image/png',
                  width: drawn.cover.width,
                  height: drawn.cover.height,
                  bytes: encodePng(drawn.cover),
                },
              ]
            : []),
        ]
        for (const { page, type, width, height, bytes } of pictures)
          await tx.query(
            `INSERT INTO content_file_pages (file, page, type, width, height, bytes) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
            [file, page, type, width, height, bytes],
          )
        return true
      })
      if (!isMine) return null
    }
    return pages
  } finally {
    await thread.terminate()
  }
}

/** What the thread says, one thing at a time. It may fail, die or fall silent; each is the PDF's fault. */
function answersOf(thread: Worker): () => Promise<unknown> {
  let settle: ((said: unknown) => void) | undefined
  const waiting: unknown[] = []
  const said = (message: unknown) => {
    if (settle) settle(message)
    else waiting.push(message)
  }
  thread.on('message', said)
  thread.on('error', () => said({ problem: 'broken' }))
  thread.on('exit', () => said({ problem: 'broken' }))
  return async () => {
    let late: NodeJS.Timeout | undefined
    const message = await new Promise<unknown>((resolve) => {
      if (waiting.length > 0) return resolve(waiting.shift())
      settle = resolve
      late = setTimeout(() => resolve({ problem: 'slow' }), pageMs)
    })
    clearTimeout(late)
    settle = undefined
    const { problem } = message as { problem?: string }
    if (problem) throw new GiveUp('bad_pdf', problems[problem] ?? problem)
    return message
  }
}
