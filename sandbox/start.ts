import type { AddressInfo } from 'node:net'
import { type Hands, handsOf } from './actions/all.ts'
import type { CallbackRecord } from './callbacks.ts'
import type { Faults } from './faults.ts'
import { sampleCompany } from './sample-company.ts'
import { createSite } from './site.ts'
import { keepSnapshot, readSnapshot } from './snapshot.ts'
import { settleTransfers } from './transferring.ts'
import { type CallRecord, createWecom } from './wecom.ts'
import { type AppMessage, type ChatMessage, emptyWorld, type World } from './world.ts'

export interface SandboxOptions {
  /** 0 takes a free one. */
  port: number
  host?: string
  corpId: string
  agentId: number
  secret: string
  token: string
  aesKey: string
  /** Where events go; may be set later. Without one, events go nowhere and cards with buttons are refused. */
  callbackUrl?: string
  /** Where people and links reach this sandbox; by host and port unless told. */
  publicUrl?: string
  /** The product's base URL, for links on the page. */
  appUrl?: string
  trustedDomain?: string
  /** Keeps the world in this file. */
  snapshotFile?: string
  /** `sample`: staff and some 300 customers; `staff`: staff and kf accounts only; `empty`: nobody. */
  seed?: 'sample' | 'staff' | 'empty'
  clock?: { now(): Date }
  faults?: Partial<Faults>
  randomSeed?: number
  /** 5000 and 1000 unless told; a test of retries shortens them. */
  callbackTimeoutMs?: number
  callbackRetryMs?: number
}

export interface Sandbox extends Hands {
  readonly url: string
  /** Everything this WeCom knows. Read it; change it through the functions. */
  readonly world: World
  /** The API calls received, oldest first. */
  readonly calls: CallRecord[]
  /** The events sent, oldest first. */
  readonly callbacks: CallbackRecord[]
  /** The calls of one API, by its path below /cgi-bin/. */
  callsTo(path: string): CallRecord[]
  setCallbackUrl(url: string | undefined): void
  /** Where the product's pages are, once that is known. */
  setAppUrl(url: string): void
  /** What a customer got from members and kf accounts: welcomes, confirmed group sends, answers. */
  received(externalUserid: string): ChatMessage[]
  /** App messages and cards a member got. */
  inboxOf(userid: string): AppMessage[]
  /** Resolves when every event has been delivered or given up. */
  idle(): Promise<void>
  /** Begins the seed's world again. */
  reset(): void
  close(): Promise<void>
}

/** Starts a WeCom of its own on this machine. Everything it does is what it would do to any caller: HTTP in, HTTP out. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port, host = '127.0.0.1', corpId, seed = 'sample', snapshotFile } = options
  const machine = options.clock ?? { now: () => new Date() }
  const { agentId, secret, token, aesKey, callbackUrl, appUrl, trustedDomain } = options
  const { callbackTimeoutMs = 5000, callbackRetryMs = 1000 } = options
  const settings = {
    corpId,
    agentId,
    secret,
    token,
    aesKey,
    callbackUrl,
    appUrl,
    trustedDomain,
    callbackTimeoutMs,
    callbackRetryMs,
    url: '',
  }
  const begin = (): World => ({
    ...(seed === 'empty' ? emptyWorld(corpId) : sampleCompany(corpId, machine.now(), settings.url, seed === 'sample')),
    url: settings.url,
    bornAt: machine.now().getTime(),
  })
  const wecom = createWecom(settings, emptyWorld(corpId), options)
  const reset = () => {
    wecom.world = begin()
    wecom.calls.length = 0
    wecom.callbacks.length = 0
    wecom.changed()
  }
  const server = createSite(wecom, reset)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  settings.url = options.publicUrl?.replace(/\/$/, '') ?? `http://${name}:${taken}`
  wecom.world = (snapshotFile ? await readSnapshot(snapshotFile, corpId, settings.url) : undefined) ?? begin()
  wecom.faults = { ...wecom.faults, ...options.faults }
  const snapshot = snapshotFile ? keepSnapshot(wecom, snapshotFile) : undefined
  const timer = setInterval(() => settleTransfers(wecom), 1000)
  return {
    ...handsOf(wecom),
    url: settings.url,
    get world() {
      return wecom.world
    },
    calls: wecom.calls,
    callbacks: wecom.callbacks,
    callsTo: (path) => wecom.calls.filter((call) => call.path === path),
    setCallbackUrl(url) {
      settings.callbackUrl = url
    },
    setAppUrl(url) {
      settings.appUrl = url
    },
    received: (id) => wecom.world.chat.filter((item) => item.external_userid === id && item.from !== 'customer'),
    inboxOf: (userid) => wecom.world.appMessages.filter((message) => message.receivers[userid]),
    idle: () => wecom.idle(),
    reset,
    async close() {
      clearInterval(timer)
      await wecom.stop()
      await snapshot?.flush()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
