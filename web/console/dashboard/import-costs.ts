import { CallFailed } from '../../shared/call.ts'

interface Said {
  error?: { id?: string; message?: string; details?: unknown }
}

/** @throws CallFailed with the rows that cannot be read */
export async function importCosts(file: File): Promise<{ kept: number }> {
  const response = await fetch('/api/costs/import', {
    method: 'POST',
    headers: { 'Content-Type': 'text/csv' },
    body: file,
    credentials: 'same-origin',
  }).catch(() => null)
  if (!response) throw new CallFailed(0, 'offline', '')
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as { kept: number }
  const { id = 'unexpected', message = '', details } = (answer as Said | null)?.error ?? {}
  throw new CallFailed(response.status, id, message, details)
}
