import type { Migration } from './queries.ts'
import type { Talk } from './talk.ts'
import { numberOf } from './tree.ts'

/** Where people of older versions stand, and where they would go on. */
export function Landings({ migration, talk }: { migration: Pick<Migration, 'moves' | 'left'>; talk: Talk }) {
  const { save, version, kinds } = talk.words
  const kind = (id: string) => (kinds as Record<string, string>)[id] ?? id
  const place = (row: { step: string; name: string | null }, what: string) =>
    `${numberOf(row.step)} ${row.name ?? what}`
  const rows = [
    ...migration.moves.map((row) => ({ ...row, next: place(row.to, kind(row.kind)) })),
    ...migration.left.map((row) => ({ ...row, next: save.stays })),
  ]
  return (
    <table className="numbers landings" aria-label={save.lands}>
      <thead>
        <tr>
          <th scope="col">{save.at}</th>
          <th scope="col">{save.to}</th>
          <th scope="col">{save.count}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.version}/${row.step}`}>
            <td dir="auto">
              {place(row, kind(row.kind))}
              <small className="quiet">{version(row.version)}</small>
            </td>
            <td dir="auto">{row.next}</td>
            <td>{row.count.toLocaleString(talk.general.time.locale)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
