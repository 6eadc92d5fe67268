import { useQuery } from '@tanstack/react-query'
import { meQuery, wordsQuery } from '../queries.ts'

/** One of the colleagues who are here, oneself left out. */
export function Colleague({
  label,
  value,
  none,
  onChange,
}: {
  label: string
  value: string
  none: string
  onChange(userid: string): void
}) {
  const { data } = useQuery(wordsQuery)
  const { data: me } = useQuery(meQuery)
  return (
    <label className="row">
      <span>{label}</span>
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        <option value="">{none}</option>
        {data?.staff
          .filter(({ userid, active }) => active && userid !== me?.userid)
          .map(({ userid, name }) => (
            <option key={userid} value={userid}>
              {name || userid}
            </option>
          ))}
      </select>
    </label>
  )
}
