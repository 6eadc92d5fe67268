import { useNow } from '../../shared/now.ts'
import { sayWhen } from '../../shared/say-time.ts'
import { useWords } from '../words/words.tsx'
import type { Quota } from './shapes.ts'

/** What is left of the acquisitions the company bought, and what will be lost soon. */
export function QuotaBar({ quota }: { quota: Quota }) {
  const words = useWords()
  const now = useNow()
  const { total, balance, lots, problem, at, warnAt } = quota
  const [soonest] = lots.filter((lot) => lot.balance > 0)
  const isLow = at !== null && warnAt.some((threshold) => balance < threshold || balance === 0)
  return (
    <section className="quota card" aria-label={words.codes.quota}>
      <b>{words.codes.quota}</b>
      {at === null ? (
        <span className="quiet">{words.codes.quotaUnknown}</span>
      ) : (
        <>
          <meter min={0} max={Math.max(total, 1)} value={balance} data-full={isLow ? '' : undefined} />
          <span className={isLow ? 'code-problem' : undefined}>{words.codes.quotaOf(balance, total)}</span>
          {soonest ? (
            <span className="quiet small">
              {words.codes.quotaLot(soonest.balance, sayWhen(soonest.expiresAt, now, words))}
            </span>
          ) : null}
        </>
      )}
      {problem ? <span className="code-problem">{problem}</span> : null}
    </section>
  )
}
