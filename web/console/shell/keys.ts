import { useEffect, useRef } from 'react'

/** By `event.key` as typed (`j`, `?`, `enter`, `escape`, all lower-case), `mod+z` with ⌘ or Ctrl, `shift+j`. False: not ours after all. */
export type Keys = Record<string, (event: KeyboardEvent) => unknown>

/** Keys of a room. Someone who writes is left alone, but for Escape and `mod+…`. */
export function useKeys(keys: Keys, isOn = true): void {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    if (!isOn) return
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return
      const isMod = event.metaKey || event.ctrlKey
      if (isWriting(event.target) && !isMod && event.key !== 'Escape') return
      if (document.querySelector('dialog[open]')) return
      const run = latest.current[nameOf(event)]
      if (!run) return
      if (run(event) !== false) event.preventDefault()
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [isOn])
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase()
  if (event.metaKey || event.ctrlKey) return `mod+${key}`
  return event.shiftKey && /^[a-z]$/.test(key) ? `shift+${key}` : key
}

/** A pressed button answers Enter and Space itself; a field takes every letter. */
function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target.closest('[role="combobox"], [role="listbox"]')) return true
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type)
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform)
