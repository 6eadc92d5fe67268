import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Sql } from '../db.ts'
import { GiveUp, RetryLater } from '../failures.ts'
import type { Log } from '../log.ts'
import { type Api, api, type Call, number } from './api.ts'
import { createBreaker } from './breaker.ts'
import { explainErrcode } from './errcodes.ts'
import { noAnswer, refusal, wecomErrorOf } from './failure.ts'
import { createGate, type Gate } from './gate.ts'
import { limitsOf } from './limits.ts'
import { createPacer } from './pace.ts'
import { type CallMetrics, createTally, noAnswerCode } from './tally.ts'
import { createTokens, type Token, type TokenKind } from './token.ts'
import { encodeBody, readAnswer, TransportError, whyNoAnswer } from './wire.ts'

/** WeCom, as every room of the house calls it. The functions per API stand beside this file, one file per area. */
export interface Wecom {
  readonly corpId: string
  readonly agentId: number
  /**
   * One call, paced, with the shared token, its answer validated.
   * @throws {RetryLater} WeCom or the network cannot do it now; nothing was done, or doing it again does no harm
   * @throws {GiveUp} it will not work as it stands; reason `wecom_<errcode>`
   * @throws {OutcomeUnknown} it left the house, no answer came, and it must not be repeated blindly
   */
  call<Answer>(definition: Api<Answer>, call?: Call): Promise<Answer>
  /** The JS-SDK ticket: of the corp for wx.config, of the app for wx.agentConfig. */
  ticket(kind: 'corp' | 'agent'): Promise<string>
  /** Plain GET of any URL, for the set-up checks; `body` is cut at 4 KiB. @throws Error when nobody answers */
  look(url: string): Promise<{ status: number; body: string }>
  /** Plain GET of a picture WeCom gave the address of. @throws Error when nobody answers */
  picture(url: string): Promise<{ status: number; type: string; bytes: Buffer }>
  /** Writes what was counted to `wecom_calls`. */
  flush(): Promise<void>
  /** Lets calls in flight end, writes the last counts, closes connections. */
  close(): Promise<void>
}

interface Parts {
  config: {
    wecom: { corpId: string; agentId: number; secret: string; apiUrl: string }
    proxyUrl?: string | undefined
    noProxy?: string | undefined
  }
  db: Sql
  clock: Clock
  log: Log
  seal: { close(plain: string): string; open(sealed: string): string }
  metrics?: CallMetrics | undefined
  /** First pause before a busy WeCom is asked again; the second is four times as long. */
  busyMs?: number
}

const connectMs = 5_000
const answerMs = 5_000
const wholeMs = 15_000
const largestAnswer = 16 << 20
const pacePatienceMs = 5_000
const gatePatienceMs = 30_000

const getToken = api({
  path: 'gettoken',
  method: 'GET',
  repeatable: true,
  // Shorter than the lease under which it is fetched.
  withinMs: 5_000,
  answer: z.looseObject({ access_token: z.string().min(1), expires_in: number }),
})
const ticket = z.looseObject({ ticket: z.string().min(1), expires_in: number })
/** https://developer.work.weixin.qq.com/document/path/90506 */
const getCorpTicket = api({ path: 'get_jsapi_ticket', method: 'GET', repeatable: true, answer: ticket })
const getAgentTicket = api({ path: 'ticket/get', method: 'GET', repeatable: true, answer: ticket })

