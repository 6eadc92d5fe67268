import { useQuery } from '@tanstack/react-query'
import { useMe } from '../api/queries.ts'
import '../operations/operations.css'
import { Plug } from '../operations/plug.tsx'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import './automation.css'
import { Channels } from './channels.tsx'
import { Journeys } from './journeys.tsx'
import { switchesQuery } from './queries.ts'
import { RulesPart } from './rules-part.tsx'
import { SilentPart } from './silent-part.tsx'
import { SwitchList } from './switch-list.tsx'
import { automationWords } from './words.ts'

/** Everything that happens without anybody pressing a button: how each stands, why, and a switch. */
export function AutomationRoom() {
  const words = useRoomWords(automationWords)
  const me = useMe()
  const { data, error, isPending, refetch } = useQuery(switchesQuery)
  const isAdmin = me?.roles.includes('admin') ?? false
  const items = data?.items ?? []
  const off = items.filter(({ switchedOff }) => switchedOff).length
  const parts = [
    { title: words.jobs, hint: words.jobsHint, of: items.filter(({ speaker }) => speaker === null) },
    { title: words.bot, hint: words.botHint, of: items.filter(({ speaker }) => speaker === 'customer') },
    { title: words.assistant, hint: words.assistantHint, of: items.filter(({ speaker }) => speaker === 'staff') },
  ]
  return (
    <div>
      <title>{`${words.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.title}</h1>
        {data ? (
          <p className="bar-facts">
            <span>{words.on(items.length - off, items.length)}</span>
            {off > 0 ? <span className="automation-alert">{words.offCount(off)}</span> : null}
          </p>
        ) : null}
      </header>
      <div className="sheet automation">
        <p className="sheet-hint">
          {words.hint} {isAdmin ? '' : words.lookOnly}
        </p>
        <Plug mayPull={isAdmin} />
        {isAdmin ? <SilentPart /> : null}
        <Journeys />
        <RulesPart mayPublish={isAdmin} hasModel={data?.model} />
        {isPending ? <Skeleton rows={8} tall /> : null}
        {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
        {data
          ? parts.map(({ title, hint, of }) => (
              <SwitchList key={title} title={title} hint={hint} items={of} mayTurn={isAdmin} />
            ))
          : null}
        <Channels mayTurn={isAdmin} />
      </div>
    </div>
  )
}
