import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useStream } from '../api/stream.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { DueList } from './due-list.tsx'
import { GiveDialog } from './give-dialog.tsx'
import { HandOverDialog } from './hand-over-dialog.tsx'
import { LeftBehind } from './left-behind.tsx'
import { PeopleTable } from './people-table.tsx'
import { teamQuery, unplacedQuery } from './queries.ts'
import { RulesToday } from './rules-today.tsx'
import type { Given, Teammate } from './shapes.ts'
import '../operations/operations.css'
import './team.css'
import { UnplacedList } from './unplaced-list.tsx'
import { teamWords } from './words.ts'

/** Changes come in bursts; what is shown is read again at most this often. */
const calmMs = 1_500

/** Who is at work with how much, what falls due, what nobody has, and the hand that moves it from one to another. */
export function TeamRoom() {
  const words = useRoomWords(teamWords)
  const client = useQueryClient()
  const refresh = () => void client.invalidateQueries({ queryKey: ['team'] })
  const isLive = useStream('team', refresh, calmMs)
  const refetchInterval = isLive ? 60_000 : 15_000
  const query = useInfiniteQuery({ ...teamQuery, refetchInterval })
  const unplaced = useInfiniteQuery({ ...unplacedQuery, refetchInterval })
  const [given, setGiven] = useState<{ lead: Given; to: string | undefined }>()
  const [leaving, setLeaving] = useState<Teammate>()
  const people = query.data?.pages.flatMap(({ items }) => items) ?? []
  const [first] = query.data?.pages ?? []
  const onNow = people.filter(({ presence }) => presence === 'on').length
  const away = people.filter(({ presence }) => presence === 'absent').length
  const give = (lead: Given, to?: string) => setGiven({ lead, to })
  return (
    <div className="team">
      <title>{`${words.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.title}</h1>
        {first ? (
          <p className="bar-facts">
            <span>{words.facts(onNow, people.length)}</span>
            {away > 0 ? <span>{words.away(away)}</span> : null}
            {unplaced.data && unplaced.data.length > 0 ? (
              <span className="team-alert">
                {words.unplacedFact(`${unplaced.data.length}${unplaced.hasNextPage ? '+' : ''}`)}
              </span>
            ) : null}
            {first.working ? null : <span>{words.offHours}</span>}
          </p>
        ) : null}
        <span className="bar-space" />
        <span className="team-live" data-live={isLive || undefined} title={isLive ? words.live : words.polling} />
        <span className="unseen">{isLive ? words.live : words.polling}</span>
      </header>
      <div className="team-columns">
        <div className="team-main">
          {query.isPending ? <Skeleton rows={6} tall /> : null}
          {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
          {first && people.length === 0 ? <Empty title={words.none} hint={words.noneHint} /> : null}
          <LeftBehind people={people} onHandOver={setLeaving} />
          {people.length > 0 ? <PeopleTable people={people} onGive={give} onHandOver={setLeaving} /> : null}
          <More query={query} />
          {first ? <RulesToday rules={first.rules} /> : null}
        </div>
        <div className="team-side">
          <UnplacedList query={unplaced} onGive={give} />
          <DueList onGive={give} refetchInterval={refetchInterval} />
        </div>
      </div>
      {given ? (
        <GiveDialog lead={given.lead} to={given.to} onClose={() => setGiven(undefined)} onDone={refresh} />
      ) : null}
      {leaving ? (
        <HandOverDialog person={leaving} people={people} onClose={() => setLeaving(undefined)} onDone={refresh} />
      ) : null}
    </div>
  )
}
