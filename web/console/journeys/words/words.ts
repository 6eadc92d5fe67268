import { useSpeech } from '../../words/words.tsx'
import { roomEn } from './room.en.ts'
import { roomZh } from './room.zh.ts'
import { workEn } from './work.en.ts'
import { workZh } from './work.zh.ts'

const zh = { ...roomZh, ...workZh }
const en: JourneyWords = { ...roomEn, ...workEn }

export type JourneyWords = typeof zh

export const useJourneyWords = (): JourneyWords => (useSpeech().language === 'zh' ? zh : en)
