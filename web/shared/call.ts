/** The server said no, or nothing. `status` 0: it could not be reached. */
export class CallFailed extends Error {
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
    readonly details: unknown = undefined,
  ) {
    super(message)
    this.name = 'CallFailed'
  }
}

let skewMs = 0
let room: string | undefined

/** A page that has a session of its own says once whose it is. */
export function callFrom(name: string): void {
  room = name
}

/** The server's clock, within a second: what is due is due by his, not by this computer's. */
export const serverNow = (): number => Date.now() + skewMs

/**
 * Asks the API. Every write carries a key of its own, so that a repeated attempt is one attempt.
 * @throws CallFailed
 */
export async function call<T>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  { body, signal }: { body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (room) headers['X-Room'] = room
  if (method !== 'GET') {
    headers['Content-Type'] = 'application/json'
    headers['Idempotency-Key'] = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`
  }
  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers,
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
      signal,
      credentials: 'same-origin',
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new CallFailed(0, 'offline', '')
  }
  const date = Date.parse(response.headers.get('Date') ?? '')
  if (!Number.isNaN(date) && Math.abs(date - serverNow()) > 1500) skewMs = date - Date.now()
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok) return answer as T
  const said = (answer as { error?: { id?: string; message?: string; details?: unknown } } | null)?.error
  throw new CallFailed(response.status, said?.id ?? 'unexpected', said?.message ?? '', said?.details)
}

/** `?a=1&b=2` of what is given; what is empty is left out. */
export function queryOf(given: Record<string, string | number | null | undefined>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(given)) if (value) query.set(name, String(value))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
