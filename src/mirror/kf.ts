import type { Transaction } from '../db.ts'
import type { House } from '../house.ts'
import { askWork } from './work.ts'

/**
 * WeCom says that there is something at these 客服 accounts. The token lifts a strict frequency limit for ten minutes; the job
 * `pull-kf` fetches.
 */
export async function askPull(
  tx: Transaction,
  house: House,
  rows: readonly { openKfId: string; token?: string | undefined }[],
): Promise<void> {
  if (rows.length === 0) return
  const now = house.clock.now()
  const last = [...new Map(rows.map((row) => [row.openKfId, row.token ?? null]))].sort(([a], [b]) => (a < b ? -1 : 1))
  await tx.query(
    `INSERT INTO kf_accounts AS k (open_kfid, token, token_at, pull_at, known_at) SELECT id, token, $3, $3, $3 FROM unnest($1::text[], $2::text[]) AS t(id, token)
     ON CONFLICT (open_kfid) DO UPDATE SET token = coalesce(excluded.token, k.token), pull_at = excluded.pull_at, granted = true,
       token_at = CASE WHEN excluded.token IS NULL THEN k.token_at ELSE excluded.token_at END`,
    [last.map(([id]) => id), last.map(([, token]) => token), now],
  )
  tx.afterCommit(() => house.wake.up('pull-kf'))
}

/** 客服 accounts were given to the app or taken from it. */
export async function kfAccountsChanged(
  tx: Transaction,
  house: House,
  rows: readonly { granted: readonly string[]; gone: readonly string[] }[],
): Promise<void> {
  if (rows.length === 0) return
  const now = house.clock.now()
  for (const { granted, gone } of rows) {
    await tx.query(
      `INSERT INTO kf_accounts (open_kfid, known_at) SELECT DISTINCT id, $2::timestamptz FROM unnest($1::text[]) AS id ORDER BY 1
       ON CONFLICT (open_kfid) DO UPDATE SET granted = true`,
      [granted, now],
    )
    await tx.query('UPDATE kf_accounts SET granted = false, pull_at = NULL WHERE open_kfid = ANY($1)', [gone])
  }
  await askWork(tx, ['kf-accounts'], now)
}

/**
 * Customers wrote: each opens our 48 hours and 5 messages anew, unless we already know of it or of something later. WeCom tells
 * whole seconds, so what was written in the same second is told apart by its key.
 */
export async function heardFrom(
  tx: Transaction,
  _house: House,
  rows: readonly {
    openKfId: string
    externalUserId: string
    leadId: string
    servicer?: string | undefined
    at: Date
    key: string
  }[],
): Promise<void> {
  if (rows.length === 0) return
  const last = new Map<string, (typeof rows)[number] & { keys: string[] }>()
  for (const row of rows) {
    const name = `${row.openKfId}\0${row.externalUserId}`
    const before = last.get(name)
    if (before && before.at > row.at) continue
    const keys = before?.at.getTime() === row.at.getTime() ? [...before.keys, row.key] : [row.key]
    last.set(name, { ...row, servicer: row.servicer ?? before?.servicer, keys })
  }
  const heard = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await tx.query(
    `INSERT INTO kf_sessions AS s (open_kfid, external_userid, lead_id, heard_at, said, turn, servicer, heard_keys)
     SELECT kf, ext, lead, at, 0, 1, servicer, string_to_array(keys, ' ')
     FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[]) AS t(kf, ext, lead, at, servicer, keys)
     ON CONFLICT (open_kfid, external_userid) DO UPDATE SET lead_id = excluded.lead_id, servicer = coalesce(excluded.servicer, s.servicer),
       (heard_at, said, turn, heard_keys) = (SELECT
         CASE WHEN is_new THEN excluded.heard_at ELSE s.heard_at END, CASE WHEN is_new THEN 0 ELSE s.said END, s.turn + is_new::int,
         CASE WHEN is_new AND s.heard_at = excluded.heard_at THEN s.heard_keys || excluded.heard_keys WHEN is_new THEN excluded.heard_keys ELSE s.heard_keys END
         FROM (SELECT s.heard_at IS NULL OR s.heard_at < excluded.heard_at OR s.heard_at = excluded.heard_at AND NOT excluded.heard_keys <@ s.heard_keys) AS n(is_new))`,
    [
      heard.map((row) => row.openKfId),
      heard.map((row) => row.externalUserId),
      heard.map((row) => row.leadId),
      heard.map((row) => row.at),
      heard.map((row) => row.servicer ?? null),
      heard.map((row) => row.keys.join(' ')),
    ],
  )
}

/** A conversation was taken by somebody, moved or ended (service state: 3 served by a person, 4 ended). */
export async function kfSessionChanged(
  tx: Transaction,
  _house: House,
  rows: readonly {
    openKfId: string
    externalUserId: string
    leadId: string
    state: number
    servicer?: string | undefined
    at: Date
  }[],
): Promise<void> {
  if (rows.length === 0) return
  const last = [
    ...new Map(
      [...rows]
        .sort((a, b) => a.at.getTime() - b.at.getTime())
        .map((row) => [`${row.openKfId}\0${row.externalUserId}`, row]),
    ),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => row)
  await tx.query(
    `INSERT INTO kf_sessions (open_kfid, external_userid, lead_id, state, servicer, state_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::int[], $5::text[], $6::timestamptz[])
     ON CONFLICT (open_kfid, external_userid) DO UPDATE SET lead_id = excluded.lead_id, state = excluded.state, servicer = excluded.servicer, state_at = excluded.state_at`,
    [
      last.map((row) => row.openKfId),
      last.map((row) => row.externalUserId),
      last.map((row) => row.leadId),
      last.map((row) => row.state),
      last.map((row) => row.servicer ?? null),
      last.map((row) => row.at),
    ],
  )
}

/** Somebody began or stopped receiving the conversations of an account. */
export async function servicersChanged(
  tx: Transaction,
  rows: readonly { openKfId: string; userid: string; receiving: boolean; at: Date }[],
): Promise<void> {
  for (const { openKfId, userid, receiving } of [...rows].sort((a, b) => a.at.getTime() - b.at.getTime()))
    await tx.query(
      `INSERT INTO kf_servicers (open_kfid, userid, receiving) VALUES ($1, $2, $3) ON CONFLICT (open_kfid, userid) DO UPDATE SET receiving = excluded.receiving`,
      [openKfId, userid, receiving],
    )
}
