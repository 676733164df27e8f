import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'

import type { Locale } from '../gql/graphql'
import { en } from './en'
import { zh } from './zh'

/** What a language must say: the same keys as English, with the same arguments. */
type Words<T> = {
  readonly [K in keyof T]: T[K] extends (...said: infer Said) => string
    ? (...said: Said) => string
    : T[K] extends string
      ? string
      : Words<T[K]>
}
export type Texts = Words<typeof en>

export const LANGUAGES = {
  en: { texts: en as Texts, locale: 'EN' },
  zh: { texts: zh, locale: 'ZH' },
} as const satisfies Record<string, { texts: Texts; locale: Locale }>
export type Language = keyof typeof LANGUAGES

const KEPT_AS = 'kalends.language'

interface Speaking {
  readonly language: Language
  readonly locale: Locale
  readonly texts: Texts
  readonly speak: (language: Language) => void
}

const Spoken = createContext<Speaking | null>(null)

export function SpeakingProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(preferred)
  const speak = useCallback((chosen: Language) => {
    localStorage.setItem(KEPT_AS, chosen)
    setLanguage(chosen)
  }, [])
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language
  }, [language])
  const speaking = useMemo(() => ({ language, speak, ...LANGUAGES[language] }), [language, speak])
  return <Spoken value={speaking}>{children}</Spoken>
}

export function useLanguage(): Speaking {
  const speaking = useContext(Spoken)
  if (!speaking) throw new Error('a SpeakingProvider is around the whole application')
  return speaking
}

/** The words of the language that is spoken. */
export function useTexts(): Texts {
  return useLanguage().texts
}

function preferred(): Language {
  const kept = localStorage.getItem(KEPT_AS)
  if (kept === 'en' || kept === 'zh') return kept
  return navigator.languages.find((tag) => /^(en|zh)\b/.test(tag))?.startsWith('zh') ? 'zh' : 'en'
}
