import { isMac } from '../shell/keys.ts'
import type { Dictionary } from '../words/zh.ts'

/** What the keys of the review room do, for the list that `?` shows. */
export function keyHelp({ review: { keys } }: Dictionary): [string[], string][] {
  const mod = (key: string) => (isMac ? `⌘${key}` : `Ctrl ${key}`)
  return [
    [['J', 'K'], keys.move],
    [['C'], keys.claim],
    [['R'], keys.release],
    [['M'], keys.mql],
    [['N'], keys.nurture],
    [['X'], keys.disqualify],
    [['1', '…', '9'], keys.reason],
    [['Z', mod('Z')], keys.undo],
    [['V'], keys.select],
    [['/', mod('K')], keys.search],
    [['O'], keys.open],
    [['Esc'], keys.escape],
    [['?'], keys.help],
  ]
}
