import { encrypt, nonce, sign } from './crypto.ts'
import type { Wecom } from './wecom.ts'
import { eventXml, type XmlValue } from './xml.ts'

/** The payload of an event or message; ToUserName and CreateTime are put in front. Names are WeCom's. */
export type EventFields = Record<string, XmlValue | undefined>

export interface CallbackRecord {
  at: number
  /** `Event/ChangeType`, or the message type. */
  name: string
  fields: EventFields
  xml: string
  tries: { at: number; status?: number; error?: string; ms: number }[]
  outcome: 'waiting' | 'delivered' | 'failed' | 'lost' | 'nowhere'
}

const optional = new Set(['State', 'WelcomeCode', 'QuitScene', 'MemChangeList', 'Token', 'LinkId', 'Source'])
const fromNobody = new Set(['kf_msg_or_event'])

/**
 * Carries events to the app's callback URL: signed, encrypted, at most three tries, 5 s each (WeCom doc 90930, 90238).
 * A repeated try has the same plaintext in a new envelope.
 */
export function createDelivery(wecom: Wecom) {
  const under = new Set<Promise<void>>()
  const stopping = new AbortController()
  /** What to break off when the sandbox stops. */
  const stops = new Set<() => void>()
  stopping.signal.addEventListener('abort', () => {
    for (const stop of stops) stop()
  })
  const queue: (() => void)[] = []
  let posting = 0

  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms)
      function done() {
        clearTimeout(timer)
        stops.delete(done)
        resolve()
      }
      stops.add(done)
    })

  /** As many at a time as the platform might send one corp; the others wait their turn, first come first served. */
  async function post(url: string, xml: string) {
    if (posting >= 128) await new Promise<void>((resolve) => queue.push(resolve))
    posting += 1
    try {
      return await postNow(url, xml)
    } finally {
      posting -= 1
      queue.shift()?.()
    }
  }

  async function postNow(url: string, xml: string): Promise<{ status?: number; error?: string }> {
    const { token, aesKey, corpId, agentId } = wecom.settings
    const encrypted = encrypt(aesKey, xml, corpId)
    const timestamp = String(wecom.seconds())
    const once = nonce()
    const target = new URL(url)
    target.searchParams.set('msg_signature', sign(token, timestamp, once, encrypted))
    target.searchParams.set('timestamp', timestamp)
    target.searchParams.set('nonce', once)
    const body = `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt><AgentID><![CDATA[${agentId}]]></AgentID></xml>`
    // AbortSignal.any over AbortSignal.timeout may be collected before it fires (Node 20).
    const limit = new AbortController()
    const late = setTimeout(() => limit.abort(new Error('time-out')), wecom.settings.callbackTimeoutMs)
    const stop = () => limit.abort(new Error('stopped'))
    stops.add(stop)
    try {
      const headers = { 'content-type': 'text/xml' }
      const answer = await fetch(target, { method: 'POST', body, headers, signal: limit.signal })
      await answer.arrayBuffer()
      return { status: answer.status }
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      return { error: cause instanceof Error ? cause.message || cause.name : String(cause) }
    } finally {
      clearTimeout(late)
      stops.delete(stop)
    }
  }

  async function deliver(record: CallbackRecord, again: boolean) {
    const { delayMs, reorderMs } = wecom.faults.callbacks
    const wait = delayMs + (reorderMs ? wecom.random() * reorderMs : 0)
    if (wait) await pause(wait)
    for (let attempt = 0; attempt < 3 && !stopping.signal.aborted; attempt++) {
      if (attempt) await pause(wecom.settings.callbackRetryMs)
      const url = wecom.settings.callbackUrl
      if (!url) return
      const started = performance.now()
      const at = wecom.now()
      const answer = await post(url, record.xml)
      record.tries.push({ at, ...answer, ms: Math.round(performance.now() - started) })
      if (answer.status === 200) {
        record.outcome = 'delivered'
        if (again) await post(url, record.xml)
        break
      }
    }
    if (record.outcome === 'waiting') record.outcome = 'failed'
    wecom.changed()
  }

  function emit(event: EventFields) {
    const { callbacks, variety } = wecom.faults
    const kept = Object.entries(event).filter(
      ([name, value]) =>
        value !== undefined && !(optional.has(name) && callbacks.omit && wecom.random() < callbacks.omit),
    ) as [string, XmlValue][]
    const head: [string, XmlValue][] = [['ToUserName', wecom.settings.corpId]]
    if (!('FromUserName' in event) && !fromNobody.has(String(event.Event))) head.push(['FromUserName', 'sys'])
    head.push(['CreateTime', wecom.seconds()])
    if (!('MsgType' in event)) head.push(['MsgType', 'event'])
    const record: CallbackRecord = {
      at: wecom.now(),
      name: event.Event ? [event.Event, event.ChangeType].filter(Boolean).join('/') : String(event.MsgType),
      fields: event,
      xml: eventXml([...head, ...kept], variety ? wecom.random : undefined),
      tries: [],
      outcome: 'waiting',
    }
    wecom.callbacks.push(record)
    if (wecom.callbacks.length > 20_000) wecom.callbacks.splice(0, 10_000)
    wecom.changed()
    if (!wecom.settings.callbackUrl) {
      record.outcome = 'nowhere'
      return
    }
    if (callbacks.lose && wecom.random() < callbacks.lose) {
      record.outcome = 'lost'
      return
    }
    track(deliver(record, callbacks.duplicate > 0 && wecom.random() < callbacks.duplicate))
    if (callbacks.unknown && event.Event !== 'sandbox_unknown' && wecom.random() < callbacks.unknown)
      emit({ Event: 'sandbox_unknown', ChangeType: 'never_heard_of', Extra: 'x' })
  }

  function track(work: Promise<void>) {
    under.add(work)
    void work.finally(() => under.delete(work))
  }

  return {
    emit,
    async idle() {
      while (under.size) await Promise.all(under)
    },
    async stop() {
      stopping.abort()
      await Promise.all(under)
    },
  }
}

/**
 * What the platform does when an admin saves the callback form: one GET, answered within 1 s by the plaintext of `echostr`
 * and nothing else (WeCom doc 90930).
 */
export async function verifyCallback(wecom: Wecom, url: string): Promise<{ ok: boolean; why?: string }> {
  const { token, aesKey, corpId } = wecom.settings
  const plain = `${wecom.now()}${Math.floor(wecom.random() * 1e6)}`
  const echostr = encrypt(aesKey, plain, corpId)
  const timestamp = String(wecom.seconds())
  const once = nonce()
  const target = new URL(url)
  target.searchParams.set('msg_signature', sign(token, timestamp, once, echostr))
  target.searchParams.set('timestamp', timestamp)
  target.searchParams.set('nonce', once)
  target.searchParams.set('echostr', echostr)
  try {
    const answer = await fetch(target, { signal: AbortSignal.timeout(1000) })
    const said = await answer.text()
    if (answer.status !== 200) return { ok: false, why: `HTTP ${answer.status}` }
    return said === plain ? { ok: true } : { ok: false, why: 'echostr 校验失败' }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}
