import { useQueryClient } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { lazy, Suspense, useMemo, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { call } from '../../shared/call.ts'
import { usePhone } from '../look/use-phone.ts'
import { Skeleton } from '../pieces/states.tsx'
import { useKeys } from '../shell/keys.ts'
import { useToasts } from '../shell/toasts.tsx'
import { Desk } from './desk.tsx'
import { panelWhileEditing } from './editing-panel.tsx'
import { figuresOfRun } from './figures.ts'
import { sayStep } from './kinds.ts'
import type { Detail, Draft, DryRun } from './queries.ts'
import type { Shows } from './reading.tsx'
import { SaveDialog } from './save-dialog.tsx'
import type { Selection } from './selection.ts'
import type { Talk } from './talk.ts'
import { type Journey, moveTo, removeAt, stepAt } from './tree.ts'
import { useDraft } from './use-draft.ts'

const YamlView = lazy(() => import('./yaml-view.tsx').then(({ YamlView }) => ({ default: YamlView })))

interface Beginning {
  id: string
  stored: Detail | null
  draft: Draft | null
  talk: Talk
}

/** A journey being written: kept and checked as it is written; in force only when somebody publishes it. */
export function Editing({ id, stored, draft, talk }: Beginning) {
  const { words } = talk
  const client = useQueryClient()
  const { show, hide } = useToasts()
  const [, go] = useLocation()
  const isPhone = usePhone()
  const [start] = useState(() => asJourney(draft?.body ?? stored?.journey ?? {}, id))
  const [base] = useState(draft ? draft.base : (stored?.version ?? null))
  const hand = useDraft(start, base, draft !== null)
  const { journey, checked, faults, ownFaults } = hand
  const [shows, setShows] = useState<Shows>('canvas')
  const [selection, select] = useState<Selection | null>(stored ? null : { kind: 'settings' })
  const [moving, setMoving] = useState<string | null>(null)
  const [isTrying, setTrying] = useState(false)
  const [run, setRun] = useState<DryRun | null>(null)
  const [isSaving, setSaving] = useState(false)
  const figures = useMemo(() => (run ? figuresOfRun(run) : new Map()), [run])
  const wrong = [...faults.values()].flat().length + ownFaults.length
  useKeys({
    // In a field they are the field's own.
    'mod+z': ({ target }) => !isField(target) && hand.undo?.(),
    'mod+y': ({ target }) => !isField(target) && hand.redo?.(),
    delete: () => (selection?.kind === 'step' ? remove(selection.path) : false),
    backspace: () => (selection?.kind === 'step' ? remove(selection.path) : false),
  })
  const writtenAt = useRef('')
  const change = (next: Journey, apart = false) => {
    setRun(null)
    // Whoever goes to another step begins another change, however fast he is.
    const place = JSON.stringify(selection)
    hand.change(next, apart || place !== writtenAt.current)
    writtenAt.current = place
  }
  const remove = (path: string) => {
    const step = stepAt(journey, path)
    if (!step) return
    const before = journey
    change(removeAt(journey, path), true)
    select(null)
    show({
      id: 'step',
      text: words.removed(step.name ?? sayStep(step, talk)),
      action: {
        label: words.undo,
        run: () => {
          hand.change(before, true)
          hide('step')
        },
      },
    })
  }
  const pick = (next: Selection | null) => {
    setTrying(false)
    if (moving !== null && next?.kind === 'spot') {
      const moved = moveTo(journey, moving, next.spot)
      change(moved.tree, true)
      setMoving(null)
      select({ kind: 'step', path: moved.path })
      return
    }
    if (next?.kind !== 'spot') setMoving(null)
    select(next)
  }
  const leave = async () => {
    await call('DELETE', `/api/journeys/drafts/${id}`).catch(() => undefined)
    await client.invalidateQueries({ queryKey: ['journey-drafts'] })
  }
  const discard = async () => {
    go(stored ? `/journeys/${id}` : '/journeys', { replace: true })
    await leave()
    show({
      id: 'step',
      text: words.discarded,
      action: {
        label: words.undo,
        run: () => {
          void call('PUT', `/api/journeys/drafts/${id}`, { body: { journey, base } })
            .then(() => client.invalidateQueries({ queryKey: ['journey-drafts'] }))
            .then(() => go(`/journeys/${id}?edit=yes`))
          hide('step')
        },
      },
    })
  }
  const panel = isTrying ? 'dry' : moving !== null && selection === null ? 'moving' : selection
  return (
    <div className="journey">
      <title>{`${journey.name ?? words.fresh} · Bowtie`}</title>
      <header className="bar journey-bar">
        <Link href={stored ? `/journeys/${id}` : '/journeys'}>{talk.general.back}</Link>
        <h1 className="one-line" dir="auto">
          {journey.name ?? words.fresh}
        </h1>
        <p className="bar-facts" aria-live="polite">
          <span className="state-word" data-state="draft">
            {words.states.draft}
          </span>
          <button
            type="button"
            className="link-button"
            onClick={() => pick(firstFault(faults) ?? { kind: 'settings' })}
          >
            {checked ? (wrong > 0 ? words.faultsLeft(wrong) : words.faultless) : null}
          </button>
        </p>
        <span className="bar-space" />
        <Segmented<Shows>
          size="small"
          aria-label={words.canvas}
          value={isPhone && shows === 'canvas' ? 'outline' : shows}
          options={(isPhone ? (['outline', 'yaml'] as const) : (['canvas', 'outline', 'yaml'] as const)).map(
            (value) => ({
              value,
              label: words[value],
            }),
          )}
          onChange={setShows}
        />
        <Button type="text" disabled={!hand.undo} onClick={() => hand.undo?.()}>
          {words.undo}
        </Button>
        <Button type="text" disabled={!hand.isChanged} onClick={() => void discard()}>
          {words.discard}
        </Button>
        <Button
          onClick={() => {
            setTrying(!isTrying)
            setRun(null)
          }}
          disabled={!checked || wrong > 0}
        >
          {words.dryRun}
        </Button>
        <Button type="primary" disabled={!checked || wrong > 0} onClick={() => setSaving(true)}>
          {words.publish}
        </Button>
      </header>
      {stored && base !== null && base < stored.version ? (
        <p className="journey-note">{words.newerVersion(base, stored.version)}</p>
      ) : null}
      <Desk
        view={{
          ...{ journey, talk, figures, faults, selection, select: pick },
          counts: undefined,
          hasOwnFaults: ownFaults.length > 0,
          isEditing: true,
        }}
        shows={shows === 'outline' ? 'outline' : 'canvas'}
        panel={panelWhileEditing({
          ...{ what: panel, journey, hand, talk, change, select, remove, run },
          onRun: setRun,
          onMove: (path) => {
            select(null)
            setMoving(path)
          },
          onClose: () => {
            select(null)
            setMoving(null)
            setTrying(false)
            setRun(null)
          },
        })}
        instead={
          shows === 'yaml' ? (
            <Suspense fallback={<Skeleton rows={8} />}>
              <YamlView key={hand.revision} journey={journey} talk={talk} onChange={change} />
            </Suspense>
          ) : undefined
        }
      />
      {isSaving && checked?.journey ? (
        <SaveDialog
          journey={checked.journey as Journey}
          before={stored?.journey ?? null}
          checked={checked}
          talk={talk}
          onClose={() => setSaving(false)}
          onSaved={(said) => {
            show({ id: 'journey', tone: 'good', text: said })
            go(`/journeys/${id}`, { replace: true })
          }}
        />
      ) : null}
    </div>
  )
}

/** A draft as far as it is one: whatever was kept, the room can show. */
function asJourney(body: Partial<Journey>, id: string): Journey {
  const { steps, trigger, exits, reentry = 'never', concurrent = false, ...rest } = body
  return {
    ...{ ...rest, id, reentry, concurrent },
    exits: Array.isArray(exits) ? exits : [],
    trigger: typeof trigger === 'object' && trigger !== null ? trigger : { manual: true },
    steps: Array.isArray(steps) ? steps : [],
  }
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement

function firstFault(faults: ReadonlyMap<string, unknown>): Selection | null {
  const [path] = faults.keys()
  return path === undefined ? null : { kind: 'step', path }
}
