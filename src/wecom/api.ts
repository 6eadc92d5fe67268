import { z } from 'zod'

/** One of WeCom's APIs: what it is called, how it may be called, and what it answers. */
export interface Api<Answer> {
  /** Below `/cgi-bin/`, as the documentation spells it. */
  path: string
  method: 'GET' | 'POST'
  /** A call whose outcome is unknown may simply be made again: reads, and writes that end in the same state. */
  repeatable: boolean
  answer: z.ZodType<Answer>
  /** Calls in flight at once in this process; 20 when absent. */
  parallel?: number
  /** The longest one attempt may take, connecting included; 15 s when absent. */
  withinMs?: number
}

/** One call of an API. The access token is added by the client. */
export interface Call {
  query?: Record<string, string | number | undefined>
  /** Sent as JSON. */
  body?: object
  /** Sent as multipart `media` instead of a JSON body. */
  file?: { name: string; type: string; bytes: Uint8Array }
  /** `urgent` goes first when an API is busy, `background` last. */
  priority?: 'urgent' | 'normal' | 'background'
  /** Members who have a limit of their own on this API (message/send). */
  members?: readonly string[]
  /** From here on the answer is of no use. */
  deadline?: Date
}

/** Types a definition by its answer. */
export function api<Answer>(definition: Api<Answer>): Api<Answer> {
  return definition
}

/** An answer that says only whether it went well. */
export const nothing = z.looseObject({})

/** A list WeCom leaves out when it is empty. */
export function list<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
}

/** `''` when there is no further page. */
export const cursor = z
  .string()
  .nullish()
  .transform((value) => value ?? '')

/** Names that come as `a|b`, as an array, or not at all. */
export const names = z
  .union([z.string().transform((text) => text.split('|').filter(Boolean)), z.array(z.string())])
  .nullish()
  .transform((value) => value ?? [])

/** A number that some answers spell as a string. */
export const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number),
])

/** Reads page after page until there is no further cursor, or the same one again. */
export async function allPages<Item>(
  page: (cursor: string) => Promise<{ items: Item[]; next: string }>,
): Promise<Item[]> {
  const all: Item[] = []
  let at = ''
  do {
    const { items, next } = await page(at)
    all.push(...items)
    if (next === at) break
    at = next
  } while (at !== '')
  return all
}
