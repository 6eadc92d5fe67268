import { exactTime, saySpan } from '../../shared/say-time.ts'
import { type Names, useNames } from '../api/names.ts'
import type { TimelineItem } from '../api/shapes.ts'
import { stageColours } from '../pieces/stage.tsx'
import { useWords } from '../words/words.tsx'
import type { Dictionary } from '../words/zh.ts'

/** One thing that happened, in a sentence. */
export function TimelineLine({ item }: { item: TimelineItem }) {
  const words = useWords()
  const names = useNames()
  const { title, detail, tone } = say(item, words, names)
  const clock = new Intl.DateTimeFormat(words.time.locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const who = item.actor && !item.kind.startsWith('event:') && item.kind !== 'touch' ? names.actor(item.actor) : null
  const stage = item.kind === 'stage' ? String(item.data.to ?? '').split('@')[0] : undefined
  return (
    <li className="timeline-line" data-tone={tone} style={stage ? stageColours(stage, names.words) : undefined}>
      <time dateTime={item.at} title={exactTime(item.at, words)}>
        {clock.format(new Date(item.at))}
      </time>
      <div className="timeline-words">
        <p dir="auto">{title}</p>
        {detail ? (
          <p className="timeline-detail" dir="auto">
            {detail}
          </p>
        ) : null}
      </div>
      {who ? <span className="quiet small timeline-who">{who}</span> : null}
    </li>
  )
}

type Tone = 'customer' | 'stage' | 'quiet' | 'plain'

interface Said {
  title: string
  detail?: string | undefined
  tone: Tone
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function say(item: TimelineItem, words: Dictionary, names: Names): Said {
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
  'hand-over': ({ data }, words, names) => ({
    title: words.events.handedOver(names.staff(String(data.from)), data.to ? names.staff(String(data.to)) : null),
    tone: 'plain',
  }),
  handover: (_, words) => ({ title: words.events.introduced, tone: 'plain' }),
}

function placeOf(place: string, names: Names): { stage: string; desk: string; whole: string } {
  const [stage = '', desk = ''] = place.replace(/^null.*/, '').split('@')
  return { stage, desk: names.desk(desk), whole: desk ? `${stage} › ${names.desk(desk)}` : stage }
}
