import { useInfiniteQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useSearchParams } from 'wouter'
import { messagesQuery, useMe } from '../api/queries.ts'
import type { Message } from '../api/shapes.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { MessageLine } from './message-line.tsx'
import './operations.css'
import { Plug } from './plug.tsx'

const states: Message['state'][] = [
  'planned',
  'waiting',
  'sending',
  'sent',
  'refused',
  'failed',
  'unknown',
  'expired',
  'cancelled',
]

/** Not a state: what waits for a manager's yes. */
const toApprove = 'to-approve'

/** Everything that leaves the house, and the plug that stops it. */
export function MessagesRoom() {
  const words = useWords()
  const me = useMe()
  const [search, setSearch] = useSearchParams()
  const waits = search.get('waits') ?? ''
  const state = waits ? '' : (search.get('state') ?? '')
  const query = useInfiniteQuery({ ...messagesQuery({ state, waits }), refetchInterval: 15_000 })
  const seesPlug = me?.roles.some((role) => role === 'admin' || role === 'manager')
  return (
    <div>
      <title>{`${words.operations.messages} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.operations.messages}</h1>
        <span className="bar-space" />
        <Select
          aria-label={words.operations.state}
          value={waits ? toApprove : state}
          onChange={(next) =>
            setSearch(next === toApprove ? { waits: 'approval' } : next ? { state: next } : {}, { replace: true })
          }
          popupMatchSelectWidth={false}
          className="state-choice"
          options={[
            { value: '', label: words.operations.allStates },
            { value: toApprove, label: words.message.toApprove },
            ...states.map((value) => ({ value, label: words.message.states[value] })),
          ]}
        />
      </header>
      <div className="sheet">
        <p className="sheet-hint">{words.operations.messagesHint}</p>
        {seesPlug ? <Plug mayPull={me?.roles.includes('admin') ?? false} /> : null}
        {query.isPending ? <Skeleton rows={6} tall /> : null}
        {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.data && query.data.length > 0 ? (
          <ul className="card">
            {query.data.map((message) => (
              <MessageLine key={message.id} message={message} withLead />
            ))}
          </ul>
        ) : null}
        {query.data?.length === 0 ? (
          state || waits ? (
            <Empty title={words.operations.messagesNone} hint={words.operations.inboxNoneHint} />
          ) : (
            <Empty title={words.operations.messagesEmpty} hint={words.operations.messagesEmptyHint} />
          )
        ) : null}
        <More query={query} />
      </div>
    </div>
  )
}
