import { ConfigProvider, theme as designs } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { useSpeech } from '../words/words.tsx'
import { usePhone } from './use-phone.ts'

export type ThemeChoice = 'light' | 'dark' | 'system'

interface Theme {
  choice: ThemeChoice
  choose(choice: ThemeChoice): void
}

const ThemeContext = createContext<Theme>({ choice: 'system', choose: () => {} })
const storedUnder = 'bowtie.theme'
const darkOutside = window.matchMedia('(prefers-color-scheme: dark)')
const styleNonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? ''

/** Light or dark for our own styles and for Ant Design's, from the same colours. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const { language } = useSpeech()
  const isPhone = usePhone()
  const [choice, choose] = useState<ThemeChoice>(() => readChoice())
  const [outside, setOutside] = useState(darkOutside.matches)
  useEffect(() => {
    const listen = () => setOutside(darkOutside.matches)
    darkOutside.addEventListener('change', listen)
    return () => darkOutside.removeEventListener('change', listen)
  }, [])
  const isDark = choice === 'system' ? outside : choice === 'dark'
  // Before the first paint, so that no light flashes in the dark.
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  const theme = useMemo(
    () => ({
      choice,
      choose(next: ThemeChoice) {
        localStorage.setItem(storedUnder, next)
        choose(next)
      },
    }),
    [choice],
  )
  const design = useMemo(
    () => ({
      algorithm: isDark ? designs.darkAlgorithm : designs.defaultAlgorithm,
      token: { ...shape, ...(isPhone ? thumb : null), ...(isDark ? dark : light) },
    }),
    [isDark, isPhone],
  )
  return (
    <ThemeContext value={theme}>
      <ConfigProvider
        theme={design}
        locale={language === 'zh' ? zhCN : enUS}
        csp={{ nonce: styleNonce }}
        button={{ autoInsertSpace: false }}
        wave={{ disabled: true }}
      >
        {children}
      </ConfigProvider>
    </ThemeContext>
  )
}

export const useTheme = (): Theme => use(ThemeContext)

function readChoice(): ThemeChoice {
  const stored = localStorage.getItem(storedUnder)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

const shape = {
  fontFamily: 'var(--face)',
  fontSize: 14,
  borderRadius: 6,
  controlHeight: 32,
  motionDurationMid: '0.12s',
  motionDurationSlow: '0.16s',
}
/** Nothing that is pressed with a thumb is lower than 40 px. */
const thumb = { controlHeight: 40, controlHeightSM: 40 }
// The values of tokens.css; Ant Design computes with them, so they cannot be var().
const light = {
  colorPrimary: '#1f5fd6',
  colorBgLayout: '#f4f5f8',
  colorBgContainer: '#ffffff',
  colorBgElevated: '#ffffff',
  colorText: '#17202d',
  colorTextSecondary: '#465163',
  colorTextTertiary: '#5f6979',
  colorTextPlaceholder: '#5f6979',
  colorBorder: '#c8cfda',
  colorBorderSecondary: '#e3e7ed',
  colorError: '#b9261d',
  colorWarning: '#8a5200',
  colorSuccess: '#0b6e45',
}
const dark = {
  colorPrimary: '#3468d8',
  colorBgLayout: '#0e1218',
  colorBgContainer: '#161b24',
  colorBgElevated: '#1c2330',
  colorText: '#e6e9ef',
  colorTextSecondary: '#b0b9c7',
  colorTextTertiary: '#8d97a8',
  colorTextPlaceholder: '#8d97a8',
  colorBorder: '#3b4556',
  colorBorderSecondary: '#262e3b',
  colorError: '#ff8b82',
  colorWarning: '#efb458',
  colorSuccess: '#5ccb95',
  colorLink: '#86aeff',
}
