import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { meQuery } from '../api/queries.ts'
import { Logo } from '../look/icons.tsx'
import { Failure } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { Account } from './account.tsx'
import { PlugNotice } from './plug-notice.tsx'
import { roomsOf } from './rooms.ts'
import './shell.css'

// Once in a lifetime, so not with the first page.
const TourInvite = lazy(() => import('../tour/tour-invite.tsx').then(({ TourInvite }) => ({ default: TourInvite })))

/** The rail with the rooms, beside the room one is in. On a phone it lies at the bottom. */
export function Shell({ children }: { children: ReactNode }) {
  const words = useWords()
  const [location] = useLocation()
  const { data: me, error, refetch } = useQuery(meQuery)
  const list = useRef<HTMLUListElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the address that moves the mark
  useEffect(() => {
    list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [location, me])
  return (
    <div className="shell">
      <nav className="rail" aria-label={words.product}>
        <span className="rail-logo">
          <Logo />
        </span>
        <ul className="rail-rooms" ref={list}>
          {roomsOf(me?.roles ?? []).map(({ id, path, Icon }) => (
            <li key={id}>
              <Link href={path} className="rail-room" aria-current={location.startsWith(path) ? 'page' : undefined}>
                <Icon />
                <span>{words.rooms[id]}</span>
              </Link>
            </li>
          ))}
        </ul>
        {me ? <Account me={me} /> : null}
      </nav>
      <main className="room">
        {me ? <PlugNotice me={me} /> : null}
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
