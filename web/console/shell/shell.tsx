import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { meQuery } from '../api/queries.ts'
import { Failure } from '../pieces/states.tsx'
import { useKeys } from './keys.ts'
import { PlugNotice } from './plug-notice.tsx'
import { Rail } from './rail.tsx'
import './shell.css'

// Once in a lifetime, so not with the first page.
const TourInvite = lazy(() => import('../tour/tour-invite.tsx').then(({ TourInvite }) => ({ default: TourInvite })))

// When it is asked for.
const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))

/** The rail with the rooms, beside the room one is in. */
export function Shell({ children }: { children: ReactNode }) {
  const { data: me, error, refetch } = useQuery(meQuery)
  const [isFinding, setFinding] = useState(false)
  // A room that has a search of its own keeps the key for it.
  useKeys({ 'mod+k': () => setFinding(true) })
  return (
    <div className="shell">
      <Rail me={me} onFind={() => setFinding(true)} />
      <main className="room">
        {me ? <PlugNotice me={me} /> : null}
        {me && isFinding ? (
          <Suspense>
            <Palette me={me} onClose={() => setFinding(false)} />
          </Suspense>
        ) : null}
        {me?.userid ? (
          <Suspense>
            <TourInvite me={me} />
          </Suspense>
        ) : null}
        <div className="room-body">
          {error && !me ? <Failure error={error} onRetry={() => void refetch()} /> : children}
        </div>
      </main>
    </div>
  )
}
