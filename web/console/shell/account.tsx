import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNames } from '../api/names.ts'
import type { Me } from '../api/shapes.ts'
import { type ThemeChoice, useTheme } from '../look/theme.tsx'
import { Choice } from '../pieces/choice.tsx'
import { type Language, useSpeech } from '../words/words.tsx'
import { useDismiss } from './use-dismiss.ts'

/** Who I am, how it looks, which language, and the way out. */
export function Account({ me }: { me: Me }) {
  const { words, language, speak } = useSpeech()
  const { choice, choose } = useTheme()
  const names = useNames()
  const client = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const ref = useRef<HTMLDivElement>(null)
  const name = me.userid ? names.staff(me.userid) : words.machine

  useDismiss(ref, isOpen, () => setOpen(false))

  const signOut = async () => {
    await call('POST', '/api/sign-out').catch(() => undefined)
    client.clear()
    window.location.assign('/console/sign-in')
  }

  return (
    <div className="account" ref={ref}>
      <button
        type="button"
        className="account-face"
        aria-label={`${words.account.menu}: ${name}`}
        title={name}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {[...name].at(/^[\x20-\x7e]*$/.test(name) ? 0 : -1)}
      </button>
      {isOpen ? (
        <section className="account-sheet" aria-label={words.account.menu}>
          <p className="account-who">
            <b>{name}</b>
            <span className="quiet">
              {me.roles.map((role) => words.account.roles[role] ?? role).join(' · ') || words.account.noRole}
              {me.team ? ` · ${me.team}` : ''}
            </span>
          </p>
          <div className="account-choice">
            {words.account.theme}
            <Choice<ThemeChoice>
              label={words.account.theme}
              value={choice}
              onChange={choose}
              options={[
                { value: 'light', label: words.account.light },
                { value: 'dark', label: words.account.dark },
                { value: 'system', label: words.account.followSystem },
              ]}
            />
          </div>
          <div className="account-choice">
            {words.account.language}
            <Choice<Language>
              label={words.account.language}
              value={language}
              onChange={speak}
              options={[
                { value: 'zh', label: '中文' },
                { value: 'en', label: 'English' },
              ]}
            />
          </div>
          <div className="account-links">
            {names.words?.sandboxUrl ? (
              <a href={names.words.sandboxUrl} target="_blank" rel="noreferrer">
                {words.account.sandbox}
              </a>
            ) : null}
            <button
              type="button"
              className="link-button"
              onClick={() => {
                setOpen(false)
                window.dispatchEvent(new Event('bowtie:tour'))
              }}
            >
              {words.account.tour}
            </button>
            <button type="button" className="link-button" onClick={() => void signOut()}>
              {words.account.signOut}
            </button>
          </div>
        </section>
      ) : null}
    </div>
  )
}
