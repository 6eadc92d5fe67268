import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { saySpan, sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { DateChoice } from '../pieces/date-choice.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import { rereadLead, type Task, tasksQuery } from './work-queries.ts'
import './lead-work.css'

/** What is to be done about somebody, by whom and until when. */
export function Tasks({ leadId }: { leadId: string }) {
  const words = useWords()
  const say = words.work
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const { data, error, refetch } = useQuery(tasksQuery(leadId))
  const [isAdding, setAdding] = useState(false)
  const run = async (path: string, body: unknown) => {
    try {
      await call('POST', path, { body })
      setAdding(false)
    } catch (failure) {
      show({ id: 'task', tone: 'bad', text: say.tasks, hint: reasonOf(failure) })
    }
    await rereadLead(client, leadId)
  }
  return (
    <section className="card">
      <header className="card-head">
        <h2>{say.tasks}</h2>
        <button type="button" className="link-button small" onClick={() => setAdding(!isAdding)}>
          {say.taskNew}
        </button>
      </header>
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {data ? null : error ? null : <Skeleton rows={1} />}
      {data?.items.length === 0 && !isAdding ? <p className="quiet">{say.noTasks}</p> : null}
      <ul>
        {data?.items.map((task) => (
          <TaskLine key={task.id} task={task} onChange={(path) => void run(`/api/tasks/${task.id}/${path}`, {})} />
        ))}
      </ul>
      {isAdding ? <NewTask onAdd={(task) => void run('/api/tasks', { ...task, leadId })} /> : null}
    </section>
  )
}

function TaskLine({ task, onChange }: { task: Task; onChange(path: 'done' | 'drop'): void }) {
  const words = useWords()
  const names = useNames()
  const now = useNow()
  const { text, dueAt, owner, source } = task
  const isLate = dueAt !== null && Date.parse(dueAt) < now
  const when =
    dueAt === null
      ? words.work.noDue
      : isLate
        ? words.work.late(saySpan(now - Date.parse(dueAt), words))
        : words.work.due(sayWhen(dueAt, now, words))
  return (
    <li className="task">
      <div>
        <p dir="auto">{text}</p>
        <p className="quiet small">
          <span className={isLate ? 'sla-late' : undefined}>{when}</span>
          {owner ? ` · ${names.actor(owner)}` : ''}
          {source.startsWith('journey') ? ` · ${words.work.fromJourney}` : ''}
        </p>
      </div>
      <div className="task-buttons">
        <Button size="small" onClick={() => onChange('done')}>
          {words.work.taskDone}
        </Button>
        <Button size="small" type="text" onClick={() => onChange('drop')}>
          {words.work.taskDrop}
        </Button>
      </div>
    </li>
  )
}

function NewTask({ onAdd }: { onAdd(task: { text: string; dueAt?: string; owner?: string }): void }) {
  const words = useWords()
  const names = useNames()
  const [text, setText] = useState('')
  const [at, setAt] = useState<string>()
  const [owner, setOwner] = useState<string>()
  const isReady = text.trim() !== ''
  const add = () => isReady && onAdd({ text: text.trim(), ...(at ? { dueAt: at } : {}), ...(owner ? { owner } : {}) })
  return (
    <form
      className="work-form"
      onSubmit={(event) => {
        event.preventDefault()
        add()
      }}
    >
      <Input
        value={text}
        maxLength={300}
        autoFocus
        placeholder={words.work.taskHint}
        aria-label={words.work.taskNew}
        onChange={(event) => setText(event.target.value)}
      />
      <DateChoice value={at} onChoose={setAt} />
      <Select
        size="small"
        allowClear
        showSearch
        optionFilterProp="label"
        placeholder={words.work.taskOwner}
        aria-label={words.work.taskOwner}
        value={owner}
        options={(names.words?.staff ?? []).map(({ userid, name }) => ({ value: userid, label: name || userid }))}
        onChange={(value: string | undefined) => setOwner(value)}
      />
      <Button htmlType="submit" type="primary" disabled={!isReady}>
        {words.work.taskAdd}
      </Button>
    </form>
  )
}
