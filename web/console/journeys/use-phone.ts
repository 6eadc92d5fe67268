import { useSyncExternalStore } from 'react'

const narrow = window.matchMedia('(max-width: 760px)')

function listen(tell: () => void): () => void {
  narrow.addEventListener('change', tell)
  return () => narrow.removeEventListener('change', tell)
}

/** Whether the page is too narrow for a canvas. */
export const usePhone = (): boolean => useSyncExternalStore(listen, () => narrow.matches)
