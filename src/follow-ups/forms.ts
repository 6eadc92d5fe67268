import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Refused } from '../failures.ts'
import { type FollowUpForm, readFollowUpForm } from '../leads/follow-up-form.ts'
import { projectRoot } from '../root.ts'

const folder = join(projectRoot, 'templates/follow-ups')
let read: Promise<FollowUpForm[]> | undefined

/** The quick records of the house, by id. Read once: they lie beside the program and change with it. */
export function followUpForms(): Promise<FollowUpForm[]> {
  read ??= readForms(folder)
  return read
}

/** @throws Error naming file and fault */
export async function readForms(from: string): Promise<FollowUpForm[]> {
  const files = (await readdir(from)).filter((file) => file.endsWith('.yaml')).sort()
  return Promise.all(
    files.map(async (file) => readFollowUpForm(await readFile(join(from, file), 'utf8'), `follow-ups/${file}`)),
  )
}

export type Answers = Record<string, string | string[] | number>

/**
 * What somebody put into a form, as the form wants it.
 * @throws Refused 422 naming every field at fault
 */
export function readAnswers(form: FollowUpForm, given: Readonly<Record<string, unknown>>): Answers {
  const faults: { field: string; message: string }[] = []
  const answers: Answers = {}
  const known = new Set(form.fields.map(({ id }) => id))
  for (const field of Object.keys(given)) if (!known.has(field)) faults.push({ field, message: '这张表没有这一项' })
  for (const { id, kind, label, options = [], required } of form.fields) {
    const value = Object.hasOwn(given, id) ? given[id] : undefined
    const isEmpty =
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
    if (isEmpty) {
      if (required) faults.push({ field: id, message: `请填「${label}」` })
      continue
    }
    const fault = faultOf(kind, value, options)
    if (fault) faults.push({ field: id, message: `「${label}」${fault}` })
    else answers[id] = kind === 'choices' ? [...new Set(value as string[])] : (value as string | number)
  }
  if (faults.length > 0) throw new Refused(422, 'invalid', '跟进记录有几项不对', faults)
  return answers
}

const longestText = 2000

function faultOf(
  kind: FollowUpForm['fields'][number]['kind'],
  value: unknown,
  options: readonly string[],
): string | null {
  switch (kind) {
    case 'choice':
      return typeof value === 'string' && options.includes(value) ? null : `请选：${options.join('、')}`
    case 'choices':
      return Array.isArray(value) && value.every((one) => options.includes(one))
        ? null
        : `请从中选：${options.join('、')}`
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 1e12 ? null : '要填数字'
    case 'date':
      return typeof value === 'string' && isDay(value) ? null : '要写成 2026-11-28 这样的日期'
    case 'text':
      return typeof value === 'string' && value.length <= longestText && !value.includes('\0')
        ? null
        : `最多 ${longestText} 个字`
  }
}

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
  new Date(`${text}T00:00:00Z`).toISOString().startsWith(text)

/** Items of the checklist that these answers show to be done. */
export const shownBy = (form: FollowUpForm, answers: Answers): string[] =>
  form.ticks
    .filter(({ when }) =>
      Object.entries(when).every(([field, wanted]) => {
        const said = answers[field]
        return (Array.isArray(said) ? said : [String(said)]).some((one) => wanted.includes(one))
      }),
    )
    .map(({ item }) => item)

/** The record in words: what people read on the timeline. */
export const inWords = (form: FollowUpForm, answers: Answers): string =>
  form.fields
    .flatMap(({ id, label }) => {
      const said = answers[id]
      return said === undefined ? [] : [`${label}：${Array.isArray(said) ? said.join('、') : said}`]
    })
    .join('；')
