import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { projectRoot } from '../root.ts'

// Faults are read by the marketer who wrote the file.
z.config(z.locales.zhCN())

/** WeCom's limit of a line of a menu is 128 bytes. */
const title = z.string().trim().min(1).max(40)
const ask = z.string().trim().min(1).max(100)

/** What an answer may be made of, wherever it is written. */
export const answerShape = {
  title,
  asks: z.array(ask).max(50).default([]),
  /** WeCom carries 2048 bytes in one message. */
  say: z.string().trim().min(1).max(640),
  piece: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{1,79}$/)
    .nullish()
    .transform((id) => id ?? null),
}
const AnswerFile = z.strictObject({ id: z.string().regex(/^[a-z0-9][a-z0-9-]{1,79}$/), ...answerShape })

export type AnswerOfFile = z.output<typeof AnswerFile> & { checksum: string }

/** Every answer that lies beside the program, one file each. @throws Error naming file and fault, or two files with one id */
export async function readAnswerFiles(folder = join(projectRoot, 'templates/answers')): Promise<AnswerOfFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  const answers = new Map<string, AnswerOfFile & { file: string }>()
  for (const name of names) {
    const file = `answers/${name}`
    const read = AnswerFile.safeParse(parseYaml(await readFile(join(folder, name), 'utf8'), file))
    if (!read.success)
      throw new Error(
        `${file}：${read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('；')}`,
      )
    const answer = { ...read.data, asks: [...new Set([read.data.title, ...read.data.asks])] }
    const twin = answers.get(answer.id)
    if (twin) throw new Error(`${file}：id ${answer.id} 与 ${twin.file} 重复`)
    const checksum = createHash('sha256').update(JSON.stringify(answer)).digest('base64url')
    answers.set(answer.id, { ...answer, checksum, file })
  }
  return [...answers.values()].map(({ file: _, ...answer }) => answer)
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new Error(`${file}：不是合法的 YAML：${(error as Error).message.split('\n')[0]}`)
  }
}
