import { Button } from 'antd'
import { useReason } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { Changes } from './changes.tsx'
import type { Check } from './use-check.ts'
import type { Draft } from './use-draft.ts'

/** What the draft changes, whether it may be, and what it would cause; and where it goes from here. */
export function CheckPanel({
  draft,
  check: { checked, error, isFresh },
  mayPublish,
  onPublish,
  onSimulate,
}: {
  draft: Draft
  check: Check
  mayPublish: boolean
  onPublish(): void
  onSimulate(): void
}) {
  const { playbook } = useWords()
  const reason = useReason()
  if (!draft.isChanged)
    return (
      <aside className="rule-aside" aria-label={playbook.draft}>
        <h2>{playbook.draft}</h2>
        <p className="quiet">{playbook.draftNone}</p>
      </aside>
    )
  const stops = checked?.consequences.filter(({ weight }) => weight === 'stops') ?? []
  const isSound = isFresh && checked?.valid === true
  return (
    <aside className="rule-aside" aria-label={playbook.draft}>
      <header className="card-head">
        <h2>{playbook.draft}</h2>
        <Button size="small" type="text" onClick={draft.drop}>
          {playbook.drop}
        </Button>
      </header>
      <div aria-live="polite">
        {error ? <p className="rule-fault">{reason(error)}</p> : null}
        {checked && !checked.valid ? (
          <>
            <p className="rule-verdict rule-verdict-bad">{playbook.faults(checked.faults.length)}</p>
            <ul className="rule-faults">
              {checked.faults.slice(0, 20).map(({ path, message }) => (
                <li key={`${path} ${message}`}>
                  <code>{path}</code> {message}
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {checked?.valid ? (
          <>
            <p className="rule-verdict">{playbook.changes(checked.changes.length)}</p>
            <Changes changes={checked.changes} />
            <ul className="rule-consequences">
              {checked.consequences.map(({ id, weight, message }) => (
                <li key={id} data-weight={weight}>
                  {message}
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {checked || error ? null : <p className="quiet">{playbook.checking}</p>}
      </div>
      <div className="rule-buttons">
        <Button disabled={!isSound} onClick={onSimulate}>
          {playbook.simulate}
        </Button>
        <Button type="primary" disabled={!isSound || !mayPublish || stops.length > 0} onClick={onPublish}>
          {playbook.publish}
        </Button>
      </div>
      {mayPublish ? null : <p className="quiet small">{playbook.onlyAdmins}</p>}
    </aside>
  )
}
