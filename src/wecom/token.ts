import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db.ts'
import { RetryLater } from '../failures.ts'
import type { Log } from '../log.ts'
import { explainErrcode } from './errcodes.ts'
import { refusal, wecomErrorOf } from './failure.ts'

/** `access` for the API; `corp-ticket` and `agent-ticket` for the JS-SDK. */
export type TokenKind = 'access' | 'corp-ticket' | 'agent-ticket'

/** A credential, and the version by which a newer one is told from it. Never logged. */
export interface Token {
  value: string
  version: number
}

/** Credentials that all processes share, fetched by one of them at a time. */
export interface Tokens {
  get(kind: TokenKind): Promise<Token>
  /** WeCom refused `stale`: answers a newer one, fetched at most once for everybody who asks. */
  renew(kind: TokenKind, stale: Token): Promise<Token>
}

interface Parts {
  db: Sql
  clock: Clock
  log: Log
  seal: { close(plain: string): string; open(sealed: string): string }
  /** Corp, app and a fingerprint of the secret: what makes two credentials different ones. */
  scope: string
  fetch(kind: TokenKind): Promise<{ value: string; expiresInS: number }>
}

interface Row {
  sealed: string | null
  version: number
  expiresAt: Date | null
  refreshAt: Date | null
  refreshingUntil: Date | null
  failedUntil: Date | null
  failedErrcode: number | null
  failedErrmsg: string | null
}

interface Known {
  token: Token
  expiresAt: number
  refreshAt: number
}

const apiOf: Record<TokenKind, string> = {
  access: 'gettoken',
  'corp-ticket': 'get_jsapi_ticket',
  'agent-ticket': 'ticket/get',
}
const leaseMs = 10_000
const pollMs = 50
/** After this share of its life a credential is fetched anew while the old one still serves. */
const refreshShare = 0.9

/**
 * Access token and tickets in `wecom_tokens`, encrypted. One process holds a lease (a row, not a lock: no connection is held
 * across the call) and fetches; the others go on with the old one while it lasts, else wait for the new one.
 * A refusal by WeCom is remembered for everybody, because asking again with a wrong secret bars the whole IP for an hour.
 * WeCom doc page 91039.
 */
