import { useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Me } from '../api/shapes.ts'
import { Logo, MoreIcon, SearchIcon } from '../look/icons.tsx'
import { useWords } from '../words/words.tsx'
import { Account } from './account.tsx'
import { isMac } from './keys.ts'
import { roomsOf } from './rooms.ts'
import './rail.css'
import { useDismiss } from './use-dismiss.ts'

/** As many rooms as lie at the bottom of a phone; the others are behind one more button. */
const atHand = 4

/** The rooms one has business in. With names beside a wide page, below pictures beside a narrow one, at the bottom of a phone. */
export function Rail({ me, onFind }: { me: Me | undefined; onFind(): void }) {
  const words = useWords()
  const [location] = useLocation()
  const [isOpen, setOpen] = useState(false)
  const ref = useRef<HTMLElement>(null)
  const rooms = roomsOf(me?.roles ?? [])
  const here = rooms.findIndex(({ path }) => location === path || location.startsWith(`${path}/`))
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere has chosen
  useEffect(() => setOpen(false), [location])
  useDismiss(ref, isOpen, () => setOpen(false))
  return (
    <nav className="rail" ref={ref} aria-label={words.product}>
      <span className="rail-logo">
        <Logo />
        <b>{words.product}</b>
      </span>
      <button type="button" className="rail-find" title={words.goTo} onClick={onFind}>
        <SearchIcon size={18} />
        <span>{words.goTo}</span>
        <kbd>{isMac ? '⌘' : 'Ctrl '}K</kbd>
      </button>
      <ul className="rail-rooms" data-open={isOpen || undefined}>
        {rooms.map(({ id, path, Icon, ...room }, at) => (
          <li
            key={id}
            data-first={'opens' in room && at > 0 ? '' : undefined}
            data-further={at >= atHand ? '' : undefined}
          >
            <Link href={path} className="rail-room" aria-current={at === here ? 'page' : undefined}>
              <Icon />
              <span>{words.rooms[id]}</span>
            </Link>
          </li>
        ))}
      </ul>
      {rooms.length > atHand ? (
        <button
          type="button"
          className="rail-room rail-more"
          aria-expanded={isOpen}
          data-here={here >= atHand ? '' : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          <MoreIcon />
          <span>{words.moreRooms}</span>
        </button>
      ) : null}
      {me ? <Account me={me} /> : null}
    </nav>
  )
}
