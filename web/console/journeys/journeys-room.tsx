import { useQuery } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import type { Trigger } from '../../../src/http/api/journeys.schema.ts'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useMayEdit } from '../segments/segments-room.tsx'
import './journeys.css'
import { type Draft, journeyDraftsQuery, journeysQuery, type Summary } from './queries.ts'
import { sayTrigger } from './say-rules.ts'
import { inIt, SwitchDialog, type SwitchWord } from './switch.tsx'
import { type Talk, useTalk } from './talk.ts'

/** Every journey: what begins it, whether it runs, who is in it, and how many reached its goal. */
export function JourneysRoom() {
  const talk = useTalk()
  const { words } = talk
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const tab = search.get('tab') === 'broadcast' ? 'broadcast' : 'journey'
  const mayEdit = useMayEdit()
  const query = useQuery(journeysQuery)
  const { data: drafts } = useQuery({ ...journeyDraftsQuery, enabled: mayEdit })
  const [asked, ask] = useState<{ journey: Summary; word: SwitchWord } | null>(null)
  const all = query.data?.items ?? []
  const shown = all
    .filter(({ broadcast }) => broadcast === (tab === 'broadcast'))
    .sort((a, b) => (tab === 'broadcast' ? b.at.localeCompare(a.at) : 0))
  const alone =
    tab === 'journey' ? (drafts?.items ?? []).filter(({ journey }) => !all.some(({ id }) => id === journey)) : []
  const add = mayEdit ? (
    <Button type="primary" onClick={() => go(tab === 'broadcast' ? '/journeys/new/broadcast' : '/journeys/new')}>
      {tab === 'broadcast' ? words.newBroadcast : words.create}
    </Button>
  ) : null
  return (
    <div>
      <title>{[tab === 'broadcast' ? words.tabs.broadcast : [], words.title, 'Bowtie'].flat().join(' · ')}</title>
      <header className="bar">
        <h1>{words.title}</h1>
        <Segmented
          aria-label={words.title}
          options={(['journey', 'broadcast'] as const).map((value) => ({ value, label: words.tabs[value] }))}
          value={tab}
          onChange={(next) => setSearch(next === 'broadcast' ? { tab: next } : {}, { replace: true })}
        />
        <span className="bar-space" />
        {add}
      </header>
      <div className="journeys-sheet">
        <p className="journeys-hint">{words.hint}</p>
        {query.isPending ? <Skeleton rows={6} tall /> : null}
        {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.data && shown.length + alone.length === 0 ? (
          <Empty
            title={tab === 'broadcast' ? words.noBroadcasts : words.empty}
            hint={tab === 'broadcast' ? words.noBroadcastsHint : words.emptyHint}
            action={add}
          />
        ) : null}
        {shown.length + alone.length > 0 ? (
          <table className="journeys-table" aria-label={words.tabs[tab]}>
            <thead>
              <tr>
                <th scope="col">{words.columns.name}</th>
                <th scope="col">{words.columns.state}</th>
                <th scope="col">{words.columns.in}</th>
                <th scope="col">{words.columns.goal}</th>
                <th scope="col">{words.columns.version}</th>
                <th scope="col">{words.columns.at}</th>
                <th>
                  <span className="unseen">{talk.general.more}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {alone.map((draft) => (
                <DraftRow key={draft.journey} draft={draft} talk={talk} />
              ))}
              {shown.map((journey) => (
                <Row
                  key={journey.id}
                  journey={journey}
                  hasDraft={drafts?.items.some((draft) => draft.journey === journey.id) ?? false}
                  talk={talk}
                  onSwitch={mayEdit ? (word) => ask({ journey, word }) : null}
                />
              ))}
            </tbody>
          </table>
        ) : null}
      </div>
      {asked ? <SwitchDialog {...asked} onClose={() => ask(null)} /> : null}
    </div>
  )
}

function Row({
  journey,
  hasDraft,
  talk,
  onSwitch,
}: {
  journey: Summary
  hasDraft: boolean
  talk: Talk
  onSwitch: ((word: SwitchWord) => void) | null
}) {
  const { words, names } = talk
  const { id, name, paused, counts, version, at, by, origin, broadcast } = journey
  const word = paused ? 'resume' : 'pause'
  const state = paused ? 'paused' : broadcast && inIt(journey) === 0 ? 'over' : 'running'
  return (
    <tr>
      <th scope="row">
        <Link href={`/journeys/${id}`} dir="auto">
          {name}
        </Link>
        <span className="quiet small" dir="auto">
          {sayTrigger(journey.trigger as Trigger, talk)}
        </span>
        {hasDraft ? <span className="tag">{words.hasDraft}</span> : null}
      </th>
      <td data-label={words.columns.state}>
        <span className="state-word" data-state={state}>
          {words.states[state]}
        </span>
      </td>
      <td data-label={words.columns.in}>{inIt(journey).toLocaleString(talk.general.time.locale)}</td>
      <td data-label={words.columns.goal}>
        <GoalRate counts={counts} talk={talk} />
      </td>
      <td data-label={words.columns.version}>{words.version(version)}</td>
      <td data-label={words.columns.at}>
        <When at={at} />
        <span className="quiet small">{origin === 'file' ? words.byFile : names.actor(by)}</span>
      </td>
      <td>
        {onSwitch && state !== 'over' ? (
          <Button size="small" aria-label={`${words[word]} ${name}`} onClick={() => onSwitch(word)}>
            {words[word]}
          </Button>
        ) : null}
      </td>
    </tr>
  )
}

const ends = ['done', 'goal', 'exited', 'cancelled', 'failed']

function GoalRate({ counts, talk }: { counts: Summary['counts']; talk: Talk }) {
  const { words } = talk
  const ended = ends.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
  const goal = counts.goal ?? 0
  if (ended === 0) return <span className="quiet">{words.nobodyEnded}</span>
  return <span title={words.goalRate(goal, ended)}>{`${Math.round((1000 * goal) / ended) / 10}%`}</span>
}

function DraftRow({ draft, talk }: { draft: Draft; talk: Talk }) {
  const { words } = talk
  const { trigger, name } = draft.body
  return (
    <tr>
      <th scope="row">
        <Link href={`/journeys/${draft.journey}?edit=yes`} dir="auto">
          {name || words.fresh}
        </Link>
        <span className="quiet small" dir="auto">
          {trigger ? sayTrigger(trigger, talk) : ''}
        </span>
      </th>
      <td data-label={words.columns.state}>
        <span className="state-word" data-state="draft">
          {words.states.draft}
        </span>
      </td>
      <td colSpan={3} />
      <td data-label={words.columns.at}>
        <When at={draft.at} />
      </td>
      <td />
    </tr>
  )
}
