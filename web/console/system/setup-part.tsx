import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Failure, Skeleton, useReason } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { setupQuery } from './queries.ts'
import { type Finding, toneOf } from './shapes.ts'
import { TryCorp } from './try-corp.tsx'
import { systemWords } from './words.ts'

/** The set-up of a real corp, step by step in the order WeCom unlocks it, each tested live. */
export function SetupPart() {
  const words = useRoomWords(systemWords)
  const reasonOf = useReason()
  const { data, error, isPending, refetch } = useQuery(setupQuery)
  const [findings, setFindings] = useState<Record<string, Finding>>({})
  const [running, setRunning] = useState<string>()
  if (isPending) return <Skeleton rows={8} tall />
  if (!data) return <Failure error={error ?? new Error()} onRetry={() => void refetch()} />
  const check = async (id: string) => {
    setRunning(id)
    const finding = await call<Finding>('POST', `/api/setup/checks/${id}`).catch(
      (failure): Finding => ({ state: 'fail', text: reasonOf(failure) }),
    )
    setFindings((before) => ({ ...before, [id]: finding }))
    setRunning(undefined)
  }
  const checkAll = async () => {
    setFindings({})
    for (const { id } of data.steps) await check(id)
  }
  const passed = Object.values(findings).filter(({ state }) => state === 'ok').length
  return (
    <>
      <p className="sheet-hint">{words.setupHint}</p>
      {data.sandbox ? <p className="system-note">{words.setupSandbox}</p> : null}
      {data.sandbox ? <TryCorp setup={data} /> : null}
      <section className="card">
        <header className="card-head">
          <p className="quiet">{Object.keys(findings).length > 0 ? words.passed(passed, data.steps.length) : null}</p>
          <Button type="primary" disabled={running !== undefined} onClick={() => void checkAll()}>
            {words.checkAll}
          </Button>
        </header>
        <ol className="system-steps">
          {data.steps.map(({ id, title }, index) => {
            const finding = findings[id]
            return (
              <li key={id} aria-busy={running === id}>
                <span className="system-number">{index + 1}</span>
                <b>{title}</b>
                {running === id ? <span className="quiet">{words.checking}</span> : null}
                {finding && running !== id ? (
                  <span className={`fate fate-${toneOf[finding.state]}`}>{words.states[finding.state]}</span>
                ) : null}
                <Button
                  size="small"
                  aria-label={`${words.check} ${title}`}
                  disabled={running !== undefined}
                  onClick={() => void check(id)}
                >
                  {words.check}
                </Button>
                {finding ? (
                  <p className="system-finding" role="status">
                    {finding.text}
                  </p>
                ) : null}
              </li>
            )
          })}
        </ol>
      </section>
    </>
  )
}
