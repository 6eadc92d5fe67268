import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { CallFailed } from '../shared/call.ts'
import { Asked } from './act/asked.tsx'
import { Now } from './now/now.tsx'
import { Fault, Skeleton, useReason } from './pieces/states.tsx'
import { contactQuery, keyOf, type Subject } from './queries.ts'
import { Send } from './send/send.tsx'
import { useSpeech } from './words/words.tsx'

// What opens with the chat comes with the page; the rest when somebody reaches for it.
const parts = {
  act: () => import('./act/act.tsx'),
  record: () => import('./record/record.tsx'),
  profile: () => import('./profile/profile.tsx'),
}
const Act = lazy(() => parts.act().then(({ Act }) => ({ default: Act })))
const Record = lazy(() => parts.record().then(({ Record }) => ({ default: Record })))
const Profile = lazy(() => parts.profile().then(({ Profile }) => ({ default: Profile })))

/** Once somebody is there and looked at, so that no tap waits for the network. A part that does not come is asked for again by the tap. */
const fetchParts = () => {
  for (const part of Object.values(parts)) part().catch(() => {})
}

type Tab = 'send' | 'record' | 'act' | 'profile'
const tabs: readonly Tab[] = ['send', 'record', 'act', 'profile']

/** A card may lead to one of them. */
const firstTab = (): Tab => (new URLSearchParams(window.location.search).get('page') === 'brief' ? 'profile' : 'send')

/** One customer: who he is and what is going on, and below it what one can do. */
export function Contact({ subject, inChat, onBack }: { subject: Subject; inChat: boolean; onBack?: () => void }) {
  const { words, language, speak } = useSpeech()
  const reasonOf = useReason()
  const client = useQueryClient()
  const [tab, setTab] = useState<Tab>(firstTab)
  const { data, error, refetch } = useQuery(contactQuery(subject))
  const isThere = data !== undefined
  useEffect(() => {
    if (!isThere) return
    const wait = window.setTimeout(fetchParts, 500)
    return () => window.clearTimeout(wait)
  }, [isThere])
  if (!data) {
    if (!error) return <Skeleton />
    const status = error instanceof CallFailed ? error.status : 0
    if (status === 404)
      return (
        <Fault title={words.fault.unknownContact} hint={words.fault.unknownContactHint} again={() => void refetch()} />
      )
    if (status === 403) return <Fault title={words.fault.notMine} hint={reasonOf(error)} />
    return <Fault title={words.fault.title} hint={reasonOf(error)} again={() => void refetch()} />
  }
  const refresh = () => client.invalidateQueries({ queryKey: ['contact', keyOf(subject)] })
  return (
    <main className="contact">
      <Now contact={data} inChat={inChat} onBack={onBack} onChange={refresh} />
      <div className="tabs" role="tablist">
        {tabs.map((id) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={tab === id}
            aria-controls="panel"
            onClick={() => setTab(id)}
          >
            {words.tabs[id]}
          </button>
        ))}
        <button type="button" className="language" onClick={() => speak(language === 'zh' ? 'en' : 'zh')}>
          {words.language}
        </button>
      </div>
      <Asked leadId={data.lead.id} />
      <section id="panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        <Suspense fallback={<Skeleton lines={3} />}>
          {tab === 'send' ? <Send contact={data} inChat={inChat} onChange={refresh} /> : null}
          {tab === 'record' ? <Record contact={data} onChange={refresh} /> : null}
          {tab === 'act' ? <Act contact={data} inChat={inChat} onChange={refresh} /> : null}
          {tab === 'profile' ? <Profile contact={data} onChange={refresh} /> : null}
        </Suspense>
      </section>
    </main>
  )
}
