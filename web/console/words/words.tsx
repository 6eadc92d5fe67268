import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { en } from './en.ts'
import { type Dictionary, zh } from './zh.ts'

export type Language = 'zh' | 'en'

interface Speech {
  language: Language
  words: Dictionary
  speak(language: Language): void
}

const SpeechContext = createContext<Speech | null>(null)
const storedUnder = 'bowtie.language'

/** Chinese, unless this browser's user chose English. */
export function SpeechProvider({ children }: { children: ReactNode }) {
  const [language, speak] = useState<Language>(() => (localStorage.getItem(storedUnder) === 'en' ? 'en' : 'zh'))
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    localStorage.setItem(storedUnder, language)
  }, [language])
  const speech = useMemo(() => ({ language, words: language === 'zh' ? zh : en, speak }), [language])
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

export function useSpeech(): Speech {
  const speech = use(SpeechContext)
  if (!speech) throw new Error('no SpeechProvider above')
  return speech
}

export const useWords = (): Dictionary => useSpeech().words
