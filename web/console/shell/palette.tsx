import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { call, queryOf } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import type { Lead, Me, Page } from '../api/shapes.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { Stage } from '../pieces/stage.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import './palette.css'
import { paletteWords } from './palette-words.ts'
import { placesOf } from './places.ts'

const settleMs = 180

interface Target {
  path: string
  name: string
  hint: string
  lead?: Lead
}

/** From anywhere to anywhere: the rooms by what one does in them, and leads by name or company. */
export function Palette({ me, onClose }: { me: Me; onClose(): void }) {
  const words = useRoomWords(paletteWords)
  const { rooms } = useWords()
  const names = useNames()
  const [, go] = useLocation()
  const list = useId()
  const input = useRef<HTMLInputElement>(null)
  // After the dialog has opened, which takes the focus to its first button.
  useEffect(() => input.current?.focus(), [])
  const [typed, setTyped] = useState('')
  const [asked, setAsked] = useState('')
  const [at, setAt] = useState(0)
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(typed.trim()), settleMs)
    return () => window.clearTimeout(timer)
  }, [typed])
  const { data } = useQuery({
    queryKey: ['leads', 'palette', asked],
    queryFn: ({ signal }) => call<Page<Lead>>('GET', `/api/leads${queryOf({ q: asked, limit: 6 })}`, { signal }),
    enabled: asked !== '',
  })
  const wanted = typed.trim().toLowerCase()
  const places: Target[] = placesOf(me.roles)
    .map(({ room, path, id }) => ({ path, name: rooms[room], hint: words.does[id] }))
    .filter(({ name, hint }) => wanted === '' || `${name} ${hint}`.toLowerCase().includes(wanted))
  const leads: Target[] = (wanted === '' ? [] : (data?.items ?? [])).map((lead) => ({
    path: `/leads/${lead.id}`,
    name: names.lead(lead),
    hint: lead.company ?? '',
    lead,
  }))
  const targets = [...places, ...leads]
  const current = Math.min(at, Math.max(0, targets.length - 1))
  const open = (target: Target | undefined) => {
    if (!target) return
    onClose()
    go(target.path)
  }
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (event.key === 'Enter') open(targets[current])
    else if (step !== 0) setAt((current + step + targets.length) % Math.max(1, targets.length))
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={words.title} onClose={onClose}>
      <input
        ref={input}
        className="palette-input"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={targets.length > 0 ? `${list}-${current}` : undefined}
        aria-label={words.ask}
        placeholder={words.ask}
        maxLength={60}
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value)
          setAt(0)
        }}
        onKeyDown={press}
      />
      {targets.length === 0 ? <p className="quiet palette-none">{words.none}</p> : null}
      <div id={list} role="listbox" aria-label={words.title} className="palette-list">
        {targets.map((target, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          <div
            key={target.path}
            id={`${list}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === current}
            ref={(element) => {
              if (place === current) element?.scrollIntoView({ block: 'nearest' })
            }}
            onClick={() => open(target)}
          >
            <b dir="auto">{target.name}</b>
            <span className="quiet one-line" dir="auto">
              {target.hint}
            </span>
            {target.lead ? <Stage stage={target.lead.stage} /> : null}
          </div>
        ))}
      </div>
    </Dialog>
  )
}
