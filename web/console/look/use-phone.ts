import { useSyncExternalStore } from 'react'

const narrow = window.matchMedia('(max-width: 760px)')

function listen(tell: () => void): () => void {
  narrow.addEventListener('change', tell)
  return () => narrow.removeEventListener('change', tell)
}

/** Whether it is held in a hand: too narrow for a canvas or two columns, and what is pressed is pressed by a thumb. */
export const usePhone = (): boolean => useSyncExternalStore(listen, () => narrow.matches)
