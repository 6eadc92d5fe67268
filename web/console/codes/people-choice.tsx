import { Select } from 'antd'
import { useNames } from '../api/names.ts'

/** Members of the company, several. */
export function PeopleChoice({
  label,
  value,
  onChange,
}: {
  label: string
  value: readonly string[]
  onChange(userids: string[]): void
}) {
  const names = useNames()
  return (
    <Select
      mode="multiple"
      className="people-choice"
      aria-label={label}
      placeholder={label}
      value={[...value]}
      onChange={(userids: string[]) => onChange(userids)}
      showSearch={{ optionFilterProp: 'label' }}
      options={names.words?.staff.map(({ userid }) => ({ value: userid, label: names.staff(userid) }))}
    />
  )
}
