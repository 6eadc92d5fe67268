import { useWords } from '../words/words.tsx'
import type { Change } from './rules.ts'
import { sayValue } from './say-value.ts'

/** What differs, in words of the business: where, what it was, what it is. */
export function Changes({ changes }: { changes: readonly Change[] }) {
  const { playbook } = useWords()
  if (changes.length === 0) return <p className="quiet">{playbook.noChanges}</p>
  return (
    <ul className="rule-changes">
      {changes.map((change) => (
        <li key={`${change.kind} ${change.path}`}>
          <span className="rule-change-where">{change.label || change.path}</span>
          <span className="rule-change-what">
            <OneChange change={change} />
          </span>
        </li>
      ))}
    </ul>
  )
}

function OneChange({ change }: { change: Change }) {
  const { playbook } = useWords()
  const say = (value: unknown) => sayValue(value, playbook)
  if (change.kind === 'moved') return <>{playbook.moved(Number(change.old), Number(change.new))}</>
  if (change.kind === 'added')
    return (
      <>
        {playbook.added} <ins>{say(change.new)}</ins>
      </>
    )
  if (change.kind === 'removed')
    return (
      <>
        {playbook.removed} <del>{say(change.old)}</del>
      </>
    )
  return (
    <>
      <del>{say(change.old)}</del> → <ins>{say(change.new)}</ins>
    </>
  )
}
