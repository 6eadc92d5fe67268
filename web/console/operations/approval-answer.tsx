import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useMe } from '../api/queries.ts'
import type { Message } from '../api/shapes.ts'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'

/** A manager's yes or no to a message that touches a red line; nothing for anybody else. */
export function ApprovalAnswer({ message: { id, leadId } }: { message: Message }) {
  const { message: words } = useWords()
  const me = useMe()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [isBusy, setBusy] = useState(false)
  if (!me?.roles.some((role) => role === 'admin' || role === 'manager')) return null
  const answer = async (verb: 'approve' | 'refuse') => {
    setBusy(true)
    try {
      await call('POST', `/api/messages/${id}/${verb}`, { body: {} })
    } catch (failure) {
      show({ id: `approval-${id}`, tone: 'bad', text: reasonOf(failure) })
    }
    await Promise.all([
      client.invalidateQueries({ queryKey: ['messages'] }),
      client.invalidateQueries({ queryKey: ['lead', leadId, 'messages'] }),
    ])
    setBusy(false)
  }
  return (
    <div className="message-answer">
      <Button type="primary" loading={isBusy} onClick={() => void answer('approve')}>
        {words.approve}
      </Button>
      <Button disabled={isBusy} onClick={() => void answer('refuse')}>
        {words.refuse}
      </Button>
    </div>
  )
}
