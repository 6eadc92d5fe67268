import type { Dictionary } from '../words/zh.ts'

/** Fen as people say money. */
export const sayAmount = (fen: number, words: Dictionary): string =>
  words.accounts.amount((fen / 100).toLocaleString(words.time.locale, { maximumFractionDigits: 2 }))
