import { Segmented } from 'antd'
import { useSearchParams } from 'wouter'
import { useRoomWords } from '../words/room-words.ts'
import '../operations/operations.css'
import { AuditLog } from './audit-log.tsx'
import { JobsPart } from './jobs-part.tsx'
import { PeoplePart } from './people-part.tsx'
import { SamplePart } from './sample-part.tsx'
import { SetupPart } from './setup-part.tsx'
import { StatePart } from './state-part.tsx'
import './system.css'
import { WecomPart } from './wecom-part.tsx'
import { systemWords } from './words.ts'

const parts = {
  state: StatePart,
  jobs: JobsPart,
  wecom: WecomPart,
  audit: AuditLog,
  people: PeoplePart,
  setup: SetupPart,
  sample: SamplePart,
} as const
type Tab = keyof typeof parts

const isTab = (text: string): text is Tab => Object.hasOwn(parts, text)

/** How the machine is, what it did, and what only an admin may do with people's data. */
export function SystemRoom() {
  const words = useRoomWords(systemWords)
  const [search, setSearch] = useSearchParams()
  const asked = search.get('tab') ?? ''
  const tab: Tab = isTab(asked) ? asked : 'state'
  const Part = parts[tab]
  return (
    <div className="system">
      <title>{`${words.tabs[tab]} · ${words.title} · Bowtie`}</title>
      <header className="bar system-bar">
        <h1>{words.title}</h1>
        <Segmented<Tab>
          className="system-tabs"
          aria-label={words.title}
          value={tab}
          onChange={(next) => setSearch({ tab: next }, { replace: true })}
          options={(Object.keys(parts) as Tab[]).map((value) => ({ value, label: words.tabs[value] }))}
        />
      </header>
      <div className="system-sheet">
        <Part />
      </div>
    </div>
  )
}
