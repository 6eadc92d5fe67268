import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { saySpan } from '../../shared/say-time.ts'
import { pages } from '../api/queries.ts'
import type { InboxItem } from '../api/shapes.ts'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { When } from '../pieces/time.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './operations.css'

const states: InboxItem['state'][] = ['received', 'working', 'done', 'failed', 'ignored']
const tones: Record<InboxItem['state'], string> = {
  received: 'plain',
  working: 'plain',
  done: 'good',
  failed: 'bad',
  ignored: 'warn',
}

/** Every event that reached us and what became of it; each can be processed again. */
export function InboxRoom() {
  const words = useWords()
  const [search, setSearch] = useSearchParams()
  const state = search.get('state') ?? ''
  const query = useInfiniteQuery({
    ...pages<InboxItem>(['inbox', state], '/api/inbox', { state }),
    refetchInterval: 10_000,
  })
  return (
    <div>
      <title>{`${words.operations.inbox} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.operations.inbox}</h1>
        <span className="bar-space" />
        <Select
          aria-label={words.operations.state}
          value={state}
          onChange={(next) => setSearch(next ? { state: next } : {}, { replace: true })}
          popupMatchSelectWidth={false}
          className="state-choice"
          options={[
            { value: '', label: words.operations.allStates },
            ...states.map((value) => ({ value, label: words.operations.inboxStates[value] })),
          ]}
        />
      </header>
      <div className="sheet">
        <p className="sheet-hint">{words.operations.inboxHint}</p>
        {query.isPending ? <Skeleton rows={8} tall /> : null}
        {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.data && query.data.length > 0 ? (
          <ul className="card">
            {query.data.map((item) => (
              <InboxLine key={item.id} item={item} />
            ))}
          </ul>
        ) : null}
        {query.data?.length === 0 ? (
          state ? (
            <Empty title={words.operations.inboxNone} hint={words.operations.inboxNoneHint} />
          ) : (
            <Empty title={words.operations.inboxEmpty} hint={words.operations.inboxEmptyHint} />
          )
        ) : null}
        <More query={query} />
      </div>
    </div>
  )
}

function InboxLine({ item }: { item: InboxItem }) {
  const words = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const replay = async () => {
    try {
      await call('POST', `/api/inbox/${item.id}/replay`)
      show({ id: 'replay', tone: 'good', text: words.operations.replayed })
    } catch (error) {
      show({ id: 'replay', tone: 'bad', text: reasonOf(error) })
    }
    await client.invalidateQueries({ queryKey: ['inbox'] })
  }
  const took = item.doneAt ? Date.parse(item.doneAt) - Date.parse(item.receivedAt) : null
  return (
    <li className="message">
      <div className="message-head">
        <span className={`fate fate-${tones[item.state]}`}>{words.operations.inboxStates[item.state]}</span>
        <b>{nameOf(item.path, words.operations.eventNames)}</b>
        <code className="quiet small">{item.path}</code>
        <span className="message-end">
          <When at={item.receivedAt} className="quiet" />
          {item.state === 'working' || item.state === 'received' ? null : (
            <Button size="small" onClick={() => void replay()}>
              {words.operations.replay}
            </Button>
          )}
        </span>
      </div>
      <p className="quiet small message-ids">
        #{item.id} · {item.subject}
        {item.attempts > 1 ? ` · ${words.operations.attempts(item.attempts)}` : ''}
        {took === null ? '' : ` · ${took < 1000 ? `${took} ms` : saySpan(took, words)}`}
      </p>
      {item.reason ? (
        <p className="message-fate message-fate-bad" dir="auto">
          {item.reason}
        </p>
      ) : null}
    </li>
  )
}

/** The longest part of the path that has a name. */
function nameOf(path: string, names: Record<string, string>): string {
  const parts = path.split('/')
  for (let from = 1; from < parts.length; from++) {
    const name = names[parts.slice(from).join('/')]
    if (name) return name
  }
  return names[parts.at(1) ?? ''] ?? names[parts[0] ?? ''] ?? path
}
