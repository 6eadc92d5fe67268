import { createHash, randomBytes } from 'node:crypto'
import { type CallbackRecord, createDelivery, type EventFields } from './callbacks.ts'
import { type Faults, noFaults } from './faults.ts'
import { type Random, seededRandom } from './random.ts'
import type { ChatMessage, World } from './world.ts'

/** One WeCom corp with one self-built app, as the APIs, the page and the tests share it. */
export interface Wecom {
  readonly settings: Settings
  world: World
  faults: Faults
  random: Random
  /** Every API call received, oldest first. */
  calls: CallRecord[]
  /** Every event there was, with what became of it. */
  callbacks: CallbackRecord[]
  /** The sandbox clock, ms. */
  now(): number
  /** The sandbox clock, whole seconds. */
  seconds(): number
  /** A new id in the platform's manner: prefix, then letters and digits. The same in every run of the same story. */
  id(prefix: string, length?: number): string
  /** A new secret. */
  secret(length?: number): string
  /** An event for the app's callback URL. */
  emit(event: EventFields): void
  say(message: Omit<ChatMessage, 'id' | 'at'>): ChatMessage
  /** Something changed: saves, and wakes whoever watches. */
  changed(): void
  watch(listener: () => void): () => void
  /** Resolves when no event is on its way any more. */
  idle(): Promise<void>
  stop(): Promise<void>
}

export interface Settings {
  corpId: string
  agentId: number
  secret: string
  token: string
  aesKey: string
  /** May be set or changed while running. */
  callbackUrl?: string
  /** 可信域名 with port; redirects elsewhere are refused (50001). Any when absent. */
  trustedDomain?: string
  /** Base URL of the product, for links on the page. */
  appUrl?: string
  /** How long an event waits for its answer, and between tries. */
  callbackTimeoutMs: number
  callbackRetryMs: number
  /** Where this sandbox listens; known once it does. */
  url: string
}

export interface CallRecord {
  at: number
  method: string
  path: string
  query: Record<string, string>
  body: unknown
  answer: Record<string, unknown>
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const letters = (source: Buffer, length: number) =>
  Array.from({ length }, (_, i) => alphabet[(source[i % source.length] as number) % alphabet.length]).join('')

export function createWecom(
  settings: Settings,
  world: World,
  options: { clock?: { now(): Date }; randomSeed?: number },
): Wecom {
  const listeners = new Set<() => void>()
  const machine = options.clock ?? { now: () => new Date() }
  const wecom: Wecom = {
    settings,
    world,
    faults: noFaults(),
    random: seededRandom(options.randomSeed ?? 20261122),
    calls: [],
    callbacks: [],
    now: () => machine.now().getTime() + wecom.world.clockAheadMs,
    seconds: () => Math.floor(wecom.now() / 1000),
    id(prefix, length = 24) {
      wecom.world.serial += 1
      const hash = createHash('sha512').update(`${wecom.world.corp.id}/${wecom.world.serial}`).digest()
      return prefix + letters(hash, length)
    },
    secret: (length = 43) => letters(randomBytes(length), length),
    emit: (event) => delivery.emit(event),
    say(message) {
      const said: ChatMessage = { id: wecom.id('m', 12), at: wecom.now(), ...message }
      wecom.world.chat.push(said)
      if (wecom.world.chat.length > 20_000) wecom.world.chat.splice(0, 5_000)
      return said
    },
    changed() {
      for (const listener of listeners) listener()
    },
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    idle: () => delivery.idle(),
    stop: () => delivery.stop(),
  }
  const delivery = createDelivery(wecom)
  return wecom
}
