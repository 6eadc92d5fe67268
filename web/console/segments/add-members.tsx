import { useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { call } from '../../shared/call.ts'
import { Dialog } from '../pieces/dialog.tsx'
import { useReason } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'

interface Changed {
  added: number
  refused: string[]
}

const most = 5000

/** People pasted into a static segment, a line each, however they are known; what nobody is stays in the field. */
export function AddMembers({ segment, onClose }: { segment: string; onClose(): void }) {
  const { segments: words, ...general } = useWords()
  const client = useQueryClient()
  const reasonOf = useReason()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [changed, setChanged] = useState<Changed>()
  const [problem, setProblem] = useState<string>()
  const lines = [...new Set(text.split(/[\n\r,，;；\t]+/).map((line) => line.trim()))].filter(Boolean)
  const add = async () => {
    setBusy(true)
    setProblem(undefined)
    try {
      const answer = await call<Changed>('POST', `/api/segments/${segment}/members`, { body: { addPeople: lines } })
      setChanged(answer)
      setText(answer.refused.join('\n'))
      await client.invalidateQueries({ queryKey: ['segments'] })
      if (answer.refused.length === 0) onClose()
    } catch (error) {
      setProblem(reasonOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={words.addPeople}
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>{changed ? general.close : general.cancel}</Button>
          <Button
            type="primary"
            loading={isBusy}
            disabled={lines.length === 0 || lines.length > most}
            onClick={() => void add()}
          >
            {words.addLines(lines.length)}
          </Button>
        </>
      }
    >
      <p className="quiet">{words.addHint}</p>
      <Input.TextArea
        aria-label={words.addPeople}
        placeholder={words.addPlaceholder}
        rows={10}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <p role="status">
        {lines.length > most
          ? words.tooMany(most)
          : changed
            ? words.addedOnes(changed.added, changed.refused.length)
            : null}
      </p>
      {problem ? <p role="alert">{problem}</p> : null}
    </Dialog>
  )
}
