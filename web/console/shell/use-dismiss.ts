import { type RefObject, useEffect, useRef } from 'react'

/** What lies open over the page is put away by Escape, and by pressing beside it. */
export function useDismiss(place: RefObject<HTMLElement | null>, isOpen: boolean, close: () => void): void {
  const latest = useRef(close)
  useEffect(() => {
    latest.current = close
  })
  useEffect(() => {
    if (!isOpen) return
    const listen = (event: Event) => {
      if (event instanceof KeyboardEvent ? event.key === 'Escape' : !place.current?.contains(event.target as Node))
        latest.current()
    }
    window.addEventListener('pointerdown', listen)
    window.addEventListener('keydown', listen)
    return () => {
      window.removeEventListener('pointerdown', listen)
      window.removeEventListener('keydown', listen)
    }
  }, [place, isOpen])
}
