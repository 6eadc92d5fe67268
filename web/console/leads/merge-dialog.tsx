import { useQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { call, queryOf } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import type { Lead, Page } from '../api/shapes.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { Stage } from '../pieces/stage.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import type { MergePreview } from './work-queries.ts'

interface Question {
  lead: Lead
  onClose(): void
  onMerged(kept: Lead, gone: Lead): void
}

/** Whom this lead is one with, and what a merge would do, before it is done. */
export function MergeDialog({ lead, onClose, onMerged }: Question) {
  const words = useWords()
  const names = useNames()
  const reasonOf = useReason()
  const { show } = useToasts()
  const say = words.work.merge
  const [q, setQ] = useState(lead.name)
  const [otherId, setOtherId] = useState<string>()
  const [isSwapped, setSwapped] = useState(false)
  const [isBusy, setBusy] = useState(false)
  const found = useQuery({
    queryKey: ['merge-search', q.trim()],
    queryFn: ({ signal }) => call<Page<Lead>>('GET', `/api/leads${queryOf({ q: q.trim(), limit: 10 })}`, { signal }),
    enabled: q.trim() !== '' && otherId === undefined,
  })
  const [keepId, goneId] = isSwapped ? [otherId, lead.id] : [lead.id, otherId]
  const preview = useQuery({
    queryKey: ['merge-preview', keepId, goneId],
    queryFn: ({ signal }) =>
      call<MergePreview>('GET', `/api/leads/${keepId}/merge-preview?leadId=${goneId}`, { signal }),
    enabled: otherId !== undefined,
    gcTime: 0,
  })
  const merge = async ({ keep, other }: MergePreview) => {
    setBusy(true)
    try {
      await call('POST', `/api/leads/${keep.id}/merge`, { body: { leadId: other.id } })
      onMerged(keep, other)
    } catch (error) {
      show({ id: 'merge', tone: 'bad', text: say.confirm, hint: reasonOf(error) })
      setBusy(false)
    }
  }
  const others = (found.data?.items ?? []).filter(({ id }) => id !== lead.id)
  return (
    <Dialog
      title={say.start}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            type="primary"
            disabled={!preview.data}
            loading={isBusy}
            onClick={() => preview.data && void merge(preview.data)}
          >
            {say.confirm}
          </Button>
        </>
      }
    >
      <Input
        value={q}
        maxLength={100}
        autoFocus
        placeholder={say.search}
        aria-label={say.search}
        onChange={({ target }) => {
          setQ(target.value)
          setOtherId(undefined)
        }}
      />
      {otherId === undefined ? (
        <>
          <p className="quiet small">{found.data && others.length === 0 ? say.nobody : say.choose}</p>
          <ul className="merge-choice">
            {others.map((other) => (
              <li key={other.id}>
                <button type="button" onClick={() => setOtherId(other.id)}>
                  <b dir="auto">{names.lead(other)}</b>
                  <span className="quiet" dir="auto">
                    {[other.company, other.title, ...other.identities.map(({ value }) => value)]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                  <Stage stage={other.stage} desk={other.desk} />
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {preview.isLoading ? <Skeleton rows={3} /> : null}
      {preview.error ? <Failure error={preview.error} onRetry={() => void preview.refetch()} /> : null}
      {preview.data ? <Preview preview={preview.data} onSwap={() => setSwapped(!isSwapped)} /> : null}
    </Dialog>
  )
}

function Preview({ preview, onSwap }: { preview: MergePreview; onSwap(): void }) {
  const { work } = useWords()
  const names = useNames()
  const say = work.merge
  const { keep, other, learns, brings, cancels, optsOut, waits } = preview
  // Isolated, so that a name written from right to left turns nothing around it.
  const side = (lead: Lead) => `\u2068${[names.lead(lead), lead.company].filter(Boolean).join(' · ')}\u2069`
  const parts = (Object.keys(say.parts) as (keyof typeof brings)[])
    .filter((part) => brings[part] > 0)
    .map((part) => say.parts[part](brings[part]))
  return (
    <div className="merge-preview">
      <p>
        <b dir="auto">{say.keeps(side(keep))}</b>
      </p>
      <ul className="merge-effects">
        {learns.length > 0 ? (
          <li dir="auto">
            {say.learns(learns.map(({ field, value }) => `${work.fields[field] ?? field} ${value}`).join('；'))}
          </li>
        ) : null}
        <li>{parts.length > 0 ? say.brings(parts.join('、')) : say.nothing}</li>
        {cancels.offers + cancels.messages > 0 ? (
          <li className="merge-warn">{say.cancels(cancels.offers, cancels.messages)}</li>
        ) : null}
        {waits ? <li>{say.waits}</li> : null}
        {optsOut ? <li className="merge-warn">{say.optsOut}</li> : null}
        <li className="quiet">{say.undoable}</li>
      </ul>
      <button type="button" className="link-button small" onClick={onSwap}>
        {say.swap}（<span dir="auto">{side(other)}</span>）
      </button>
    </div>
  )
}
