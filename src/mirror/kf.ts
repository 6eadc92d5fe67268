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

/** Customers wrote: each opens our 48 hours and 5 messages anew, unless we already know of something later. */
export async function heardFrom(
  tx: Transaction,
  _house: House,
  rows: readonly {
    openKfId: string
    externalUserId: string
    leadId: string
    servicer?: string | undefined
    at: Date
  }[],
): Promise<void> {
  if (rows.length === 0) return
  const last = new Map<string, (typeof rows)[number]>()
  for (const row of rows) {
    const key = `${row.openKfId}\0${row.externalUserId}`
    const before = last.get(key)
    if (!before || before.at <= row.at) last.set(key, { ...row, servicer: row.servicer ?? before?.servicer })
  }
  const heard = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
  await tx.query(
    `INSERT INTO kf_sessions AS s (open_kfid, external_userid, lead_id, heard_at, said, servicer)
     SELECT kf, ext, lead, at, 0, servicer FROM unnest($1::text[], $2::text[], $3::uuid[], $4::timestamptz[], $5::text[]) AS t(kf, ext, lead, at, servicer)
     ON CONFLICT (open_kfid, external_userid) DO UPDATE SET lead_id = excluded.lead_id, heard_at = greatest(s.heard_at, excluded.heard_at),
       said = CASE WHEN s.heard_at >= excluded.heard_at THEN s.said ELSE 0 END, servicer = coalesce(excluded.servicer, s.servicer)`,
    [
      heard.map((row) => row.openKfId),
      heard.map((row) => row.externalUserId),
      heard.map((row) => row.leadId),
      heard.map((row) => row.at),
      heard.map((row) => row.servicer ?? null),
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
