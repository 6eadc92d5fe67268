import { Select } from 'antd'
import { useNames } from '../api/names.ts'

/** One colleague who is here, found by typing. */
export function ColleagueChoice({
  label,
  value,
  except = [],
  clears = false,
  onChange,
}: {
  label: string
  value: string | undefined
  except?: readonly (string | null | undefined)[]
  clears?: boolean
  onChange(userid: string | undefined): void
}) {
  const names = useNames()
  const options = (names.words?.staff ?? [])
    .filter(({ userid, active }) => active && !except.includes(userid))
    .map(({ userid }) => ({ value: userid, label: names.staff(userid) }))
  return (
    <Select<string>
      aria-label={label}
      placeholder={label}
      allowClear={clears}
      showSearch={{ optionFilterProp: 'label' }}
      value={value || null}
      options={options}
      onChange={(next) => onChange(next ?? undefined)}
    />
  )
}
