import { CallFailed } from '../../shared/call.ts'

/** Sends a file with what belongs to it. @throws CallFailed */
export async function sendFile<T>(path: string, file: Blob, name: string, fields: Record<string, string>): Promise<T> {
  const form = new FormData()
  for (const [field, value] of Object.entries(fields)) if (value !== '') form.append(field, value)
  form.append('file', file, name)
  let answer: Response
  try {
    answer = await fetch(path, { method: 'POST', body: form, credentials: 'same-origin' })
  } catch {
    throw new CallFailed(0, 'offline', '')
  }
  const body = (await answer.json().catch(() => null)) as T & {
    error?: { id: string; message: string; details?: unknown }
  }
  if (answer.ok) return body
  throw new CallFailed(answer.status, body?.error?.id ?? 'unexpected', body?.error?.message ?? '', body?.error?.details)
}

/** Enough of a CSV file for its first rows; a spreadsheet can only be read whole. */
const beginningBytes = 256 * 1024
export const beginningOf = (file: File): Blob => (/\.xlsx$/i.test(file.name) ? file : file.slice(0, beginningBytes))
