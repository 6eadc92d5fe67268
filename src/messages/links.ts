import { randomInt } from 'node:crypto'
import type { Sql, Transaction } from '../db.ts'
import type { House } from '../house.ts'
import type { MessageRow } from './row.ts'

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** 71 bits: nobody guesses one. */
export const newCode = (): string => Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')

/** Where a link leads. */
export const linkAddress = (house: Pick<House, 'config'>, code: string): string =>
  `${house.config.contentUrl}/s/${code}`

/** Writes the link of a message for one lead. */
export async function keepLink(sql: Sql, code: string, message: MessageRow): Promise<void> {
  const { purpose, contentId, contentVersion, leadId, sender, createdAt } = message
  await sql.query(
    `INSERT INTO links (code, purpose, content_id, content_version, lead_id, sender, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [code, purpose, contentId, contentVersion, leadId, sender, createdAt],
  )
}

/**
 * A task for many carries one text, so it carries one link: the task's own takes the place of those made for each of its
 * leads. A task for one keeps the lead's.
 */
export async function shareLink(
  tx: Transaction,
  house: House,
  task: string,
  rows: readonly MessageRow[],
): Promise<MessageRow[]> {
  const own = rows.flatMap(({ link }) => link ?? [])
  const [first] = rows
  if (rows.length < 2 || !first?.link) return [...rows]
  const [shared] = await tx.query<{ code: string }>(
    `INSERT INTO links (code, purpose, content_id, content_version, task, sender, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (task) DO UPDATE SET task = excluded.task RETURNING code`,
    [newCode(), first.purpose, first.contentId, first.contentVersion, task, first.sender, house.clock.now()],
  )
  const code = shared?.code ?? ''
  const before = linkAddress(house, first.link)
  const attachments = (first.body.attachments ?? []).map((attachment) =>
    attachment.url === before ? { ...attachment, url: linkAddress(house, code) } : attachment,
  )
  await tx.query(
    `UPDATE messages SET link = $2, body = body || jsonb_build_object('attachments', $3::jsonb) WHERE id = ANY($1)`,
    [rows.map(({ id }) => id), code, JSON.stringify(attachments)],
  )
  await tx.query('DELETE FROM links WHERE code = ANY($1) AND lead_id IS NOT NULL', [own])
  return rows.map((row) => ({ ...row, link: code, body: { ...row.body, attachments } }))
}
