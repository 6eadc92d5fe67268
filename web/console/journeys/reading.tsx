import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown, Segmented, Select } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { usePhone } from '../look/use-phone.ts'
import { Skeleton } from '../pieces/states.tsx'
import { BroadcastProgress } from './broadcast-progress.tsx'
import { Desk, type Panel } from './desk.tsx'
import { DryRunPanel } from './dry-run.tsx'
import { EnrolDialog } from './enrol-dialog.tsx'
import { figuresOfCounts, figuresOfRun } from './figures.ts'
import { sayStep } from './kinds.ts'
import { Overview } from './overview.tsx'
import { countsQuery, type Detail, type DryRun } from './queries.ts'
import type { Selection } from './selection.ts'
import { StepPanel } from './step-panel.tsx'
import { inIt, SwitchDialog, type SwitchWord } from './switch.tsx'
import type { Talk } from './talk.ts'
import { type Journey, numberOf, stepAt } from './tree.ts'
import { VersionsPanel } from './versions-panel.tsx'

const YamlView = lazy(() => import('./yaml-view.tsx').then(({ YamlView }) => ({ default: YamlView })))

export type Shows = 'canvas' | 'outline' | 'yaml'
const spans = [7, 30, 90, 365]
type Beside = 'dry' | 'versions' | 'sends'

/** A journey as it runs: live figures on every step, who stands there, and what may be done with the whole. */
export function Reading({
  detail,
  hasDraft,
  mayEdit,
  talk,
  onEdit,
}: {
  detail: Detail
  hasDraft: boolean
  mayEdit: boolean
  talk: Talk
  onEdit(): void
}) {
  const { words } = talk
  const { id, version, journey } = detail
  const client = useQueryClient()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const shows = (search.get('view') ?? 'canvas') as Shows
  const isPhone = usePhone()
  const [selection, select] = useState<Selection | null>(null)
  const [beside, setBeside] = useState<Beside | null>(detail.broadcast ? 'sends' : null)
  const [run, setRun] = useState<DryRun | null>(null)
  const [days, setDays] = useState(30)
  const [asks, ask] = useState<SwitchWord | null>(null)
  const [isEnrolling, setEnrolling] = useState(false)
  const { data: counts } = useQuery(countsQuery(id, version, days))
  const figures = useMemo(() => (run ? figuresOfRun(run) : figuresOfCounts(counts)), [run, counts])
  const step = selection?.kind === 'step' ? stepAt(journey, selection.path) : undefined
  const pick = (next: Selection | null) => {
    select(next)
    setBeside(run ? 'dry' : null)
  }
  const open = (next: Beside) => {
    select(null)
    setBeside(beside === next ? null : next)
    if (next !== 'dry') setRun(null)
  }
  const restore = async (body: Journey) => {
    await call('PUT', `/api/journeys/drafts/${id}`, { body: { journey: body, base: version } })
    await client.invalidateQueries({ queryKey: ['journey-drafts'] })
    onEdit()
  }
  const panelOf = (): Panel | null => {
    if (selection?.kind === 'step' && step)
      return {
        title: step.name ?? `${numberOf(selection.path)} ${sayStep(step, talk)}`,
        onClose: () => select(null),
        body: (
          <StepPanel
            at={{ id, version, path: selection.path }}
            step={step}
            figures={figures.get(selection.path)}
            arms={counts?.steps.find((row) => row.step === selection.path)?.arms ?? []}
            talk={talk}
          />
        ),
      }
    if (selection?.kind === 'settings')
      return {
        title: words.settings,
        onClose: () => select(null),
        body: <Overview journey={journey} counts={counts} talk={talk} />,
      }
    const close = () => {
      setBeside(null)
      setRun(null)
    }
    const beside_: Record<Beside, () => Panel> = {
      dry: () => ({
        title: words.dryRun,
        onClose: close,
        body: <DryRunPanel journey={journey} isUnsaved={false} talk={talk} run={run} onRun={setRun} />,
      }),
      versions: () => ({
        title: words.save.versionsTitle,
        onClose: close,
        body: <VersionsPanel id={id} mayEdit={mayEdit} talk={talk} onRestore={(journey) => void restore(journey)} />,
      }),
      sends: () => ({
        title: words.broadcast.progress,
        onClose: close,
        body: <BroadcastProgress id={id} talk={talk} />,
      }),
    }
    return beside ? beside_[beside]() : null
  }
  const menu = [
    { key: 'sends', label: words.broadcast.progress, onClick: () => open('sends') },
    { key: 'versions', label: words.versions, onClick: () => open('versions') },
    ...(mayEdit
      ? [
          ...(detail.broadcast ? [] : [{ key: 'enrol', label: words.enrolHere, onClick: () => setEnrolling(true) }]),
          { key: 'copy', label: words.copyOf(detail.name), onClick: () => go(`/journeys/new?from=${id}`) },
          {
            key: 'switch',
            label: detail.paused ? words.resume : words.pause,
            onClick: () => ask(detail.paused ? 'resume' : 'pause'),
          },
          { key: 'stop', label: words.stop, danger: true, onClick: () => ask('stop') },
        ]
      : []),
  ]
  return (
    <div className="journey">
      <title>{`${detail.name} · Bowtie`}</title>
      <header className="bar journey-bar">
        <Link href={detail.broadcast ? '/journeys?tab=broadcast' : '/journeys'}>{talk.general.back}</Link>
        <h1 className="one-line" dir="auto">
          {detail.name}
        </h1>
        <p className="bar-facts">
          <span className="state-word" data-state={detail.paused ? 'paused' : 'running'}>
            {detail.paused ? words.states.paused : words.states.running}
          </span>
          <span>{words.version(version)}</span>
          <span>{`${words.inside} ${words.people(inIt(detail))}`}</span>
        </p>
        <span className="bar-space" />
        <Select
          size="small"
          aria-label={words.period}
          value={days}
          options={spans.map((value) => ({ value, label: words.lastDays(value) }))}
          onChange={setDays}
        />
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
          onChange={(view) => setSearch(view === 'canvas' ? {} : { view }, { replace: true })}
        />
        {mayEdit ? <Button onClick={() => open('dry')}>{words.dryRun}</Button> : null}
        <Dropdown menu={{ items: menu }} trigger={['click']}>
          <Button>{talk.general.more}</Button>
        </Dropdown>
        {mayEdit && !detail.broadcast ? (
          <Button type="primary" onClick={onEdit} title={hasDraft ? words.hasDraft : undefined}>
            {hasDraft ? words.hasDraft : words.edit}
          </Button>
        ) : null}
      </header>
      <Desk
        view={{
          ...{ journey, talk, figures, counts: run ? undefined : counts, selection, select: pick },
          faults: new Map(),
          hasOwnFaults: false,
          isEditing: false,
        }}
        shows={shows === 'outline' ? 'outline' : 'canvas'}
        panel={panelOf()}
        instead={
          shows === 'yaml' ? (
            <Suspense fallback={<Skeleton rows={8} />}>
              <YamlView journey={journey} talk={talk} />
            </Suspense>
          ) : undefined
        }
      />
      {isEnrolling ? <EnrolDialog id={id} name={detail.name} talk={talk} onClose={() => setEnrolling(false)} /> : null}
      {asks ? <SwitchDialog journey={detail} word={asks} onClose={() => ask(null)} /> : null}
    </div>
  )
}
