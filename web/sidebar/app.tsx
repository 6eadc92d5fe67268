import { useQuery } from '@tanstack/react-query'
import { isInWecom, type Opened, whoIsOpen } from './client/wecom.ts'
import { Contact } from './contact.tsx'
import { Finder } from './finder.tsx'
import { Group } from './group/group.tsx'
import { Fault, Skeleton } from './pieces/states.tsx'
import { useWords } from './words/words.tsx'

const openedQuery = {
  queryKey: ['opened'],
  queryFn: whoIsOpen,
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnWindowFocus: false,
}

/** Whoever is at the other end of the chat; else a way to find somebody. */
export function App() {
  const words = useWords()
  const query = new URLSearchParams(window.location.search)
  const fault = query.get('fault')
  const leadId = query.get('lead')
  const { data: opened, refetch } = useQuery<Opened>({ ...openedQuery, enabled: fault === null && leadId === null })
  if (fault !== null)
    return <Fault title={words.fault.title} hint={fault === 'not_ours' ? words.fault.notOurs : words.fault.signIn} />
  if (leadId !== null) return <Contact subject={{ leadId }} inChat={false} />
  if (!opened) return <Skeleton />
  if (opened.kind === 'customer') return <Contact subject={opened} inChat={opened.inChat} key={opened.externalUserId} />
  if (opened.kind === 'group') return <Group chatId={opened.chatId} />
  if (opened.kind === 'refused')
    return <Finder title={words.fault.refused} hint={opened.words} again={() => void refetch()} />
  return isInWecom ? (
    <Finder title={words.fault.nowhere} hint={words.fault.nowhereHint} />
  ) : (
    <Finder title={words.fault.outside} hint={words.fault.outsideHint} />
  )
}
