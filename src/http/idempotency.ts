import { createHash } from 'node:crypto'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import type { Answer } from './route.ts'

/** A first attempt that has said nothing for this long has died with its process; the key is free again. */
const abandonedMs = 60_000

/**
 * Runs `work` once for a key of one principal; the same request again gets the first answer, status included.
 * What failed on our side is forgotten, so that trying again is worth it. Keys are kept for a day.
 * @throws Refused 400 for a key that is none, 409 while the first is still running, 422 for another request under the same key
 */
export async function answerOnce(
  house: House,
  asked: { principal: string; key: string; request: readonly (string | Buffer)[] },
  work: () => Promise<Answer>,
): Promise<Answer> {
  const { principal, key } = asked
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Refused(400, 'bad_idempotency_key', 'Idempotency-Key 须为 1–200 个可见 ASCII 字符')
  }
  const hash = createHash('sha256')
  for (const part of asked.request) hash.update(part).update('\0')
  const request = hash.digest()
  const now = house.clock.now()
  const [mine] = await house.db.query(
    `INSERT INTO idempotency AS i (principal, key, request, at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (principal, key) DO UPDATE SET at = excluded.at
       WHERE i.status IS NULL AND i.at < $5 AND i.request = excluded.request
     RETURNING 1`,
    [principal, key, request, now, new Date(now.getTime() - abandonedMs)],
  )
  if (!mine) return firstAnswer(house, asked, request)
  let answer: Answer
  try {
    answer = await work()
  } catch (error) {
    const refused = error instanceof Refused && error.status < 500 && error.status !== 429 ? error : null
    if (refused) await keep(house, asked, refusal(refused))
    else await house.db.query('DELETE FROM idempotency WHERE principal = $1 AND key = $2', [principal, key])
    throw error
  }
  await keep(house, asked, answer)
  return answer
}

async function firstAnswer(
  house: House,
  { principal, key }: { principal: string; key: string },
  request: Buffer,
): Promise<Answer> {
  const [first] = await house.db.query<{ request: Buffer; status: number | null; answer: unknown }>(
    'SELECT request, status, answer FROM idempotency WHERE principal = $1 AND key = $2',
    [principal, key],
  )
  if (first && !first.request.equals(request)) {
    throw new Refused(422, 'idempotency_key_reused', '这个 Idempotency-Key 已用于另一个请求')
  }
  if (!first || first.status === null) {
    throw new Refused(409, 'still_running', '同一个 Idempotency-Key 的请求还在处理，请稍后重试')
  }
  return { status: first.status, body: first.answer, replayed: true }
}

async function keep(
  house: House,
  { principal, key }: { principal: string; key: string },
  answer: Answer,
): Promise<void> {
  await house.db.query('UPDATE idempotency SET status = $3, answer = $4 WHERE principal = $1 AND key = $2', [
    principal,
    key,
    answer.status,
    JSON.stringify(answer.body ?? null),
  ])
}

const refusal = ({ status, id, message, details }: Refused): Answer => ({
  status,
  body: { error: { id, message, ...(details === undefined ? {} : { details }) } },
})
