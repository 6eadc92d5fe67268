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

/** It touches a red line that only warns: shown before it goes, and he decides. */
export interface Warned {
  id: string
  todo: Todo
}

export interface Sending {
  sending: string | undefined
  warned: Warned | undefined
  send(id: string, what: Sendable): Promise<void>
  /** Something the server prepared already. @returns whether it is in the chat now */
  put(todo: Todo): Promise<boolean>
  /** What he says to the warning. */
  decide(goes: boolean): Promise<void>
}

/**
 * Sends in the chat: the server says whether it may go and gives the words, WeCom puts them into the chat, the server is told.
 * What WeCom did not take is not counted as sent.
 */
export function useSending(leadId: string, onChange: () => Promise<void>): Sending {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const [sending, setSending] = useState<string>()
  const [warned, setWarned] = useState<Warned>()

  const run = async (id: string, what: () => Promise<void>) => {
    setSending(id)
    try {
      await what()
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setSending(undefined)
    await onChange()
  }
  const go = async (todo: Todo, wasPlanned: boolean) => {
    await putIntoChat(todo, wasPlanned)
    tell(words.send.sent)
  }
  return {
    sending,
    warned,
    send: (id, what) =>
      run(id, async () => {
        // The warnings of what was planned stand beside it already.
        if ('todo' in what) return go(await call<Todo>('POST', `/api/todos/${what.todo}/begin`), true)
        const todo = await call<Todo>('POST', `/api/leads/${leadId}/todos`, { body: what })
        if (todo.warnings.length > 0) setWarned({ id, todo })
        else await go(todo, false)
      }),
    async put(todo) {
      try {
        await putIntoChat(todo, false)
        return true
      } catch (error) {
        tell(reasonOf(error), 'bad')
        return false
      }
    },
    async decide(goes) {
      if (!warned) return
      setWarned(undefined)
      await run(warned.id, async () => {
        if (goes) await go(warned.todo, false)
        else await call('POST', `/api/todos/${warned.todo.id}/skip`, { body: { reason: words.send.thoughtBetter } })
      })
    },
  }
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
