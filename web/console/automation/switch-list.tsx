import { useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useNames } from '../api/names.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { AutomationLine } from './line.tsx'
import { type Switch, switchesQuery } from './queries.ts'
import { automationWords } from './words.ts'

/** Things of one kind, each with its switch. Off is asked once more, with what will be missing and a word why. */
export function SwitchList({
  title,
  hint,
  items,
  mayTurn,
}: {
  title: string
  hint: string
  items: readonly Switch[]
  mayTurn: boolean
}) {
  const words = useRoomWords(automationWords)
  const all = useWords()
  const names = useNames()
  const now = useNow()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [asked, setAsked] = useState<Switch>()
  const [why, setWhy] = useState('')
  const [busy, setBusy] = useState('')
  const said = (one: Switch) => words.known[one.key] ?? one
  const turn = async (one: Switch, on: boolean) => {
    setBusy(one.key)
    try {
      const body = { key: one.key, on, ...(!on && why.trim() ? { why: why.trim() } : {}) }
      await call('PUT', '/api/switches', { body })
      show({ id: 'switch', tone: 'good', text: (on ? words.turnedOn : words.turnedOff)(said(one).name) })
      setAsked(undefined)
      setWhy('')
    } catch (error) {
      show({ id: 'switch', tone: 'bad', text: reasonOf(error) })
    }
    setBusy('')
    await client.invalidateQueries({ queryKey: switchesQuery.queryKey })
  }
  return (
    <section className="card" aria-label={title}>
      <h2>{title}</h2>
      <p className="quiet small">{hint}</p>
      <ul>
        {items.map((one) => {
          const { switchedOff } = one
          return (
            <AutomationLine
              key={one.key}
              name={said(one).name}
              says={
                switchedOff ? (
                  <>
                    <b className="automation-alert">
                      {words.offBy(names.actor(switchedOff.by), sayWhen(switchedOff.at, now, all))}
                      {switchedOff.why ? words.because(switchedOff.why) : ''}
                    </b>{' '}
                    {said(one).off}
                  </>
                ) : (
                  said(one).does
                )
              }
              on={switchedOff === null}
              busy={busy === one.key}
              onTurn={mayTurn ? (on) => (on ? void turn(one, true) : setAsked(one)) : undefined}
            />
          )
        })}
      </ul>
      {asked ? (
        <Dialog
          title={words.turnOffTitle(said(asked).name)}
          onClose={() => setAsked(undefined)}
          foot={
            <>
              <Button onClick={() => setAsked(undefined)}>{all.cancel}</Button>
              <Button type="primary" danger loading={busy === asked.key} onClick={() => void turn(asked, false)}>
                {words.turnOff}
              </Button>
            </>
          }
        >
          <div className="automation-ask">
            <p>{said(asked).off}</p>
            <Input
              value={why}
              maxLength={300}
              aria-label={words.why}
              placeholder={words.why}
              onChange={({ target }) => setWhy(target.value)}
            />
          </div>
        </Dialog>
      ) : null}
    </section>
  )
}
