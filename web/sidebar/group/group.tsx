import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { z } from 'zod'
import type { GroupSchema } from '../../../src/http/api/group-chats.ts'
import { call } from '../../shared/call.ts'
import { Contact } from '../contact.tsx'
import { StageChip } from '../pieces/stage.tsx'
import { Fault, Skeleton, useReason } from '../pieces/states.tsx'
import { useTold } from '../pieces/told.tsx'
import { wordsQuery } from '../queries.ts'
import { useWords } from '../words/words.tsx'
import './group.css'

type GroupChat = z.infer<typeof GroupSchema>
type Member = GroupChat['members'][number]

/** A customer group: who is known and whose lead he is, who is a stranger, and one note for all who were there. */
export function Group({ chatId }: { chatId: string }) {
  const words = useWords()
  const reasonOf = useReason()
  const { data: names } = useQuery(wordsQuery)
  const [leadId, setLeadId] = useState<string>()
  const { data, error, refetch } = useQuery({
    queryKey: ['group', chatId],
    queryFn: ({ signal }) => call<GroupChat>('GET', `/api/group-chats/${encodeURIComponent(chatId)}`, { signal }),
  })
  if (leadId) return <Contact subject={{ leadId }} inChat={false} onBack={() => setLeadId(undefined)} />
  if (error) return <Fault title={words.group.title} hint={reasonOf(error)} again={() => void refetch()} />
  if (!data) return <Skeleton />
  const nameOf = (userid: string) => names?.staff.find((one) => one.userid === userid)?.name || userid
  const staff = data.members.filter(({ isStaff }) => isStaff)
  const known = data.members.filter(({ lead }) => lead !== null)
  const strangers = data.members.filter(({ isStaff, lead }) => !isStaff && lead === null)
  return (
    <main className="contact group">
      <header className="now">
        <h1>{data.name || words.group.title}</h1>
        <p className="about">{words.group.counts(known.length, strangers.length, staff.length)}</p>
      </header>
      <section id="panel">
        {known.length > 0 ? <h2>{words.group.known}</h2> : null}
        <ul className="rows">
          {known.map((member) => (
            <Known key={member.userid} member={member} nameOf={nameOf} onOpen={setLeadId} />
          ))}
        </ul>
        {strangers.length > 0 ? (
          <>
            <h2>{words.group.strangers}</h2>
            <p className="quiet">{words.group.strangersHint}</p>
            <p>{strangers.map(({ name }) => name || words.nameless).join('、')}</p>
          </>
        ) : null}
        <h2>{words.group.colleagues}</h2>
        <p className="quiet">{staff.map(({ userid, name }) => name || nameOf(userid)).join('、')}</p>
        <GroupNote chatId={chatId} known={known} />
      </section>
    </main>
  )
}

function Known({
  member: { name, lead },
  nameOf,
  onOpen,
}: {
  member: Member
  nameOf(userid: string): string
  onOpen(leadId: string): void
}) {
  const words = useWords()
  if (!lead) return null
  const about = [lead.company, lead.owner ? words.owner(nameOf(lead.owner)) : words.nobody].filter(Boolean).join(' · ')
  return (
    <li>
      <button type="button" disabled={!lead.isWithinReach} onClick={() => onOpen(lead.id)}>
        <b>
          {lead.name || name || words.nameless} <StageChip stage={lead.stage} desk="" />
        </b>
        <small>{lead.isWithinReach ? about : `${about} · ${words.group.notYours}`}</small>
      </button>
    </li>
  )
}

/** What was said, written down once for all of mine who were there. */
function GroupNote({ chatId, known }: { chatId: string; known: readonly Member[] }) {
  const words = useWords()
  const reasonOf = useReason()
  const { tell } = useTold()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const mine = known.flatMap(({ lead }) => (lead?.isWithinReach ? [lead.id] : []))
  if (mine.length === 0) return null
  const save = async () => {
    setBusy(true)
    try {
      const body = { text: text.trim(), leadIds: mine.slice(0, 50) }
      const { noted } = await call<{ noted: number }>('POST', `/api/group-chats/${encodeURIComponent(chatId)}/notes`, {
        body,
      })
      tell(words.group.noted(noted))
      setText('')
    } catch (error) {
      tell(reasonOf(error), 'bad')
    }
    setBusy(false)
  }
  return (
    <form
      className="reason"
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim()) void save()
      }}
    >
      <textarea
        rows={2}
        maxLength={2000}
        value={text}
        placeholder={words.group.note(mine.length)}
        aria-label={words.group.note(mine.length)}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="buttons">
        <button type="submit" className="button main" disabled={!text.trim() || isBusy}>
          {words.record.save}
        </button>
      </div>
    </form>
  )
}
