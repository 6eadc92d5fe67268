import { exactTime } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import type { TimelineItem } from '../api/shapes.ts'
import { stageColours } from '../pieces/stage.tsx'
import { useWords } from '../words/words.tsx'
import { sayItem } from './timeline-sentences.ts'

/** One thing that happened, in a sentence. */
export function TimelineLine({ item }: { item: TimelineItem }) {
  const words = useWords()
  const names = useNames()
  const { title, detail, tone } = sayItem(item, words, names)
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
