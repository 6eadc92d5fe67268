import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { useMe } from '../api/queries.ts'
import { mayEdit } from '../content/content-room.tsx'
import { journeysQuery, type Summary } from '../journeys/queries.ts'
import { inIt, SwitchDialog, type SwitchWord } from '../journeys/switch.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { AutomationLine } from './line.tsx'
import { automationWords } from './words.ts'

/** Every journey with how many are on their way: held, or going on. */
export function Journeys() {
  const words = useRoomWords(automationWords)
  const me = useMe()
  const { data, error, isPending, refetch } = useQuery(journeysQuery)
  const [asked, setAsked] = useState<{ journey: Summary; word: SwitchWord }>()
  return (
    <section className="card" aria-label={words.journeys}>
      <h2>{words.journeys}</h2>
      <p className="quiet small">{words.journeysHint}</p>
      {isPending ? <Skeleton rows={4} /> : null}
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {data?.items.length === 0 ? (
        <Empty
          title={words.noJourneys}
          hint={words.noJourneysHint}
          action={<Link href="/journeys/new">{words.newJourney}</Link>}
        />
      ) : null}
      <ul>
        {data?.items.map((journey) => (
          <AutomationLine
            key={journey.id}
            name={<Link href={`/journeys/${journey.id}`}>{journey.name}</Link>}
            label={journey.name}
            says={journey.paused ? words.journeyHeld(inIt(journey)) : words.journeyGoes(inIt(journey))}
            on={!journey.paused}
            onTurn={mayEdit(me?.roles) ? (on) => setAsked({ journey, word: on ? 'resume' : 'pause' }) : undefined}
          />
        ))}
      </ul>
      {asked ? <SwitchDialog {...asked} onClose={() => setAsked(undefined)} /> : null}
    </section>
  )
}
