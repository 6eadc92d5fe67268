import type { Language } from '../words/words.tsx'
import { automationEn } from './words.en.ts'
import { type AutomationWords, automationZh } from './words.zh.ts'

export type { AutomationWords }
export const automationWords: Record<Language, AutomationWords> = { zh: automationZh, en: automationEn }
