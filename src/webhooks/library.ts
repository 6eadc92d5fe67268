import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import type { Sql } from '../db.ts'
import { Refused } from '../failures.ts'
import type { House } from '../house.ts'
import { leadFields } from '../playbook/condition.ts'
import { isLoopback, isPublic } from './address.ts'

/** Another system, as people see it; the key is never shown again. */
export interface Webhook {
  id: string
  url: string
  /** What of a lead it is told, besides ids. */
  fields: string[]
  active: boolean
  usedBy: { id: string; name: string }[]
  by: string
  createdAt: Date
  updatedAt: Date
}

export interface WebhookInput {
  url: string
  fields: string[]
  active: boolean
}

const select = `SELECT w.id, w.url, w.fields, w.active, w.by, w.created_at AS "createdAt", w.updated_at AS "updatedAt",
  coalesce((SELECT jsonb_agg(jsonb_build_object('id', j.id, 'name', j.name) ORDER BY j.id) FROM journeys j
    WHERE j.current AND jsonb_path_exists(j.body::jsonb, '$.steps.**.webhook ? (@ == $id)', jsonb_build_object('id', w.id))), '[]') AS "usedBy"
  FROM webhooks w`
const mostWebhooks = 100

export const listWebhooks = (sql: Sql): Promise<Webhook[]> => sql.query(`${select} ORDER BY w.id`)

/** @throws Refused 404 */
export async function findWebhook(sql: Sql, id: string): Promise<Webhook> {
  const [webhook] = await sql.query<Webhook>(`${select} WHERE w.id = $1`, [id])
  if (!webhook) throw unknown()
  return webhook
}

const unknown = () => new Refused(404, 'webhook_unknown', '没有这个外部系统')

/** @returns the key too, which nobody is told again @throws Refused 409, 422 */
export async function createWebhook(
  house: House,
  { id, ...input }: WebhookInput & { id: string },
  by: string,
): Promise<Webhook & { key: string }> {
  check(house, input)
  const key = newKey()
  await house.db.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('webhooks'))`)
    const [{ count } = { count: 0 }] = await tx.query<{ count: number }>('SELECT count(*) AS count FROM webhooks')
    if (count >= mostWebhooks) throw new Refused(409, 'too_many_webhooks', `最多 ${mostWebhooks} 个，请先删除不用的`)
    const made = await tx.query(
      `INSERT INTO webhooks (id, url, key_sealed, fields, active, by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [id, input.url, house.seal.close(key), input.fields, input.active, by, house.clock.now()],
    )
    if (made.length === 0) throw new Refused(409, 'id_taken', `已有外部系统 ${id}，请换个 id`)
  })
  return { ...(await findWebhook(house.db, id)), key }
}

/** What waits goes to the new address. `renew`: a new key, by which everything is signed from now on. @throws Refused 404, 422 */
export async function changeWebhook(
  house: House,
  id: string,
  { renew, ...input }: WebhookInput & { renew: boolean },
): Promise<Webhook & { key?: string }> {
  check(house, input)
  const key = renew ? newKey() : undefined
  const changed = await house.db.query(
    `UPDATE webhooks SET url = $2, fields = $3, active = $4, key_sealed = coalesce($5, key_sealed), rests_until = NULL, updated_at = $6
     WHERE id = $1 RETURNING 1`,
    [id, input.url, input.fields, input.active, key === undefined ? null : house.seal.close(key), house.clock.now()],
  )
  if (changed.length === 0) throw unknown()
  if (input.active) house.wake.up('call-webhooks')
  return { ...(await findWebhook(house.db, id)), ...(key === undefined ? {} : { key }) }
}

/** What still waits for it is given up. @throws Refused 404, 409 in_use */
export async function removeWebhook(house: House, id: string): Promise<void> {
  await house.db.transaction(async (tx) => {
    // Journeys are saved under this lock.
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('journeys'))`)
    const { usedBy } = await findWebhook(tx, id)
    if (usedBy.length > 0) {
      const names = usedBy.map(({ name }) => `「${name}」`).join('、')
      throw new Refused(409, 'in_use', `旅程${names}在调用它，请先改旅程`, { journeys: usedBy.map((one) => one.id) })
    }
    await tx.query('DELETE FROM webhooks WHERE id = $1', [id])
    await tx.query(
      `UPDATE webhook_calls SET state = 'failed', fault = 'webhook_removed', ended_at = $2 WHERE webhook = $1 AND state = 'waiting'`,
      [id, house.clock.now()],
    )
  })
}

const newKey = () => randomBytes(32).toString('base64url')

/** What can be seen without asking anybody; where a name leads is looked at with every call. */
function check({ config }: Pick<House, 'config'>, { url, fields }: WebhookInput): void {
  const faults: { field: string; message: string }[] = []
  const fault = urlFault(url, config.sandbox)
  if (fault) faults.push({ field: 'url', message: fault })
  for (const [index, field] of fields.entries())
    if (!leadFields.has(field) && !/^attributes\.[\p{L}\p{N}_-]{1,60}$/u.test(field))
      faults.push({
        field: `fields[${index}]`,
        message: `没有字段 ${field}，可用 ${[...leadFields].join('、')}、attributes.…`,
      })
  if (faults.length > 0) throw new Refused(422, 'webhook_invalid', '外部系统不成立，未保存', faults)
}

function urlFault(text: string, sandbox: boolean): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url) return '不是网址，例如 https://crm.example.com/bowtie'
  if (url.username || url.password || url.hash) return '网址里不能带账号、密码和 # 之后的部分'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isHere = host === 'localhost' || isLoopback(host)
  if (sandbox && isHere && url.protocol === 'http:') return null
  if (url.protocol !== 'https:') return '只能是 https 的网址'
  if (isIP(host) && !isPublic(host) && !(sandbox && isHere)) return '不能是内网、本机或云平台自己的地址'
  return null
}
