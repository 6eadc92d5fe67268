import type { PlaybookWords } from '../words/playbook.zh.ts'

/** A value of the rules as one reads it: 4h is 4 小时, a list is its names. */
export function sayValue(value: unknown, words: PlaybookWords): string {
  if (value === undefined || value === null || value === '') return words.nothing
  if (typeof value === 'boolean') return value ? words.yes : words.no
  if (typeof value === 'number') return value.toLocaleString()
  if (typeof value === 'string') return sayDuration(value, words) ?? value
  if (Array.isArray(value))
    return value.length === 0 ? words.nothing : value.map((one) => sayValue(nameOf(one), words)).join(words.comma)
  const entries = Object.entries(value)
  return entries.map(([key, part]) => `${key}${words.colon}${sayValue(part, words)}`).join(words.semicolon)
}

export function sayDuration(text: string, { units }: PlaybookWords): string | null {
  const [, count, unit] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? []
  return count && unit ? (units[unit]?.(Number(count)) ?? null) : null
}

/** Things that have a name are said by it. */
function nameOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { name, label, id } = value as Record<string, unknown>
  return [name, label, id].find((one) => typeof one === 'string' && one !== '') ?? value
}
