import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { call, queryOf } from '../../shared/call.ts'
import type { SignInWays } from '../api/shapes.ts'
import { Logo } from '../look/icons.tsx'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useSpeech } from '../words/words.tsx'
import './sign-in.css'

/** The door: one click in the sandbox, WeCom elsewhere; whoever brings the first admin's link says who he is. */
export function SignIn() {
  const { words, language, speak } = useSpeech()
  const [search] = useSearchParams()
  const code = search.get('code') ?? undefined
  const ways = useQuery({
    queryKey: ['sign-in', code],
    queryFn: ({ signal }) => call<SignInWays>('GET', `/api/sign-in${queryOf({ code })}`, { signal }),
  })
  return (
    <main className="door">
      <title>{`${words.signIn.title} · Bowtie`}</title>
      <section className="door-card">
        <header className="door-head">
          <Logo size={40} />
          <div>
            <h1>Bowtie</h1>
            <p className="quiet">{words.signIn.lead}</p>
          </div>
        </header>
        {ways.isPending ? <Skeleton rows={4} tall /> : null}
        {ways.error ? <Failure error={ways.error} onRetry={() => void ways.refetch()} /> : null}
        {ways.data ? <Ways ways={ways.data} code={code} to={destination(search.get('to'))} /> : null}
        <footer className="door-foot">
          <button type="button" className="link-button" onClick={() => speak(language === 'zh' ? 'en' : 'zh')}>
            {language === 'zh' ? 'English' : '中文'}
          </button>
        </footer>
      </section>
    </main>
  )
}

function Ways({ ways, code, to }: { ways: SignInWays; code: string | undefined; to: string }) {
  const { signIn } = useSpeech().words
  const client = useQueryClient()
  const reasonOf = useReason()
  const [isEntering, setEntering] = useState(false)
  const [problem, setProblem] = useState<string>()
  const enter = async (userid: string) => {
    setEntering(true)
    setProblem(undefined)
    try {
      await call('POST', '/api/sign-in', { body: { userid, code } })
      client.clear()
      window.location.assign(to)
    } catch (error) {
      setProblem(reasonOf(error))
      setEntering(false)
    }
  }
  return (
    <>
      {ways.people.length > 0 ? <People ways={ways} isEntering={isEntering} onEnter={enter} /> : null}
      {ways.firstAdmin ? <TypedAccount isEntering={isEntering} onEnter={enter} /> : null}
      {ways.people.length === 0 && !ways.firstAdmin ? (
        <div className="door-ways">
          <Button type="primary" size="large" block href={ways.wecom}>
            {signIn.wecom}
          </Button>
          <p className="quiet small">{signIn.wecomHint}</p>
        </div>
      ) : null}
      {problem ? (
        <p className="door-note" role="alert">
          {problem}
        </p>
      ) : null}
    </>
  )
}

interface Entering {
  isEntering: boolean
  onEnter(userid: string): Promise<void>
}

function People({ ways, isEntering, onEnter }: Entering & { ways: SignInWays }) {
  const { signIn, account } = useSpeech().words
  return (
    <>
      <h2>{ways.firstAdmin ? signIn.firstAdmin : signIn.who}</h2>
      <ul className="door-people">
        {ways.people.map(({ userid, name, roles }) => (
          <li key={userid}>
            <button
              type="button"
              className="door-person"
              disabled={isEntering}
              aria-label={signIn.enter(name)}
              onClick={() => void onEnter(userid)}
            >
              <b>{name}</b>
              <span className="quiet">
                {roles.map((role) => account.roles[role] ?? role).join(' · ') || account.noRole}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {ways.firstAdmin ? null : <p className="quiet small">{signIn.sandboxHint}</p>}
    </>
  )
}

function TypedAccount({ isEntering, onEnter }: Entering) {
  const { signIn } = useSpeech().words
  const [userid, setUserid] = useState('')
  return (
    <form
      className="door-typed"
      onSubmit={(event) => {
        event.preventDefault()
        void onEnter(userid.trim())
      }}
    >
      <label htmlFor="userid">{signIn.typed}</label>
      <div className="door-typed-row">
        <Input
          id="userid"
          value={userid}
          maxLength={64}
          autoComplete="username"
          onChange={(event) => setUserid(event.target.value)}
        />
        <Button type="primary" htmlType="submit" disabled={isEntering || userid.trim() === ''}>
          {signIn.become}
        </Button>
      </div>
    </form>
  )
}

/** Back to where one came from, as long as that is ours. */
function destination(to: string | null): string {
  return to?.startsWith('/console') && !to.startsWith('/console/sign-in') ? to : '/console'
}
