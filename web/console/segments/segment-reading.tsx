import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { call } from '../../shared/call.ts'
import { pages } from '../api/queries.ts'
import type { Lead, Segment, SegmentFields } from '../api/shapes.ts'
import { LeadRow } from '../leads/lead-row.tsx'
import '../leads/leads.css'
import { Dialog } from '../pieces/dialog.tsx'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { AddMembers } from './add-members.tsx'
import { useMayEdit } from './segments-room.tsx'
import { sentenceOf } from './sentence.ts'

/** What a segment asks and who is in it; people come and go by hand where it is static. */
export function SegmentReading({
  segment,
  choices,
  onEdit,
}: {
  segment: Segment
  choices: SegmentFields
  onEdit(): void
}) {
  const { segments: words, ...general } = useWords()
  const [, go] = useLocation()
  const reasonOf = useReason()
  const toasts = useToasts()
  const client = useQueryClient()
  const [isRemoving, setRemoving] = useState(false)
  const [isAdding, setAdding] = useState(false)
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const mayEdit = useMayEdit()
  const takes = mayEdit && segment.kind === 'static'
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
  const takeOut = async () => {
    try {
      await call('POST', `/api/segments/${segment.id}/members`, { body: { remove: [...picked] } })
      toasts.show({ id: 'segment', tone: 'good', text: words.takenOut(picked.size) })
      setPicked(new Set())
      await client.invalidateQueries({ queryKey: ['segments'] })
    } catch (error) {
      toasts.show({ id: 'segment', tone: 'bad', text: words.notSaved, hint: reasonOf(error) })
    }
  }
  const pick = (id: string) => (isPicked: boolean) => {
    const next = new Set(picked)
    if (isPicked) next.add(id)
    else next.delete(id)
    setPicked(next)
  }
  return (
    <div>
      <title>{`${segment.name} · Bowtie`}</title>
      <header className="bar">
        <Link href="/segments">{general.back}</Link>
        <h1 className="one-line" dir="auto" title={segment.name}>
          {segment.name}
        </h1>
        <p className="bar-facts" aria-live="polite">
          {words.kindNames[segment.kind]} ·{' '}
          {segment.progress ? words.filling(segment.progress.done, segment.progress.total) : words.people(segment.size)}
        </p>
        <span className="bar-space" />
        {mayEdit ? <Button onClick={() => setRemoving(true)}>{words.remove}</Button> : null}
        {takes ? <Button onClick={() => setAdding(true)}>{words.addPeople}</Button> : null}
        {mayEdit ? (
          <Button type={takes ? 'default' : 'primary'} onClick={onEdit}>
            {words.edit}
          </Button>
        ) : null}
      </header>
      <div className="segment-read">
        <p className="segment-sentence">
          {segment.condition ? sentenceOf(segment.condition, choices, words) : words.byHand}
        </p>
        <p className="segment-uses">
          <span className="quiet">
            {segment.usedBy.length > 0 ? words.usedBy(segment.usedBy.map(({ name }) => name)) : words.unused}
          </span>
          {mayEdit ? (
            <>
              <Link href={`/journeys/new?segment=${segment.id}`} className="segment-use">
                {words.toJourney}
              </Link>
              <Link href={`/journeys/new/broadcast?segment=${segment.id}`} className="segment-use">
                {words.toBroadcast}
              </Link>
            </>
          ) : null}
        </p>
      </div>
      {picked.size > 0 ? (
        <div className="segment-picked" role="toolbar" aria-label={words.pickedOnes(picked.size)}>
          <span>{words.pickedOnes(picked.size)}</span>
          <Button size="small" onClick={() => void takeOut()}>
            {words.takeOut}
          </Button>
          <Button size="small" type="text" onClick={() => setPicked(new Set())}>
            {general.cancel}
          </Button>
        </div>
      ) : null}
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
                {...(takes ? { isPicked: picked.has(lead.id), onPick: pick(lead.id) } : {})}
                onOpen={() => go(`/leads/${lead.id}`)}
              />
            ))}
          </tbody>
        </table>
      ) : null}
      {members.data?.length === 0 ? (
        <Empty
          title={words.nobodyYet}
          hint={segment.kind === 'live' ? words.nobodyYetHint : words.nobodyYetStatic}
          action={
            takes ? (
              <Button type="primary" onClick={() => setAdding(true)}>
                {words.addPeople}
              </Button>
            ) : undefined
          }
        />
      ) : null}
      <More query={members} />
      {isAdding ? <AddMembers segment={segment.id} onClose={() => setAdding(false)} /> : null}
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
