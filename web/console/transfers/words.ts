import type { Language } from '../words/words.tsx'
import { transfersEn } from './words.en.ts'
import { type TransferWords, transfersZh } from './words.zh.ts'

export const transferWords: Record<Language, TransferWords> = { zh: transfersZh, en: transfersEn }

/** Why it came to nothing: in this language where we say so ourselves, else as the server says it. */
export const sayFault = ({ id, message }: { id: string; message: string }, words: TransferWords): string =>
  words.faults[id] ?? message
