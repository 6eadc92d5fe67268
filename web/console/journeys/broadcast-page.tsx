import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Segmented } from 'antd'
import { useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { call, serverNow } from '../../shared/call.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { segmentsQuery, useMe } from '../api/queries.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { Estimated } from '../segments/estimated.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { Field } from './field.tsx'
import './journeys.css'
import './panels.css'
import { PieceChoice, type Send, sayPiece } from './piece-choice.tsx'
import type { DryRun } from './queries.ts'
import { SegmentField } from './segment-field.tsx'
import { type Talk, useTalk } from './talk.ts'

interface Report {
  journey: string
  accepted: number
  refused: unknown[]
}

/** One piece to the people of a segment: what, to whom, when, and what the rules will hold back, before anything goes. */
export function BroadcastPage() {
  const talk = useTalk()
  const { words, general, condition } = talk
  const said = words.broadcast
  const me = useMe()
  const client = useQueryClient()
  const [, go] = useLocation()
  const [search] = useSearchParams()
  const { show } = useToasts()
  const reasonOf = useReason()
  const segments = useQuery(segmentsQuery)
  const [name, setName] = useState('')
  const [send, setSend] = useState<Send>({ content: search.get('content') ?? '' })
  const [segment, setSegment] = useState(search.get('segment') ?? '')
  const [when, setWhen] = useState<'now' | 'later'>('now')
  const [at, setAt] = useState('')
  const [isAsking, setAsking] = useState(false)
  const [isSending, setSending] = useState(false)
  const found = segments.data?.items.find(({ id }) => id === segment)
  const hasPiece = !('content' in send) || send.content !== ''
  const isReady = hasPiece && found !== undefined && (when === 'now' || at !== '')
  const whom = found ? `「${found.name}」${general.segments.people(found.size)}` : ''
  const what = 'content' in send ? { content: send.content } : { pick: { need: send.need, kind: send.kind } }
  const fail = (error: unknown) => show({ id: 'broadcast', tone: 'bad', text: words.notDone, hint: reasonOf(error) })
  const test = async () => {
    try {
      await call('POST', '/api/broadcasts', { body: { ...what, test: me?.userid } })
      show({ id: 'broadcast', tone: 'good', text: said.tested })
    } catch (error) {
      fail(error)
    }
  }
  const start = async () => {
    setSending(true)
    try {
      const body = {
        ...(name.trim() ? { name: name.trim() } : {}),
        ...what,
        segment,
        ...(when === 'later' ? { at: new Date(at).toISOString() } : {}),
      }
      const report = await call<Report>('POST', '/api/broadcasts', { body })
      await client.invalidateQueries({ queryKey: ['journeys'] })
      const hint = report.refused.length > 0 ? said.refused(report.refused.length) : ''
      show({ id: 'broadcast', tone: 'good', text: said.sent(report.accepted), ...(hint ? { hint } : {}) })
      go(`/journeys/${report.journey}`, { replace: true })
    } catch (error) {
      setSending(false)
      setAsking(false)
      fail(error)
    }
  }
  return (
    <div>
      <title>{`${said.title} · Bowtie`}</title>
      <header className="bar">
        <Link href="/journeys?tab=broadcast">{general.back}</Link>
        <h1>{words.newBroadcast}</h1>
        <span className="bar-space" />
        <Button
          disabled={!('content' in send) || !hasPiece || !me?.userid}
          title={'content' in send ? said.testHint : said.testNeedsPiece}
          onClick={() => void test()}
        >
          {said.test}
        </Button>
        <Button type="primary" disabled={!isReady} onClick={() => setAsking(true)}>
          {(when === 'now' ? said.go : said.schedule)(general.segments.people(found?.size ?? 0))}
        </Button>
      </header>
      <div className="broadcast">
        <section aria-label={said.what}>
          <h2>{said.what}</h2>
          <Field label={said.name}>
            <Input
              aria-label={said.name}
              placeholder={said.namePlaceholder}
              maxLength={60}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          </Field>
          <Segmented
            aria-label={words.forms.what}
            value={'content' in send ? 'one' : 'best'}
            options={(['one', 'best'] as const).map((value) => ({ value, label: words.forms.sends[value] }))}
            onChange={(way) => setSend(way === 'one' ? { content: '' } : { pick: 'best' })}
          />
          <PieceChoice send={send} talk={talk} onChange={setSend} />
          <h2>{said.when}</h2>
          <Segmented
            aria-label={said.when}
            value={when}
            options={(['now', 'later'] as const).map((value) => ({ value, label: said.whens[value] }))}
            onChange={setWhen}
          />
          {when === 'later' ? (
            <Field label={said.when} hint={said.whenHint}>
              <input
                type="datetime-local"
                className="native-field"
                aria-label={said.whens.later}
                value={at}
                onChange={({ target }) => setAt(target.value)}
              />
            </Field>
          ) : null}
        </section>
        <section aria-label={said.who}>
          <h2>{said.who}</h2>
          <SegmentField label={said.segment} value={segment} onChange={setSegment} />
          {found ? (
            <>
              <p dir="auto">{found.condition ? condition(found.condition) : general.segments.byHand}</p>
              {found.condition ? (
                <Estimated condition={found.condition} />
              ) : (
                <p className="segment-count">{general.segments.people(found.size)}</p>
              )}
            </>
          ) : (
            <p className="quiet">{said.chooseSegment}</p>
          )}
          {found && hasPiece ? <Foresight segment={segment} send={send} talk={talk} /> : null}
        </section>
      </div>
      {isAsking ? (
        <Dialog
          title={
            when === 'now' ? said.askNow : said.askLater(sayWhen(new Date(at).toISOString(), serverNow(), general))
          }
          onClose={() => setAsking(false)}
          foot={
            <>
              <Button onClick={() => setAsking(false)}>{general.cancel}</Button>
              <Button type="primary" loading={isSending} onClick={() => void start()}>
                {(when === 'now' ? said.go : said.schedule)(general.segments.people(found?.size ?? 0))}
              </Button>
            </>
          }
        >
          <p dir="auto">
            {said.askWhat('content' in send ? `《${talk.piece(send.content)}》` : sayPiece(send, talk), whom)}
          </p>
        </Dialog>
      ) : null}
    </div>
  )
}

/** What the rules will put off and hold back, played over the segment as it stands. */
function Foresight({ segment, send, talk }: { segment: string; send: Send; talk: Talk }) {
  const { words } = talk
  const said = words.broadcast
  const { data, error, refetch } = useQuery({
    queryKey: ['broadcast-foresight', segment, send],
    queryFn: ({ signal }) =>
      call<DryRun>('POST', '/api/journeys/broadcast/dry-run', {
        body: { segment, days: 14, journey: { id: 'broadcast', trigger: { manual: true }, steps: [{ send }] } },
        signal,
      }),
    staleTime: 0,
  })
  if (error) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={3} />
  const step = data.steps[0]?.outcomes ?? {}
  const held = [
    ...data.refused.map(({ message, count }) => [message, count] as const),
    ...Object.entries(data.putOff).map(
      ([id, count]) => [`${words.dry.putOff}：${words.refusals[id] ?? id}`, count] as const,
    ),
    ...Object.entries(step).flatMap(([outcome, count]) => {
      if (outcome === 'nothing') return [[words.outcomes.nothing ?? outcome, count] as const]
      const [, why] = /^refused:(.+)$/.exec(outcome) ?? []
      return why === undefined ? [] : [[words.refusedFor(words.refusals[why] ?? why), count] as const]
    }),
  ]
  return (
    <div className="foresight" aria-live="polite">
      <h3 className="panel-part">{said.foresee}</h3>
      <p>
        <b>{said.reachable(data.sends, data.asked)}</b>
      </p>
      {data.more ? <p className="quiet small">{said.more}</p> : null}
      {held.length === 0 ? <p className="quiet">{said.none}</p> : null}
      <ul className="outcomes">
        {held.map(([why, count]) => (
          <li key={why}>
            <span dir="auto">{why}</span>
            <b>{count.toLocaleString(talk.general.time.locale)}</b>
          </li>
        ))}
      </ul>
      <p className="quiet small">{said.foreseeHint}</p>
    </div>
  )
}
