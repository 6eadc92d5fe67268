import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import { refreshLead } from '../api/queries.ts'
import type { Lead, Message } from '../api/shapes.ts'
import { MessageFate } from '../operations/message-line.tsx'
import { Dialog } from '../pieces/dialog.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'

interface Letter {
  lead: Lead
  what: { contentId: string } | { text: string }
  onClose(): void
  onSent(): void
}

/** What is about to leave, word for word, to whom and by which way; or why it may not. */
export function SendDialog({ lead, what, onClose, onSent }: Letter) {
  const words = useWords()
  const names = useNames()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [isSending, setSending] = useState(false)
  const preview = useQuery({
    queryKey: ['preview', lead.id, what],
    queryFn: () => call<Message>('POST', `/api/leads/${lead.id}/message-preview`, { body: what }),
    gcTime: 0,
  })
  const send = async () => {
    setSending(true)
    try {
      await call<Message>('POST', `/api/leads/${lead.id}/messages`, { body: what })
      show({ id: 'send', tone: 'good', text: words.lead.sent })
      onSent()
    } catch (error) {
      show({ id: 'send', tone: 'bad', text: words.message.states.refused ?? '', hint: reasonOf(error) })
      onClose()
    }
    await refreshLead(client, lead.id)
  }
  const letter = preview.data
  return (
    <Dialog
      title={words.lead.sendTitle}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button
            type="primary"
            loading={isSending}
            disabled={!letter || letter.state === 'refused'}
            onClick={() => void send()}
          >
            {words.lead.sendNow}
          </Button>
        </>
      }
    >
      <dl className="pairs letter-pairs">
        <div>
          <dt>{words.lead.sendTo}</dt>
          <dd dir="auto">
            <b>{names.lead(lead)}</b> {[lead.company, lead.title].filter(Boolean).join(' · ')}
          </dd>
        </div>
        {letter ? (
          <div>
            <dt>{words.lead.sendBy}</dt>
            <dd>
              {words.message.channels[letter.channel] ?? letter.channel}
              {letter.sender ? ` · ${words.message.sender(names.staff(letter.sender))}` : ''}
            </dd>
          </div>
        ) : null}
      </dl>
      {preview.isPending ? <Skeleton rows={3} /> : null}
      {preview.error ? <Failure error={preview.error} onRetry={() => void preview.refetch()} /> : null}
      {letter ? (
        <>
          {letter.text ? (
            <p className="letter" dir="auto">
              {letter.text}
            </p>
          ) : null}
          <MessageFate message={letter} />
        </>
      ) : null}
      <p className="quiet small">{words.lead.sendHow}</p>
    </Dialog>
  )
}
