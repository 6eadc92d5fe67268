import { useState } from 'react'
import type { z } from 'zod'
import type { TodoSchema } from '../../../src/http/api/todos.ts'
import { call } from '../../shared/call.ts'
import { sendToChat } from '../client/wecom.ts'
import { useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { useWords } from '../words/words.tsx'

export type Todo = z.infer<typeof TodoSchema>

/** What is to be sent: a piece, words of one's own, or something that was planned for today. */
export type Sendable = { contentId: string } | { text: string } | { todo: string }

/**
 * Sends in the chat: the server says whether it may go and gives the words, WeCom puts them into the chat, the server is told.
 * What WeCom did not take is not counted as sent.
 */
export function useSending(leadId: string, onChange: () => Promise<void>) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const [sending, setSending] = useState<string>()

  const send = async (id: string, what: Sendable) => {
    setSending(id)
    try {
      const todo =
        'todo' in what
          ? await call<Todo>('POST', `/api/todos/${what.todo}/begin`)
          : await call<Todo>('POST', `/api/leads/${leadId}/todos`, { body: what })
      await putIntoChat(todo, 'todo' in what)
      tell(todo.warnings[0] ?? words.send.sent)
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setSending(undefined)
    await onChange()
  }
  return { sending, send }
}

async function putIntoChat(todo: Todo, wasPlanned: boolean): Promise<void> {
  let sent = 0
  try {
    for (const message of todo.messages) {
      await sendToChat(message)
      sent += 1
    }
  } catch (error) {
    // Half of it in the chat is in the chat. None of it: what was planned stays to be done, what he asked for is dropped.
    if (sent === 0) {
      if (!wasPlanned) await call('POST', `/api/todos/${todo.id}/skip`, { body: { reason: '没有在聊天里发出' } })
      throw error
    }
  }
  await call('POST', `/api/todos/${todo.id}/sent`)
}
