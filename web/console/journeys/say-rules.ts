import type { Exit, Trigger } from '../../../src/http/api/journeys.schema.ts'
import { sayDate } from './date-rule.tsx'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'

export type TriggerKind = 'place' | 'tag' | 'event' | 'segment' | 'date' | 'manual'

export const triggerKindOf = (trigger: Trigger): TriggerKind =>
  'manual' in trigger
    ? 'manual'
    : 'event' in trigger
      ? 'event'
      : 'tag' in trigger
        ? 'tag'
        : 'segment' in trigger
          ? 'segment'
          : 'date' in trigger
            ? 'date'
            : 'place'

/** What a way of a branch by condition is called; null: it is a group of a split. */
export const sayWay = (word: string, { words }: Talk): string | null =>
  word === 'then' ? words.yes : word === 'else' ? words.no : null

/** What begins a journey: 进入 MAL · 培育时. */
export function sayTrigger(trigger: Trigger, talk: Talk): string {
  const { trigger: say } = talk.words.say
  const { unset } = talk.words.say
  if ('manual' in trigger) return say.manual
  if ('event' in trigger) return say.event(talk.event(trigger.event))
  if ('tag' in trigger) {
    const { group, name } = trigger.tag
    const names = [name].flat().map((one) => `${group}${talk.general.segments.colon}${one}`)
    return say.tag(names.length > 0 ? names : [unset])
  }
  if ('segment' in trigger) return say.segment(talk.segment(trigger.segment))
  if ('date' in trigger) return say.date(...sayDate(trigger, talk))
  const { stage, desk, via } = trigger
  const from = (via ?? []).map(talk.move).join(talk.general.segments.say.comma)
  return say.place(stage ?? '', desk ? talk.names.desk(desk) : '', from) || unset
}

export function sayReentry(reentry: Journey['reentry'], { words, duration }: Talk): string {
  const { reentry: say } = words.say
  return typeof reentry === 'object' ? say.after(duration(reentry.after)) : say[reentry ?? 'never']
}

export const sayExit = (exit: Exit, { words, condition, segment }: Talk): string =>
  'leftSegment' in exit ? words.say.leftSegment(segment(exit.leftSegment)) : condition(exit)
