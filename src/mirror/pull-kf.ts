import { randomUUID } from 'node:crypto'
import { GiveUp, RetryLater } from '../failures.ts'
import type { House } from '../house.ts'
import { type IncomingRow, insertInbox, keyOf } from '../inbox/rows.ts'
import { isErrcode } from '../wecom/failure.ts'
import { type KfMessage, listKfAccounts, listKfServicers, syncKfMessages } from '../wecom/kf.ts'

interface Account {
  openKfId: string
  cursor: string
  token: string | null
  knownAt: Date
}

const leaseMs = 20_000
/** Accounts somebody wrote to lately are looked at without being told: WeCom promises no event. */
const livelyMs = 48 * 3_600_000
const pollMs = 30_000
const pageRows = 1_000
/** Messages this much older than our knowing the account were answered by somebody else, or never will be. */
const historyMs = 600_000
const maxEmpty = 20

/** Pulls what is new at 客服 accounts, one puller an account. @returns true when there may be more */
export async function pullKf(house: House): Promise<boolean> {
  const puller = randomUUID()
  const account = await claimAccount(house, puller)
  if (!account) return false
  try {
    await pullAccount(house, account, puller)
    await release(house, account, puller, null)
  } catch (error) {
    if (error instanceof RetryLater)
      await release(house, account, puller, new Date(house.clock.now().getTime() + error.afterMs))
    else if (error instanceof GiveUp) {
      house.log.warn({ openKfId: account.openKfId, reason: error.reason }, 'WeCom refuses this 客服 account')
      await release(house, account, puller, null)
    } else throw error
  }
  return true
}

/** An account that was asked for, one that is lively, or one whose puller died. The claim is a lease, not a lock: it spans calls. */
async function claimAccount(house: House, puller: string): Promise<Account | undefined> {
  const now = house.clock.now()
  const ago = (ms: number) => new Date(now.getTime() - ms)
  const [account] = await house.db.query<Account>(
    `UPDATE kf_accounts SET pulling_until = $2, pulling_by = $3, pull_at = NULL, known_at = coalesce(known_at, $1) WHERE open_kfid = (
       SELECT open_kfid FROM kf_accounts WHERE granted AND (pulling_until IS NULL OR pulling_until < $1)
         AND (pull_at <= $1 OR pulling_until < $1 OR pull_at IS NULL AND heard_at > $4 AND (pulled_at IS NULL OR pulled_at < $5))
       ORDER BY pull_at NULLS LAST, open_kfid LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING open_kfid AS "openKfId", cursor, token, known_at AS "knownAt"`,
    [now, new Date(now.getTime() + leaseMs), puller, ago(livelyMs), ago(pollMs)],
  )
  return account
}

/** Page after page; the cursor moves only together with the rows of its page, so that a crash in between repeats the page. */
async function pullAccount(house: House, account: Account, puller: string): Promise<void> {
  let { cursor, token } = account
  let empty = 0
  for (;;) {
    let page: Awaited<ReturnType<typeof syncKfMessages>>
    try {
      page = await syncKfMessages(house.wecom, {
        open_kfid: account.openKfId,
        cursor,
        limit: pageRows,
        ...(token === null ? {} : { token }),
      })
    } catch (error) {
      if (token !== null && isErrcode(error, 95007)) {
        token = null
        await house.db.query('UPDATE kf_accounts SET token = NULL WHERE open_kfid = $1 AND token = $2', [
          account.openKfId,
          account.token,
        ])
        continue
      }
      if (cursor !== '' && isErrcode(error, 50100, 60268)) {
        // The log is read again from its beginning; what was seen before is known by its key.
        cursor = ''
        continue
      }
      throw error
    }
    const mine = await keepPage(house, { ...account, cursor }, puller, page.msg_list, page.next_cursor)
    if (!mine || page.has_more !== 1) return
    // An empty page is no end, but the same empty page again and again is no way forward either.
    if (page.msg_list.length === 0 && ++empty > maxEmpty) throw new RetryLater(1_000, '微信客服暂时没有返回新消息')
    cursor = page.next_cursor || cursor
  }
}

