import type { Condition, SegmentFields } from '../api/shapes.ts'
import type { Dictionary } from '../words/zh.ts'

type Words = Dictionary['segments']

/** A condition as people say it: 行业包含制造，且 30 天内打开内容至少 2 次. */
export function sentenceOf(condition: Condition, choices: SegmentFields, words: Words): string {
  const { say } = words
  const label = (list: readonly { value: string; label: string }[] | null | undefined, value: string) =>
    list?.find((one) => one.value === value)?.label ?? value
  const long = (duration: string) => say.duration(duration)
  const often = ({ atLeast = 1, within }: { atLeast?: number | undefined; within?: string | undefined }, did: string) =>
    say.often(did, atLeast, within === undefined ? null : long(within))
  const read = (part: Condition, inside: boolean): string => {
    if ('not' in part) {
      const { not } = part
      if ('tag' in not) return say.tag(`${not.tag.group}${words.colon}${not.tag.name}`, false)
      if ('event' in not) return say.never(often(not, label(choices.events, not.event)))
      return say.not(read(not, false))
    }
    if ('all' in part || 'any' in part) {
      const [parts, join] = 'all' in part ? [part.all, say.and] : [part.any, say.or]
      if (parts.length === 0) return 'all' in part ? say.everybody : say.nobody
      const said = parts.map((one) => read(one, true)).join(join)
      return inside && parts.length > 1 ? say.inside(said) : said
    }
    if ('tag' in part) return say.tag(`${part.tag.group}${words.colon}${part.tag.name}`, true)
    if ('event' in part) return often(part, label(choices.events, part.event))
    if ('journey' in part) return say.journey(words.journeyIs[part.is], label(choices.journeys, part.journey))
    if ('content' in part) {
      const { did, id, kind } = part.content
      const title = id === undefined ? null : (choices.contents.find((piece) => piece.id === id)?.title ?? id)
      return often(
        part,
        say.content(words.contentDid[did], title, kind === undefined ? null : (words.kinds[kind] ?? kind)),
      )
    }
    const field = choices.fields.find(({ name }) => name === part.field)
    const name = words.fieldNames[part.field] ?? field?.label ?? part.field.replace(/^attributes\./, '')
    const values = [part.value].flat().map((value) => shownValue(value, field, label))
    if (part.op === 'exists') return say.exists(name, part.value !== false)
    if (part.op === 'within' || part.op === 'olderThan' || part.op === 'inNext')
      return say.moment[part.op](name, long(String(part.value)))
    return say.field(name, words.operators(part.op, field?.type === 'time'), values.join(say.comma))
  }
  return read(condition, false)
}

function shownValue(
  value: unknown,
  field: SegmentFields['fields'][number] | undefined,
  label: (list: readonly { value: string; label: string }[] | null | undefined, value: string) => string,
): string {
  if (field?.type === 'time') return new Date(String(value)).toLocaleDateString()
  return label(field?.values, String(value))
}
