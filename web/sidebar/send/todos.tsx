import { useQuery, useQueryClient } from '@tanstack/react-query'
import { call, queryOf } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { useWords } from '../words/words.tsx'
import type { Sending, Todo } from './use-sending.ts'

/** What was planned for him today and waits for this colleague's tap. */
export function Todos({
  leadId,
  sending,
  send,
}: {
  leadId: string
  sending: string | undefined
  send: Sending['send'] | undefined
}) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const client = useQueryClient()
  const { data } = useQuery({
    queryKey: ['todos', leadId],
    queryFn: ({ signal }) =>
      call<{ items: Todo[] }>('GET', `/api/todos${queryOf({ mine: 'true', leadId })}`, { signal }),
  })
  const again = () => client.invalidateQueries({ queryKey: ['todos', leadId] })
  if (!data || data.items.length === 0) return null
  const put = async (todo: Todo, how: 'skip' | 'snooze', body: object) => {
    try {
      await call('POST', `/api/todos/${todo.id}/${how}`, { body })
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    await again()
  }
  return (
    <>
      <h2>
        {words.send.todos} <i>{data.items.length}</i>
      </h2>
      <ul className="pieces">
        {data.items.map((todo) => (
          <li key={todo.id}>
            <p className="todo-words">{todo.text}</p>
            {todo.warnings.map((warning) => (
              <p key={warning} className="bad">
                {warning}
              </p>
            ))}
            <div className="buttons">
              <button
                type="button"
                className="button"
                onClick={() => void put(todo, 'skip', { reason: words.send.skip })}
              >
                {words.send.skip}
              </button>
              <button type="button" className="button" onClick={() => void put(todo, 'snooze', { for: '1d' })}>
                {words.send.tomorrow}
              </button>
              {send ? (
                <button
                  type="button"
                  className="button main"
                  disabled={sending !== undefined}
                  onClick={() => void send(todo.id, { todo: todo.id }).then(again)}
                >
                  {sending === todo.id ? words.send.sending : words.send.send}
                </button>
              ) : null}
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}