/** @returns false when the account went to another puller meanwhile */
async function keepPage(
  house: House,
  account: Account,
  puller: string,
  messages: readonly KfMessage[],
  next: string,
): Promise<boolean> {
  const now = house.clock.now()
  const oldest = account.knownAt.getTime() - historyMs
  const news = messages.filter((message) => message.send_time * 1000 >= oldest)
  const rows = news.map((message) => inboxRow(house, account.openKfId, message, now))
  const heard = news.filter((message) => message.origin === 3).map((message) => message.send_time * 1000)
  return house.db.transaction(async (tx) => {
    const held = await tx.query(
      `UPDATE kf_accounts SET cursor = CASE WHEN $3 = '' THEN cursor ELSE $3 END, pulling_until = $4, pulled_at = $5,
         heard_at = greatest(heard_at, $6::timestamptz) WHERE open_kfid = $1 AND pulling_by = $2 RETURNING 1`,
      [
        account.openKfId,
        puller,
        next,
        new Date(now.getTime() + leaseMs),
        now,
        heard.length > 0 ? new Date(Math.max(...heard)) : null,
      ],
    )
    if (held.length === 0) return false
    await insertInbox(tx, rows)
    for (const lane of new Set(rows.map((row) => row.lane))) tx.afterCommit(() => house.wake.up(`dispatch-${lane}`))
    return true
  })
}

/** A message as an inbox row. Events name their account and customer inside, messages at the top. */
function inboxRow(house: House, openKfId: string, message: KfMessage, now: Date): IncomingRow {
  const { event } = message
  const path = event ? `kf/event/${event.event_type}` : `kf/${message.msgtype}`
  return {
    path,
    lane: house.shelves.handlers.get(path)?.lane ?? 'default',
    subject: message.external_userid ?? event?.external_userid ?? openKfId,
    body: JSON.stringify(message),
    event: message,
    key: keyOf('kf', message.msgid),
    // Deadlines count from when it was said, however late we ask.
    receivedAt: new Date(Math.min(message.send_time * 1000, now.getTime())),
  }
}

async function release(house: House, account: Account, puller: string, pullAt: Date | null): Promise<void> {
  await house.db.query(
    `UPDATE kf_accounts SET pulling_until = NULL, pulling_by = NULL, pulled_at = $3, pull_at = least(pull_at, $4::timestamptz)
     WHERE open_kfid = $1 AND pulling_by = $2`,
    [account.openKfId, puller, house.clock.now(), pullAt],
  )
}

/** Which accounts there are, what they are called, which of them we may manage, and who receives their conversations. */
export async function listAccounts(house: House): Promise<void> {
  const now = house.clock.now()
  const accounts = await listKfAccounts(house.wecom)
  await house.db.query(
    `INSERT INTO kf_accounts AS k (open_kfid, name, known_at, granted) SELECT id, name, $4, granted FROM unnest($1::text[], $2::text[], $3::boolean[]) AS t(id, name, granted)
     ON CONFLICT (open_kfid) DO UPDATE SET name = excluded.name, granted = excluded.granted, known_at = coalesce(k.known_at, excluded.known_at)`,
    [
      accounts.map((account) => account.open_kfid),
      accounts.map((account) => account.name),
      accounts.map((account) => account.manage_privilege ?? true),
      now,
    ],
  )
  for (const { open_kfid, manage_privilege } of accounts)
    if (manage_privilege !== false) await listServicers(house, open_kfid)
}

async function listServicers(house: House, openKfId: string): Promise<void> {
  const people = (await listKfServicers(house.wecom, openKfId)).filter(({ userid }) => userid)
  await house.db.query(
    `WITH gone AS (DELETE FROM kf_servicers WHERE open_kfid = $1 AND NOT userid = ANY($2))
     INSERT INTO kf_servicers (open_kfid, userid, receiving) SELECT $1, * FROM unnest($2::text[], $3::boolean[])
     ON CONFLICT (open_kfid, userid) DO UPDATE SET receiving = excluded.receiving`,
    [openKfId, people.map(({ userid }) => userid ?? ''), people.map(({ status }) => status !== 1)],
  )
}
