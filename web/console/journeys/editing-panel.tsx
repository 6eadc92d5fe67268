import { AddStep } from './add-step.tsx'
import type { Panel } from './desk.tsx'
import { DryRunPanel } from './dry-run.tsx'
import { treatmentOf } from './kinds.ts'
import type { DryRun } from './queries.ts'
import type { Selection } from './selection.ts'
import { SettingsForm } from './settings-form.tsx'
import { Faults, StepForm } from './step-form.tsx'
import type { Talk } from './talk.ts'
import {
  insertAt,
  type Journey,
  kindOf,
  moveTo,
  neighbourSpot,
  numberOf,
  pathOf,
  replaceAt,
  spotOf,
  stepAt,
} from './tree.ts'
import type { DraftInHand } from './use-draft.ts'

interface Work {
  what: Selection | 'dry' | 'moving' | null
  journey: Journey
  hand: DraftInHand
  talk: Talk
  change(journey: Journey, apart?: boolean): void
  select(selection: Selection | null): void
  remove(path: string): void
  run: DryRun | null
  onRun(run: DryRun | null): void
  onMove(path: string): void
  onClose(): void
}

/** What lies beside the journey while it is written: the form of what is picked. */
export function panelWhileEditing(work: Work): Panel | null {
  const { what, journey, hand, talk, change, select, onClose } = work
  const { words } = talk
  if (what === null) return null
  if (what === 'moving') return { title: words.move.into, onClose, body: <p>{words.moveHint}</p> }
  if (what === 'dry')
    return {
      title: words.dryRun,
      onClose,
      body: <DryRunPanel journey={journey} isUnsaved talk={talk} run={work.run} onRun={work.onRun} />,
    }
  if (what.kind === 'spot')
    return {
      title: words.chooseKind,
      onClose,
      body: (
        <AddStep
          talk={talk}
          onChoose={(kind) => {
            change(insertAt(journey, what.spot, treatmentOf(kind).fresh()), true)
            select({ kind: 'step', path: pathOf(what.spot) })
          }}
        />
      ),
    }
  if (what.kind === 'settings')
    return {
      title: words.settings,
      onClose,
      body: (
        <>
          <Faults
            faults={hand.ownFaults.map(
              ({ field, message }) => `${words.save.settings[/^\w+/.exec(field)?.[0] ?? ''] ?? field} ${message}`,
            )}
          />
          <SettingsForm key={hand.revision} journey={journey} talk={talk} onChange={change} />
        </>
      ),
    }
  const { path } = what
  const step = stepAt(journey, path)
  if (!step) return null
  const shift = (by: -1 | 1) => {
    const spot = neighbourSpot(journey, path, by)
    if (!spot) return null
    return () => {
      const moved = moveTo(journey, path, spot)
      change(moved.tree, true)
      select({ kind: 'step', path: moved.path })
    }
  }
  const { list, index } = spotOf(path)
  return {
    title: `${numberOf(path)} ${step.name ?? words.kinds[kindOf(step)]}`,
    onClose,
    body: (
      <StepForm
        key={`${path}/${hand.revision}`}
        step={step}
        faults={hand.faults.get(path) ?? []}
        talk={talk}
        onChange={(next) => change(replaceAt(journey, path, next))}
        moves={{
          up: shift(-1),
          down: shift(1),
          into: () => work.onMove(path),
          remove: () => work.remove(path),
          copy() {
            const { name: _, ...copy } = step
            change(insertAt(journey, { list, index: index + 1 }, copy), true)
            select({ kind: 'step', path: pathOf({ list, index: index + 1 }) })
          },
        }}
      />
    ),
  }
}