export function createTokens({ db, clock, log, seal, scope, fetch }: Parts): Tokens {
  const cache = new Map<TokenKind, Known>()
  const running = new Map<TokenKind, Promise<Token>>()
  const nameOf = (kind: TokenKind): string => `${kind}:${scope}`
  const now = (): number => clock.now().getTime()

  const read = async (kind: TokenKind): Promise<Row | undefined> => {
    const [row] = await db.query<Row>(
      `SELECT sealed, version, expires_at AS "expiresAt", refresh_at AS "refreshAt", refreshing_until AS "refreshingUntil",
              failed_until AS "failedUntil", failed_errcode AS "failedErrcode", failed_errmsg AS "failedErrmsg"
       FROM wecom_tokens WHERE name = $1`,
      [nameOf(kind)],
    )
    return row
  }

  const lease = async (kind: TokenKind, version: number, by: string): Promise<boolean> => {
    const at = clock.now()
    const rows = await db.query(
      `INSERT INTO wecom_tokens AS t (name, refreshing_until, refreshing_by) VALUES ($1, $2, $3)
       ON CONFLICT (name) DO UPDATE SET refreshing_until = $2, refreshing_by = $3
       WHERE t.version = $4 AND (t.refreshing_until IS NULL OR t.refreshing_until <= $5)
         AND (t.failed_until IS NULL OR t.failed_until <= $5) RETURNING name`,
      [nameOf(kind), new Date(at.getTime() + leaseMs), by, version, at],
    )
    return rows.length > 0
  }

  const store = async (kind: TokenKind, by: string, value: string, expiresInS: number): Promise<Known | undefined> => {
    const at = now()
    const expiresAt = at + expiresInS * 1000
    const refreshAt = at + expiresInS * 1000 * refreshShare
    const [row] = await db.query<{ version: number }>(
      `UPDATE wecom_tokens SET sealed = $3, version = version + 1, expires_at = $4, refresh_at = $5, refreshing_until = NULL,
              refreshing_by = NULL, failed_until = NULL, failed_errcode = NULL, failed_errmsg = NULL
       WHERE name = $1 AND refreshing_by = $2 RETURNING version`,
      [nameOf(kind), by, seal.close(value), new Date(expiresAt), new Date(refreshAt)],
    )
    return row && { token: { value, version: row.version }, expiresAt, refreshAt }
  }

  const giveBack = async (kind: TokenKind, by: string, failure: unknown): Promise<void> => {
    const refused = wecomErrorOf(failure)
    const errcode = refused?.errcode ?? null
    const failedUntil = errcode === null ? null : new Date(now() + restAfter(errcode))
    await db.query(
      `UPDATE wecom_tokens SET refreshing_until = NULL, refreshing_by = NULL, failed_until = $3, failed_errcode = $4,
              failed_errmsg = $5 WHERE name = $1 AND refreshing_by = $2`,
      [nameOf(kind), by, failedUntil, errcode, refused?.errmsg ?? null],
    )
  }

  const unseal = (row: Row | undefined): Known | undefined => {
    if (!row?.sealed || !row.expiresAt || !row.refreshAt || row.expiresAt.getTime() <= now()) return undefined
    try {
      const token = { value: seal.open(row.sealed), version: row.version }
      return { token, expiresAt: row.expiresAt.getTime(), refreshAt: row.refreshAt.getTime() }
    } catch {
      log.warn({ version: row.version }, 'stored WeCom credential was sealed with another DATA_KEY; fetching a new one')
      return undefined
    }
  }

  /** One pass: a good credential, or `undefined` when another process is fetching and there is nothing to go on with. */
  const attempt = async (kind: TokenKind, staleVersion: number): Promise<Token | undefined> => {
    const row = await read(kind)
    const known = unseal(row)
    const usable = known && known.token.version > staleVersion ? known : undefined
    if (usable && now() < usable.refreshAt) return keep(kind, usable)
    if (row?.failedUntil && row.failedUntil.getTime() > now()) {
      if (usable) return usable.token
      throw refusal(apiOf[kind], row.failedErrcode ?? -1, row.failedErrmsg ?? '', row.failedUntil.getTime() - now())
    }
    const by = randomUUID()
    if (!(await lease(kind, row?.version ?? 0, by))) return usable?.token
    try {
      const { value, expiresInS } = await fetch(kind)
      const stored = await store(kind, by, value, expiresInS)
      return stored && keep(kind, stored)
    } catch (failure) {
      await giveBack(kind, by, failure)
      if (!usable) throw failure
      log.warn({ err: failure, kind }, 'early refresh of a WeCom credential failed; the old one still serves')
      return usable.token
    }
  }

  const keep = (kind: TokenKind, known: Known): Token => {
    cache.set(kind, known)
    return known.token
  }

  const obtain = async (kind: TokenKind, staleVersion: number): Promise<Token> => {
    for (let tries = 0; tries < (2 * leaseMs) / pollMs; tries++) {
      const token = await attempt(kind, staleVersion)
      if (token) return token
      await sleep(pollMs)
    }
    throw new RetryLater(pollMs, `another process has been fetching the WeCom ${kind} credential for too long`)
  }

  /** One at a time in this process; who joins a run that started for an older version looks once more. */
  const once = async (kind: TokenKind, staleVersion: number): Promise<Token> => {
    const joined = running.get(kind)
    if (joined !== undefined) {
      const token = await joined
      if (token.version > staleVersion) return token
      return once(kind, staleVersion)
    }
    const run = obtain(kind, staleVersion).finally(() => running.delete(kind))
    running.set(kind, run)
    return run
  }

  return {
    async get(kind) {
      const known = cache.get(kind)
      if (known && now() < known.refreshAt) return known.token
      return once(kind, -1)
    },
    async renew(kind, stale) {
      if (cache.get(kind)?.token.version === stale.version) cache.delete(kind)
      const known = cache.get(kind)
      if (known && known.token.version > stale.version && now() < known.refreshAt) return known.token
      return once(kind, stale.version)
    },
  }
}

/** How long nobody asks again after WeCom refused: the ban for a wrong secret lasts an hour, an IP takes a minute to be trusted. */
function restAfter(errcode: number): number {
  const { what } = explainErrcode(errcode)
  if (what === 'wait-window') return 3_600_000
  if (errcode === 60020) return 60_000
  return what === 'retry' ? 2_000 : 300_000
}
