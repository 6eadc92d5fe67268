import { Button } from 'antd'
import { useState } from 'react'
import { useWords } from '../words/words.tsx'
import { PeopleChoice } from './people-choice.tsx'
import type { Slot } from './shapes.ts'
import { SpanFields } from './span-fields.tsx'
import { WeekGrid } from './week-grid.tsx'

/** Who is on duty when: drawn on the week, then put right by hand. */
export function Shifts({ slots, onChange }: { slots: readonly Slot[]; onChange(slots: Slot[]): void }) {
  const { codes } = useWords()
  const [chosen, setChosen] = useState<number | null>(null)
  const add = (span: Omit<Slot, 'staff'>) => {
    const before = slots[chosen ?? slots.length - 1]
    onChange([...slots, { ...span, staff: before?.staff ?? [] }])
    setChosen(slots.length)
  }
  const change = (index: number, to: Partial<Slot>) =>
    onChange(slots.map((slot, at) => (at === index ? { ...slot, ...to } : slot)))
  return (
    <section className="card">
      <h2>{codes.schedule}</h2>
      <p className="quiet small">{codes.scheduleHint}</p>
      <WeekGrid slots={slots} chosen={chosen} onChoose={setChosen} onDraw={add} />
      {slots.length === 0 ? <p className="quiet small">{codes.noSlots}</p> : null}
      <ul className="shifts">
        {slots.map((slot, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place in the list
          <li key={index} className="shift" data-chosen={chosen === index ? '' : undefined}>
            <SpanFields span={slot} onChange={(to) => change(index, to)} />
            <PeopleChoice label={codes.slotStaff} value={slot.staff} onChange={(staff) => change(index, { staff })} />
            <Button
              type="text"
              onClick={() => {
                onChange(slots.filter((_, at) => at !== index))
                setChosen(null)
              }}
            >
              {codes.removeSlot}
            </Button>
          </li>
        ))}
      </ul>
      <Button onClick={() => add({ days: 'workdays', from: '09:00', to: '18:00' })}>{codes.newSlot}</Button>
    </section>
  )
}
