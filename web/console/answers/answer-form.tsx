import { useQueryClient } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { type ReactNode, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { call } from '../../shared/call.ts'
import { BackIcon } from '../look/icons.tsx'
import { useReason } from '../pieces/states.tsx'
import { useChoices } from '../segments/use-choices.ts'
import { useToasts } from '../shell/toasts.tsx'
import { useRoomWords } from '../words/room-words.ts'
import { useWords } from '../words/words.tsx'
import { AnswerHistory } from './answer-history.tsx'
import { answerQuery } from './queries.ts'
import type { Answer } from './shapes.ts'
import { TryPanel } from './try-panel.tsx'
import { answerWords } from './words.ts'

interface Form {
  answer: Answer | undefined
  /** A sentence this should answer too. */
  ask: string
  missed: readonly string[]
  edits: boolean
}

const path = (id: string, verb = '') => `/api/answers/${encodeURIComponent(id)}${verb}`
/** WeCom carries so many bytes in one message. */
const mostBytes = 2048

/** A question, the ways people put it, and what the house says, beside what it was before and a place to try it. */
export function AnswerForm({ answer, ask, missed, edits }: Form) {
  const words = useRoomWords(answerWords)
  const { back } = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const { show } = useToasts()
  const [, go] = useLocation()
  const { data: choices } = useChoices()
  const known = answer?.asks.filter((one) => one !== answer.title) ?? []
  const [title, setTitle] = useState(answer?.title ?? ask.slice(0, 40))
  const [asks, setAsks] = useState([...known, ...(answer && ask ? [ask] : [])].join('\n'))
  const [say, setSay] = useState(answer?.say ?? '')
  const [piece, setPiece] = useState<string | null>(answer?.piece ?? null)
  const [refusal, setRefusal] = useState('')
  const [isBusy, setBusy] = useState(false)
  const ways = [...new Set(asks.split('\n').map((line) => line.trim()))].filter(Boolean)
  const bytes = new TextEncoder().encode(say).length
  const long = ways.find((way) => [...way].length > 100)
  const isReady = title.trim() !== '' && say.trim() !== '' && ways.length <= 50 && !long && bytes <= mostBytes
  const run = async (work: () => Promise<Answer>, done: string) => {
    setBusy(true)
    setRefusal('')
    try {
      const kept = await work()
      client.setQueryData(answerQuery(kept.id).queryKey, kept)
      await client.invalidateQueries({ queryKey: ['answers'] })
      show({ id: 'answer', tone: 'good', text: done })
      return kept
    } catch (error) {
      setRefusal(reasonOf(error))
      return null
    } finally {
      setBusy(false)
    }
  }
  const save = async () => {
    const body = { title: title.trim(), asks: ways, say: say.trim(), piece }
    const kept = await run(
      () =>
        answer
          ? call('PUT', path(answer.id), { body: { ...body, version: answer.version } })
          : call('POST', '/api/answers', { body }),
      words.saved,
    )
    if (!kept) return
    if (missed.length > 0)
      await call('POST', '/api/answers/missed/close', { body: { ids: missed } }).catch(() => undefined)
    await client.invalidateQueries({ queryKey: ['answers'] })
    go(missed.length > 0 ? '/answers?view=missed' : `/answers/${encodeURIComponent(kept.id)}`)
  }
  const change = (verb: 'retire' | 'restore' | 'reset', done: string) => () => {
    if (answer) void run(() => call('POST', path(answer.id, `/${verb}`)), done)
  }
  return (
    <div className="answers">
      <title>{`${answer?.title ?? words.write} · Bowtie`}</title>
      <header className="bar answers-head">
        <Link href="/answers" className="icon-button" aria-label={back} title={back}>
          <BackIcon />
        </Link>
        <h1 className="one-line" dir="auto">
          {answer?.title ?? words.write}
        </h1>
        {answer?.retiredAt ? <span className="fate fate-warn">{words.retired}</span> : null}
        <span className="bar-space" />
        {edits && answer ? (
          <Button
            disabled={isBusy}
            onClick={answer.retiredAt ? change('restore', words.restored) : change('retire', words.retiredNow)}
          >
            {answer.retiredAt ? words.restore : words.retire}
          </Button>
        ) : null}
        {edits ? (
          <Button type="primary" disabled={!isReady} loading={isBusy} onClick={() => void save()}>
            {words.save}
          </Button>
        ) : null}
      </header>
      <div className="answers-columns">
        <div className="answers-main">
          {missed.length > 0 ? <p className="answers-note">{words.forMissed(missed.length)}</p> : null}
          {refusal ? (
            <p className="answers-refusal" role="alert">
              {refusal}
            </p>
          ) : null}
          <form
            className="card answers-form"
            onSubmit={(event) => {
              event.preventDefault()
              if (isReady && edits) void save()
            }}
          >
            <Field label={words.question}>
              <Input
                aria-label={words.question}
                value={title}
                maxLength={40}
                disabled={!edits}
                onChange={({ target }) => setTitle(target.value)}
              />
              <span className="quiet small">{words.questionHint}</span>
            </Field>
            <Field label={words.ways(ways.length)}>
              <Input.TextArea
                rows={5}
                className="grows"
                aria-label={words.ways(ways.length)}
                value={asks}
                disabled={!edits}
                onChange={({ target }) => setAsks(target.value)}
              />
              <span className={long ? 'answers-bad small' : 'quiet small'}>
                {long ? words.wayTooLong : words.waysHint}
              </span>
            </Field>
            <Field label={words.reply}>
              <Input.TextArea
                rows={5}
                maxLength={640}
                className="grows"
                aria-label={words.reply}
                value={say}
                disabled={!edits}
                onChange={({ target }) => setSay(target.value)}
              />
              <span className={bytes > mostBytes ? 'answers-bad small' : 'quiet small'}>
                {words.bytes(bytes, mostBytes)}
              </span>
            </Field>
            <Field label={words.piece}>
              <Select<string>
                aria-label={words.piece}
                allowClear
                disabled={!edits}
                showSearch={{ optionFilterProp: 'label' }}
                placeholder={words.noPiece}
                value={piece}
                onChange={(next) => setPiece(next ?? null)}
                options={(choices?.contents ?? []).map(({ id, title: label }) => ({ value: id, label }))}
              />
            </Field>
          </form>
          {answer && edits && answer.origin === 'database' && !answer.id.startsWith('a-') ? (
            <p>
              <button type="button" className="link-button small" onClick={change('reset', words.wasReset)}>
                {words.reset}
              </button>
            </p>
          ) : null}
        </div>
        <aside className="answers-side">
          <section className="card" aria-label={words.preview}>
            <h2>{words.preview}</h2>
            <p className="answers-bubble answers-asked" dir="auto">
              {ways[0] ?? (title || words.questionHint)}
            </p>
            <p className="answers-bubble" dir="auto">
              {say || words.nothingYet}
            </p>
          </section>
          <TryPanel />
          {answer ? (
            <AnswerHistory
              answer={answer}
              onTake={
                edits
                  ? (old) => {
                      setTitle(old.title)
                      setAsks(old.asks.filter((one) => one !== old.title).join('\n'))
                      setSay(old.say)
                      setPiece(old.piece)
                      show({ id: 'answer', text: words.tookBack(old.version) })
                    }
                  : undefined
              }
            />
          ) : null}
        </aside>
      </div>
    </div>
  )
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="answers-field">
      <span>{label}</span>
      {children}
    </div>
  )
}
