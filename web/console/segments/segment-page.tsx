import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { call } from '../../shared/call.ts'
import { pages, segmentQuery } from '../api/queries.ts'
import type { Condition, Lead, Segment, SegmentFields } from '../api/shapes.ts'
import { LeadRow } from '../leads/lead-row.tsx'
import '../leads/leads.css'
import { Dialog } from '../pieces/dialog.tsx'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { Estimated } from './estimated.tsx'
import { isNothing } from './query.ts'
import './segments.css'
import { useMayEdit } from './segments-room.tsx'
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
  return segment.data ? <Reading segment={segment.data} choices={choices.data} onEdit={() => setEditing(true)} /> : null
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

function Reading({ segment, choices, onEdit }: { segment: Segment; choices: SegmentFields; onEdit(): void }) {
  const { segments: words, ...general } = useWords()
  const [, go] = useLocation()
  const reasonOf = useReason()
  const toasts = useToasts()
  const client = useQueryClient()
  const [isRemoving, setRemoving] = useState(false)
  const mayEdit = useMayEdit()
  const members = useInfiniteQuery({
    ...pages<Lead>(['segments', segment.id, 'leads', segment.size], `/api/segments/${segment.id}/leads`),
    placeholderData: (before) => before,
  })
  const remove = async () => {
    setRemoving(false)
    try {
      await call('DELETE', `/api/segments/${segment.id}`)
      await client.invalidateQueries({ queryKey: ['segments'], exact: true })
      go('/segments', { replace: true })
    } catch (error) {
      toasts.show({ id: 'segment', tone: 'bad', text: words.notRemoved, hint: reasonOf(error) })
    }
  }
  return (
    <div>
      <title>{`${segment.name} · Bowtie`}</title>
      <header className="bar">
        <Link href="/segments">{general.back}</Link>
        <h1>{segment.name}</h1>
        <p className="bar-facts" aria-live="polite">
          {words.kindNames[segment.kind]} ·{' '}
          {segment.progress ? words.filling(segment.progress.done, segment.progress.total) : words.people(segment.size)}
        </p>
        <span className="bar-space" />
        {mayEdit ? <Button onClick={() => setRemoving(true)}>{words.remove}</Button> : null}
        {mayEdit ? (
          <Button type="primary" onClick={onEdit}>
            {words.edit}
          </Button>
        ) : null}
      </header>
      <div className="segment-read">
        <p className="segment-sentence">
          {segment.condition ? sentenceOf(segment.condition, choices, words) : words.byHand}
        </p>
        <p className="quiet">
          {segment.usedBy.length > 0 ? words.usedBy(segment.usedBy.map(({ name }) => name)) : words.unused}
          <code className="segment-trigger">{`trigger: { segment: ${segment.id} }`}</code>
        </p>
      </div>
      {members.isPending ? <Skeleton rows={6} tall /> : null}
      {members.error && !members.data ? <Failure error={members.error} onRetry={() => void members.refetch()} /> : null}
      {members.data && members.data.length > 0 ? (
        <table className="lead-table" aria-label={words.members}>
          <tbody>
            {members.data.map((lead) => (
              <LeadRow
                key={lead.id}
                lead={lead}
                columns={['stage', 'score', 'source', 'owner', 'tags']}
                isCurrent={false}
                onOpen={() => go(`/leads/${lead.id}`)}
              />
            ))}
          </tbody>
        </table>
      ) : null}
      {members.data?.length === 0 ? (
        <Empty title={words.nobodyYet} hint={segment.kind === 'live' ? words.nobodyYetHint : words.nobodyYetStatic} />
      ) : null}
      <More query={members} />
      {isRemoving ? (
        <Dialog
          title={words.removeAsk(segment.name)}
          onClose={() => setRemoving(false)}
          foot={
            <>
              <Button onClick={() => setRemoving(false)}>{general.cancel}</Button>
              <Button type="primary" danger onClick={() => void remove()}>
                {words.remove}
              </Button>
            </>
          }
        >
          <p>{words.removeHint}</p>
        </Dialog>
      ) : null}
    </div>
  )
}
