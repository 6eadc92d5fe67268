import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import { call, queryOf } from '../shared/call.ts'
import { Contact } from './contact.tsx'
import { Fault } from './pieces/states.tsx'
import type { Contact as ContactData } from './queries.ts'
import { useWords } from './words/words.tsx'
import './finder.css'

/** Where no chat says whom it is about: why not, and a search instead. */
export function Finder({ title, hint, again }: { title: string; hint: string; again?: () => void }) {
  const words = useWords()
  const [text, setText] = useState('')
  const [leadId, setLeadId] = useState<string>()
  const q = useDeferredValue(text.trim())
  const { data } = useQuery({
    queryKey: ['find', q],
    queryFn: ({ signal }) =>
      call<{ items: ContactData['lead'][] }>('GET', `/api/leads${queryOf({ q, limit: 20 })}`, { signal }),
    enabled: q.length > 0,
  })
  if (leadId) return <Contact subject={{ leadId }} inChat={false} onBack={() => setLeadId(undefined)} />
  return (
    <div className="finder">
      <Fault title={title} hint={hint} again={again} />
      <label>
        <span>{words.fault.search}</span>
        <input
          type="search"
          value={text}
          maxLength={100}
          placeholder={words.fault.searchHint}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <ul className="rows">
        {data?.items.map((lead) => (
          <li key={lead.id}>
            <button type="button" onClick={() => setLeadId(lead.id)}>
              <b>{lead.name || words.nameless}</b>
              <small>{[lead.company, lead.title].filter(Boolean).join(' · ')}</small>
            </button>
          </li>
        ))}
        {q && data?.items.length === 0 ? <li className="quiet">{words.fault.noMatch}</li> : null}
      </ul>
    </div>
  )
}
