import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { Failure, Skeleton } from '../pieces/states.tsx'
import { useWords } from '../words/words.tsx'
import { AffectedLeads } from './affected-leads.tsx'
import { Changes } from './changes.tsx'
import { RepTable } from './rep-table.tsx'
import { type Simulation, simulationQuery } from './rules.ts'
import { SideTable } from './side-table.tsx'

export type Result = Extract<NonNullable<Simulation['result']>, { base: number }>

/** What last month would have been under the draft, beside what it was; its address is all it needs to come back. */
export function SimulationPage({ id }: { id: string }) {
  const { playbook } = useWords()
  const { data, error, refetch } = useQuery(simulationQuery(id))
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />
  if (!data) return <Skeleton rows={8} />
  const { state, done, total, result } = data
  const isOver = state === 'done' || state === 'failed' || state === 'cancelled'
  const outcome = result && 'current' in result ? (result as Result) : null
  return (
    <div className="sheet rule-simulation">
      <p>
        <Link href="/playbook">{playbook.backToDraft}</Link>
      </p>
      {isOver ? null : (
        <section className="card" aria-live="polite">
          <h2>{playbook.simulating(done, total)}</h2>
          <progress max={Math.max(total ?? 0, done, 1)} value={done} />
          <p className="quiet">{playbook.keepsGoing}</p>
        </section>
      )}
      {state === 'failed' ? (
        <p className="rule-fault" role="alert">
          {playbook.simulationFailed(result && 'problem' in result ? String(result.problem) : '')}
        </p>
      ) : null}
      {outcome ? (
        <>
          <section className="card">
            <h2>{playbook.whatWasTried}</h2>
            <Changes changes={outcome.changes ?? []} />
          </section>
          <SideTable result={outcome} />
          <RepTable result={outcome} />
          <AffectedLeads id={id} result={outcome} />
          <details className="card rule-supposes">
            <summary>{playbook.supposes}</summary>
            <ul>
              {outcome.supposes.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </details>
        </>
      ) : null}
    </div>
  )
}
