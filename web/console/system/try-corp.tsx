import { Button, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Field } from '../codes/field.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { type Finding, type Setup, toneOf } from './shapes.ts'
import { systemWords } from './words.ts'

/** Three values of a real corp, tried once; what works is handed back as environment to set. */
export function TryCorp({ setup }: { setup: Setup }) {
  const words = useRoomWords(systemWords)
  const reasonOf = useReason()
  const { show } = useToasts()
  const [corpId, setCorpId] = useState('')
  const [agentId, setAgentId] = useState('')
  const [secret, setSecret] = useState('')
  const [finding, setFinding] = useState<Finding>()
  const [isBusy, setBusy] = useState(false)
  const tryNow = async () => {
    setBusy(true)
    const body = { corpId: corpId.trim(), agentId: Number(agentId), secret: secret.trim() }
    setFinding(
      await call<Finding>('POST', '/api/setup/try', { body }).catch(
        (failure): Finding => ({ state: 'fail', text: reasonOf(failure) }),
      ),
    )
    setBusy(false)
  }
  const environment = [
    `WECOM_CORP_ID=${corpId.trim()}`,
    `WECOM_AGENT_ID=${agentId.trim()}`,
    'WECOM_SECRET=…',
    'WECOM_TOKEN=…',
    'WECOM_AES_KEY=…',
    `PUBLIC_URL=${setup.publicUrl.startsWith('https:') ? setup.publicUrl : 'https://crm.example.com'}`,
  ].join('\n')
  const copy = async () => {
    await navigator.clipboard.writeText(environment)
    show({ id: 'copied', text: words.copied, lasts: 2_000 })
  }
  return (
    <section className="card">
      <h2>{words.tryTitle}</h2>
      <p className="quiet small">{words.tryHint}</p>
      <form
        className="system-try"
        onSubmit={(event) => {
          event.preventDefault()
          void tryNow()
        }}
      >
        <Field label={words.corpId}>
          {(id) => <Input id={id} value={corpId} maxLength={64} onChange={({ target }) => setCorpId(target.value)} />}
        </Field>
        <Field label={words.agentId}>
          {(id) => (
            <Input
              id={id}
              inputMode="numeric"
              value={agentId}
              maxLength={12}
              onChange={({ target }) => setAgentId(target.value)}
            />
          )}
        </Field>
        <Field label={words.secret}>
          {(id) => (
            <Input
              id={id}
              type="password"
              autoComplete="off"
              value={secret}
              maxLength={100}
              onChange={({ target }) => setSecret(target.value)}
            />
          )}
        </Field>
        <Button type="primary" htmlType="submit" loading={isBusy} disabled={!corpId || !agentId || !secret}>
          {words.tryNow}
        </Button>
      </form>
      {finding ? (
        <p className="system-finding" role="status">
          <span className={`fate fate-${toneOf[finding.state]}`}>{words.states[finding.state]}</span> {finding.text}
        </p>
      ) : null}
      {finding && finding.state !== 'fail' ? (
        <>
          <header className="card-head">
            <h3>{words.envTitle}</h3>
            <Button size="small" onClick={() => void copy()}>
              {words.copy}
            </Button>
          </header>
          <pre className="system-data">{environment}</pre>
          <p className="quiet small">{words.envHint}</p>
        </>
      ) : null}
    </section>
  )
}
