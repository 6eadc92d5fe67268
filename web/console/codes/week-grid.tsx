import { type PointerEvent, useRef, useState } from 'react'
import { useNames } from '../api/names.ts'
import { useWords } from '../words/words.tsx'
import { dayNames, daysOf, type Slot } from './shapes.ts'

interface Grid {
  slots: readonly Slot[]
  chosen: number | null
  onChoose(index: number): void
  /** A span was dragged out. */
  onDraw(span: { days: string[]; from: string; to: string }): void
}

interface Stroke {
  day: number
  from: number
  to: number
}

const step = 30
const stepsADay = (24 * 60) / step

const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
const minutesOf = (text: string): number => Number(text.split(':')[0]) * 60 + Number(text.split(':')[1])

/** Which rows of the week a slot lies in; a holiday lies in none of them, for it may be any. */
const rowsOf = (slot: Slot): number[] => {
  const days = daysOf(slot)
  return dayNames.flatMap((day, index) =>
    days.includes(day) ||
    days.includes('all') ||
    (days.includes('workdays') && index < 5) ||
    (days.includes('weekends') && index >= 5)
      ? [index]
      : [],
  )
}

/** The part of the week a slot fills: what passes midnight goes on in the next row. */
function blocksOf(slot: Slot): { row: number; from: number; to: number }[] {
  const [from, to] = [minutesOf(slot.from), minutesOf(slot.to)]
  return rowsOf(slot).flatMap((row) =>
    from < to
      ? [{ row, from, to }]
      : [{ row, from, to: 24 * 60 }, ...(to > 0 ? [{ row: (row + 1) % 7, from: 0, to }] : [])],
  )
}

/** The week, a day a row. Dragging draws a new slot over the rows one passes; a press on a slot chooses it. */
export function WeekGrid({ slots, chosen, onChoose, onDraw }: Grid) {
  const { codes } = useWords()
  const names = useNames()
  const area = useRef<HTMLDivElement>(null)
  const [stroke, setStroke] = useState<{ begin: Stroke; now: Stroke } | null>(null)
  const at = (event: PointerEvent): Stroke => {
    const box = area.current?.getBoundingClientRect() ?? new DOMRect()
    const part = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999)
    const cell = Math.floor(part * stepsADay) * step
    const day = Math.min(Math.max(Math.floor(((event.clientY - box.top) / box.height) * 7), 0), 6)
    return { day, from: cell, to: cell + step }
  }
  const drawn = stroke && {
    first: Math.min(stroke.begin.day, stroke.now.day),
    last: Math.max(stroke.begin.day, stroke.now.day),
    from: Math.min(stroke.begin.from, stroke.now.from),
    to: Math.max(stroke.begin.to, stroke.now.to),
  }
  return (
    <div className="week">
      <div className="week-hours" aria-hidden="true">
        {[0, 6, 12, 18].map((hour) => (
          <span key={hour}>{`${String(hour).padStart(2, '0')}:00`}</span>
        ))}
      </div>
      <div className="week-days" aria-hidden="true">
        {dayNames.map((day) => (
          <span key={day}>{codes.days[day]}</span>
        ))}
      </div>
      <div
        ref={area}
        className="week-area"
        onPointerDown={(event) => {
          if (event.target !== area.current || event.button !== 0) return
          event.currentTarget.setPointerCapture(event.pointerId)
          setStroke({ begin: at(event), now: at(event) })
        }}
        onPointerMove={(event) => stroke && setStroke({ ...stroke, now: at(event) })}
        onPointerUp={() => {
          if (drawn)
            onDraw({ days: dayNames.slice(drawn.first, drawn.last + 1), from: clock(drawn.from), to: clock(drawn.to) })
          setStroke(null)
        }}
        onPointerCancel={() => setStroke(null)}
      >
        {slots.flatMap((slot, index) =>
          blocksOf(slot).map((block) => (
            <button
              type="button"
              // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place in the list
              key={`${index}-${block.row}-${block.from}`}
              className="week-slot"
              aria-pressed={chosen === index}
              aria-label={codes.slotAt(codes.days[dayNames[block.row] ?? ''] ?? '', slot.from, slot.to)}
              onClick={() => onChoose(index)}
              style={{
                top: `${(block.row / 7) * 100}%`,
                left: `${(block.from / 1440) * 100}%`,
                width: `${((block.to - block.from) / 1440) * 100}%`,
              }}
            >
              {slot.staff.map(names.staff).join('、')}
            </button>
          )),
        )}
        {drawn ? (
          <div
            className="week-stroke"
            style={{
              top: `${(drawn.first / 7) * 100}%`,
              height: `${((drawn.last - drawn.first + 1) / 7) * 100}%`,
              left: `${(drawn.from / 1440) * 100}%`,
              width: `${((drawn.to - drawn.from) / 1440) * 100}%`,
            }}
          >{`${clock(drawn.from)}–${clock(drawn.to)}`}</div>
        ) : null}
      </div>
    </div>
  )
}
