import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { Link, Redirect, useLocation, useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { segmentsQuery } from '../api/queries.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import './journeys.css'
import { type Detail, journeysQuery, type Summary } from './queries.ts'
import { sayTrigger } from './say-rules.ts'
import { type Talk, useTalk } from './talk.ts'
import type { Journey } from './tree.ts'

/**
 * How a journey begins: blank, as a copy (`?from=ID`), or for a segment (`?segment=ID`). It is a draft at once, at the address
 * it will have.
 */
export function NewJourney() {
  const talk = useTalk()
  const { words } = talk
  const client = useQueryClient()
  const [, go] = useLocation()
  const [search] = useSearchParams()
  const [error, setError] = useState<Error | null>(null)
  const journeys = useQuery(journeysQuery)
  const segments = useQuery(segmentsQuery)
  const segment = search.get('segment')
  const from = search.get('from')
  const isBroadcast = search.has('broadcast')
  const isBegun = useRef(false)
  const begin = useCallback(
    async (journey: Omit<Journey, 'id' | 'concurrent'>) => {
      if (isBegun.current) return
      isBegun.current = true
      const id = `journey-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`
      try {
        await call('PUT', `/api/journeys/drafts/${id}`, { body: { journey: { ...journey, id }, base: null } })
        await client.invalidateQueries({ queryKey: ['journey-drafts'] })
        go(`/journeys/${id}?edit=yes`, { replace: true })
      } catch (failed) {
        isBegun.current = false
        setError(failed as Error)
      }
    },
    [client, go],
  )
  const copy = useCallback(
    (id: string) =>
      call<Detail>('GET', `/api/journeys/${encodeURIComponent(id)}`)
        .then(({ journey, name }) => begin({ ...journey, name: words.copied(name).slice(0, 60) }))
        .catch((failed: Error) => setError(failed)),
    [begin, words],
  )
  const found = segments.data?.items.find(({ id }) => id === segment)
  useEffect(() => {
    if (isBroadcast) return
    if (from) void copy(from)
    else if (segment && found)
      void begin({
        name: words.forSegment(found.name).slice(0, 60),
        trigger: { segment },
        reentry: 'never',
        exits: [{ leftSegment: segment }],
        steps: [],
      })
  }, [from, segment, found, isBroadcast, copy, begin, words])
  // As it was spelt before broadcasts had a page of their own.
  if (isBroadcast) return <Redirect to={`/journeys/new/broadcast?segment=${segment ?? ''}`} replace />
  if (error) return <Failure error={error} onRetry={() => setError(null)} />
  if (from || (segment && (found || segments.isPending))) return <Skeleton rows={6} tall />
  return (
    <div>
      <title>{`${words.create} · Bowtie`}</title>
      <header className="bar">
        <Link href="/journeys">{talk.general.back}</Link>
        <h1>{words.create}</h1>
      </header>
      <div className="journeys-sheet">
        <h2>{words.createHow}</h2>
        <ul className="begin-from">
          <li>
            <button
              type="button"
              onClick={() =>
                void begin({ name: words.fresh, trigger: { desk: 'nurture' }, reentry: 'never', exits: [], steps: [] })
              }
            >
              <b>{words.blank}</b>
              <span className="quiet">{words.blankHint}</span>
            </button>
          </li>
          {(journeys.data?.items ?? [])
            .filter(({ broadcast }) => !broadcast)
            .map((one) => (
              <li key={one.id}>
                <Start journey={one} talk={talk} onChoose={() => void copy(one.id)} />
              </li>
            ))}
        </ul>
      </div>
    </div>
  )
}

function Start({ journey, talk, onChoose }: { journey: Summary; talk: Talk; onChoose(): void }) {
  return (
    <button type="button" onClick={onChoose}>
      <b dir="auto">{talk.words.copyOf(journey.name)}</b>
      <span className="quiet" dir="auto">
        {journey.about ?? sayTrigger(journey.trigger as Journey['trigger'], talk)}
      </span>
    </button>
  )
}