/** The only place from which HTTP leaves the house. Opens nothing before the first call. */
export function createWecom({ config, db, clock, log, seal, metrics, busyMs = 300 }: Parts): Wecom {
  const { corpId, agentId, secret } = config.wecom
  const base = `${config.wecom.apiUrl.replace(/\/+$/, '')}/cgi-bin/`
  const agent = createAgent(config.proxyUrl, config.noProxy)
  const breaker = createBreaker(clock)
  const pacer = createPacer(db, clock)
  const tally = createTally({ db, clock, log, metrics })
  const gates = new Map<string, Gate>()
  const scope = [corpId, agentId, createHash('sha256').update(secret).digest('base64url').slice(0, 8)].join(':')
  const tokens = createTokens({ db, clock, log, seal, scope, fetch: fetchToken })

  async function fetchToken(kind: TokenKind): Promise<{ value: string; expiresInS: number }> {
    if (kind === 'access') {
      const input = { query: { corpid: corpId, corpsecret: secret } }
      const answer = await whileBusy(
        () => wholeMs,
        () => attempt(getToken, input, undefined),
      )
      return { value: answer.access_token, expiresInS: answer.expires_in }
    }
    const answer = await (kind === 'corp-ticket'
      ? call(getCorpTicket)
      : call(getAgentTicket, { query: { type: 'agent_config' } }))
    return { value: answer.ticket, expiresInS: answer.expires_in }
  }

  function gateOf(definition: Api<unknown>): Gate {
    const gate = gates.get(definition.path) ?? createGate(definition.parallel ?? 20)
    gates.set(definition.path, gate)
    return gate
  }

  async function call<Answer>(definition: Api<Answer>, input: Call = {}): Promise<Answer> {
    const left = (): number =>
      input.deadline ? input.deadline.getTime() - clock.now().getTime() : Number.POSITIVE_INFINITY
    const gate = gateOf(definition)
    const leave = await gate.enter(input.priority ?? 'normal', Math.max(0, Math.min(gatePatienceMs, left())))
    if (!leave) throw noAnswer(definition.path, { done: 'no', why: '排队等待超时' })
    try {
      return await persist(definition, input, left)
    } finally {
      leave()
    }
  }

  /** A refused token is renewed once. */
  async function persist<Answer>(definition: Api<Answer>, input: Call, left: () => number): Promise<Answer> {
    for (let renewed = false; ; renewed = true) {
      const token = await tokens.get('access')
      try {
        return await whileBusy(left, async () => {
          await keepPace(definition, input, left)
          if (left() <= 0) throw new GiveUp('wecom_too_late', `企业微信接口 ${definition.path} 已过时限，不再调用。`)
          return attempt(definition, input, token, left())
        })
      } catch (failure) {
        const what = wecomErrorOf(failure)?.what
        if (what === 'slow-down') gateOf(definition).halve()
        if (what === 'wait-window') throw await closeWindow(definition, failure)
        if (what !== 'refresh-token' || renewed) throw failure
        await tokens.renew('access', token)
      }
    }
  }

  /** WeCom asks to be asked again when it is busy: twice more, if there is time. */
  async function whileBusy<Answer>(left: () => number, run: () => Promise<Answer>): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      try {
        return await run()
      } catch (failure) {
        const what = wecomErrorOf(failure)?.what
        const most = what === 'retry' ? 3 : what === 'retry-once' ? 2 : 1
        const pause = busyMs * 4 ** (tries - 1) * (0.5 + Math.random())
        if (tries >= most || pause >= left()) throw failure
        await sleep(pause)
      }
    }
  }

  async function keepPace(definition: Api<unknown>, input: Call, left: () => number): Promise<void> {
    const buckets = limitsOf(corpId, definition.path, input.members ?? [])
    // Waiting for one member's limit here would hold up the others; the caller comes back instead.
    const patience = Math.min(input.members ? 0 : pacePatienceMs, left())
    for (let waited = 0; ; ) {
      const pause = await pacer.take(buckets)
      if (pause === 0) return
      if (waited + pause > patience)
        throw new RetryLater(pause, `企业微信接口 ${definition.path} 已到调用频率上限，稍后继续。`)
      waited += pause
      await sleep(pause)
    }
  }

  async function closeWindow(definition: Api<unknown>, failure: unknown): Promise<RetryLater> {
    const closedFor = await pacer.block(limitsOf(corpId, definition.path, [])[0])
    log.warn({ api: definition.path, closedFor }, 'WeCom closed an API for its frequency window')
    return new RetryLater(closedFor, (failure as Error).message, { cause: (failure as Error).cause })
  }

  /** One HTTP exchange. Without a token only gettoken is called. */
  async function attempt<Answer>(
    definition: Api<Answer>,
    input: Call,
    token: Token | undefined,
    withinMs = Number.POSITIVE_INFINITY,
  ): Promise<Answer> {
    const { path, repeatable } = definition
    const prepared = request(definition, input, token)
    const pause = breaker.ask()
    if (pause > 0)
      throw new RetryLater(pause, `企业微信暂时连不上，${Math.ceil(pause / 1000)} 秒后再试（接口 ${path}）。`)
    const began = performance.now()
    const count = (errcode: number): void => tally.count(path, errcode, (performance.now() - began) / 1000)
    try {
      const { status, bytes } = await exchange(agent, prepared, Math.min(definition.withinMs ?? wholeMs, withinMs))
      const { errcode, errmsg, answer } = readAnswer(status, bytes.toString('utf8'))
      breaker.succeeded()
      const ms = Math.round(performance.now() - began)
      count(errcode)
      if (errmsg.includes('Warning: wrong json format')) log.error({ api: path }, 'WeCom found our JSON malformed')
      if (errcode !== 0) {
        const failure = refusal(path, errcode, token ? errmsg.replaceAll(token.value, '…') : errmsg)
        const { what } = explainErrcode(errcode)
        log[what === 'refresh-token' ? 'info' : 'warn']({ api: path, errcode, what, ms }, 'WeCom refused a call')
        throw failure
      }
      log.debug({ api: path, ms }, 'WeCom call')
      const parsed = definition.answer.safeParse(answer)
      if (parsed.success) return parsed.data
      const where = parsed.error.issues.map((issue) => issue.path.join('.')).join('、')
      throw noAnswer(path, { done: repeatable ? 'repeatable' : 'unknown', why: `答复的格式出乎意料（${where}）` })
    } catch (failure) {
      if (!(failure instanceof TransportError)) throw failure
      const { sent } = failure
      if (failure.hostFailed) breaker.failed()
      else breaker.succeeded()
      count(noAnswerCode)
      log.warn({ api: path, why: failure.message, sent }, 'no usable answer from WeCom')
      const done = !sent ? 'no' : repeatable ? 'repeatable' : 'unknown'
      throw noAnswer(path, { done, why: failure.message, cause: failure.cause })
    }
  }

  function request(definition: Api<unknown>, input: Call, token: Token | undefined): Dispatcher.RequestOptions {
    const url = new URL(base + definition.path)
    if (token) url.searchParams.set('access_token', token.value)
    for (const [name, value] of Object.entries(input.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const where = { origin: url.origin, path: url.pathname + url.search, method: definition.method }
    if (definition.method === 'GET') return where
    const { type, bytes } = encodeBody(input)
    return { ...where, headers: { 'content-type': type }, body: bytes }
  }

  return {
    corpId,
    agentId,
    call,
    ticket: async (kind) => (await tokens.get(`${kind}-ticket`)).value,
    async look(target) {
      const { status, bytes } = await exchange(agent, plainGet(target), answerMs)
      return { status, body: bytes.toString('utf8').slice(0, 4096) }
    },
    picture: (target) => exchange(agent, plainGet(target), answerMs),
    flush: tally.flush,
    async close() {
      await agent.close()
      await tally.close()
    },
  }
}

function plainGet(target: string): Dispatcher.RequestOptions {
  const url = new URL(target)
  return { origin: url.origin, path: url.pathname + url.search, method: 'GET' }
}

function createAgent(proxyUrl?: string, noProxy?: string): Dispatcher {
  const options = {
    connections: 64,
    keepAliveTimeout: 4_000,
    headersTimeout: answerMs,
    bodyTimeout: answerMs,
    connect: { timeout: connectMs },
  }
  if (!proxyUrl) return new Agent(options)
  const direct = [noProxy, 'localhost', '127.0.0.1', '::1'].filter(Boolean).join(',')
  return new EnvHttpProxyAgent({ ...options, httpProxy: proxyUrl, httpsProxy: proxyUrl, noProxy: direct })
}

/** Sends and reads to the end, within a time and a size. @throws TransportError */
async function exchange(agent: Dispatcher, options: Dispatcher.RequestOptions, withinMs: number) {
  let sent = false
  let late = false
  const noting = agent.compose(
    (dispatch) => (request, handler) =>
      dispatch(request, {
        onRequestStart(controller, context) {
          // A connection was found; from here on bytes may be on their way.
          sent = true
          handler.onRequestStart?.(controller, context)
        },
        onRequestUpgrade: (...event) => handler.onRequestUpgrade?.(...event),
        onResponseStart: (...event) => handler.onResponseStart?.(...event),
        onResponseData: (...event) => handler.onResponseData?.(...event),
        onResponseEnd: (...event) => handler.onResponseEnd?.(...event),
        onResponseError: (...event) => handler.onResponseError?.(...event),
      }),
  )
  const abort = new AbortController()
  const work = async () => {
    const response = await noting.request({ ...options, signal: abort.signal })
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > largestAnswer) throw new TransportError('答复过大', true, false)
      chunks.push(chunk)
    }
    const type = String(response.headers['content-type'] ?? '')
    return { status: response.statusCode, type, bytes: Buffer.concat(chunks) }
  }
  let timer: NodeJS.Timeout | undefined
  try {
    // undici notices an abort only once it has a connection, so the time-out does not wait for it.
    const timeOut = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true
        abort.abort()
        reject(new TransportError('超时', sent, withinMs >= 1_000))
      }, withinMs)
    })
    return await Promise.race([work(), timeOut])
  } catch (error) {
    if (error instanceof TransportError) throw error
    throw new TransportError(late ? '超时' : whyNoAnswer(error), sent, true, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}
