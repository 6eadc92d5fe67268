import { useQuery } from '@tanstack/react-query'
import { useDeferredValue, useState } from 'react'
import type { z } from 'zod'
import type { ScriptsSchema } from '../../../src/http/api/scripts.ts'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { Skeleton, useReason } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { findScripts } from './find-scripts.ts'
import type { Sending } from './use-sending.ts'

type Script = z.infer<typeof ScriptsSchema>['items'][number]

/** What one says again and again, filled in for him: found by a word, by pinyin or its first letters; one tap sends it. */
export function Scripts({
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
  const [text, setText] = useState('')
  const [need, setNeed] = useState('')
  const q = useDeferredValue(text)
  const { data, error } = useQuery({
    queryKey: ['scripts', leadId],
    queryFn: ({ signal }) => call<z.infer<typeof ScriptsSchema>>('GET', `/api/leads/${leadId}/scripts`, { signal }),
  })
  if (error) return <p className="bad">{reasonOf(error)}</p>
  if (!data) return <Skeleton lines={3} />
  const needs = [...new Set(data.items.flatMap((script) => script.needs))]
  const found = findScripts(data.items, { q, need })
  return (
    <>
      <input
        type="search"
        value={text}
        maxLength={60}
        placeholder={words.send.searchScripts}
        aria-label={words.send.searchScripts}
        onChange={({ target }) => setText(target.value)}
      />
      <div className="chips">
        {needs.map((name) => (
          <button
            key={name}
            type="button"
            className="chip"
            aria-pressed={need === name}
            onClick={() => setNeed(need === name ? '' : name)}
          >
            {name}
          </button>
        ))}
      </div>
      {found.length === 0 ? <p className="quiet">{words.send.noScripts}</p> : null}
      <ul className="pieces">
        {found.map((script) => (
          <Line key={script.contentId} script={script} sending={sending} send={send} />
        ))}
      </ul>
    </>
  )
}

function Line({
  script: { contentId, title, text, sentAt },
  sending,
  send,
}: {
  script: Script
  sending: string | undefined
  send: Sending['send'] | undefined
}) {
  const words = useWords()
  const now = useNow()
  return (
    <li>
      <b dir="auto">{title}</b>
      <p className="todo-words">{text}</p>
      {sentAt ? <p>{words.send.saidAt(sayWhen(sentAt, now, words))}</p> : null}
      {send ? (
        <div className="buttons">
          <button
            type="button"
            className="button main"
            disabled={sending !== undefined}
            aria-label={`${words.send.send}：${title}`}
            onClick={() => void send(contentId, { contentId })}
          >
            {sending === contentId ? words.send.sending : words.send.send}
          </button>
        </div>
      ) : null}
    </li>
  )
}
