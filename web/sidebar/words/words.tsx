import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { en } from './en.ts'
import { type Dictionary, zh } from './zh.ts'

type Language = 'zh' | 'en'
interface Speech {
  language: Language
  words: Dictionary
  speak(language: Language): void
}

const SpeechContext = createContext<Speech>({ language: 'zh', words: zh, speak() {} })
const storedUnder = 'bowtie.language'

/** Chinese, unless this client's user chose English. A webview may refuse to keep it. */
export function SpeechProvider({ children }: { children: ReactNode }) {
  const [language, speak] = useState<Language>(() => (stored() === 'en' ? 'en' : 'zh'))
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
    try {
      localStorage.setItem(storedUnder, language)
    } catch {
      // Chosen for this time only.
    }
  }, [language])
  const speech = useMemo(() => ({ language, words: language === 'zh' ? zh : en, speak }), [language])
  return <SpeechContext value={speech}>{children}</SpeechContext>
}

function stored(): string | null {
  try {
    return localStorage.getItem(storedUnder)
  } catch {
    return null
  }
}

export const useSpeech = (): Speech => use(SpeechContext)
export const useWords = (): Dictionary => useSpeech().words
