import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useLocation } from 'wouter'
import { call } from '../../shared/call.ts'
import { segmentQuery } from '../api/queries.ts'
import type { Condition, Segment, SegmentFields } from '../api/shapes.ts'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { Estimated } from './estimated.tsx'
import { isNothing } from './query.ts'
import { SegmentReading } from './segment-reading.tsx'
import './segments.css'
import { sentenceOf } from './sentence.ts'
import { useChoices } from './use-choices.ts'

const Builder = lazy(() => import('./builder.tsx').then(({ Builder }) => ({ default: Builder })))

/** One segment: what it asks, who is in it; or a new one. */
export function SegmentPage({ id }: { id: string }) {
  const isNew = id === 'new'
  const segment = useQuery({ ...segmentQuery(id), enabled: !isNew })
  const choices = useChoices()
  const [isEditing, setEditing] = useState(isNew)
  const error = segment.error ?? choices.error
  if (error) return <Failure error={error} onRetry={() => void Promise.all([segment.refetch(), choices.refetch()])} />
  if (!choices.data || (!isNew && !segment.data)) return <Skeleton rows={8} tall />
  if (isEditing)
    return <Editing segment={segment.data ?? null} choices={choices.data} onEnd={() => setEditing(false)} />
  return segment.data ? (
    <SegmentReading segment={segment.data} choices={choices.data} onEdit={() => setEditing(true)} />
  ) : null
}

function Editing({ segment, choices, onEnd }: { segment: Segment | null; choices: SegmentFields; onEnd(): void }) {
  const words = useWords()
  const reasonOf = useReason()
  const toasts = useToasts()
  const client = useQueryClient()
  const [, go] = useLocation()
  const [name, setName] = useState(segment?.name ?? '')
  const [kind, setKind] = useState<Segment['kind']>(segment?.kind ?? 'live')
  const [condition, setCondition] = useState<Condition>(segment?.condition ?? { all: [] })
  const [isSaving, setSaving] = useState(false)
  const asks = !isNothing(condition)
  const save = async () => {
    setSaving(true)
    try {
      const body = { name, kind, ...(asks ? { condition } : {}) }
      const saved = await call<Segment>(
        segment ? 'PUT' : 'POST',
        segment ? `/api/segments/${segment.id}` : '/api/segments',
        { body },
      )
      await client.invalidateQueries({ queryKey: ['segments'] })
      if (segment) onEnd()
      else go(`/segments/${saved.id}`, { replace: true })
    } catch (error) {
      toasts.show({ id: 'segment', tone: 'bad', text: words.segments.notSaved, hint: reasonOf(error) })
    } finally {
      setSaving(false)
    }
  }
  return (
    <div>
      <title>{`${segment?.name ?? words.segments.create} · Bowtie`}</title>
      <header className="bar">
        <h1>{segment ? words.segments.editTitle : words.segments.create}</h1>
        <span className="bar-space" />
        <Button onClick={() => (segment ? onEnd() : go('/segments'))}>{words.cancel}</Button>
        <Button
          type="primary"
          loading={isSaving}
          disabled={!name.trim() || (kind === 'live' && !asks)}
          onClick={() => void save()}
        >
          {words.segments.save}
        </Button>
      </header>
      <div className="segment-edit">
        <section>
          <div className="segment-name">
            <Input
              aria-label={words.segments.name}
              placeholder={words.segments.namePlaceholder}
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            {segment ? null : (
              <Segmented
                value={kind}
                options={(['live', 'static'] as const).map((value) => ({
                  value,
                  label: words.segments.kindNames[value],
                }))}
                onChange={setKind}
              />
            )}
          </div>
          <p className="quiet">{words.segments.kindHints[kind]}</p>
          <Suspense fallback={<Skeleton rows={3} tall />}>
            <Builder start={condition} choices={choices} onChange={setCondition} />
          </Suspense>
        </section>
        <aside className="segment-aside">
          <p className="segment-sentence">
            {asks ? sentenceOf(condition, choices, words.segments) : words.segments.askSomething}
          </p>
          {asks ? <Estimated condition={condition} /> : null}
        </aside>
      </div>
    </div>
  )
}
