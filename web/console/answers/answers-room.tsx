import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { Link, useLocation, useSearchParams } from 'wouter'
import { useMe } from '../api/queries.ts'
import { mayEdit } from '../content/content-room.tsx'
import '../operations/operations.css'
import { Chips } from '../pieces/chips.tsx'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { AnswerRow } from './answer-row.tsx'
import './answers.css'
import { MissedList } from './missed-list.tsx'
import { answersQuery } from './queries.ts'
import { TryPanel } from './try-panel.tsx'
import { answerWords } from './words.ts'

/** What the bot knows to answer, what it would say to a sentence, and what nobody could answer yet. */
export function AnswersRoom() {
  const words = useRoomWords(answerWords)
  const me = useMe()
  const [, go] = useLocation()
  const [search, setSearch] = useSearchParams()
  const edits = mayEdit(me?.roles)
  const asked = search.get('view') ?? ''
  const view = asked === 'retired' || (asked === 'missed' && edits) ? asked : ''
  const q = search.get('q') ?? ''
  return (
    <div className="answers">
      <title>{`${words.title} · Bowtie`}</title>
      <header className="bar answers-head">
        <h1>{words.title}</h1>
        <Chips
          value={view}
          onChoose={(next) => setSearch(next ? { view: next } : {}, { replace: true })}
          options={[
            { id: '', label: words.live },
            ...(edits ? [{ id: 'missed', label: words.missed }] : []),
            { id: 'retired', label: words.retired },
          ]}
        />
        <span className="bar-space" />
        {edits ? (
          <Button type="primary" onClick={() => go('/answers/new')}>
            {words.write}
          </Button>
        ) : null}
      </header>
      <div className="answers-columns">
        <div className="answers-main">
          {view === 'missed' ? (
            <MissedList />
          ) : (
            <>
              <Input.Search
                allowClear
                defaultValue={q}
                maxLength={100}
                aria-label={words.find}
                placeholder={words.find}
                onSearch={(next) =>
                  setSearch(
                    { ...(view ? { view } : {}), ...(next.trim() ? { q: next.trim() } : {}) },
                    { replace: true },
                  )
                }
              />
              <AnswerList key={`${view}${q}`} state={view === 'retired' ? 'retired' : 'live'} q={q} edits={edits} />
            </>
          )}
        </div>
        <aside className="answers-side">
          <TryPanel />
        </aside>
      </div>
    </div>
  )
}

function AnswerList({ state, q, edits }: { state: string; q: string; edits: boolean }) {
  const words = useRoomWords(answerWords)
  const query = useInfiniteQuery(answersQuery({ state, q }))
  const most = Math.max(1, ...(query.data ?? []).map(({ said = 0 }) => said))
  return (
    <>
      {query.isPending ? <Skeleton rows={8} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data && query.data.length > 0 ? (
        <ul className="card answers-list">
          {query.data.map((answer) => (
            <AnswerRow key={answer.id} answer={answer} most={most} />
          ))}
        </ul>
      ) : null}
      {query.data?.length === 0 ? (
        <Empty
          title={q ? words.noneFound : state === 'retired' ? words.noneRetired : words.none}
          hint={q ? words.noneFoundHint : state === 'retired' ? words.noneRetiredHint : words.noneHint}
          action={
            edits && state === 'live' ? (
              <Link href={q ? `/answers/new?ask=${encodeURIComponent(q)}` : '/answers/new'}>{words.write}</Link>
            ) : undefined
          }
        />
      ) : null}
      <More query={query} />
    </>
  )
}
