import type { Language } from '../words/words.tsx'
import { en } from './words/en.ts'
import { type SystemWords, zh } from './words/zh.ts'

export type { SystemWords } from './words/zh.ts'

export const systemWords: Record<Language, SystemWords> = { zh, en }
