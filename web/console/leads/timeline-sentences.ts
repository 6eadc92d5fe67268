import { saySpan } from '../../shared/say-time.ts'
import type { Names } from '../api/names.ts'
import type { TimelineItem } from '../api/shapes.ts'
import type { Dictionary } from '../words/zh.ts'

type Tone = 'customer' | 'stage' | 'quiet' | 'plain'

export interface Said {
  title: string
  detail?: string | undefined
  tone: Tone
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** What happened, in a sentence and a second line where there is more to say. */
export function sayItem(item: TimelineItem, words: Dictionary, names: Names): Said {
  const { kind, about } = item
  const sentence = sentences[kind.startsWith('event:') ? 'event' : kind]
  return (
    sentence?.(item, words, names) ?? {
      title: words.events.other(item.name ?? kind),
      detail: about ?? undefined,
      tone: 'plain',
    }
  )
}

const sentences: Record<string, (item: TimelineItem, words: Dictionary, names: Names) => Said> = {
  event: ({ kind, name, data, about }, words, names) => {
    const percent = Number(data.percent ?? data.progress)
    const seconds = Number(data.seconds ?? data.duration)
    const extra = [
      about ?? (text(data.about) || text(data.title) || text(data.text) || text(data.page)),
      percent > 0 ? words.events.read(Math.round(percent)) : '',
      seconds > 0 ? words.events.stayed(saySpan(seconds * 1000, words)) : '',
    ]
    return {
      title: names.event(kind.slice('event:'.length), name),
      detail: extra.filter(Boolean).join(' · ') || undefined,
      tone: 'customer',
    }
  },
  touch: ({ data }, words, names) => {
    const source = names.source({
      kind: text(data.kind),
      channel: text(data.channel) || null,
      campaign: text(data.campaign) || null,
    })
    return { title: data.created ? words.events.created(source) : words.events.touch(source), tone: 'customer' }
  },
  stage: ({ data, words: said }, words, names) => {
    const [from, to] = [data.from, data.to].map((place) => placeOf(text(place), names))
    const reason = text(data.reason)
    const isSameStage = from?.stage === to?.stage
    return {
      title: from?.stage
        ? words.events.moved(isSameStage ? from.desk : from.whole, (isSameStage ? to?.desk : to?.whole) ?? '')
        : words.events.begins(to?.whole ?? ''),
      detail:
        [reason && reason !== 'other' ? names.reason(reason) : '', said].filter(Boolean).join(words.events.comma) ||
        undefined,
      tone: 'stage',
    }
  },
  verdict: ({ data }, words, names) => ({
    title: words.events.verdict(names.verdict(text(data.verdict))),
    tone: 'plain',
  }),
  tag: ({ data, about }, words) => ({
    title: data.put
      ? words.events.tagPut(about ?? words.events.someTag)
      : words.events.tagTake(about ?? words.events.someTag),
    tone: 'quiet',
  }),
  follow: ({ data }, words, names) => ({
    title: words.events.follow(
      names.staff(text(data.userid)),
      words.lead.followStates[text(data.state)] ?? text(data.state),
    ),
    tone: 'plain',
  }),
  offer: ({ data }, words, names) => {
    const sentence = words.events.offer[text(data.state)]
    const extra =
      data.state === 'open'
        ? data.rule
          ? names.rule(text(data.rule))
          : ''
        : data.reason
          ? names.reason(text(data.reason))
          : ''
    return {
      title:
        typeof sentence === 'function'
          ? sentence(names.staff(text(data.userid)), extra)
          : (sentence ?? text(data.state)),
      tone: 'plain',
    }
  },
  message: ({ data, about }, words) => {
    const channel = text(data.channel)
    return {
      title: words.events.message(
        words.message.channels[channel] ?? channel,
        words.message.states[text(data.state)] ?? text(data.state),
      ),
      // What colleagues were told about this lead says nothing about the lead.
      detail: channel === 'app-notice' ? about?.split('\n')[0] : (about ?? undefined),
      tone: data.state === 'sent' && channel !== 'app-notice' ? 'plain' : 'quiet',
    }
  },
  topics: ({ data }, words) => ({
    title: words.events.topics(Array.isArray(data.declined) ? data.declined.map(String) : []),
    tone: 'customer',
  }),
  consent: ({ data }, words) => ({ title: words.events.consent(data.granted === true), tone: 'customer' }),
  merge: (_, words) => ({ title: words.events.merge, tone: 'plain' }),
  split: (_, words) => ({ title: words.events.split, tone: 'plain' }),
  review: (_, words) => ({ title: words.events.movedUp, tone: 'plain' }),
  remind: (_, words) => ({ title: words.events.remind, tone: 'plain' }),
  journey: ({ data, about }, words) => {
    const state = text(data.state)
    const sentence = words.events.journey[state] ?? words.events.journey.over
    return { title: sentence?.(about ?? text(data.journey)) ?? '', tone: 'quiet' }
  },
  note: ({ words: said, actor }, words) => ({
    title: actor === 'customer' ? words.events.wrote : words.events.noted,
    detail: said ?? undefined,
    tone: actor === 'customer' ? 'customer' : 'plain',
  }),
  task: (_, words) => ({ title: words.events.task, tone: 'quiet' }),
  profile: ({ data }, words) => ({
    title: words.events.profile,
    detail:
      Array.isArray(data.fields) && data.fields.length > 0
        ? data.fields.map((field) => words.work.fields[String(field)] ?? String(field)).join(words.events.comma)
        : undefined,
    tone: 'quiet',
  }),
  pause: ({ data }, words) => ({ title: words.events.pause(data.until !== null), tone: 'customer' }),
  transfer: ({ data }, words, names) => ({
    title: words.events.transfer(names.staff(text(data.takeover))),
    tone: 'plain',
  }),
  account: (_, words) => ({ title: words.events.account, tone: 'quiet' }),
  'account-surge': ({ data }, words) => ({ title: words.events.surge(Number(data.people)), tone: 'customer' }),
  role: ({ data }, words, names) => {
    const role = names.words?.accountRoles.find(({ id }) => id === data.role)?.name
    return { title: words.events.role(role ?? null), tone: 'quiet' }
  },
  handover: (_, words) => ({ title: words.events.introduced, tone: 'plain' }),
}

function placeOf(place: string, names: Names): { stage: string; desk: string; whole: string } {
  const [stage = '', desk = ''] = place.replace(/^null.*/, '').split('@')
  return { stage, desk: names.desk(desk), whole: desk ? `${stage} › ${names.desk(desk)}` : stage }
}
