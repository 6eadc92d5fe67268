import { useQuery } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { meQuery } from '../api/queries.ts'
import { Logo, SearchIcon } from '../look/icons.tsx'
import { Failure } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { Account } from './account.tsx'
import { isMac, useKeys } from './keys.ts'
import { PlugNotice } from './plug-notice.tsx'
import { roomsOf } from './rooms.ts'
import './shell.css'

// Once in a lifetime, so not with the first page.
const TourInvite = lazy(() => import('../tour/tour-invite.tsx').then(({ TourInvite }) => ({ default: TourInvite })))

// When it is asked for.
const Palette = lazy(() => import('./palette.tsx').then(({ Palette }) => ({ default: Palette })))

/** The rail with the rooms, beside the room one is in. On a phone it lies at the bottom. */
export function Shell({ children }: { children: ReactNode }) {
  const words = useWords()
  const [location] = useLocation()
  const { data: me, error, refetch } = useQuery(meQuery)
  const list = useRef<HTMLUListElement>(null)
  const [isFinding, setFinding] = useState(false)
  // A room that has a search of its own keeps the key for it.
  useKeys({ 'mod+k': () => setFinding(true) })
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
        <button
          type="button"
          className="rail-find"
          aria-label={words.goTo}
          title={`${words.goTo} ${isMac ? '⌘' : 'Ctrl+'}K`}
          onClick={() => setFinding(true)}
        >
          <SearchIcon size={18} />
        </button>
        <ul className="rail-rooms" ref={list}>
          {roomsOf(me?.roles ?? []).map(({ id, path, Icon, ...room }, place) => (
            <li key={id} className={'opens' in room && place > 0 ? 'rail-opens' : undefined}>
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
