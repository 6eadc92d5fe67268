import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useId, useRef, useState } from 'react'
import { useReason } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { fileQuery, uploadFile } from './queries.ts'

const size = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`

/** A file of the piece: chosen, on its way, being made into pages, ready; or why it was not taken. */
export function FileField({
  label,
  accept,
  value,
  onChange,
}: {
  label: string
  accept: string
  value: string | undefined
  onChange(id: string | undefined): void
}) {
  const words = useWords()
  const reason = useReason()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [share, setShare] = useState<number | null>(null)
  const [problem, setProblem] = useState('')
  const { data: file } = useQuery({ ...fileQuery(value ?? ''), enabled: value !== undefined })
  const send = async (chosen: File | undefined) => {
    if (!chosen) return
    setProblem('')
    setShare(0)
    try {
      onChange((await uploadFile(chosen, setShare)).file.id)
    } catch (error) {
      setProblem(reason(error))
    } finally {
      setShare(null)
      if (input.current) input.current.value = ''
    }
  }
  const status =
    share !== null
      ? words.content.sending(Math.round(share * 100))
      : problem || file?.problem
        ? problem || file?.problem
        : file?.state === 'working'
          ? words.content.drawing(file.pages)
          : file
            ? [file.name, size(file.size), file.pages ? words.content.pages(file.pages) : '']
                .filter(Boolean)
                .join(' · ')
            : ''
  return (
    <div className="file-field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={input}
        id={id}
        className="unseen"
        type="file"
        accept={accept}
        onChange={(event) => void send(event.target.files?.[0])}
      />
      <div className="file-field-line">
        <Button onClick={() => input.current?.click()} disabled={share !== null}>
          {value ? words.content.change : words.content.choose}
        </Button>
        {value ? (
          <Button type="text" onClick={() => onChange(undefined)}>
            {words.content.remove}
          </Button>
        ) : null}
        <span role="status" className={problem || file?.problem ? 'file-fault' : 'quiet small'}>
          {status}
        </span>
      </div>
      {share !== null ? <progress value={share} max={1} aria-label={label} /> : null}
      {share === null && file?.state === 'working' ? <progress aria-label={label} /> : null}
    </div>
  )
}
