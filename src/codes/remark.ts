/** What a remark or a description of a code may speak of. */
export interface RemarkValues {
  name: string
  channel: string
  campaign: string
  code: string
  staff: string
  /** Month and day, day with year, hour and minute of the add on the business's clock. */
  MMDD: string
  YYMMDD: string
  HHmm: string
}

export const remarkWords = ['name', 'channel', 'campaign', 'code', 'staff', 'MMDD', 'YYMMDD', 'HHmm'] as const

/** WeCom doc 92115: a remark has 20 characters, a description 150. */
export const remarkChars = 20
export const descriptionChars = 150

const word = /\{\{\s*(\w+)\s*\}\}/g

/** Words of the pattern that mean nothing here. */
export const unknownWords = (pattern: string): string[] =>
  [...pattern.matchAll(word)].flatMap(([, name = '']) => (remarkWords.some((known) => known === name) ? [] : [name]))

/**
 * A pattern filled in, within WeCom's length. Where it does not fit, the name gives way first, down to two characters: the
 * channel and the day are what a rep searches for. Separators beside what is empty go with it.
 */
export function fillRemark(pattern: string, values: RemarkValues, most = remarkChars): string {
  const fill = (name: string) =>
    tidy(
      pattern.replace(word, (_, key: string) =>
        key === 'name' ? name : oneLine(values[key as keyof RemarkValues] ?? ''),
      ),
    )
  const name = chars(oneLine(values.name))
  const over = chars(fill(name.join(''))).length - most
  const kept = over > 0 ? name.slice(0, Math.max(2, name.length - over)) : name
  return chars(fill(kept.join('')))
    .slice(0, most)
    .join('')
    .trim()
}

const chars = (text: string): string[] => [...text]

const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, ' ').trim()

const tidy = (text: string): string => text.replace(/([-_·|/ ])\1+/g, '$1').replace(/^[-_·|/ ]+|[-_·|/ ]+$/g, '')
