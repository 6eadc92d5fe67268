import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { TaskSchema } from '../../../src/http/api/tasks.ts'
import { call, queryOf } from '../../shared/call.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import './reason-form.css'

type Task = z.infer<typeof TaskSchema>

/** Questions colleagues have for me about him, each with a place for the answer. */
export function Asked({ leadId }: { leadId: string }) {
  const { data } = useQuery({
    queryKey: ['asked', leadId],
    queryFn: ({ signal }) =>
      call<{ items: Task[] }>('GET', `/api/tasks${queryOf({ owner: 'me', leadId, limit: 20 })}`, { signal }),
  })
  return data?.items.filter(({ source }) => source === 'help').map((task) => <Question key={task.id} task={task} />)
}

function Question({ task }: { task: Task }) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const client = useQueryClient()
  const { data: names } = useQuery(wordsQuery)
  const [text, setText] = useState('')
  const asker = names?.staff.find(({ userid }) => userid === task.createdBy)?.name || task.createdBy
  const answer = async () => {
    try {
      await call('POST', `/api/tasks/${task.id}/answer`, { body: { text: text.trim() } })
      tell(words.help.answered)
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    await client.invalidateQueries({ queryKey: ['asked'] })
  }
  return (
    <form
      className="reason asked"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim()) void answer()
      }}
    >
      <b>{words.help.from(asker)}</b>
      <p>{task.text}</p>
      <textarea
        rows={2}
        maxLength={1000}
        value={text}
        aria-label={words.help.answer}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="buttons">
        <button type="submit" className="button main" disabled={!text.trim()}>
          {words.help.answer}
        </button>
      </div>
    </form>
  )
}
