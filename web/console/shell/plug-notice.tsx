import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { outgoingQuery } from '../api/queries.ts'
import type { Me } from '../api/shapes.ts'
import { PlugIcon } from '../look/icons.tsx'
import { useWords } from '../words/words.tsx'

/** When nothing leaves the house, everybody who may know is told on every page. */
export function PlugNotice({ me }: { me: Me }) {
  const { operations } = useWords()
  const mayKnow = me.roles.some((role) => role === 'admin' || role === 'manager')
  const { data } = useQuery({ ...outgoingQuery, enabled: mayKnow })
  if (!data?.paused) return null
  return (
    <Link href="/messages" className="plug-notice">
      <PlugIcon size={16} />
      {operations.plugOff}
    </Link>
  )
}
