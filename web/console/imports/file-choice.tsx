import { useRef, useState } from 'react'
import { useWords } from '../words/words.tsx'

/** Drop a file, or choose one. */
export function FileChoice({ onFile }: { onFile(file: File): void }) {
  const { imports: words } = useWords()
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  return (
    <section
      className="file-drop card"
      aria-label={words.steps[0]}
      data-over={over ? '' : undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const [file] = event.dataTransfer.files
        if (file) onFile(file)
      }}
    >
      <p>
        {words.drop}{' '}
        <button type="button" className="link-button" onClick={() => input.current?.click()}>
          {words.choose}
        </button>
      </p>
      <p className="quiet">{words.dropHint}</p>
      <input
        ref={input}
        type="file"
        className="unseen"
        aria-label={words.choose}
        accept=".csv,.tsv,.txt,.xlsx"
        onChange={({ target }) => {
          const [file] = target.files ?? []
          if (file) onFile(file)
        }}
      />
    </section>
  )
}
