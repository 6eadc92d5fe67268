import { useInfiniteQuery } from '@tanstack/react-query'
import { useSearchParams } from 'wouter'
import { useNames } from '../api/names.ts'
import { Chips } from '../pieces/chips.tsx'
import { More } from '../pieces/more.tsx'
import { Empty, Failure, Skeleton } from '../pieces/states.tsx'
import { useRoomWords } from '../words/room-words.ts'
import type { Giving } from './give-dialog.tsx'
import { transfersQuery } from './queries.ts'
import type { Counts, Stand, Transfer } from './shapes.ts'
import { TransferLine } from './transfer-line.tsx'
import { transferWords } from './words.ts'

const stands: Stand[] = ['unplaced', 'running', 'lost', 'over']
const statesOf: Record<Stand, (keyof Counts['states'])[]> = {
  unplaced: ['unplaced'],
  running: ['wanted', 'asked'],
  lost: ['refused', 'failed'],
  over: ['done', 'cancelled'],
}

interface Listing {
  counts: Counts | undefined
  mayLead: boolean
  mayGive: boolean
  onGive(giving: Giving): void
  onAgain(transfer: Transfer): void
}

/** Every transfer one may see, the newest first, by how it stands and of whom. */
export function TransferList({ counts, ...may }: Listing) {
  const words = useRoomWords(transferWords)
  const names = useNames()
  const [search, setSearch] = useSearchParams()
  const stand = search.get('stand') ?? ''
  const from = search.get('from') ?? ''
  const query = useInfiniteQuery({ ...transfersQuery({ stand, from }), refetchInterval: 30_000 })
  const ask = (next: Record<string, string>) =>
    setSearch(Object.fromEntries(Object.entries({ stand, from, ...next }).filter(([, value]) => value)), {
      replace: true,
    })
  const count = (of: Stand) => statesOf[of].reduce((sum, state) => sum + (counts?.states[state] ?? 0), 0)
  return (
    <section aria-label={words.list}>
      <div className="transfers-filter">
        <Chips
          value={stand}
          onChoose={(next) => ask({ stand: next === stand ? '' : next })}
          options={[
            { id: '', label: words.stands.all },
            ...stands.map((id) => ({ id, label: `${words.stands[id]} ${counts ? count(id) : ''}`.trim() })),
          ]}
        />
        {from ? (
          <button type="button" className="chip" aria-pressed="true" onClick={() => ask({ from: '' })}>
            {words.onlyFrom(names.staff(from))} ×
          </button>
        ) : null}
      </div>
      {query.isPending ? <Skeleton rows={6} tall /> : null}
      {query.error && !query.data ? <Failure error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.data && query.data.length > 0 ? (
        <ul className="card transfers-list">
          {query.data.map((transfer) => (
            <TransferLine key={transfer.id} transfer={transfer} {...may} />
          ))}
        </ul>
      ) : null}
      {query.data?.length === 0 ? (
        stand || from ? (
          <Empty
            title={words.noneHere}
            hint={words.noneHereHint}
            action={
              <button type="button" className="link-button" onClick={() => setSearch({}, { replace: true })}>
                {words.showAll}
              </button>
            }
          />
        ) : (
          <Empty title={words.none} hint={words.noneHint} />
        )
      ) : null}
      <More query={query} />
    </section>
  )
}
