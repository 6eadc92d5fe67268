import type { Language } from '../words/words.tsx'
import { answersEn } from './words.en.ts'
import { type AnswerWords, answersZh } from './words.zh.ts'

export type { AnswerWords }
export const answerWords: Record<Language, AnswerWords> = { zh: answersZh, en: answersEn }
