import { type LookupAddress, lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent } from 'undici'
import { isLoopback, isPublic } from './address.ts'

/** The one way a call to somebody else's system leaves the house. */
export interface WebhookClient {
  /** Posts once and follows no redirect. @returns the status @throws WebhookFault when no answer came */
  post(url: string, headers: Record<string, string>, body: string): Promise<number>
  close(): Promise<void>
}

/** No answer came. `forever`: none will, however often it is tried. */
export class WebhookFault extends Error {
  constructor(
    readonly id: 'address_refused' | 'timeout' | 'no_answer',
    readonly forever: boolean,
    options?: ErrorOptions,
  ) {
    super(id, options)
    this.name = 'WebhookFault'
  }
}

const withinMs = 10_000
const mostBytes = 64 << 10

/**
 * A name is resolved here and the connection goes to the address that was checked, so that a name cannot point elsewhere a moment
 * later. `loopback`: this machine is a lawful target too, as it is in the sandbox, where nothing else can be reached.
 */
export function createWebhookClient({
  loopback,
  lookup = resolve,
}: {
  loopback: boolean
  lookup?: typeof resolve
}): WebhookClient {
  const isLawful = (address: string) => isPublic(address) || (loopback && isLoopback(address))
  const checkedLookup: LookupFunction = (host, options, done) => {
    lookup(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const first = found?.[0]
      if (error || !first) done(error ?? new WebhookFault('no_answer', false), '')
      else if (!found.every(({ address }) => isLawful(address))) done(new WebhookFault('address_refused', true), '')
      else if (options.all) done(null, found)
      else done(null, first.address, first.family)
    })
  }
  const agent = new Agent({
    connections: 8,
    headersTimeout: withinMs,
    bodyTimeout: withinMs,
    connect: { timeout: withinMs / 2, lookup: checkedLookup },
  })
  return {
    async post(target, headers, body) {
      const url = new URL(target)
      // An address is never looked up.
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) && !isLawful(host)) throw new WebhookFault('address_refused', true)
      const signal = AbortSignal.timeout(withinMs)
      try {
        const { origin } = url
        const path = url.pathname + url.search
        const answer = await agent.request({ origin, path, method: 'POST', headers, body, signal })
        await throwAway(answer.body).catch(() => undefined)
        return answer.statusCode
      } catch (error) {
        throw faultOf(error, signal.aborted)
      }
    },
    close: () => agent.close(),
  }
}

/** The status is the answer; what else is said is heard out, so that the connection can be used again, but not for long. */
async function throwAway(body: AsyncIterable<Buffer>): Promise<void> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    // Leaving the loop tears the connection down.
    if (size > mostBytes) return
  }
}

function faultOf(error: unknown, isLate: boolean): WebhookFault {
  if (error instanceof WebhookFault) return error
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  if (cause instanceof WebhookFault) return cause
  const isTimeout = isLate || (typeof code === 'string' && /TIMEOUT|TIMEDOUT/.test(code))
  return new WebhookFault(isTimeout ? 'timeout' : 'no_answer', false, { cause: error })
}
