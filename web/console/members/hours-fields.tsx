import { Button, Radio } from 'antd'
import { SpanFields } from '../codes/span-fields.tsx'
import { CloseIcon } from '../look/icons.tsx'
import { useRoomWords } from '../words/room-words.ts'
import type { Hours, Span } from './shapes.ts'
import { membersWords } from './words.ts'

const shift: Span = { days: ['workdays'], from: '09:00', to: '18:00' }

/** When somebody works: as the company does, or in spans of his own. */
export function HoursFields({ hours, onChange }: { hours: Hours; onChange(hours: Hours): void }) {
  const words = useRoomWords(membersWords)
  const spans = Array.isArray(hours) ? hours : []
  const isOwn = hours !== null
  const put = (index: number, change: Partial<Span>) =>
    onChange(spans.map((span, at) => (at === index ? { ...span, ...change } : span)))
  return (
    <fieldset>
      <legend>{words.hours}</legend>
      <Radio.Group
        aria-label={words.hours}
        value={isOwn}
        onChange={({ target }) => onChange(target.value === true ? [shift] : null)}
        options={[
          { value: false, label: words.sameHours },
          { value: true, label: words.own },
        ]}
      />
      {spans.map((span, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: spans have no other name than their place
        <div key={index} className="members-span">
          <SpanFields span={span} onChange={(change) => put(index, change)} />
          {spans.length > 1 ? (
            <button
              type="button"
              className="icon-button"
              aria-label={words.removeSpan}
              onClick={() => onChange(spans.filter((_, at) => at !== index))}
            >
              <CloseIcon size={16} />
            </button>
          ) : null}
        </div>
      ))}
      {isOwn ? (
        <Button size="small" onClick={() => onChange([...spans, shift])}>
          {words.addSpan}
        </Button>
      ) : null}
    </fieldset>
  )
}
