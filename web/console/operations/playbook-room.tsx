import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link, useSearchParams } from 'wouter'
import { call } from '../../shared/call.ts'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useToasts } from '../shell/toasts.tsx'
import { useWords } from '../words/words.tsx'
import './operations.css'
import { toYaml } from './to-yaml.ts'

/** The rules the house works by, part by part, as they stand. */
export function PlaybookRoom() {
  const words = useWords()
  const { show } = useToasts()
  const [search] = useSearchParams()
  const { data, error, refetch } = useQuery({
    queryKey: ['playbook'],
    queryFn: ({ signal }) => call<{ version: number } & Record<string, unknown>>('GET', '/api/playbook', { signal }),
  })
  const sections = Object.keys(data ?? {}).filter((section) => section !== 'version')
  const asked = search.get('part')
  const section = sections.find((one) => one === asked) ?? sections[0] ?? ''
  const text = data ? toYaml({ [section]: data[section] }) : ''
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    show({ id: 'copied', text: words.operations.copied, lasts: 2_000 })
  }
  return (
    <div className="playbook">
      <title>{`${words.operations.playbook} · Bowtie`}</title>
      <header className="bar">
        <h1>{words.operations.playbook}</h1>
        <p className="bar-facts">{data ? words.operations.version(data.version) : null}</p>
      </header>
      {error && !data ? <Failure error={error} onRetry={() => void refetch()} /> : null}
      {data ? (
        <div className="playbook-parts">
          <nav aria-label={words.operations.playbook}>
            <ul className="parts">
              {sections.map((one) => (
                <li key={one}>
                  <Link href={`/playbook?part=${one}`} replace aria-current={one === section ? 'true' : undefined}>
                    {words.operations.sections[one] ?? one}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <section className="part" aria-label={words.operations.sections[section] ?? section}>
            <header className="card-head">
              <p className="quiet">{words.operations.playbookHint}</p>
              <Button size="small" onClick={() => void copy()}>
                {words.operations.copy}
              </Button>
            </header>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre className="yaml" tabIndex={0}>
              {text}
            </pre>
          </section>
        </div>
      ) : error ? null : (
        <Skeleton rows={10} />
      )}
    </div>
  )
}
