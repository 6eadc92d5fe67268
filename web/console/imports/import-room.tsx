import { useState } from 'react'
import { useSearchParams } from 'wouter'
import { useWords } from '../words/words.tsx'
import { FileChoice } from './file-choice.tsx'
import { ImportColumns } from './import-columns.tsx'
import { ImportProgress } from './import-progress.tsx'
import { RecentImports } from './recent-imports.tsx'
import '../operations/operations.css'
import './imports.css'

/** A file of people becomes leads in three steps; the running import stands in the address, so that it survives a reload. */
export function ImportRoom() {
  const { imports: words } = useWords()
  const [search, setSearch] = useSearchParams()
  const [file, setFile] = useState<File | null>(null)
  const job = search.get('job')
  const step = job ? 2 : file ? 1 : 0
  return (
    <div>
      <title>{`${words.title} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.title}</h1>
        <ol className="import-steps">
          {words.steps.map((name, index) => (
            <li key={name} aria-current={index === step ? 'step' : undefined}>
              {name}
            </li>
          ))}
        </ol>
      </header>
      <div className="sheet imports">
        {job ? (
          <ImportProgress
            id={job}
            onNext={() => {
              setFile(null)
              setSearch({}, { replace: true })
            }}
          />
        ) : file ? (
          <ImportColumns file={file} onBack={() => setFile(null)} onStarted={(id) => setSearch({ job: id })} />
        ) : (
          <>
            <FileChoice onFile={setFile} />
            <RecentImports />
          </>
        )}
      </div>
    </div>
  )
}
