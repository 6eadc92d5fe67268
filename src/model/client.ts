import { lookup as resolve } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent } from 'undici'
import { z } from 'zod'
import type { Config } from '../config.ts'
import { isLoopback, isPublic } from '../webhooks/address.ts'

/** Any endpoint that speaks OpenAI's chat completions. */
export interface Model {
  /** One answer to one question. @throws ModelFault when there is none; it is never asked again by itself */
  ask(question: { system: string; user: string }, timeoutMs: number): Promise<string>
  close(): Promise<void>
}

export class ModelFault extends Error {
  constructor(
    readonly id: 'address_refused' | 'timeout' | 'busy' | 'refused' | 'nonsense' | 'no_answer',
    options?: ErrorOptions,
  ) {
    super(id, options)
    this.name = 'ModelFault'
  }
}

const mostBytes = 64 << 10
const mostTokens = 800
const Completion = z.object({ choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1) })

/**
 * The model the operator named. No redirect is followed; the address is resolved here and must be public, unless the operator
 * said that his own network is meant.
 */
export function createModel({ url, key, name, network }: NonNullable<Config['model']>): Model {
  const isLawful = (address: string) => isPublic(address) || network === 'private' || isOurs(url, address)
  const lookup: LookupFunction = (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      const [first] = found ?? []
      if (error || !first) done(error ?? new ModelFault('no_answer'), '')
      else if (!found.every(({ address }) => isLawful(address))) done(new ModelFault('address_refused'), '')
      else if (options.all) done(null, found)
      else done(null, first.address, first.family)
    })
  }
  const agent = new Agent({ connections: 4, connect: { timeout: 5_000, lookup } })
  const target = new URL(`${url}/chat/completions`)
  return {
    async ask({ system, user }, timeoutMs) {
      const host = target.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) && !isLawful(host)) throw new ModelFault('address_refused')
      const signal = AbortSignal.timeout(timeoutMs)
      try {
        const answer = await agent.request({
          origin: target.origin,
          path: target.pathname + target.search,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
          body: JSON.stringify({
            model: name,
            temperature: 0,
            max_tokens: mostTokens,
            response_format: { type: 'json_object' },
            messages: [
              { role: 'system', content: system },
              { role: 'user', content: user },
            ],
          }),
          signal,
        })
        const text = await readSome(answer.body)
        if (answer.statusCode === 429 || answer.statusCode >= 500) throw new ModelFault('busy')
        if (answer.statusCode !== 200) throw new ModelFault('refused')
        const said = Completion.safeParse(parse(text))
        if (!said.success) throw new ModelFault('nonsense')
        return said.data.choices[0]?.message.content ?? ''
      } catch (error) {
        if (error instanceof ModelFault) throw error
        const { cause } = error as { cause?: unknown }
        if (cause instanceof ModelFault) throw cause
        throw new ModelFault(signal.aborted ? 'timeout' : 'no_answer', { cause: error })
      }
    },
    close: () => agent.close(),
  }
}

/** A model on this very machine is what the operator wrote, when he wrote its address. */
const isOurs = (url: string, address: string): boolean =>
  isLoopback(address) && /^(localhost|127\.|\[::1\])/.test(new URL(url).hostname)

async function readSome(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > mostBytes) throw new ModelFault('nonsense')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
