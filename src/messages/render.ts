import { Liquid, type Template } from 'liquidjs'
import { cutBytes } from '../cut-bytes.ts'

/** What stands in `{{ … }}`. A value that is unknown is left out, so that `| default: …` speaks. */
export type Variables = Record<string, unknown>

export interface Words {
  /** A LiquidJS template. */
  body: string
  /** The line that is sent when the template cannot render. It has no variables. */
  plain: string
}

export interface RenderedText {
  text: string
  /** Why the plain line was taken; null when the template rendered. */
  fault: string | null
}

// No file system, no prototype, no endless loop: a template is written by a marketer, its values by strangers.
const engine = new Liquid({
  strictVariables: true,
  strictFilters: true,
  lenientIf: true,
  ownPropertyOnly: true,
  templates: {},
  parseLimit: 20_000,
  renderLimit: 100,
  memoryLimit: 1_000_000,
})

const parsed = new Map<string, Template[]>()
const mostParsed = 500

/** Renders words for one reader. Never throws: whatever is wrong with the template, the plain line goes out. */
export function renderWords(words: Words, variables: Variables, maxBytes: number): RenderedText {
  try {
    const text = tidy(String(engine.renderSync(parse(words.body), tameValue(variables, 0) as object)))
    if (text === '') throw new Error('nothing is left of the template')
    return { text: cutBytes(text, maxBytes), fault: null }
  } catch (error) {
    return { text: cutBytes(tidy(words.plain), maxBytes), fault: (error as Error).message.split('\n')[0] ?? 'unknown' }
  }
}

function parse(body: string): Template[] {
  let templates = parsed.get(body)
  if (!templates) {
    templates = engine.parse(body)
    if (parsed.size >= mostParsed) parsed.clear()
    parsed.set(body, templates)
  }
  return templates
}

const tidy = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()

const mostBytes = 300

/**
 * Names come from strangers: one line, no control or direction characters, no angle brackets (WeCom reads `<a href>` in app
 * messages), and no longer than a line. Empty values are left out.
 */
function tameValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return tameText(value)
  if (Array.isArray(value)) return depth > 3 ? undefined : value.slice(0, 20).map((item) => tameValue(item, depth + 1))
  if (value instanceof Date || typeof value !== 'object' || value === null) return value ?? undefined
  if (depth > 3) return undefined
  const tame: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    const kept = tameValue(inner, depth + 1)
    if (kept !== undefined && kept !== '') tame[name] = kept
  }
  return tame
}

function tameText(text: string): string {
  if (/^https?:\/\/\S+$/.test(text)) return text.replaceAll('<', '%3C').replaceAll('>', '%3E')
  const line = text
    .replace(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replaceAll('<', '＜')
    .replaceAll('>', '＞')
    .replace(/ {2,}/g, ' ')
    .trim()
  return cutBytes(line, mostBytes)
}
