import type { House } from '../house.ts'
import { notPaused } from '../messages/outgoing.ts'
import { createWebhookClient, type WebhookClient, WebhookFault } from './client.ts'
import { signedHeaders } from './sign.ts'

interface Call {
  id: string
  webhook: string
  body: string
  attempts: number
  begunAt: Date
  url: string
  keySealed: string
}

const lanes = 4
const mostAtOnce = 50
const minuteMs = 60_000
const leaseMs = minuteMs
const restMs = 30_000
/** The pauses double up to here. */
const longestMs = 4 * 60 * minuteMs
const giveUpMs = 24 * 60 * minuteMs

/**
 * Makes the calls whose time has come. A target that does not answer rests a while and holds up no other. Who dies between claim
 * and outcome is made up for when the lease ends, with the same id and the same body.
 * @returns true when there is more to do at once
 */
export async function deliverCalls(house: House, client?: WebhookClient): Promise<boolean> {
  const targets = await house.db.query<{ id: string }>(
    `SELECT w.id FROM webhooks w WHERE ${ready('$1')} AND EXISTS (SELECT FROM webhook_calls c WHERE c.webhook = w.id AND c.state = 'waiting' AND c.due_at <= $1)`,
    [house.clock.now()],
  )
  if (targets.length === 0) return false
  const by = client ?? createWebhookClient({ loopback: house.config.sandbox })
  try {
    const mores = await Promise.all(targets.map(({ id }) => deliverTo(house, by, id)))
    return mores.some(Boolean)
  } finally {
    if (!client) await by.close()
  }
}

const ready = (now: string) =>
  `w.active AND (w.rests_until IS NULL OR w.rests_until <= ${now}) AND ${notPaused("'webhook'")}`

/** @returns true when more is due */
async function deliverTo(house: House, client: WebhookClient, webhook: string): Promise<boolean> {
  let left = mostAtOnce
  const lane = async (): Promise<boolean> => {
    while (left-- > 0) {
      const call = await claim(house, webhook)
      if (!call) return false
      await make(house, client, call)
    }
    return true
  }
  return (await Promise.all(Array.from({ length: lanes }, lane))).every(Boolean)
}

async function claim(house: House, webhook: string): Promise<Call | undefined> {
  const now = house.clock.now()
  const [call] = await house.db.query<Call>(
    `UPDATE webhook_calls c SET due_at = $3, attempts = c.attempts + 1 FROM webhooks w
     WHERE w.id = c.webhook AND ${ready('$2')} AND c.id = (SELECT id FROM webhook_calls WHERE webhook = $1 AND state = 'waiting' AND due_at <= $2 ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING c.id, c.webhook, c.body, c.attempts, c.begun_at AS "begunAt", w.url, w.key_sealed AS "keySealed"`,
    [webhook, now, new Date(now.getTime() + leaseMs)],
  )
  return call
}

async function make(house: House, client: WebhookClient, call: Call): Promise<void> {
  try {
    const headers = signedHeaders(house.seal.open(call.keySealed), call, house.clock.now())
    const status = await client.post(call.url, headers, call.body)
    if (status >= 200 && status < 300) await end(house, call, 'done', status, null)
    else if (status >= 500 || status === 429) await later(house, call, status, 'busy')
    else await end(house, call, 'failed', status, status < 400 ? 'redirected' : 'refused')
  } catch (error) {
    if (!(error instanceof WebhookFault)) {
      house.log.error({ call: call.id, webhook: call.webhook, err: error }, 'webhook call broke')
      await later(house, call, null, 'broken')
    } else if (error.forever) await end(house, call, 'failed', null, error.id)
    else await later(house, call, null, error.id)
  }
}

/** Whoever claimed it since has the word. */
const mine = `id = $1 AND attempts = $2 AND state = 'waiting'`

async function end(
  house: House,
  { id, attempts, webhook }: Call,
  state: 'done' | 'failed',
  status: number | null,
  fault: string | null,
): Promise<void> {
  if (fault) house.log.warn({ call: id, webhook, status, fault }, 'webhook call failed')
  await house.db.query(`UPDATE webhook_calls SET state = $3, status = $4, fault = $5, ended_at = $6 WHERE ${mine}`, [
    id,
    attempts,
    state,
    status,
    fault,
    house.clock.now(),
  ])
}

async function later(house: House, call: Call, status: number | null, fault: string): Promise<void> {
  const now = house.clock.now().getTime()
  const due = new Date(now + Math.min(minuteMs * 2 ** (call.attempts - 1), longestMs))
  await house.db.query('UPDATE webhooks SET rests_until = $2 WHERE id = $1', [call.webhook, new Date(now + restMs)])
  if (due.getTime() > call.begunAt.getTime() + giveUpMs) return end(house, call, 'failed', status, fault)
  await house.db.query(`UPDATE webhook_calls SET due_at = $3, status = $4, fault = $5 WHERE ${mine}`, [
    call.id,
    call.attempts,
    due,
    status,
    fault,
  ])
}
