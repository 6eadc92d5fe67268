import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { type Dictionary, zh } from './zh.ts'

export type Language = 'zh' | 'en'

interface Speech {
  language: Language
  words: Dictionary
  speak(language: Language): void
}

const SpeechContext = createContext<Speech | null>(null)
const storedUnder = 'bowtie.language'

/** Chinese comes with the page; another language when somebody speaks it. */
const dictionaries: Record<Language, () => Promise<Dictionary>> = {
  zh: async () => zh,
  en: async () => (await import('./en.ts')).en,
}

/** Chinese, unless this browser's user chose English. */
export const storedLanguage = (): Language => (localStorage.getItem(storedUnder) === 'en' ? 'en' : 'zh')

interface Spoken {
  language: Language
  words: Dictionary
}

/** A language with its words, before anything is said in it. */
export const learn = async (language: Language): Promise<Spoken> => ({
  language,
  words: await dictionaries[language](),
})

export function SpeechProvider({ begin, children }: { begin: Spoken; children: ReactNode }) {
  const [spoken, setSpoken] = useState(begin)
  useEffect(() => {
    document.documentElement.lang = spoken.language === 'zh' ? 'zh-CN' : 'en'
    localStorage.setItem(storedUnder, spoken.language)
  }, [spoken])
  const speech = useMemo(
    () => ({ ...spoken, speak: (language: Language) => void learn(language).then(setSpoken) }),
    [spoken],
  )
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

export function useSpeech(): Speech {
  const speech = use(SpeechContext)
  if (!speech) throw new Error('no SpeechProvider above')
  return speech
}

export const useWords = (): Dictionary => useSpeech().words
