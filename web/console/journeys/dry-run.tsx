import { Button, InputNumber, Segmented } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { Field } from './field.tsx'
import { type ChosenLead, LeadChoice } from './lead-choice.tsx'
import type { DryRun } from './queries.ts'
import { RunReport } from './run-report.tsx'
import { SegmentField } from './segment-field.tsx'
import type { Talk } from './talk.ts'
import type { Journey } from './tree.ts'

const whos = ['all', 'segment', 'leads'] as const
type Who = (typeof whos)[number]
const shown = 50

/** What a journey would do to some people: asked here, drawn on the canvas. */
export function DryRunPanel({
  journey,
  isUnsaved,
  talk,
  run,
  onRun,
}: {
  journey: Journey
  isUnsaved: boolean
  talk: Talk
  run: DryRun | null
  onRun(run: DryRun | null): void
}) {
  const { words } = talk
  const { dry } = words
  const reasonOf = useReason()
  const [who, setWho] = useState<Who>('all')
  const [segment, setSegment] = useState('segment' in journey.trigger ? journey.trigger.segment : '')
  const [leads, setLeads] = useState<ChosenLead[]>([])
  const [days, setDays] = useState(30)
  const [isRunning, setRunning] = useState(false)
  const [fault, setFault] = useState('')
  const asked = {
    all: { leadIds: 'all' },
    segment: { segment },
    leads: { leadIds: leads.map(({ value }) => value) },
  }[who]
  const isReady = who === 'all' || (who === 'segment' ? segment !== '' : leads.length > 0)
  const play = async () => {
    setRunning(true)
    setFault('')
    try {
      const body = { ...asked, days, show: shown, ...(isUnsaved ? { journey } : {}) }
      onRun(await call<DryRun>('POST', `/api/journeys/${journey.id}/dry-run`, { body }))
    } catch (error) {
      onRun(null)
      setFault(reasonOf(error))
    } finally {
      setRunning(false)
    }
  }
  return (
    <>
      <p className="quiet">{dry.hint}</p>
      {isUnsaved ? <p className="quiet">{dry.unsaved}</p> : null}
      <Field label={dry.who}>
        <Segmented<Who>
          block
          aria-label={dry.who}
          value={who}
          options={whos.map((value) => ({ value, label: dry.whos[value] }))}
          onChange={setWho}
        />
      </Field>
      {who === 'segment' ? <SegmentField label={dry.segment} value={segment} onChange={setSegment} /> : null}
      {who === 'leads' ? (
        <Field label={dry.whos.leads}>
          <LeadChoice label={dry.leads} value={leads} onChange={setLeads} />
        </Field>
      ) : null}
      <Field label={dry.days}>
        <InputNumber
          aria-label={dry.days}
          min={1}
          max={365}
          precision={0}
          value={days}
          suffix={words.forms.days}
          onChange={(next) => setDays(next ?? 30)}
        />
      </Field>
      <Button type="primary" loading={isRunning} disabled={!isReady} onClick={() => void play()}>
        {run ? dry.again : dry.run}
      </Button>
      {fault ? <p role="alert">{fault}</p> : null}
      {run ? <RunReport run={run} journey={journey} talk={talk} /> : null}
    </>
  )
}
